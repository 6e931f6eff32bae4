"""A state machine that gives random commands to a real ledger, from two stations at once.

After each command, a reader of its own and the second count hold the new lines to what must always
be true; at the end every decision is replayed, and every view is compared with a rebuild.
"""

from collections.abc import Mapping
from datetime import datetime, timedelta
from itertools import chain
from random import Random

from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize

from signoff_ledger.application.commands.bars import RegisterBar, SupersedeBar
from signoff_ledger.application.commands.batches import CloseBatch, OpenBatch
from signoff_ledger.application.commands.changes import ApplyChange
from signoff_ledger.application.commands.command import Command
from signoff_ledger.application.commands.corrections import (
    ConfirmCorrection,
    DeclineCorrection,
    RequestCorrection,
)
from signoff_ledger.application.commands.decisions import Hold, RecordRemark, SignOff, Withdraw
from signoff_ledger.application.commands.inspection import DisposeUnit, RecordUnit
from signoff_ledger.application.commands.nonconformities import (
    AddNonconformity,
    AttributeNonconformity,
    StateCause,
)
from signoff_ledger.application.commands.orders import CancelOrder, CommitOrder, ReportOrder
from signoff_ledger.application.commands.people import GrantRole
from signoff_ledger.application.commands.plans import CountersignPlan, NoteApproval, PublishPlan
from signoff_ledger.application.commands.sheet_import import ImportSheet
from signoff_ledger.domain.process import Change
from signoff_ledger.domain.unit import NonconformityReport
from signoff_ledger.domain.values import CauseKind, Disposition, Origin, RemarkKind, Role
from tests.ledgers import wide
from tests.property.choices import BEGINNINGS, SPELLINGS, Spot, drawn, offered
from tests.property.floor import PLAINLY, Floor, Way
from tests.property.materials import SHEET, bar, long_rows, plan, row, unit_entry


