"""The state of a process as its events left it."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import TYPE_CHECKING, ClassVar, Literal, NamedTuple

from signoff_ledger.domain import process_events as events
from signoff_ledger.domain.aggregate import Aggregate
from signoff_ledger.domain.bar import Bar
from signoff_ledger.domain.values import CauseKind, Origin, Outcome

if TYPE_CHECKING:
    from signoff_ledger.domain.event import Entry
    from signoff_ledger.domain.plan import DesignApproval, InspectionPlan, Provenance


class Standing(StrEnum):
    """Where a process stands; only `SIGNED_OFF` opens the order gate."""

    NOT_DECIDED = "NOT_DECIDED"
    HELD = "HELD"
    SIGNED_OFF = "SIGNED_OFF"
    LAPSED = "LAPSED"
    WITHDRAWN = "WITHDRAWN"
    UNSUPPORTED = "UNSUPPORTED"


class RegisteredBar(NamedTuple):
    """A version of the bar, in the order registered."""

    number: int
    bar: Bar
    sha256: str
    version: int
    at: datetime
    loosened: tuple[str, ...] = ()
    reason: str | None = None
    countersigned_by: str | None = None


class OpenedBatch(NamedTuple):
    """A batch as its process knows it."""

    opened: events.BatchOpened
    version: int
    changes_before: int
    is_finished: bool = False
    units: int = 0


class AppliedChange(NamedTuple):
    """A process change, who applied it, and how many batches had been opened by then."""

    applied: events.ProcessChangeApplied
    by: str
    version: int
    after_batches: int


class Attribution(NamedTuple):
    """Where a mode, or one nonconformity of it, comes from."""

    origin: Origin
    version: int


class Cause(NamedTuple):
    """How a mode found in a batch was answered."""

    kind: CauseKind
    version: int
    by: str


class Decision(NamedTuple):
    """A decision as taken; `signature` is the kind of it, `none` or `ssh`."""

    version: int
    at: datetime
    by: str
    outcome: Outcome
    batch: str | None
    signature: str


class SignOff(NamedTuple):
    """A sign-off and what became of it."""

    signed: events.ProcessSignedOff
    version: int
    at: datetime
    by: str
    ordered: int = 0
    last_order_at: datetime | None = None


class ProcessState(Aggregate):
    """What the events of one process add up to. Commands are in `process.Process`."""

    KIND = "process"

    def __init__(self, key: str) -> None:
        super().__init__(key)
        self.design: DesignApproval | None = None
        self.design_version = 0
        self.tooling_approvals: list[events.ToolingApprovalReferenced] = []
        self.plans: list[events.InspectionPlanPublished] = []
        self.plan_version = 0
        self.required: Provenance | None = None
        self.bars: list[RegisteredBar] = []
        self.revision = 1
        self.batches: dict[str, OpenedBatch] = {}
        self.changes: list[AppliedChange] = []
        self.origins: dict[str, Attribution] = {}
        self.single_origins: dict[tuple[str, int], Attribution] = {}
        self.causes: dict[tuple[str, str], Cause] = {}
        self.decisions: list[Decision] = []
        self.sign_off: SignOff | None = None
        self.ordered: dict[str, int] = {}
        self.lapse_version = 0
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
    def open_batch(self) -> str | None:
        """Key of the batch that is taking units; there is at most one."""
        return next((k for k, b in self.batches.items() if not b.is_finished), None)

    @property
    def latest_batch(self) -> str | None:
        """Key of the batch opened last."""
        return next(reversed(self.batches), None)

    @property
    def design_questions(self) -> list[str]:
        """What sends the series back to design since the design was last approved (S-35, S-52)."""
        modes = dict(self.origins)
        modes |= {f"D-{n} of {batch}": a for (batch, n), a in self.single_origins.items()}
        asked = [
            f"{what} comes from the design"
            for what, a in modes.items()
            if a.origin is Origin.DESIGN and a.version > self.design_version
        ]
        return asked + [
            f"change C-{c.applied.number} touches the design"
            for c in self.changes
            if c.applied.touches_design and c.version > self.design_version
        ]

    def origin_of(self, batch: str, mode: str, number: int) -> Attribution | None:
        """Say where a nonconformity comes from: its own attribution, else its mode's."""
        return self.single_origins.get((batch, number)) or self.origins.get(mode)

    # --- evolution ----------------------------------------------------------------------------

    def _defined(self, event: events.ProcessDefined, _: Entry) -> None:
        self.key = event.process

    def _design(self, event: events.DesignApprovalReferenced, entry: Entry) -> None:
        self.design, self.design_version = event.approval, entry.version

    def _tooling(self, event: events.ToolingApprovalReferenced, _: Entry) -> None:
        self.tooling_approvals.append(event)

    def _plan(self, event: events.InspectionPlanPublished, entry: Entry) -> None:
        self.plans.append(event)
        self.plan_version = entry.version
        self.required = event.plan.provenance

    def _bar(
        self,
        event: events.AcceptanceCriteriaRegistered | events.AcceptanceCriteriaSuperseded,
        entry: Entry,
    ) -> None:
        registered = RegisteredBar(
            number=event.number,
            bar=event.bar,
            sha256=event.bar_sha256,
            version=entry.version,
            at=entry.at,
        )
        if isinstance(event, events.AcceptanceCriteriaSuperseded):
            registered = registered._replace(loosened=event.loosened, reason=event.reason)
        self.bars.append(registered)

    def _countersigned(self, _: events.AcceptanceCriteriaCountersigned, entry: Entry) -> None:
        self.bars[-1] = self.bars[-1]._replace(countersigned_by=entry.by)

    def _batch_opened(self, event: events.BatchOpened, entry: Entry) -> None:
        self.batches[event.batch] = OpenedBatch(event, entry.version, len(self.changes))

    def _batch_finished(self, event: events.BatchFinished, _: Entry) -> None:
        self.batches[event.batch] = self.batches[event.batch]._replace(
            is_finished=True, units=event.units
        )

    def _batch_amended(self, event: events.BatchAmended, entry: Entry) -> None:
        """Nothing changes here; the event exists so that the version moves."""

    def _attributed(self, event: events.NonconformityAttributed, entry: Entry) -> None:
        attribution = Attribution(event.origin, entry.version)
        if event.batch is not None and event.number is not None:
            self.single_origins[(event.batch, event.number)] = attribution
        else:
            self.origins[event.mode] = attribution

    def _cause(self, event: events.CauseStated, entry: Entry) -> None:
        self.causes[(event.batch, event.mode)] = Cause(event.kind, entry.version, entry.by)

    def _changed(self, event: events.ProcessChangeApplied, entry: Entry) -> None:
        self.changes.append(AppliedChange(event, entry.by, entry.version, len(self.batches)))
        self.revision = event.process_revision
        update = {
            name: value
            for name in ("fixture", "tooling_revision")
            if (value := getattr(event, name)) is not None
        }
        if self.required is not None and update:
            self.required = self.required.model_copy(update=update)

    def _held(self, event: events.ProcessHeld, entry: Entry) -> None:
        self._decide(Outcome.HELD, event, entry)
        self.sign_off = None
        self.standing, self.standing_why = Standing.HELD, event.reason

    def _signed(self, event: events.ProcessSignedOff, entry: Entry) -> None:
        self._decide(Outcome.SIGNED_OFF, event, entry)
        # Signing the same batch again does not allow the same run to be ordered again.
        ordered = self.ordered.get(event.verdict.batch or "", 0)
        self.sign_off = SignOff(event, entry.version, entry.at, entry.by, ordered)
        self.standing, self.standing_why = Standing.SIGNED_OFF, ""

    def _decide(
        self, outcome: Outcome, event: events.ProcessHeld | events.ProcessSignedOff, entry: Entry
    ) -> None:
        batch, signature = event.verdict.batch, event.signature.kind
        self.decisions.append(
            Decision(entry.version, entry.at, entry.by, outcome, batch, signature)
        )

    def _handed_over(self, event: events.UnitsHandedOver, entry: Entry) -> None:
        """Nothing changes here; the projections show where the units went."""

    def _withdrawn(self, event: events.SignOffWithdrawn, _: Entry) -> None:
        self._end(Standing.WITHDRAWN, event.reason)

    def _lapsed(self, event: events.SignOffLapsed, entry: Entry) -> None:
        self.lapse_version = entry.version
        self._end(Standing.LAPSED, event.cause)

    def _end(self, standing: Literal[Standing.WITHDRAWN, Standing.LAPSED], why: str) -> None:
        self.sign_off = None
        self.standing, self.standing_why = standing, why

    def _unsupported(self, event: events.SignOffUnsupported, _: Entry) -> None:
        rules = ", ".join(f.rule for f in event.verdict.blockers)
        self.standing = Standing.UNSUPPORTED
        self.standing_why = f"after a correction these no longer hold: {rules}"

    def _ordered(self, event: events.ProductionOrderCommitted, entry: Entry) -> None:
        if self.sign_off is not None:
            ordered = self.sign_off.ordered + event.quantity
            self.ordered[self.sign_off.signed.verdict.batch or ""] = ordered
            self.sign_off = self.sign_off._replace(ordered=ordered, last_order_at=entry.at)

    def _beside_the_record(self, event: object, entry: Entry) -> None:
        """Remarks, outside orders and refusals change no state."""

    EVOLVE: ClassVar = {
        events.ProcessDefined: _defined,
        events.DesignApprovalReferenced: _design,
        events.ToolingApprovalReferenced: _tooling,
        events.InspectionPlanPublished: _plan,
        events.AcceptanceCriteriaRegistered: _bar,
        events.AcceptanceCriteriaSuperseded: _bar,
        events.AcceptanceCriteriaCountersigned: _countersigned,
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
        events.OrderPlacedWithoutSignOff: _beside_the_record,
        events.RemarkRecorded: _beside_the_record,
        events.CommandRefused: _beside_the_record,
    }
