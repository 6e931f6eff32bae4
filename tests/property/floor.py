"""A shop floor to play commands on: two open stores on one file, several people, two products.

Every command goes through `Floor.give`, which expects refusals and then looks at what was left.
"""

import tempfile
from collections.abc import Callable, Mapping, Sequence
from contextlib import closing
from dataclasses import replace
from datetime import timedelta
from functools import cache
from itertools import count, islice
from pathlib import Path
from typing import Any, NamedTuple

from signoff_ledger.application.commands.bars import RegisterBar
from signoff_ledger.application.commands.batches import CloseBatch, OpenBatch
from signoff_ledger.application.commands.changes import ApplyChange
from signoff_ledger.application.commands.command import Command
from signoff_ledger.application.commands.corrections import DeclineCorrection
from signoff_ledger.application.commands.decisions import SignOff
from signoff_ledger.application.commands.nonconformities import AttributeNonconformity, StateCause
from signoff_ledger.application.commands.people import EnrolPerson, GrantRole
from signoff_ledger.application.commands.plans import CountersignPlan, NoteApproval, PublishPlan
from signoff_ledger.application.commands.sheet_import import ImportSheet
from signoff_ledger.application.ledger import Call, Ledger, Receipt
from signoff_ledger.domain.batch import Batch
from signoff_ledger.domain.batch_modes import modes_of
from signoff_ledger.domain.case import Signer
from signoff_ledger.domain.gate.rule_sets import judge
from signoff_ledger.domain.plan import UnitBuild
from signoff_ledger.domain.process import Process
from signoff_ledger.domain.values import CauseKind, Origin, Role
from signoff_ledger.errors import RuleRefusedError, SignoffError
from signoff_ledger.persistence.sqlite.store import SqliteStore
from signoff_ledger.projections.tables import TABLES
from signoff_ledger.projections.views import Views
from signoff_ledger.replay.replay import replay_decisions
from tests.agreement import assert_agreed, disagreements, disagreements_now
from tests.ledgers import (
    START,
    CountingIds,
    Shop,
    TickingClock,
    check_ledger,
    wide,
)
from tests.property.materials import (
    MODES,
    PROCESSES,
    RUN_MIN,
    SHEET,
    bar,
    change,
    plan,
    row,
)
from tests.property.watch import Watch
from tests.recount.comparison import differences
from tests.recount.ground import Ground
from tests.recount.log import Line, Log, line_of
from tests.recount.origins import back_to_design
from tests.recount.rules import loosens
from tests.recount.standing import walk

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
        self.log = Log()
        self.recount()
        self.reached: set[str] = set()
        self.refused: set[str] = set()

    def end(self) -> None:
        """Hold the whole ledger to what it promises, and clear it away."""
        try:
            self.check_everything()
        finally:
            self.clear()

    def clear(self) -> None:
        """Clear it away."""
        for station in self.stations:
            station.store.close()
        self._folder.cleanup()

    # --- giving commands ------------------------------------------------------------------------

    def give(self, by: str, way: Way, record: Callable[..., Command], **fields: Any) -> str:
        """Give a command; gives the refusal's code, or "" when it was taken.

        Args:
            by: Who gives it.
            way: Where, and how often.
            record: What is asked for.
            **fields: Its fields.
        """
        here, there = (self.stations[n].ledger for n in (way.station, 1 - way.station))
        call = Call(by, self.stations[0].ids.new(), dry_run=way.manner == "dry")

        def command(ledger: Ledger) -> Receipt:
            return ledger.execute(record(**fields), call)

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
            lines = self.recount()
            self.check_standing()
            self.check_count(lines)
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
            if walk(Ground(self.log, key), self.clock.time).standing == "SIGNED_OFF":
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
        assert {"latest-batch", "no-correction-pending"} >= lost

    def check_everything(self) -> None:
        """Every decision replays, memory and views are what the lines say, the file is whole."""
        for key in self.defined():
            for decision in replay_decisions(self.store, key):
                assert decision.same, f"the decision at {decision.position} replays otherwise"
        self.check_memory()
        self.check_views()
        ledger = self.stations[1].ledger
        assert_agreed(disagreements(ledger, self.log, self.clock.time))
        assert self.watch.size == check_ledger(self.path)

    def recount(self) -> list[Line]:
        """Take the new lines in for the second count."""
        raw_lines = self.watch.lines[self.log.size :]
        added = [line_of(raw, n) for n, raw in enumerate(raw_lines, self.log.size + 1)]
        for line in added:
            self.log.add(line)
        return added

    def check_count(self, added: Sequence[Line]) -> None:
        """What new lines say, and what is said of their processes now, is what is counted."""
        touched = {self.watch.process_of(line.stream) for line in added} - {""}
        assert_agreed(differences(self.log, self.log.size - len(added)))
        ledger = self.stations[1].ledger
        assert_agreed(disagreements_now(ledger, self.log, self.clock.time, sorted(touched)))

    def check_memory(self) -> None:
        """What the stores keep in memory is what the lines say."""
        names: list[tuple[type[Process | Batch], str]] = []
        for key in self.defined():
            names += [(Process, key), *((Batch, name) for name in self.batches(key))]
        for kind, name in names:
            fresh = kind(name)
            fresh.replay(recorded.entry for recorded in self.store.stream(fresh.id))
            for station in self.stations:
                kept = station.store.load(kind, name)
                assert stated(fresh) == stated(kept), name
                if isinstance(fresh, Batch) and isinstance(kept, Batch):
                    assert fresh.tally() == kept.tally(), name

    def check_views(self) -> None:
        """Views kept up by one station equal what the other builds again, row for row."""
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

    def readings(self, batch: str, serial: str) -> Mapping[str, int]:
        """Give the readings of a unit; none where it is not there."""
        known = self.store.load(Batch, batch)
        return known.units[serial].readings if serial in known.units else {}

    def asked(self, batch: str) -> int:
        """Count the corrections that were ever asked for in a batch."""
        return len(self.store.load(Batch, batch).corrections)

    def last_nonconformity(self, batch: str) -> int:
        """Give the number of the nonconformity recorded last in a batch."""
        return self.store.load(Batch, batch).last_nonconformity

    def build_of(self, batch: str, serial: str) -> UnitBuild | None:
        """Say how a unit on record was built."""
        known = self.store.load(Batch, batch)
        return known.units[serial].build if serial in known.units else None

    # --- longer steps ---------------------------------------------------------------------------

    def come_to_a_decision(self, key: str, rejects: int = 0) -> str:
        """Do what a sign-off still needs, build a fresh batch, and try it; gives what said no."""
        process, egon = self.process(key), "egon"
        if not process.exists:
            self.give(egon, PLAINLY, PublishPlan.from_file, file=plan(key), reason=None)
        if process.bar is None:
            self.give(egon, PLAINLY, RegisterBar, process=key, bar=bar(key))
        if process.open_batch is not None:
            self.finish(process.open_batch)
        self.answer_corrections(key)
        self.answer_nonconformities(key)
        self.answer_doubts(key)
        self.give(egon, PLAINLY, ApplyChange, process=key, change=change(MODES))
        batch = self.next_batch(key)
        self.give(egon, PLAINLY, OpenBatch, process=key, batch=batch, made_on={})
        self.finish(batch, rejects)
        self.answer_nonconformities(key)
        if Role.APPROVER not in self.stations[0].ledger.work().person("anna").roles:
            self.give(
                "olga", PLAINLY, GrantRole, person="anna", role=Role.APPROVER, note="back again"
            )
        return self.give("anna", PLAINLY, SignOff, process=key, batch=None, note=None)

    def finish(self, batch: str, rejects: int = 0) -> None:
        """Fill a batch with units off the line, so many of them rejects, and close it."""
        known = self.store.load(Batch, batch)
        if not known.exists:
            return
        ground = Ground(self.log, known.started.process)
        demand = ground.demand_at(ground.batches[batch].opened.position)
        fresh = (f"{batch}-{n}" for n in count() if f"{batch}-{n}" not in known.units)
        missing = known.bar.units - known.planned_units
        rows = [
            row(
                serial,
                "gap" if n < rejects else "good",
                line=demand.required["line"],
                fixture_id=demand.required["fixture"],
                tooling_revision=demand.required["tooling_revision"],
                **{f"parameter:{name}": value for name, value in demand.parameters.items()},
            )
            for n, serial in enumerate(islice(fresh, missing))
        ]
        if rows:
            self.give("ines", PLAINLY, ImportSheet, batch=batch, file=wide(rows), **SHEET)
        self.give("ines", PLAINLY, CloseBatch, batch=batch, note=None)

    def answer_doubts(self, key: str) -> None:
        """Approve another design where the series is closed, and agree to a looser plan."""
        ground = Ground(self.log, key)
        if back_to_design(ground):
            sha256 = f"{self.watch.size:064x}"
            named = {"reference": "DS-2", "document": "DRW-1", "sha256": sha256}
            self.give("egon", PLAINLY, NoteApproval, process=key, of="design", note=None, **named)
        published = ground.plans()
        if published and loosens(ground, published[-1]):
            self.give("anna", PLAINLY, CountersignPlan, process=key)

    def answer_corrections(self, key: str) -> None:
        """Decline every correction that waits, by somebody who did not ask for it."""
        for batch in self.batches(key):
            for waiting in self.store.load(Batch, batch).pending_corrections:
                by = "ines" if waiting.asked_by != "ines" else "ivan"
                number = waiting.asked.number
                self.give(
                    by,
                    PLAINLY,
                    DeclineCorrection,
                    batch=batch,
                    number=number,
                    reason="it is as it was",
                )

    def answer_nonconformities(self, key: str) -> None:
        """Say of every nonconformity that it comes from the process and that no cause was found."""
        case = self.stations[0].ledger.work().case(key)
        for found in modes_of(case):
            attributed = {"mode": found.mode, "origin": Origin.PROCESS, "reason": "seen there"}
            self.give("egon", PLAINLY, AttributeNonconformity, process=key, **attributed)
            stated = {"kind": CauseKind.NOT_FOUND, "statement": "looked and found nothing"}
            self.give("egon", PLAINLY, StateCause, batch=found.batch, mode=found.mode, **stated)


@cache
def stated(aggregate: Process | Batch) -> dict[str, object]:
    """Give what an aggregate holds, without the last count of a batch, which copies share."""
    return {name: value for name, value in vars(aggregate).items() if name != "counts"}


def _enrolled() -> bytes:
    """Make a ledger with everybody enrolled, once; each floor begins with a copy of the file."""
    with tempfile.TemporaryDirectory(prefix="signoff-floor-") as folder:
        path = Path(folder) / "ledger.db"
        shop = Shop.founded(path)
        everything = (Role.INSPECTOR, Role.ENGINEER, Role.APPROVER, Role.BUYER)
        shop.ledger.execute(
            EnrolPerson(person="ivan", printed_name="Ivan Inspector", roles=(Role.INSPECTOR,)),
            Call("olga"),
        )
        shop.ledger.execute(
            EnrolPerson(person="paul", printed_name="Paul of all trades", roles=everything),
            Call("olga"),
        )
        shop.store.close()
        with closing(SqliteStore.open(path)) as store:
            store.rows("PRAGMA wal_checkpoint(TRUNCATE)")
        return path.read_bytes()