class LedgerMachine(RuleBasedStateMachine):
    """Commands in any order, by anybody, at either station."""

    def __init__(self) -> None:
        super().__init__()
        self.floor = Floor()
        self.give = self.floor.give

    def teardown(self) -> None:
        self.floor.end()

    def wander(self, chance: Random, steps: int) -> None:
        """Give so many commands as chance has it, without Hypothesis."""
        self.begin(chance.choice(BEGINNINGS))
        for _ in range(steps):
            name, arguments = drawn(chance)
            getattr(self, name)(**arguments)

    def at(self, spot: Spot) -> tuple[str, str]:
        """Name the batch and the unit of a spot."""
        batch = self.floor.batch(spot.key, spot.back)
        return batch, f"{batch}-{spot.number}"

    def unit(self, spot: Spot) -> dict[str, str]:
        """Name them as fields of a command."""
        batch, serial = self.at(spot)
        return {"batch": batch, "serial": serial}

    def moment(self, off: timedelta | None) -> datetime | None:
        """Give a time that far from now, for what was seen; None for none."""
        return None if off is None else self.floor.clock.time + off

    @initialize(so_far=st.sampled_from(BEGINNINGS))
    def begin(self, so_far: str) -> None:
        """Go straight to where the interesting commands are possible."""
        if so_far == "nothing":
            return
        self.publish_a_plan("egon", "mug", "plain", PLAINLY)
        if so_far in {"held", "signed off"}:
            self.floor.come_to_a_decision("mug", rejects=2 if so_far == "held" else 1)
            return
        self.register_a_bar("egon", "mug", "loose", PLAINLY)
        if so_far == "open":
            self.open_a_batch("egon", "mug", {}, {}, PLAINLY)

    # --- setting up -----------------------------------------------------------------------------

    @offered("publish_a_plan")
    def publish_a_plan(self, by: str, key: str, variant: str, way: Way) -> None:
        self.give(by, way, PublishPlan.from_file, file=plan(key, variant), reason="it was time")

    @offered("publish_a_plan_and_agree_to_it")
    def publish_a_plan_and_agree_to_it(self, key: str, variant: str, by: str, way: Way) -> None:
        """G15: where it loosens something, and whoever agrees may be the one who published it."""
        self.floor.finish(self.floor.batch(key))
        self.publish_a_plan("egon", key, variant, PLAINLY)
        self.countersign_the_plan(by, key, way)
        self.floor.come_to_a_decision(key)

    @offered("countersign_the_plan")
    def countersign_the_plan(self, by: str, key: str, way: Way) -> None:
        self.give(by, way, CountersignPlan, process=key)

    @offered("note_an_approval")
    def note_an_approval(self, by: str, key: str, of: str, is_new: bool, way: Way) -> None:
        digest = f"{self.floor.watch.size if is_new else 0:064x}"
        named = {"of": of, "reference": "A-1", "note": None}
        if of == "design":
            named |= {"document": "D-1", "sha256": digest}
        self.give(by, way, NoteApproval, process=key, **named)

    @offered("register_a_bar")
    def register_a_bar(self, by: str, key: str, name: str, way: Way) -> None:
        self.give(by, way, RegisterBar, process=key, bar=bar(key, name))

    @offered("supersede_the_bar")
    def supersede_the_bar(self, by: str, key: str, name: str, way: Way) -> None:
        self.give(by, way, SupersedeBar, process=key, bar=bar(key, name), reason="agreed again")

    @offered("open_a_batch")
    def open_a_batch(
        self,
        by: str,
        key: str,
        made_on: Mapping[str, str],
        settings: Mapping[str, str],
        way: Way,
    ) -> None:
        batch = self.floor.next_batch(key)
        said = {"parameters": dict(settings)}
        self.give(by, way, OpenBatch, process=key, batch=batch, made_on=dict(made_on), **said)

    @offered("open_a_batch_and_close_it_empty")
    def open_a_batch_and_close_it_empty(self, key: str, way: Way) -> None:
        self.open_a_batch("egon", key, {}, {}, way)
        self.close_a_batch("ines", Spot(key), way)

    # --- at the line ----------------------------------------------------------------------------

    @offered("record_a_unit")
    def record_a_unit(self, by: str, spot: Spot, kind: str, way: Way) -> None:
        entry = unit_entry(self.at(spot)[1], kind)
        self.give(by, way, RecordUnit, batch=self.floor.batch(spot.key), **entry)

    @offered("record_a_unit_seen_at")
    def record_a_unit_seen_at(self, by: str, spot: Spot, off: timedelta, way: Way) -> None:
        batch, serial = self.at(spot)
        entry = {**unit_entry(serial, "good"), "observed_at": self.moment(off)}
        self.give(by, way, RecordUnit, batch=batch, **entry)

    @offered("record_a_unit_spelt_otherwise")
    def record_a_unit_spelt_otherwise(
        self, by: str, spot: Spot, spelling: str, is_another: bool, way: Way
    ) -> None:
        serial = self.at(spot)[1]
        entry = unit_entry(SPELLINGS[spelling](serial), "good")
        if is_another:
            entry = {**entry, "distinct_from": (serial,)}
        self.give(by, way, RecordUnit, batch=self.floor.batch(spot.key), **entry)

    @offered("record_what_is_missing")
    def record_what_is_missing(self, by: str, spot: Spot, kind: str, way: Way) -> None:
        batch, serial = self.at(spot)
        entry = unit_entry(serial, kind)
        read = self.floor.readings(batch, serial)
        values = {name: value for name, value in entry["values"].items() if name not in read}
        build = self.floor.build_of(batch, serial) or entry["build"]
        entry = {**entry, "values": values, "build": build, "nonconformities": ()}
        self.give(by, way, RecordUnit, batch=batch, **entry)

    @offered("record_a_replacement")
    def record_a_replacement(self, by: str, spot: Spot, kind: str, way: Way) -> None:
        batch, serial = self.at(spot)
        entry = {**unit_entry(f"{serial}-b", kind), "replaces": (serial, "it was lost")}
        self.give(by, way, RecordUnit, batch=batch, **entry)

    @offered("replace_a_unit_and_finish_it_after_all")
    def replace_a_unit_and_finish_it_after_all(
        self, by: str, spot: Spot, kind: str, way: Way
    ) -> None:
        """G5, S-23: whoever replaces a unit cannot choose between the two afterwards."""
        new = Spot(spot.key, 0, self.floor.watch.size)
        self.record_a_unit(by, new, "blank", PLAINLY)
        self.record_a_replacement(by, new, "good", PLAINLY)
        if kind == "cracked":
            self.add_a_nonconformity(by, new, NonconformityReport("CRACK"), None, way)
        elif kind != "blank":
            self.record_what_is_missing(by, new, kind, way)

    @offered("test_again")
    def test_again(self, by: str, spot: Spot, kind: str, off: timedelta | None, way: Way) -> None:
        batch, serial = self.at(spot)
        entry = {**unit_entry(serial, kind), "retest": True, "observed_at": self.moment(off)}
        self.give(by, way, RecordUnit, batch=batch, **entry)

    @offered("import_a_wide_sheet")
    def import_a_wide_sheet(self, by: str, rows: list[tuple[Spot, str]], way: Way) -> None:
        batch = self.floor.batch(rows[0][0].key)
        content = wide([row(self.at(spot)[1], kind) for spot, kind in rows])
        self.give(by, way, ImportSheet, batch=batch, file=content, **SHEET)

    @offered("import_a_long_sheet")
    def import_a_long_sheet(self, by: str, rows: list[tuple[Spot, str, int]], way: Way) -> None:
        batch = self.floor.batch(rows[0][0].key)
        lines = [long_rows(self.at(spot)[1], kind, attempt) for spot, kind, attempt in rows]
        self.give(
            by, way, ImportSheet, batch=batch, file=wide([*chain.from_iterable(lines)]), **SHEET
        )

    @offered("add_a_nonconformity")
    def add_a_nonconformity(
        self, by: str, spot: Spot, found: NonconformityReport, off: timedelta | None, way: Way
    ) -> None:
        seen = self.moment(off)
        self.give(
            by, way, AddNonconformity, **self.unit(spot), nonconformity=found, observed_at=seen
        )

    @offered("dispose_of_a_unit")
    def dispose_of_a_unit(self, by: str, spot: Spot, what: Disposition, way: Way) -> None:
        decided = {"disposition": what, "reason": "of no use"}
        self.give(by, way, DisposeUnit, **self.unit(spot), **decided)

    @offered("close_a_batch")
    def close_a_batch(self, by: str, spot: Spot, way: Way) -> None:
        self.give(by, way, CloseBatch, batch=self.at(spot)[0], note=None)

    # --- between batches ------------------------------------------------------------------------

    @offered("attribute_a_mode")
    def attribute_a_mode(self, by: str, key: str, mode: str, origin: Origin, way: Way) -> None:
        said = {"mode": mode, "origin": origin, "reason": "it looks so"}
        self.give(by, way, AttributeNonconformity, process=key, **said)

    @offered("attribute_one_nonconformity")
    def attribute_one_nonconformity(self, by: str, spot: Spot, origin: Origin, way: Way) -> None:
        single = (self.at(spot)[0], spot.number + 1)
        said = {"mode": None, "origin": origin, "reason": "a slip", "single": single}
        self.give(by, way, AttributeNonconformity, process=spot.key, **said)

    @offered("doubt_the_design_and_take_it_back")
    def doubt_the_design_and_take_it_back(
        self, spot: Spot, mode: str | None, people: tuple[str, ...], way: Way
    ) -> None:
        """G14: of a mode or of one nonconformity; it takes two people to take it back."""
        for by, origin in zip(("egon", *people), (Origin.DESIGN, *Origin), strict=False):
            if mode is None:
                self.attribute_one_nonconformity(by, spot, origin, way)
            else:
                self.attribute_a_mode(by, spot.key, mode, origin, way)

    @offered("state_a_cause")
    def state_a_cause(self, by: str, spot: Spot, mode: str, kind: CauseKind, way: Way) -> None:
        said = {"kind": kind, "statement": "that is how it is"}
        self.give(by, way, StateCause, batch=self.at(spot)[0], mode=mode, **said)

    @offered("change_the_process")
    def change_the_process(self, by: str, key: str, made: Change, way: Way) -> None:
        self.give(by, way, ApplyChange, process=key, change=made)

    @offered("ask_for_a_correction")
    def ask_for_a_correction(
        self, by: str, spot: Spot, becomes: tuple[str, str], remeasured: str | None, way: Way
    ) -> None:
        asked = {"field": becomes[0], "becomes": becomes[1], "reason": "a slip"}
        self.give(by, way, RequestCorrection, **self.unit(spot), remeasured=remeasured, **asked)

    @offered("correct_between_two")
    def correct_between_two(self, spot: Spot, becomes: tuple[str, str], way: Way) -> None:
        """S-23: asked by one, confirmed by another, whatever is decided already."""
        waiting = self.floor.asked(self.at(spot)[0])
        self.ask_for_a_correction("ines", spot, becomes, "with another gauge", PLAINLY)
        self.confirm_a_correction("ivan", spot, waiting + 1, way)

    @offered("find_a_nonconformity_and_correct_it")
    def find_a_nonconformity_and_correct_it(
        self, spot: Spot, found: NonconformityReport, becomes: str, way: Way
    ) -> None:
        """S-23, S-45: by two people; a nonconformity is renamed, or was none."""
        self.add_a_nonconformity("ines", spot, found, None, PLAINLY)
        number = self.floor.last_nonconformity(self.at(spot)[0])
        self.correct_between_two(spot, (f"D-{number}", becomes), way)

    @offered("confirm_a_correction")
    def confirm_a_correction(self, by: str, spot: Spot, number: int, way: Way) -> None:
        self.give(by, way, ConfirmCorrection, batch=self.at(spot)[0], number=number)

    @offered("decline_a_correction")
    def decline_a_correction(self, by: str, spot: Spot, number: int, way: Way) -> None:
        self.give(
            by, way, DeclineCorrection, batch=self.at(spot)[0], number=number, reason="it is right"
        )

    # --- deciding -------------------------------------------------------------------------------

    @offered("sign_off")
    def sign_off(self, by: str, spot: Spot, is_named: bool, way: Way) -> None:
        batch = self.at(spot)[0] if is_named else None
        self.give(by, way, SignOff, process=spot.key, batch=batch, note=None)

    @offered("hold")
    def hold(self, by: str, key: str, awaiting: str | None, way: Way) -> None:
        self.give(by, way, Hold, process=key, batch=None, reason="not yet", awaiting=awaiting)

    @offered("withdraw")
    def withdraw(self, by: str, key: str, way: Way) -> None:
        self.give(by, way, Withdraw, process=key, reason="a doubt came up")

    @offered("commit_an_order")
    def commit_an_order(self, by: str, key: str, quantity: int, reference: str, way: Way) -> None:
        named = {"quantity": quantity, "reference": reference}
        self.give(by, way, CommitOrder, process=key, **named)

    @offered("cancel_an_order")
    def cancel_an_order(self, by: str, key: str, reference: str, way: Way) -> None:
        named = {"reference": reference, "reason": "it was too early"}
        self.give(by, way, CancelOrder, process=key, **named)

    @offered("report_an_order")
    def report_an_order(self, by: str, key: str, reference: str, way: Way) -> None:
        named = {"quantity": 70, "reference": reference, "note": "it was sent by letter"}
        self.give(by, way, ReportOrder, process=key, **named)

    @offered("remark")
    def remark(self, by: str, key: str, kind: RemarkKind, way: Way) -> None:
        self.give(by, way, RecordRemark, process=key, kind=kind, text="I see it otherwise")

    # --- around it ------------------------------------------------------------------------------

    @offered("make_an_approver_or_not")
    def make_an_approver_or_not(self, key: str, record: type[Command], way: Way) -> None:
        why = "note" if record is GrantRole else "reason"
        self.give("olga", way, record, person=key, role=Role.APPROVER, **{why: "as agreed"})

    @offered("let_time_pass")
    def let_time_pass(self, days: int) -> None:
        self.floor.clock.time += timedelta(days=days)

    @offered("catch_up_with_the_views")
    def catch_up_with_the_views(self, station: int) -> None:
        self.floor.views[station].catch_up()

    # --- whole rounds, so that decisions are common ---------------------------------------------

    @offered("come_to_a_decision")
    def come_to_a_decision(self, key: str, rejects: int) -> None:
        self.floor.come_to_a_decision(key, rejects)
