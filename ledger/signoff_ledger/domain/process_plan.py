"""Design, inspection plan and bar of a process, each set in advance."""

from __future__ import annotations

from typing import TYPE_CHECKING

from signoff_ledger.domain.events import process as events
from signoff_ledger.domain.gate.order_rules import OrderGate
from signoff_ledger.domain.plan import content_sha256
from signoff_ledger.domain.plan_difference import PlanDifference, differences
from signoff_ledger.domain.spelling import folded
from signoff_ledger.domain.verdict import BAR_BEFORE_RESULTS
from signoff_ledger.errors import Advice, Attempt, InputError, RuleRefusedError, nothing_to_do

if TYPE_CHECKING:
    from signoff_ledger.domain.bar import Bar
    from signoff_ledger.domain.events.event import EventMetadata
    from signoff_ledger.domain.plan import DesignApproval, InspectionPlan, Parameter, Provenance
    from signoff_ledger.domain.process_records import RegisteredBar
    from signoff_ledger.domain.process_state import ProcessState


class ProcessPlan(OrderGate):
    """A process as the planner of its inspection sees it."""

    def publish_plan(
        self, stamp: EventMetadata, plan: InspectionPlan, design: DesignApproval, reason: str | None
    ) -> bool:
        """Publish an inspection plan, and the design approval it serves where that is new.

        Returns:
            False when exactly this plan and approval are in force already.

        Raises:
            RuleRefusedError: A batch is open, so its plan is frozen.
            InputError: Another plan is in force and no reason is given.
        """
        digest = content_sha256(plan)
        same_plan = bool(self.plans) and self.plans[-1].plan_sha256 == digest
        if same_plan and self.design == design:
            return False
        if self.open_batch is not None:
            raise RuleRefusedError(
                "SL311",
                f"the plan of {self.key} cannot change now",
                why=f"batch {self.open_batch} is open and its plan is frozen",
                advice=Advice("close-batch", batch=self.open_batch),
            )
        if self.plans and not same_plan and reason is None:
            raise InputError(
                "SL109",
                f"{self.key} has a plan already, and this one differs",
                advice=Advice("give-reason"),
            )
        if not self.exists:
            self.emit(stamp, events.ProcessDefined(process=self.key))
        if self.design != design:
            note = reason if same_plan else None
            is_another = self.design is not None and self.design.sha256 != design.sha256
            self.emit(stamp, events.DesignApprovalReferenced(approval=design, note=note))
            # The same digest is the same design, whatever its reference: nothing ends by it.
            if is_another:
                self.lapse(stamp, f"the design was approved again under {design.reference}")
        if not same_plan:
            number = len(self.plans) + 1
            self.emit(
                stamp,
                events.InspectionPlanPublished(
                    differences=self.plan_differences(plan),
                    number=number,
                    plan=plan,
                    plan_sha256=digest,
                    reason=reason,
                ),
            )
            self.lapse(stamp, f"the inspection plan changed to number {number}")
        return True

    def plan_differences(self, plan: InspectionPlan) -> tuple[PlanDifference, ...]:
        """Compare a plan with the one that the last results of this design were judged by (G15)."""
        seen = self.batches_of_design
        return differences(self.plans[seen[-1].opened.plan - 1].plan, plan) if seen else ()

    def countersign_plan(self, stamp: EventMetadata) -> None:
        """Agree, as a second person, to the plan in force where it loosens the one before (G15).

        Raises:
            RuleRefusedError: It loosens nothing, is countersigned already, or the person is the
                one who published it.
        """
        self.required_plan()
        plan = self.plans[-1]
        if plan.countersigned_by is not None or not self._loosens_plan:
            by = plan.countersigned_by
            raise RuleRefusedError(
                "SL311",
                f"plan {plan.number} of {self.key} needs no second person",
                why=f"{by} has countersigned it" if by else "it loosens nothing that saw results",
                advice=Advice("nothing-to-do"),
            )
        if plan.by == stamp.by:
            raise RuleRefusedError(
                "SL307",
                f"plan {plan.number} of {self.key} needs a second person",
                why=f"{stamp.by} published it",
                advice=Advice("countersign-plan", process=self.key),
            )
        self.emit(
            stamp,
            events.InspectionPlanCountersigned(number=plan.number, plan_sha256=plan.plan_sha256),
        )

    def note_tooling_approval(
        self, stamp: EventMetadata, tooling: str, reference: str, note: str | None
    ) -> None:
        """Record that the tooling was approved; the order gate stays shut (S-43)."""
        self.required_plan()
        self.emit(
            stamp,
            events.ToolingApprovalReferenced(note=note, reference=reference, tooling=tooling),
        )

    def register_bar(self, stamp: EventMetadata, bar: Bar) -> bool:
        """Register the first bar; gives False when exactly this one is registered already.

        Raises:
            RuleRefusedError: A bar is registered; another one supersedes it, with a reason. Or it
                would pass a process with half its units bad.
        """
        digest = self._checked_bar(bar)
        if self.bars:
            if self.bars[-1].sha256 == digest:
                return False
            self._check_no_batch_open(self.bars[-1].number + 1, "bar register")
            raise RuleRefusedError(
                "SL311",
                f"{self.key} has a bar already, number {self.bars[-1].number}",
                why="a bar is never overwritten",
                advice=Advice("supersede-bar"),
            )
        self.emit(stamp, events.BarRegistered(bar=bar, bar_sha256=digest, number=1))
        return True

    def supersede_bar(self, stamp: EventMetadata, bar: Bar, reason: str) -> RegisteredBar:
        """Put another bar in force for the next batch; gives it as registered (G6).

        Raises:
            RuleRefusedError: SL303, a batch is open: its bar froze when it was opened (G16).
        """
        current = self.bar
        if current is not None and current.sha256 != content_sha256(bar):
            self._check_no_batch_open(current.number + 1, "bar supersede")
        digest = self._checked_bar(bar)
        current = self.required_bar()
        if current.sha256 == digest:
            raise nothing_to_do(f"bar {current.number} of {self.key} is exactly this one")
        self.emit(
            stamp,
            events.BarSuperseded(
                bar=bar,
                bar_sha256=digest,
                loosened=bar.loosened_from(current.bar),
                number=current.number + 1,
                reason=reason,
            ),
        )
        return self.bars[-1]

    def countersign_bar(self, stamp: EventMetadata) -> None:
        """Agree to the bar in force, before the first batch is opened under it.

        Raises:
            RuleRefusedError: There is no bar, it came too late, or it is countersigned already.
        """
        bar = self.required_bar()
        if bar.countersigned_by is not None:
            raise RuleRefusedError(
                "SL311",
                f"bar {bar.number} of {self.key} is countersigned already",
                why=f"by {bar.countersigned_by}",
            )
        under = [key for key, b in self.batches.items() if b.opened.bar == bar.number]
        if under:
            why = f"batch {under[0]} was opened under it"
            raise RuleRefusedError(
                "SL303",
                f"bar {bar.number} of {self.key} can no longer be countersigned",
                why=f"{why}; an agreement is given in advance",
                attempt=Attempt(
                    self.key, "bar countersign", f"bar {bar.number}", [(BAR_BEFORE_RESULTS, why)]
                ),
            )
        self.emit(
            stamp,
            events.BarCountersigned(bar_sha256=bar.sha256, number=bar.number),
        )

    def required_bar(self) -> RegisteredBar:
        """Give the bar in force.

        Raises:
            RuleRefusedError: SL308, there is none.
        """
        if self.bar is None:
            raise RuleRefusedError(
                "SL308",
                f"{self.key} has no bar",
                why="the number to decide on is set before the first unit is built",
                advice=Advice("register-bar"),
            )
        return self.bar

    def shares_tooling(self, other: ProcessState) -> bool:
        """Say whether two processes were ever planned for the same tooling, by its name (G21)."""
        mine, theirs = (
            {folded(p.plan.provenance.tooling) for p in each.plans} for each in (self, other)
        )
        return bool(mine & theirs)

    def shares_design(self, other: ProcessState) -> bool:
        """Say whether two processes ever had the same design, by its document or digest (G21)."""
        return bool(self.documents & other.documents or self.designs.keys() & other.designs.keys())

    def made_on(self) -> Provenance:
        """What a unit must be made on to count from here on, changes included (G17)."""
        return self.required_plan().provenance.model_copy(update=self.demanded)

    @property
    def required_parameters(self) -> tuple[Parameter, ...]:
        """Settings that a unit must have been made under, by the changes so far (G17)."""
        return tuple(sorted(self.parameters.values(), key=lambda each: each.name))

    def _checked_bar(self, bar: Bar) -> str:
        problem = bar.problem_with(self.required_plan())
        if problem:
            raise InputError("SL102", f"the bar does not fit the plan of {self.key}", why=problem)
        if bar.passes_half_bad:
            raise RuleRefusedError(
                "SL314",
                f"at most {bar.max_rejects} of {bar.units} is no bar for {self.key}",
                why="a process with half its units bad would pass it more than one time in ten",
                advice=Advice("size-plan"),
            )
        return content_sha256(bar)

    def _check_no_batch_open(self, number: int, command: str) -> None:
        """Refuse another bar while a batch is open: its own froze when it was opened (G16).

        Raises:
            RuleRefusedError: SL303, to be recorded as a late bar (G13).
        """
        batch = self.open_batch
        if batch is None:
            return
        why = f"bar {self.batches[batch].opened.bar} froze when batch {batch} was opened"
        raise RuleRefusedError(
            "SL303",
            f"the bar of batch {batch} can no longer change",
            why=why,
            advice=Advice("close-before-next-bar", batch=batch),
            attempt=Attempt(
                self.key, command, f"bar {number} for batch {batch}", [(BAR_BEFORE_RESULTS, why)]
            ),
        )

    @property
    def _loosens_plan(self) -> bool:
        """Whether the plan in force passes what earlier results of this design did not."""
        return any(each.loosens for each in self.plan_differences(self.required_plan()))

    def check_plan_and_design(self) -> None:
        """Refuse to open a batch under a plan that one person loosened, or on a design in doubt."""
        questions = [question for question, _ in self.design_questions]
        if questions:
            raise RuleRefusedError(
                "SL308",
                f"this series of {self.key} is closed: back to design",
                why="; ".join(questions),
                advice=Advice("approve-other-design", process=self.key),
            )
        plan = self.plans[-1]
        if plan.countersigned_by is None and self._loosens_plan:
            loosened = [d for d in self.plan_differences(plan.plan) if d.loosens]
            raise RuleRefusedError(
                "SL308",
                f"plan {plan.number} of {self.key} loosens the one that results were judged by",
                why="; ".join(f"{d.item} {d.difference}: {d.was} -> {d.now}" for d in loosened),
                advice=Advice("countersign-plan", process=self.key),
            )
