"""Decisions: sign off, hold, withdraw, and remarks about them."""

from typing import Annotated

from pydantic import Field

from signoff_ledger.application.commands.command import ANYONE, APPROVERS, WORKS, Command, as_text
from signoff_ledger.application.unit_of_work import UnitOfWork
from signoff_ledger.domain import decision
from signoff_ledger.domain.case import Case
from signoff_ledger.domain.events.process import Heads
from signoff_ledger.domain.values import RemarkKind
from signoff_ledger.errors import Advice, ConflictError
from signoff_ledger.figures.exhibit import show


class SignOff(Command, name="sign", roles=APPROVERS):
    """Sign a process off; refused and recorded as refused unless every rule holds (S-20, G13)."""

    process: str
    batch: str | None = None  #: The deciding batch; the latest by default.
    note: Annotated[str, as_text("the note")] | None = None  #: Words kept with the decision.
    #: What the signer was shown; refused with SL603 when anything has moved since.
    seen: Heads | None = Field(default=None, exclude=True)

    def decide(self, work: UnitOfWork) -> None:
        """Sign it off, on what the signer was shown."""
        # Before anything is loaded: whatever is decided on is then at least as new as the tree.
        reviewed = work.reviewed
        person = work.person(work.stamp.by)
        case = work.case(self.process, self.batch, person)
        _check_seen(work, case, self.seen)
        decision.sign_off(
            work.stamp, case, person, reviewed=reviewed, note=self.note, shown=show(case)
        )


class Hold(Command, name="hold", roles=WORKS):
    """Hold a process; a reason is all it needs (S-20)."""

    process: str
    batch: str | None = None  #: The batch in question; the latest by default.
    reason: Annotated[str, as_text("the reason")]  #: Why.
    #: What the hold waits for, where that is not the process; only then may the same batch be
    #: signed off later (G19).
    awaiting: Annotated[str, as_text("what is awaited")] | None = None
    seen: Heads | None = Field(default=None, exclude=True)  #: As for `SignOff`.

    def decide(self, work: UnitOfWork) -> None:
        """Hold it, on what the person was shown."""
        # Before anything is loaded: whatever is decided on is then at least as new as the tree.
        reviewed = work.reviewed
        person = work.person(work.stamp.by)
        case = work.case(self.process, self.batch, person)
        _check_seen(work, case, self.seen)
        decision.hold(
            work.stamp,
            case,
            person,
            reviewed=reviewed,
            reason=self.reason,
            awaiting=self.awaiting,
            shown=show(case),
        )


class Withdraw(Command, name="withdraw", roles=APPROVERS):
    """Withdraw the sign-off of a process (G12)."""

    process: str
    reason: Annotated[str, as_text("the reason")]

    def decide(self, work: UnitOfWork) -> None:
        """Withdraw it."""
        name = work.person(work.stamp.by).printed_name
        work.known_process(self.process).withdraw(work.stamp, name, self.reason)


class RecordRemark(Command, name="dissent", roles=ANYONE):
    """Record dissent, pressure or a note; no outcome changes by it (S-53, S-58)."""

    process: str
    kind: RemarkKind
    text: Annotated[str, as_text("the remark")]

    def decide(self, work: UnitOfWork) -> None:
        """Record it."""
        work.known_process(self.process).remark(work.stamp, self.kind, self.text)


def _check_seen(work: UnitOfWork, case: Case, seen: Heads | None) -> None:
    """Refuse to decide on anything but what was looked at."""
    if seen is None:
        return
    now = {key: batch.version for key, batch in case.batches.items()}
    if (seen.process, seen.batches) == (case.process.version, now):
        return
    raise ConflictError(
        "SL603",
        f"the record of {case.process.key} moved while you were looking",
        why=work.recorded_since(seen.size),
        advice=Advice("look-and-decide"),
    )
