"""Plans, and the approvals from elsewhere that they serve."""

from typing import Annotated, Literal, Self

from signoff_ledger.application.commands.command import (
    APPROVERS,
    ASSESSES,
    BUYERS,
    ENGINEERS,
    Command,
    as_label,
    as_text,
)
from signoff_ledger.application.unit_of_work import UnitOfWork
from signoff_ledger.domain.plan import DesignApproval, InspectionPlan
from signoff_ledger.errors import Advice, InputError
from signoff_ledger.formats.plan_toml import PlanFile


class PublishPlan(Command, name="plan publish", roles=ENGINEERS):
    """Publish a plan, and its design approval where that is new."""

    process: str
    plan: InspectionPlan
    design: DesignApproval
    reason: Annotated[str, as_text("the reason")] | None = None

    @classmethod
    def from_file(cls, file: PlanFile, reason: str | None = None) -> Self:
        """Publish what a plan file says; its bar is registered by itself."""
        return cls(process=file.process, plan=file.plan, design=file.design, reason=reason)

    def decide(self, work: UnitOfWork) -> None:
        """Publish it; the first publication defines the process."""
        process = work.process(self.process)
        process.publish_plan(work.stamp, self.plan, self.design, self.reason)


class CountersignPlan(Command, name="plan countersign", roles=APPROVERS | BUYERS):
    """Agree, as a second person, to a plan that loosens the one before (G15)."""

    process: str

    def decide(self, work: UnitOfWork) -> None:
        """Agree to it."""
        work.known_process(self.process).countersign_plan(work.stamp)


class NoteApproval(Command, name="approval", roles=ASSESSES):
    """Refer to an approval given elsewhere: of the design, or of the tooling (S-12, S-43)."""

    process: str
    of: Literal["tooling", "design"]
    reference: Annotated[str, as_label("the reference")]
    note: Annotated[str, as_text("the note")] | None = None
    document: str | None = None
    sha256: str | None = None

    def decide(self, work: UnitOfWork) -> None:
        """Refer to it; a new design approval publishes the plan again."""
        known = work.known_process(self.process)
        if self.of == "tooling":
            if self.document is not None or self.sha256 is not None:
                raise InputError(
                    "SL109",
                    "a tooling approval names no document",
                    advice=Advice("omit-document"),
                )
            tooling = known.made_on().tooling
            known.note_tooling_approval(work.stamp, tooling, self.reference, self.note)
            return
        if self.document is None or self.sha256 is None:
            raise InputError(
                "SL109",
                "a design approval needs the document and its digest",
                advice=Advice("name-document"),
            )
        approval = _design(self.document, self.reference, self.sha256)
        known.publish_plan(work.stamp, known.plans[-1].plan, approval, self.note)


def _design(document: str, reference: str, sha256: str) -> DesignApproval:
    try:
        return DesignApproval(document=document, reference=reference, sha256=sha256)
    except ValueError as error:
        first = error.errors()[0]  # type: ignore[attr-defined]  # pydantic raises it
        raise InputError(
            "SL106",
            f"the design approval: {first['loc'][0]} {first['msg'].removeprefix('Value error, ')}",
            advice=Advice("name-document"),
        ) from None
