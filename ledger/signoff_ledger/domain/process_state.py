"""The state of a process as its events left it."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING, ClassVar, Literal

from signoff_ledger.domain.aggregate import Aggregate
from signoff_ledger.domain.attribution import (
    Attribution,
    Target,
    attribution_in_force,
    design_attributions,
    target_name,
)
from signoff_ledger.domain.events import process as events
from signoff_ledger.domain.orders import Order, at_risk, last_order_at, order_key, ordered_under
from signoff_ledger.domain.plan import InspectionPlan, Parameter
from signoff_ledger.domain.process_records import (
    AppliedChange,
    Cause,
    Decision,
    Ending,
    OpenedBatch,
    PublishedPlan,
    Redesign,
    RegisteredBar,
    SignOff,
    Standing,
)
from signoff_ledger.domain.spelling import folded
from signoff_ledger.domain.values import Origin

if TYPE_CHECKING:
    from signoff_ledger.domain.events.event import EventEnvelope
    from signoff_ledger.domain.plan import DesignApproval
    from signoff_ledger.domain.verdict import Finding

LONGEST_GAP = timedelta(days=730)
"""Two years without a production order end a sign-off (G12; AS9102 lapses after as long)."""

NOTHING_ORDERED = "two years without a production order"
SUPPORTED_AGAIN = (
    "every rule holds again; the order gate stays shut until a person holds the process or "
    "withdraws its sign-off"
)


class ProcessState(Aggregate):
    """State of one process, computed from its events. Commands are in `process.Process`.

    Attributes:
        design: The approval in force.
        designs: Version at which each design, by its digest, was first approved; the same digest
            is the same design, whatever its reference is (G14).
        redesign_version: When the design was last exchanged for one of another digest.
        demanded: Fixture and tooling revision that changes made required (G17).
        parameters: Settings that changes made required, by their folded name.
        attributions: Every attribution, by what it is about.
        orders: Every order, by its folded reference.
        lost: What a sign-off that is no longer supported does not stand on, as last recorded.
    """

    KIND = "process"

    def __init__(self, key: str) -> None:
        super().__init__(key)
        self.design: DesignApproval | None = None
        self.designs: dict[str, int] = {}
        self.redesign_version = 0
        self.documents: set[str] = set()
        self.redesigns: list[Redesign] = []
        self.tooling_approvals: list[events.ToolingApprovalReferenced] = []
        self.plans: list[PublishedPlan] = []
        self.demanded: dict[str, str] = {}
        self.parameters: dict[str, Parameter] = {}
        self.bars: list[RegisteredBar] = []
        self.revision = 1
        self.batches: dict[str, OpenedBatch] = {}
        self.changes: list[AppliedChange] = []
        self.attributions: dict[Target, tuple[Attribution, ...]] = {}
        self.causes: dict[tuple[str, str], Cause] = {}
        self.decisions: list[Decision] = []
        self.endings: list[Ending] = []
        self.sign_off: SignOff | None = None
        self.orders: dict[str, Order] = {}
        self.lapse_version = 0
        self.lost: tuple[Finding, ...] = ()
        self.standing = Standing.NOT_DECIDED
        self.standing_why = ""

    @property
    def plan(self) -> InspectionPlan | None:
        """The plan in force for the next batch."""
        return self.plans[-1].plan if self.plans else None

    @property
    def bar(self) -> RegisteredBar | None:
        """The bar in force for the next batch."""
        return self.bars[-1] if self.bars else None

    @property
    def design_version(self) -> int:
        """When the present design was first approved; 0 without one."""
        return self.designs[self.design.sha256] if self.design else 0

    @property
    def open_batch(self) -> str | None:
        """Key of the batch that is taking units; there is at most one."""
        return next((k for k, b in self.batches.items() if not b.is_finished), None)

    @property
    def latest_batch(self) -> str | None:
        """Key of the batch opened last, those that were closed empty left out (G25)."""
        return next((k for k, b in reversed(self.batches.items()) if not b.is_empty), None)

    @property
    def attempts(self) -> int:
        """Batches that are open or saw results."""
        return sum(not b.is_empty for b in self.batches.values())

    @property
    def batches_of_design(self) -> list[OpenedBatch]:
        """The finished batches that saw results of the present design, in order."""
        return [b for b in self.batches.values() if b.units and self.is_of_design(b)]

    def is_of_design(self, batch: OpenedBatch) -> bool:
        """Say whether a batch was built to the design now in force, by its digest."""
        return self.design is not None and batch.design_sha256 == self.design.sha256

    @property
    def design_questions(self) -> list[tuple[str, int]]:
        """What sends the series back to design, with its event's version (S-35, S-52, G14)."""
        asked = [
            (f"{target_name(target, a.mode)} comes from the design", a.version)
            for target, a in design_attributions(self.attributions, self.design_version)
        ]
        return asked + [
            (f"change C-{c.applied.number} touches the design", c.version)
            for c in self.changes
            if c.applied.touches_design and c.version > self.design_version
        ]

    def origin_of(self, batch: str, mode: str, number: int) -> Attribution | None:
        """Say where a nonconformity comes from; of its own origin and its mode's the gravest.

        Its own attribution stands before its mode's, except where the mode's is the design (G14).
        """
        histories = (self.attributions.get(t) for t in ((batch, number), ("", mode)))
        found = [
            attribution_in_force(history, self.design_version) for history in histories if history
        ]
        grave = [a for a in found if a.origin is Origin.DESIGN]
        return next(iter(grave or found), None)

    @property
    def ordered(self) -> int:
        """Units ordered under the sign-off that has not ended; cancelled ones left out."""
        return ordered_under(self.orders.values(), self.sign_off.batch) if self.sign_off else 0

    @property
    def orders_at_risk(self) -> tuple[events.OrderAtRisk, ...]:
        """The orders that stand; each is at risk wherever the process is not signed off."""
        return at_risk(self.orders.values())

    @property
    def lapses_at(self) -> datetime | None:
        """When a standing sign-off ends by time alone: two years without an order (G12, G26)."""
        if self.sign_off is None:
            return None
        last = last_order_at(self.orders.values(), self.sign_off.batch)
        return max(self.sign_off.at, last or self.sign_off.at) + LONGEST_GAP

    def standing_at(self, moment: datetime) -> tuple[Standing, str]:
        """Say where the process stands at a moment, and why; time alone may end a sign-off."""
        if self.lapses_at is not None and moment > self.lapses_at:
            return Standing.LAPSED, NOTHING_ORDERED
        return self.standing, self.standing_why

    # --- evolution ----------------------------------------------------------------------------

    def _defined(self, event: events.ProcessDefined, _: EventEnvelope) -> None:
        self.key = event.process

    def _design(self, event: events.DesignApprovalReferenced, entry: EventEnvelope) -> None:
        if self.design is not None and self.design.sha256 != event.approval.sha256:
            before = next((b for b in reversed(self.batches.values()) if b.units), None)
            plan = before.opened.plan if before else None
            made = Redesign(self.design, event.approval, entry.version, entry.at, entry.by, plan)
            self.redesigns.append(made)
        if self.design is None or self.design.sha256 != event.approval.sha256:
            self.redesign_version = entry.version
        self.design = event.approval
        self.designs.setdefault(event.approval.sha256, entry.version)
        self.documents.add(folded(event.approval.document))

    def _tooling(self, event: events.ToolingApprovalReferenced, _: EventEnvelope) -> None:
        self.tooling_approvals.append(event)

    def _plan(self, event: events.InspectionPlanPublished, entry: EventEnvelope) -> None:
        self.plans.append(
            PublishedPlan(
                number=event.number,
                plan=event.plan,
                plan_sha256=event.plan_sha256,
                version=entry.version,
                by=entry.by,
                differences=event.differences,
            )
        )

    def _plan_countersigned(
        self, _: events.InspectionPlanCountersigned, entry: EventEnvelope
    ) -> None:
        self.plans[-1] = self.plans[-1]._replace(
            countersigned_by=entry.by, countersigned_version=entry.version
        )

    def _bar(
        self,
        event: events.BarRegistered | events.BarSuperseded,
        entry: EventEnvelope,
    ) -> None:
        registered = RegisteredBar(
            number=event.number,
            bar=event.bar,
            sha256=event.bar_sha256,
            version=entry.version,
            at=entry.at,
        )
        if isinstance(event, events.BarSuperseded):
            registered = registered._replace(loosened=event.loosened, reason=event.reason)
        self.bars.append(registered)

    def _countersigned(self, _: events.BarCountersigned, entry: EventEnvelope) -> None:
        self.bars[-1] = self.bars[-1]._replace(countersigned_by=entry.by)

    def _batch_opened(self, event: events.BatchOpened, entry: EventEnvelope) -> None:
        self.batches[event.batch] = OpenedBatch(
            event, entry.version, len(self.changes), self.design.sha256 if self.design else ""
        )

    def _batch_finished(self, event: events.BatchFinished, _: EventEnvelope) -> None:
        self.batches[event.batch] = self.batches[event.batch]._replace(
            is_finished=True, units=event.units
        )

    def _batch_amended(self, event: events.BatchAmended, entry: EventEnvelope) -> None:
        """Nothing changes here; the event exists so that the version moves."""

    def _attributed(self, event: events.NonconformityAttributed, entry: EventEnvelope) -> None:
        single = event.batch is not None and event.number is not None
        target: Target = (event.batch or "", event.number or 0) if single else ("", event.mode)
        made = Attribution(event.origin, entry.version, entry.by, event.mode, event.reason)
        self.attributions[target] = (*self.attributions.get(target, ()), made)

    def _cause(self, event: events.CauseStated, entry: EventEnvelope) -> None:
        self.causes[(event.batch, event.mode)] = Cause(event.kind, entry.version, entry.by)

    def _changed(self, event: events.ProcessChangeApplied, entry: EventEnvelope) -> None:
        self.changes.append(AppliedChange(event, entry.by, entry.version))
        self.revision = event.process_revision
        for name in ("fixture", "tooling_revision"):
            value = getattr(event, name)
            if value is not None:
                self.demanded[name] = value
        if event.parameter is not None and event.new is not None:
            setting = Parameter(name=event.parameter, value=event.new)
            self.parameters[folded(event.parameter)] = setting

    def _held(self, event: events.ProcessHeld, entry: EventEnvelope) -> None:
        self._decide(event, entry, event.reason, event.awaiting)
        if self.sign_off is not None and event.awaiting is None:
            # The hold may be on a later batch; the sign-off that it ends was on another.
            self._note_ending(Standing.HELD, event.reason, entry)
        self.sign_off = None
        self.standing, self.standing_why = Standing.HELD, event.reason

    def _signed(self, event: events.ProcessSignedOff, entry: EventEnvelope) -> None:
        self._decide(event, entry)
        self.sign_off = SignOff(event, entry.version, entry.at, entry.by)
        self.standing, self.standing_why = Standing.SIGNED_OFF, ""

    def _decide(
        self,
        event: events.ProcessDecision,
        entry: EventEnvelope,
        reason: str = "",
        awaiting: str | None = None,
    ) -> None:
        self.decisions.append(
            Decision(
                version=entry.version,
                at=entry.at,
                by=entry.by,
                printed_name=event.printed_name,
                outcome=event.OUTCOME,
                batch=event.verdict.batch,
                signature=event.signature.kind,
                verdict=event.verdict,
                is_closed=event.verdict.batch != self.open_batch,
                reason=reason,
                awaiting=awaiting,
                is_automatic=event.is_automatic,
            )
        )

    def _handed_over(self, event: events.UnitsHandedOver, entry: EventEnvelope) -> None:
        """Nothing changes here; the projections show where the units went."""

    def _withdrawn(self, event: events.SignOffWithdrawn, entry: EventEnvelope) -> None:
        self._end(Standing.WITHDRAWN, event.reason, entry)

    def _lapsed(self, event: events.SignOffLapsed, entry: EventEnvelope) -> None:
        self.lapse_version = entry.version
        self._end(Standing.LAPSED, event.cause, entry)

    def _end(
        self, ended: Literal[Standing.WITHDRAWN, Standing.LAPSED], why: str, entry: EventEnvelope
    ) -> None:
        self._note_ending(ended, why, entry)
        self.sign_off = None
        self.standing, self.standing_why = ended, why

    def _note_ending(self, ended: Standing, why: str, entry: EventEnvelope) -> None:
        batch = self.sign_off.batch if self.sign_off else None
        self.endings.append(Ending(ended, entry.version, entry.at, entry.by, batch, why))

    def _unsupported(self, event: events.SignOffUnsupported, entry: EventEnvelope) -> None:
        self.lost = event.verdict.lost_support
        rules = "; ".join(f"{f.rule}: {f.says}" for f in self.lost)
        why = f"these rules do not hold now: {rules}" if rules else SUPPORTED_AGAIN
        if self.standing is Standing.UNSUPPORTED:
            self.endings.pop()  # What is lost is now something else.
        self._note_ending(Standing.UNSUPPORTED, why, entry)
        self.standing, self.standing_why = Standing.UNSUPPORTED, why

    def _ordered(self, event: events.ProductionOrderCommitted, entry: EventEnvelope) -> None:
        self._order(event, entry, self.sign_off.batch if self.sign_off else None)

    def _order_reported(
        self, event: events.OrderPlacedWithoutSignOff, entry: EventEnvelope
    ) -> None:
        self._order(event, entry, None)

    def _order(
        self,
        event: events.ProductionOrderCommitted | events.OrderPlacedWithoutSignOff,
        entry: EventEnvelope,
        batch: str | None,
    ) -> None:
        self.orders[order_key(event.reference)] = Order(
            reference=event.reference,
            quantity=event.quantity,
            by=entry.by,
            at=entry.at,
            version=entry.version,
            batch=batch,
        )

    def _order_cancelled(self, event: events.ProductionOrderCancelled, _: EventEnvelope) -> None:
        key = order_key(event.reference)
        self.orders[key] = self.orders[key]._replace(is_cancelled=True)

    def _beside_the_record(self, event: object, entry: EventEnvelope) -> None:
        """Remarks and refusals change no state."""

    EVOLVE: ClassVar = {
        events.ProcessDefined: _defined,
        events.DesignApprovalReferenced: _design,
        events.ToolingApprovalReferenced: _tooling,
        events.InspectionPlanPublished: _plan,
        events.InspectionPlanCountersigned: _plan_countersigned,
        events.BarRegistered: _bar,
        events.BarSuperseded: _bar,
        events.BarCountersigned: _countersigned,
        events.BatchOpened: _batch_opened,
        events.BatchFinished: _batch_finished,
        events.BatchAmended: _batch_amended,
        events.NonconformityAttributed: _attributed,
        events.CauseStated: _cause,
        events.ProcessChangeApplied: _changed,
        events.ProcessHeld: _held,
        events.ProcessSignedOff: _signed,
        events.UnitsHandedOver: _handed_over,
        events.SignOffWithdrawn: _withdrawn,
        events.SignOffLapsed: _lapsed,
        events.SignOffUnsupported: _unsupported,
        events.ProductionOrderCommitted: _ordered,
        events.ProductionOrderCancelled: _order_cancelled,
        events.OrderPlacedWithoutSignOff: _order_reported,
        events.RemarkRecorded: _beside_the_record,
        events.CommandRefused: _beside_the_record,
    }
