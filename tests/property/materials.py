"""What the floor is worked with: plans, bars, units, sheets and changes, by short names."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from functools import cache
from typing import Any

from signoff_ledger.domain.bar import Bar
from signoff_ledger.domain.plan import InspectionPlan, Parameter, UnitBuild
from signoff_ledger.domain.process import Change
from signoff_ledger.domain.unit import NonconformityReport
from signoff_ledger.domain.values import BuildMethod, ChangeKind
from signoff_ledger.formats.plan_toml import PlanFile
from tests.ledgers import PLAN, plan_file

PROCESSES = ("mug", "jug")
RUN_MIN = 50
"""The smallest run that the plans are made for; see `tests.ledgers.PLAN`."""

BARS: Mapping[str, str] = {
    "loose": "units = 7\nmax_rejects = 1\nmissing_units = 'replace'\n"
    "repeat_without_change = 'allow'\n",
    "strict": "units = 4\nmax_rejects = 0\nreject_from = 'major'\n",
    "timed": "units = 7\nmax_rejects = 1\nbuild_time_each_max = '12 min'\nmax_critical = 1\n"
    "[[bar.characteristic]]\ncharacteristic = 'gap'\nmax_units = 0\n",
    "repeat": "units = 4\nmax_rejects = 0\nconfirmation_batch = 'always'\n"
    "[[bar.mode]]\nmode = 'CRACK'\nmax_units = 0\n",
}
PLANS: Mapping[str, tuple[str, str]] = {
    "plain": ("", ""),
    "wider": ('upper = "0.40"', 'upper = "0.60"'),
    "narrower": ('upper = "0.40"', 'upper = "0.35"'),
    "milder": ('severity = "critical"', 'severity = "minor"'),
    "other line": ('line = "Line 1"', 'line = "Line 2"'),
    "new design": (f'sha256 = "{"0" * 64}"', f'sha256 = "{"c" * 64}"'),
    "same design": ('document = "DRW-1 rev B"', 'document = "DRW-1 rev C"'),
}
MODELS: Mapping[str, Mapping[str, Any]] = {
    "small shop": {"signer_may_inspect": True},
    "other roles": {"operator_roles": ("foreman", "operator")},
}
"""Variants of the plan beyond those of its text."""

RAMP = "Ramp"
"""A setting of the process that changes may turn."""
GOOD: Mapping[str, str] = {
    "build_method": "line",
    "gap": "0.25",
    "finish": "pass",
    "function": "pass",
    "build_minutes": "11",
}
UNITS: Mapping[str, Mapping[str, str]] = {
    "good": {},
    "gap": {"gap": "0.50"},
    "dull": {"finish": "fail"},
    "cracked": {"defects": "CRACK"},
    "inside": {"defects": "LID-SEAT@inside"},
    "slow": {"build_minutes": "15"},
    "bench": {"build_method": "bench"},
    "blank": {"function": ""},
    "elsewhere": {"line": "Line 9"},
    "by an engineer": {"operator_id": "egon"},
    "by a foreman": {"operator_role": "Foreman"},
    "by an assembler": {"operator_role": "ASSEMBLER", "operator_id": "k.ward"},
    "with the jig": {"fixture_id": "JIG-1", f"parameter:{RAMP}": "5"},
    "unreadable": {"gap": "a lot"},
}
CHARACTERISTICS = ("gap", "finish", "function", "build_minutes")
MODES = ("LID-SEAT", "CRACK", "FINISH", "FUNCTION", "OTHER")

SHEET: Mapping[str, Any] = {"name": "sheet.csv", "method": None}


def plan(key: str, variant: str = "plain") -> PlanFile:
    """Make a plan file for a process."""
    return _file(key, variant, "loose")


def bar(key: str, name: str = "loose") -> Bar:
    """Make one of the bars."""
    made = _file(key, "plain", name).bar
    assert made is not None
    return made


@cache
def _file(key: str, variant: str, bar_name: str) -> PlanFile:
    text = PLAN.partition("[bar]")[0] + "[bar]\n" + BARS[bar_name]
    text = text.replace('id = "mug"', f'id = "{key}"').replace(*PLANS.get(variant, ("", "")))
    file = plan_file(text)
    fields = file.plan.model_dump() | dict(MODELS.get(variant, {}))
    return replace(file, plan=InspectionPlan.model_validate(fields))


def row(serial: str, kind: str, **cells: str) -> dict[str, str]:
    """Make a row of a wide sheet."""
    return {"unit_serial": serial, **GOOD, **UNITS[kind], **cells}


def long_rows(serial: str, kind: str, attempt: int) -> Iterable[dict[str, str]]:
    """Make the rows of a long sheet for one unit, or of a further result of it."""
    cells = row(serial, kind)
    for name in CHARACTERISTICS:
        if cells[name]:
            yield {
                "unit_serial": serial, "build_method": cells["build_method"],
                "characteristic_id": name, "value": cells[name], "attempt": str(attempt),
            }  # fmt: skip


def unit_entry(serial: str, kind: str) -> dict[str, Any]:
    """Make what a person types about one unit."""
    cells = row(serial, kind)
    mode, _, zone = cells.get("defects", "").partition("@")
    ramp = cells.get(f"parameter:{RAMP}")
    build = UnitBuild(
        built_by=cells.get("operator_id"),
        fixture=cells.get("fixture_id"),
        line=cells.get("line"),
        method=BuildMethod(cells["build_method"]),
        operator_role=cells.get("operator_role"),
        parameters=(Parameter(name=RAMP, value=ramp),) if ramp else None,
    )
    return {
        "serial": serial,
        "build": build,
        "values": {name: cells[name] for name in CHARACTERISTICS if cells[name]},
        "nonconformities": (NonconformityReport(mode, zone or None),) if mode else (),
    }


def change(
    addresses: Sequence[str],
    *,
    touches_design: bool = False,
    fixture: str | None = None,
    ramp: str | None = None,
    tooling_revision: str | None = None,
) -> Change:
    """Make a change of the process."""
    said = ("turned a screw", "it sat wrong")
    made = Change(ChangeKind.PROCESS, *said, touches_design, tuple(addresses), fixture)
    made = made._replace(tooling_revision=tooling_revision)
    return made if ramp is None else made._replace(parameter=RAMP, old="4", new=ramp)
