"""Records of a process: bars, plans, batches, changes, decisions, endings."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import TYPE_CHECKING, NamedTuple

from signoff_ledger.domain.bar import Bar
from signoff_ledger.domain.events import process as events
from signoff_ledger.domain.plan import InspectionPlan
from signoff_ledger.domain.plan_difference import PlanDifference
from signoff_ledger.domain.values import CauseKind, Outcome

if TYPE_CHECKING:
    from signoff_ledger.domain.plan import DesignApproval
    from signoff_ledger.domain.verdict import Verdict


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


class Redesign(NamedTuple):
    """A design that took the place of another one, which begins the series again (G14)."""

    was: DesignApproval  #: The design before.
    now: DesignApproval  #: The design from here on.
    version: int  #: Version of its event in the process's stream.
    at: datetime
    by: str  #: Who referred to it.
    #: Number of the plan that the last results before it were judged by, if any.
    judged_by: int | None


class PublishedPlan(NamedTuple):
    """A version of the inspection plan, in the order published."""

    number: int
    plan: InspectionPlan
    plan_sha256: str  #: Its digest.
    version: int  #: Version of its event in the process's stream.
    by: str
    #: How it differs from the plan before, where results of the design stood.
    differences: tuple[PlanDifference, ...] = ()
    countersigned_by: str | None = None  #: Who agreed to it, where it loosens.
    countersigned_version: int | None = None


class OpenedBatch(NamedTuple):
    """A batch as its process knows it; built to the design that was in force when it was opened."""

    opened: events.BatchOpened
    version: int
    changes_before: int
    design_sha256: str = ""
    is_finished: bool = False
    units: int = 0

    @property
    def is_empty(self) -> bool:
        """True for a finished batch without a unit: no attempt and no evidence (G25)."""
        return self.is_finished and not self.units


class AppliedChange(NamedTuple):
    """A process change, and who applied it."""

    applied: events.ProcessChangeApplied
    by: str
    version: int


class Cause(NamedTuple):
    """How a mode found in a batch was answered."""

    kind: CauseKind
    version: int
    by: str


class Decision(NamedTuple):
    """A decision as taken."""

    version: int  #: Version of its event in the process's stream.
    at: datetime
    by: str  #: Who gave the command it was recorded by.
    printed_name: str  #: Who decided, as printed.
    outcome: Outcome  #: What was decided.
    batch: str | None  #: On which batch.
    signature: str  #: The kind of its signature, `none` or `ssh`.
    verdict: Verdict  #: What it was taken on.
    is_closed: bool  #: Whether the batch took no more units then.
    reason: str = ""  #: Why it was held.
    awaiting: str | None = None  #: What a hold waits for, where that is not the process (G19).
    is_automatic: bool = False  #: Whether the bar held by itself.


class Ending(NamedTuple):
    """How a sign-off ended: held, withdrawn, lapsed, or no longer supported."""

    standing: Standing
    version: int
    at: datetime
    by: str
    batch: str | None
    why: str


class SignOff(NamedTuple):
    """A sign-off that has not ended."""

    signed: events.ProcessSignedOff
    version: int
    at: datetime
    by: str

    @property
    def batch(self) -> str | None:
        """The batch it was taken on."""
        return self.signed.verdict.batch
