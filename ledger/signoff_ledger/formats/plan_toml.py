"""The plan file: one TOML file with process, characteristics, nonconformity modes and bar.

The file's words are for people; this module turns them into the domain's values and says, field
by field, what is wrong. `plan_template.toml` is what `signoff new` prints.
"""

from __future__ import annotations

from dataclasses import dataclass
from importlib.resources import files
from typing import TYPE_CHECKING, Any, TypeVar

from pydantic import ValidationError

from signoff_ledger.bounded_toml import read_toml
from signoff_ledger.domain.bar import Bar
from signoff_ledger.domain.characteristic import BUILD_MINUTES
from signoff_ledger.domain.duration import seconds_of
from signoff_ledger.domain.plan import DesignApproval, InspectionPlan
from signoff_ledger.domain.spelling import plain_value
from signoff_ledger.domain.text_checks import checked_key, escaped, file_label
from signoff_ledger.domain.values import Value
from signoff_ledger.errors import Advice, InputError
from signoff_ledger.formats.columns import is_taken

if TYPE_CHECKING:
    from collections.abc import Mapping

V = TypeVar("V", bound=Value)

FORMAT = "signoff.plan/1"
_CLAUSES = {"mode": "modes", "characteristic": "characteristics"}
_TIMES = {
    "build_time_median_max": "build_time_median_max_s",
    "build_time_each_max": "build_time_each_max_s",
}


PLACEHOLDER = "What is being made"
"""What the template has for the name: a plan that still says so has not been filled in."""

OF_THE_PLAN = ("operator_roles", "signer_may_inspect")
"""Fields of the plan that stand in the table [process]."""


@dataclass(frozen=True, slots=True)
class PlanFile:
    """Content of a plan file."""

    process: str  #: The process's key.
    plan: InspectionPlan
    design: DesignApproval  #: The approval the plan serves.
    bar: Bar | None  #: The bar, if the file has one.


def plan_template() -> str:
    """Give a commented plan file to fill in."""
    return files("signoff_ledger").joinpath("formats", "plan_template.toml").read_text("utf-8")


def read_plan(text: str, name: str) -> PlanFile:
    """Read a plan file.

    Args:
        text: The file's text.
        name: The file's name, for error messages.

    Raises:
        InputError: SL102 with every problem found, in the file's own words.
    """
    name = file_label(name)
    try:
        document = read_toml(text.removeprefix("\ufeff"))
    except ValueError as error:
        raise InputError("SL102", f"{name} is not valid TOML", why=escaped(str(error))) from None
    if document.pop("format", None) != FORMAT:
        raise InputError(
            "SL102",
            f"{name} is not a plan file",
            why=f'its first line must be  format = "{FORMAT}"',
            advice=Advice("show-plan-template"),
        )
    problems: list[str] = []
    process = dict(_table(document, "process", problems))
    if process.get("name") == PLACEHOLDER:
        problems.append("process.name: is the template's; fill the file in before it is published")
    key = str(process.pop("id", ""))
    design = _design(_table(process, "design", problems), problems)
    process.pop("design", None)
    plan = _plan(document, process, problems)
    bar = _bar(document.pop("bar", None), problems)
    problems += [f"{unknown}: there is no such table" for unknown in document]
    if not problems and bar and plan and (problem := bar.problem_with(plan)):
        problems.append(problem)
    if problems or plan is None or design is None:
        raise InputError(
            "SL102",
            f"{name}: {len(problems)} problem(s), nothing was recorded",
            why="\n       ".join(map(escaped, problems)),
            advice=Advice("show-plan-template"),
        )
    checked_key("the process's id", key)
    return PlanFile(key, plan, design, bar)


def _plan(
    document: dict[str, Any], process: dict[str, Any], problems: list[str]
) -> InspectionPlan | None:
    characteristics = [
        {"mode": str(entry.get("id", "")).upper(), **entry}
        for entry in _entries(document, "characteristic", problems)
    ]
    problems += [
        f"characteristic: the id {c['id']!r} is the name of a column in sheets of results"
        for c in characteristics
        if is_taken(str(c.get("id", "")))
    ]
    problems += [
        f"characteristic: the id {BUILD_MINUTES!r} is that of a build time, of kind time"
        for c in characteristics
        if c.get("id") == BUILD_MINUTES and c.get("kind") != "time"
    ]
    fields = {
        "characteristics": characteristics,
        "modes": _entries(document, "mode", problems),
        "not_applicable": _entries(document, "not_applicable", problems),
        "provenance": process.pop("provenance", {}),
        **{name: process.pop(name) for name in OF_THE_PLAN if name in process},
        "identity": process,
        **({"sheet": document.pop("sheet")} if "sheet" in document else {}),
    }
    words = {
        **{name: f"process.{name}" for name in OF_THE_PLAN},
        "identity": "process",
        "provenance": "process.provenance",
        "characteristics": "characteristic",
        "modes": "mode",
    }
    return _validated(InspectionPlan, fields, "", problems, words)


def _design(fields: Mapping[str, Any], problems: list[str]) -> DesignApproval | None:
    return _validated(DesignApproval, fields, "process.design.", problems)


def _bar(fields: object, problems: list[str]) -> Bar | None:
    if fields is None:
        return None
    if not isinstance(fields, dict):
        problems.append("bar: must be a table, [bar]")
        return None
    renamed: dict[str, Any] = {}
    for word, value in fields.items():
        name = str(word)
        if name in _TIMES:
            renamed[_TIMES[name]] = _seconds(f"bar.{name}", value, problems)
        else:
            renamed[_CLAUSES.get(name, name)] = value
    words = {field: word for word, field in (*_CLAUSES.items(), *_TIMES.items())}
    return _validated(Bar, renamed, "bar.", problems, words)


def _seconds(name: str, value: object, problems: list[str]) -> int | None:
    try:
        seconds = seconds_of(plain_value(str(value)), None)
    except ValueError:
        seconds = None
    if seconds is not None and seconds == seconds.to_integral_value():
        return int(seconds)
    problems.append(f"{name}: must be a time with its unit, such as '7 min' or '7 min 30 s'")
    return None


def _table(document: dict[str, Any], name: str, problems: list[str]) -> dict[str, Any]:
    table = document.pop(name, None)
    if isinstance(table, dict):
        return table
    problems.append(f"{name}: the table [{name}] is missing")
    return {}


def _entries(document: dict[str, Any], name: str, problems: list[str]) -> list[dict[str, Any]]:
    entries = document.pop(name, [])
    if isinstance(entries, list) and all(isinstance(entry, dict) for entry in entries):
        return entries
    problems.append(f"{name}: must be written as [[{name}]]")
    return []


def _validated(
    kind: type[V],
    fields: Mapping[str, Any],
    prefix: str,
    problems: list[str],
    words: Mapping[str, str] | None = None,
) -> V | None:
    try:
        return kind.model_validate(dict(fields))
    except ValidationError as error:
        for problem in error.errors(include_url=False):
            path = [str(part) for part in problem["loc"]]
            if path:
                path[0] = (words or {}).get(path[0], path[0])
            said = problem["msg"].removeprefix("Value error, ")
            where = f"{prefix}{'.'.join(path)}".rstrip(".")
            problems.append(f"{where}: {said}" if where else said)
        return None
