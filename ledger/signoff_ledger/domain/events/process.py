"""Events on the stream of a process: plan, bar, changes, decisions, orders.

Fields stand in ascending order, see `event.Event`. Each class says why it is recorded.
"""

from typing import Annotated, ClassVar

from pydantic import Field

from signoff_ledger.domain.bar import Bar
from signoff_ledger.domain.events.event import Event
from signoff_ledger.domain.figures import DecisionSentences, Figures
from signoff_ledger.domain.plan import DesignApproval, InspectionPlan
from signoff_ledger.domain.plan_difference import PlanDifference
from signoff_ledger.domain.signature import UNSIGNED, Signature
from signoff_ledger.domain.values import (
    COUNT_LIMIT,
    PROSE,
    ActivityCode,
    CauseKind,
    ChangeKind,
    Counts,
    Key,
    Label,
    Origin,
    Outcome,
    RemarkKind,
    Sha256,
    Text,
    Value,
)
from signoff_ledger.domain.verdict import Verdict


class Heads(Value):
    """Versions of every stream a decision was taken on; replay reads exactly up to them."""

    batches: Counts  #: Version of each batch of the process, by key.
    person: int | None = None  #: Version of the signer's stream; absent for an automatic hold.
    process: int  #: Version of the process before the decision.
    root: Sha256 | None = None  #: Root of the tree reviewed.
    size: int  #: Number of events in the log when the decision was prepared.


class ProcessDefined(Event, topic="signoff.process-defined.v1"):
    """A process exists from here on; its key names its stream."""

    process: Key


class DesignApprovalReferenced(Event, topic="signoff.design-approval-referenced.v1"):
    """The design was approved elsewhere; the process proves what that design needs (S-12)."""

    approval: DesignApproval
    note: Text | None = None  #: Why it was approved again, where nothing else of the plan changed.
    signature: Signature = UNSIGNED


class ToolingApprovalReferenced(Event, topic="signoff.tooling-approval-referenced.v1"):
    """The tooling was approved: kept apart, it never opens the order gate (S-43)."""

    note: Text | None = None
    reference: Label
    signature: Signature = UNSIGNED
    tooling: Label


class InspectionPlanPublished(Event, topic="signoff.inspection-plan-published.v1"):
    """What is inspected from the next batch on, pinned by its digest (S-03, S-06)."""

    #: How it differs from the plan before, where a batch of this design had results by then (G15).
    differences: tuple[PlanDifference, ...] = ()
    number: int
    plan: InspectionPlan
    plan_sha256: Sha256
    reason: Text | None = None
    signature: Signature = UNSIGNED

    @property
    def loosens(self) -> bool:
        """True where it passes what the plan before did not; two people have to want that (G15)."""
        return any(each.loosens for each in self.differences)


class InspectionPlanCountersigned(Event, topic="signoff.inspection-plan-countersigned.v1"):
    """A second person agreed to a plan that loosens the one before it (G15)."""

    number: int
    plan_sha256: Sha256
    signature: Signature = UNSIGNED


class BarRegistered(Event, topic="signoff.bar-registered.v1"):
    """The bar, set before any result exists (S-26, S-37)."""

    bar: Bar
    bar_sha256: Sha256
    number: int
    signature: Signature = UNSIGNED


class BarSuperseded(Event, topic="signoff.bar-superseded.v1"):
    """Another bar for the next batch, with a reason; a loosening is marked as one (G6)."""

    bar: Bar
    bar_sha256: Sha256
    loosened: tuple[str, ...] = ()
    number: int
    reason: Text
    signature: Signature = UNSIGNED


class BarCountersigned(Event, topic="signoff.bar-countersigned.v1"):
    """A buyer agreed to the bar before any result existed (VDA 2 asks for as much)."""

    bar_sha256: Sha256
    number: int
    signature: Signature = UNSIGNED


class BatchOpened(Event, topic="signoff.batch-opened.v1"):
    """A batch began under this bar and plan, on this revision, confirming these changes (S-27)."""

    attempt: int
    bar: int
    batch: Key
    confirms: tuple[int, ...] = ()
    plan: int
    process_revision: int
    #: True when nothing was changed since the last batch and the bar allowed that (G7).
    unchanged: bool = False


class BatchFinished(Event, topic="signoff.batch-finished.v1"):
    """The batch takes no more units; the next one may open."""

    batch: Key
    units: int  #: Units on record; with none, nothing was seen, and the next batch is no repeat.


class BatchAmended(Event, topic="signoff.batch-amended.v1"):
    """A finished batch was corrected or added to: a decision under way must be prepared again."""

    batch: Key


class NonconformityAttributed(Event, topic="signoff.nonconformity-attributed.v1"):
    """Where a mode comes from (S-16); a later attribution replaces this one; both stay visible."""

    batch: Key | None = None  #: With `number`, narrows the attribution to one nonconformity.
    mode: Key
    number: int | None = None  #: The nonconformity's number in that batch.
    origin: Origin
    reason: Text
    signature: Signature = UNSIGNED


class CauseStated(Event, topic="signoff.cause-stated.v1"):
    """The root cause of a mode in a batch, or an explicit statement in its place (S-23, S-46)."""

    batch: Key
    kind: CauseKind
    mode: Key
    signature: Signature = UNSIGNED
    statement: Text


