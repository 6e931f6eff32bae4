"""A shop floor to play commands on: two open stores on one file, several people, two products.

Every command goes through `Floor.give`, which expects refusals and then looks at what was left.
"""

import tempfile
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import closing
from dataclasses import replace
from datetime import timedelta
from functools import cache
from itertools import count, islice
from pathlib import Path
from typing import Any, NamedTuple

from signoff_ledger.application import (
    correcting,
    deciding,
    importing,
    improving,
    inspecting,
    people,
    planning,
)
from signoff_ledger.application.inspecting import UnitEntry
from signoff_ledger.application.ledger import Call, Ledger, Receipt
from signoff_ledger.application.planfile import PlanFile
from signoff_ledger.application.replay import replay
from signoff_ledger.domain.bar import Bar
from signoff_ledger.domain.batch import Batch
from signoff_ledger.domain.case import Signer
from signoff_ledger.domain.faults import faults_of
from signoff_ledger.domain.gate import judge
from signoff_ledger.domain.plan import UnitBuild
from signoff_ledger.domain.process import Change, Process
from signoff_ledger.domain.unit import DefectReport
from signoff_ledger.domain.values import BuildMethod, CauseKind, ChangeKind, Origin, Role
from signoff_ledger.errors import RuleRefusedError, SignoffError
from signoff_ledger.persistence.sqlite.store import SqliteStore
from signoff_ledger.projections.views import TABLES, Views
from tests.ledgers import (
    PLAN,
    START,
    CountingIds,
    Shop,
    TickingClock,
    check_ledger,
    plan_file,
    wide,
)
from tests.property.watch import Watch

PROCESSES = ("mug", "jug")
RUN_MIN = 50
"""The smallest run that the plans are made for; see `tests.ledgers.PLAN`."""

BARS: Mapping[str, str] = {
    "loose": "units = 3\nmax_rejects = 1\nmissing_units = 'replace'\n"
    "repeat_without_change = 'allow'\n",
    "strict": "units = 2\nmax_rejects = 0\n",
    "timed": "units = 2\nmax_rejects = 1\nbuild_time_each_max = '12 min'\nmax_critical = 1\n",
    "repeat": "units = 2\nmax_rejects = 1\nconfirmation_batch = 'always'\n"
    "[[bar.mode]]\nmode = 'CRACK'\nmax_units = 0\n",
}
PLANS: Mapping[str, tuple[str, str]] = {
    "plain": ("", ""),
    "wider": ('upper = "0.40"', 'upper = "0.60"'),
    "other line": ('line = "Line 1"', 'line = "Line 2"'),
    "new design": ('document = "DRW-1 rev B"', 'document = "DRW-1 rev C"'),
}
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
    "unreadable": {"gap": "a lot"},
}
CHARACTERISTICS = ("gap", "finish", "function", "build_minutes")
MODES = ("LID-SEAT", "CRACK", "FINISH", "FUNCTION", "OTHER")


UseCase = Callable[..., Any]
"""A function of the application, called as `use_case(ledger, call, ...)`."""


class Way(NamedTuple):
    """How a command is given: at which of the two stations; `once`, `twice` or `dry`."""

    station: int = 0
    manner: str = "once"


PLAINLY = Way()


class Floor:
    """A ledger that is worked on from two stations at once, and a reader that watches it."""

    def __init__(self) -> None:
        self._folder = tempfile.TemporaryDirectory(prefix="signoff-floor-")
        self.path = Path(self._folder.name) / "ledger.db"
        self.path.write_bytes(_enrolled())
        self.clock, ids = TickingClock(START + timedelta(days=1)), CountingIds("floor")
        stores = [SqliteStore.open(self.path), SqliteStore.open(self.path)]
        self.stations = [Shop(store, self.clock, ids) for store in stores]
        self.views = [Views(store, store) for store in stores]
        self.store = stores[0]
        self.watch = Watch(self.path)
        self.watch.look()
        self.reached: set[str] = set()
        self.refused: set[str] = set()

    def end(self) -> None:
        """Hold the whole ledger to what it promises, and clear it away."""
        try:
            self.check_everything()
        finally:
            for station in self.stations:
                station.store.close()
            self._folder.cleanup()

    # --- giving commands ------------------------------------------------------------------------

    def give(self, by: str, way: Way, use_case: UseCase, *args: Any, **how: Any) -> str:
        """Give a command; gives the refusal's code, or "" when it was taken.

        Args:
            by: Who gives it.
            way: Where, and how often.
            use_case: What to do.
            *args: Its further arguments.
            **how: Its further arguments by name.
        """
        here, there = (self.stations[n].ledger for n in (way.station, 1 - way.station))
        call = Call(by, self.stations[0].ids.new(), dry_run=way.manner == "dry")

        def command(ledger: Ledger) -> Receipt:
            given = use_case(ledger, call, *args, **how)
            receipt: Receipt = given if isinstance(given, Receipt) else given[0]
            return receipt

        before = self.watch.size
        refused = self._give(here, call, command)
        if way.manner == "twice" and self.watch.size > before:
            size = self.watch.size
            assert refused == self._give(there, call, command)
            assert size == self.watch.size, "a repeated command adds nothing"
        return refused

    def _give(self, ledger: Ledger, call: Call, command: Callable[[Ledger], Receipt]) -> str:
        before = self.watch.size
        try:
            receipt = command(ledger)
        except SignoffError as error:
            self._check_refusal(error, call, before)
            self.refused.add(error.code)
            return error.code
        finally:
            added = self.watch.look()
            self.check_standing()
        said = [recorded.position for recorded in receipt.recorded]
        if call.dry_run or receipt.repeated:
            assert added == []
            assert all(position <= before for position in said)
        else:
            assert [*range(before + 1, self.watch.size + 1)] == said
        return ""

    def _check_refusal(self, error: SignoffError, call: Call, before: int) -> None:
        """A refusal leaves nothing, or itself as the last event, or a lapse and itself (G13)."""
        added = self.watch.look()
        position = getattr(error, "position", None)
        is_recorded = isinstance(error, RuleRefusedError) and error.attempt is not None
        if added:
            assert added in (["command-refused"], ["sign-off-lapsed", "command-refused"])
            assert is_recorded
            assert not call.dry_run
            assert self.watch.size == position
        elif is_recorded and not call.dry_run:
            assert position is not None
            assert position <= before, "it was recorded when it was refused the first time"
        else:
            assert position is None

    # --- what must hold -------------------------------------------------------------------------

    def check_standing(self) -> None:
        """The order gate is open while the process is signed off, and never else (S-04)."""
        for key, known in self.watch.processes.items():
            self.reached.add(known.standing)
            for station in self.stations:
                process = station.store.load(Process, key)
                assert known.standing == process.standing
                blockers = dict(process.order_blockers(self.clock.time, "bela", RUN_MIN))
                assert ("sign-off-stands" in blockers) == (known.standing != "SIGNED_OFF")
            if known.standing == "SIGNED_OFF":
                self.check_sign_off(key)

    def check_sign_off(self, key: str) -> None:
        """A sign-off that stands still follows from what is on record (G11)."""
        case = self.stations[1].ledger.work().case(key)
        sign_off = case.process.sign_off
        assert sign_off is not None
        signed = sign_off.signed
        signer = Signer(sign_off.by, signed.printed_name, frozenset({Role.APPROVER}))
        verdict = judge(replace(case, batch_key=signed.verdict.batch, signer=signer))
        lost = {finding.rule for finding in verdict.blockers}
        assert lost <= {"latest-batch", "no-correction-pending"}

    def check_everything(self) -> None:
        """Every decision replays, memory and views are what the lines say, the file is whole."""
        for key in self.defined():
            for decision in replay(self.store, key):
                assert decision.same, f"the decision at {decision.position} replays otherwise"
        self.check_memory()
        self.check_views()
        assert self.watch.size == check_ledger(self.path)

    def check_memory(self) -> None:
        """What the stores keep in memory is what the lines say."""
        names: list[tuple[type[Process | Batch], str]] = []
        for key in self.defined():
            names += [(Process, key), *((Batch, name) for name in self.batches(key))]
        for kind, name in names:
            fresh = kind(name)
            fresh.replay(recorded.entry for recorded in self.store.stream(fresh.id))
            for station in self.stations:
                assert vars(fresh) == vars(station.store.load(kind, name)), name

    def check_views(self) -> None:
        """Views kept up by one station equal what the other builds anew, row for row."""
        kept = [self.views[0].read(table) for table in TABLES]
        self.views[1].rebuild()
        for table, rows in zip(TABLES, kept, strict=True):
            assert rows == self.views[0].read(table), table.name

    # --- looking --------------------------------------------------------------------------------

    def process(self, key: str) -> Process:
        """Load a process as it stands."""
        return self.store.load(Process, key)

    def defined(self) -> list[str]:
        """Name the processes that exist."""
        return [key for key in PROCESSES if self.process(key).exists]

    def batches(self, key: str) -> list[str]:
        """Name the batches of a process, in order."""
        return [*self.process(key).batches]

    def batch(self, key: str, back: int = 0) -> str:
        """Name a batch of a process, counted back from the latest; `KEY-0` while there is none."""
        batches = self.batches(key)
        return batches[-1 - back % len(batches)] if batches else f"{key}-0"

    def next_batch(self, key: str) -> str:
        """Name the batch that would be opened next."""
        return f"{key}-{len(self.batches(key)) + 1}"

    # --- longer steps ---------------------------------------------------------------------------

    def come_to_a_decision(self, key: str, rejects: int = 0) -> str:
        """Do what a sign-off still needs, build a fresh batch, and try it; gives what said no."""
        process, egon = self.process(key), "egon"
        if not process.exists:
            self.give(egon, PLAINLY, planning.publish_plan, plan(key), None)
        if process.bar is None:
            self.give(egon, PLAINLY, planning.register_bar, key, bar(key))
        if process.open_batch is not None:
            self.finish(process.open_batch)
        self.answer_corrections(key)
        self.answer_faults(key)
        self.give(
            egon, PLAINLY, planning.note_approval, key, of="design", note=None,
            reference=f"DS-{self.watch.size}", document="DRW-1", sha256="1" * 64,
        )  # fmt: skip
        self.give(egon, PLAINLY, improving.apply_change, key, change(MODES))
        batch = self.next_batch(key)
        self.give(egon, PLAINLY, planning.open_batch, key, batch, {})
        self.finish(batch, rejects)
        self.answer_faults(key)
        if Role.APPROVER not in self.stations[0].ledger.work().person("anna").roles:
            self.give("olga", PLAINLY, people.grant, "anna", Role.APPROVER, "back again")
        return self.give("anna", PLAINLY, deciding.sign, key, None, None)

    def finish(self, batch: str, rejects: int = 0) -> None:
        """Fill a batch with units off the line, so many of them rejects, and close it."""
        known = self.store.load(Batch, batch)
        if not known.exists:
            return
        made = known.started.required.model_dump(include={"line", "fixture"})
        fresh = (f"{batch}-{n}" for n in count() if f"{batch}-{n}" not in known.units)
        missing = known.bar.units - known.planned_units
        rows = [
            row(
                serial,
                "gap" if n < rejects else "good",
                line=made["line"],
                fixture_id=made["fixture"],
            )
            for n, serial in enumerate(islice(fresh, missing))
        ]
        if rows:
            self.give("ines", PLAINLY, importing.import_sheet, batch, wide(rows), **SHEET)
        self.give("ines", PLAINLY, inspecting.close_batch, batch, None)

    def answer_corrections(self, key: str) -> None:
        """Decline every correction that waits, by somebody who did not ask for it."""
        for batch in self.batches(key):
            for waiting in self.store.load(Batch, batch).pending_corrections:
                by = "ines" if waiting.asked_by != "ines" else "ivan"
                number = waiting.asked.number
                self.give(by, PLAINLY, correcting.decline, batch, number, "it is as it was")

    def answer_faults(self, key: str) -> None:
        """Say of every fault that it comes from the process and that no cause was found."""
        case = self.stations[0].ledger.work().case(key)
        for fault in faults_of(case):
            attributed = {"mode": fault.mode, "origin": Origin.PROCESS, "reason": "seen there"}
            self.give("egon", PLAINLY, improving.attribute, key, **attributed)
            stated = {"kind": CauseKind.NOT_FOUND, "statement": "looked and found nothing"}
            self.give("egon", PLAINLY, improving.state_cause, fault.batch, fault.mode, **stated)


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
    return plan_file(text.replace('id = "mug"', f'id = "{key}"').replace(*PLANS[variant]))


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