class ProcessChangeApplied(Event, topic="signoff.process-change-applied.v1"):
    """The process was changed; its revision goes up and a standing sign-off lapses (S-08, G12)."""

    #: Modes, or the id of the build-time characteristic, that it is meant to fix.
    addresses: tuple[Key, ...] = ()
    fixture: Label | None = None  #: A jig that is required provenance from here on (S-51).
    kind: ChangeKind
    new: Label | None = None  #: The parameter's new value.
    number: int
    old: Label | None = None  #: The parameter's old value.
    parameter: Label | None = None  #: What was turned, where it is a parameter (S-50).
    process_revision: int
    signature: Signature = UNSIGNED
    tooling_revision: Label | None = None  #: The tooling's new revision, where it changed.
    touches_design: bool  #: True sends the series back to design (S-52, S-35).
    what: Text
    why: Text


class OrderAtRisk(Value):
    """An order that stands while the sign-off it was committed under does not."""

    quantity: int
    reference: Label


class ProcessDecision(Event):
    """What both decisions on a process record, with the verdict they were taken on (S-19)."""

    OUTCOME: ClassVar[Outcome]

    #: What was shown in numbers with the verdict; absent without a batch.
    figures: Figures | None = None
    heads: Heads  #: What it was taken on.
    meaning: Annotated[Text, PROSE]  #: What the signature under it means.
    printed_name: Text  #: The signer's name, as it was then.
    process_revision: int
    says: Annotated[DecisionSentences | None, PROSE] = None  #: What was shown in words.
    signature: Signature = UNSIGNED
    verdict: Verdict

    @property
    def is_automatic(self) -> bool:
        """Whether the bar took it, without a person."""
        return False

    @property
    def words(self) -> str | None:
        """The reason of a hold, or the note of a sign-off."""
        raise NotImplementedError  # not abstract, so that `event_as` may name both at once


class ProcessHeld(ProcessDecision, topic="signoff.process-held.v1"):
    """The decision to hold, taken by a person or by the bar itself (S-19, S-42)."""

    OUTCOME: ClassVar[Outcome] = Outcome.HELD

    automatic: bool = False
    #: What the hold waits for, where that is not the process: the same batch may then still be
    #: signed off (G19).
    awaiting: Text | None = None
    orders: tuple[OrderAtRisk, ...] = ()  #: The orders at risk by it.
    #: A person's words, or for an automatic hold what the missed rules say.
    reason: Annotated[Text, PROSE]

    @property
    def is_automatic(self) -> bool:
        """Whether the bar took it, without a person."""
        return self.automatic

    @property
    def words(self) -> str:
        """The reason."""
        return self.reason


class ProcessSignedOff(ProcessDecision, topic="signoff.process-signed-off.v1"):
    """The sign-off of a process revision for a run, with the verdict it was taken on (S-08)."""

    OUTCOME: ClassVar[Outcome] = Outcome.SIGNED_OFF

    bar_sha256: Sha256
    design: DesignApproval
    note: Text | None = None
    plan_sha256: Sha256
    run_max: int
    run_min: int
    tooling: Label
    tooling_revision: Label

    @property
    def words(self) -> str | None:
        """The note."""
        return self.note


class UnitsHandedOver(Event, topic="signoff.units-handed-over.v1"):
    """The conforming units of the deciding batch go to the next activity (S-31)."""

    batch: Key
    next_activity: ActivityCode
    serials: tuple[Label, ...]


class SignOffWithdrawn(Event, topic="signoff.sign-off-withdrawn.v1"):
    """A person ended a sign-off, with a reason; it is not deleted (G12)."""

    orders: tuple[OrderAtRisk, ...] = ()  #: The orders at risk by it.
    printed_name: Text
    reason: Text
    sign_off: int
    signature: Signature = UNSIGNED


class SignOffLapsed(Event, topic="signoff.sign-off-lapsed.v1"):
    """A sign-off ended by rule (G12)."""

    cause: Annotated[Text, PROSE]
    orders: tuple[OrderAtRisk, ...] = ()  #: The orders at risk by it.
    sign_off: int


class SignOffUnsupported(Event, topic="signoff.sign-off-unsupported.v1"):
    """What a sign-off stood on was taken away; the order gate is shut (G11).

    It is recorded again whenever what does not hold is something else than before, and also when
    all holds again: the gate stays shut until a person holds or withdraws the sign-off.
    """

    batch: Key
    orders: tuple[OrderAtRisk, ...] = ()  #: The orders at risk by it.
    sign_off: int
    verdict: Verdict


class ProductionOrderCommitted(Event, topic="signoff.production-order-committed.v1"):
    """A run was committed under a standing sign-off (S-04, S-55)."""

    quantity: int = Field(ge=1, le=COUNT_LIMIT)
    reference: Label
    sign_off: int
    signature: Signature = UNSIGNED


class ProductionOrderCancelled(Event, topic="signoff.production-order-cancelled.v1"):
    """An order on record will not be built; its reference is never used again."""

    quantity: int = Field(ge=1, le=COUNT_LIMIT)
    reason: Text
    reference: Label
    signature: Signature = UNSIGNED


class OrderPlacedWithoutSignOff(Event, topic="signoff.order-placed-without-sign-off.v1"):
    """A person ordered anyway, outside the ledger; it is on record that they did (S-22)."""

    note: Text
    quantity: int = Field(ge=1, le=COUNT_LIMIT)
    reference: Label


class RemarkRecorded(Event, topic="signoff.remark-recorded.v1"):
    """Dissent, pressure or a note: kept with its author, changes no outcome (S-53, S-58)."""

    kind: RemarkKind
    signature: Signature = UNSIGNED
    text: Text


class RefusedRule(Value):
    """One rule that said no to a command."""

    rule: str
    says: Annotated[str, PROSE]


class CommandRefused(Event, topic="signoff.command-refused.v1"):
    """A sign-off, order, late bar or repeat that the rules refused, with who tried (G13)."""

    code: str
    command: str
    rules: tuple[RefusedRule, ...]
    subject: str
    what: Annotated[str, PROSE]