def unit_entry(serial: str, kind: str) -> UnitEntry:
    """Make what a person types about one unit."""
    cells = row(serial, kind)
    mode, _, zone = cells.get("defects", "").partition("@")
    return UnitEntry(
        serial=serial,
        build=UnitBuild(method=BuildMethod(cells["build_method"]), line=cells.get("line")),
        values={name: cells[name] for name in CHARACTERISTICS if cells[name]},
        defects=(DefectReport(mode, zone or None),) if mode else (),
    )


def change(
    addresses: Sequence[str], *, touches_design: bool = False, fixture: str | None = None
) -> Change:
    """Make a change of the process."""
    said = ("turned a screw", "it sat wrong")
    return Change(ChangeKind.PROCESS, *said, touches_design, tuple(addresses), fixture)


@cache
def _enrolled() -> bytes:
    """Make a ledger with everybody enrolled, once; each floor begins with a copy of the file."""
    with tempfile.TemporaryDirectory(prefix="signoff-floor-") as folder:
        path = Path(folder) / "ledger.db"
        shop = Shop.founded(path)
        everything = [Role.INSPECTOR, Role.ENGINEER, Role.APPROVER, Role.BUYER]
        people.enrol(shop.ledger, Call("olga"), "ivan", "Ivan Inspector", [Role.INSPECTOR])
        people.enrol(shop.ledger, Call("olga"), "paul", "Paul of all trades", everything)
        shop.store.close()
        with closing(SqliteStore.open(path)) as store:
            store.rows("PRAGMA wal_checkpoint(TRUNCATE)")
        return path.read_bytes()
