"""A process and what may be done with it: the order of steps, and the order gate.

Decisions are in `decision.py`, because they span a process, its batches and a person.
"""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, NamedTuple

from signoff_ledger.domain import process_events as events
from signoff_ledger.domain.bar import ConfirmationBatch, RepeatWithoutChange
from signoff_ledger.domain.plan import content_sha256
from signoff_ledger.domain.process_state import ProcessState, RegisteredBar, Standing
from signoff_ledger.domain.values import TEXT_LIMIT, CauseKind, ChangeKind, Outcome
from signoff_ledger.errors import Attempt, InputError, NotFoundError, RuleRefusedError

if TYPE_CHECKING:
    from datetime import datetime

    from signoff_ledger.domain.bar import Bar
    from signoff_ledger.domain.event import Stamp
    from signoff_ledger.domain.plan import DesignApproval, InspectionPlan, Provenance
    from signoff_ledger.domain.values import TEXT_LIMIT, Origin, RemarkKind

LONGEST_GAP = timedelta(days=730)
"""Two years without a production order end a sign-off (G12; AS9102 lapses after as long)."""


class Change(NamedTuple):
    """A process change as an engineer reports it; see `events.ProcessChangeApplied`."""

    kind: ChangeKind
    what: str
    why: str
    touches_design: bool
    addresses: tuple[str, ...] = ()
    fixture: str | None = None
    parameter: str | None = None
    old: str | None = None
    new: str | None = None
    tooling_revision: str | None = None


class Process(ProcessState):
    """The thing that is signed off: a way of making one product on one set of tooling."""

    def publish_plan(
        self, stamp: Stamp, plan: InspectionPlan, design: DesignApproval, reason: str | None
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
                fix=f"close it first:  signoff close {self.open_batch}",
            )
        if self.plans and not same_plan and reason is None:
            raise InputError(
                "SL109",
                f"{self.key} has a plan already, and this one differs",
                fix="say why with --reason",
            )
        if not self.exists:
            self.emit(stamp, events.ProcessDefined(process=self.key))
        if self.design != design:
            note = reason if same_plan else None
            self.emit(stamp, events.DesignApprovalReferenced(approval=design, note=note))
            self._lapse(stamp, f"the design was approved anew under {design.reference}")
        if not same_plan:
            number = len(self.plans) + 1
            self.emit(
                stamp,
                events.InspectionPlanPublished(
                    number=number, plan=plan, plan_sha256=digest, reason=reason
                ),
            )
            self._lapse(stamp, f"the inspection plan changed to number {number}")
        return True

    def note_tooling_approval(
        self, stamp: Stamp, tooling: str, reference: str, note: str | None
    ) -> None:
        """Record that the tooling was approved; the order gate stays shut (S-43)."""
        self._required_plan()
        self.emit(
            stamp,
            events.ToolingApprovalReferenced(note=note, reference=reference, tooling=tooling),
        )

    def register_bar(self, stamp: Stamp, bar: Bar) -> bool:
        """Register the first bar; gives False when exactly this one is registered already.

        Raises:
            RuleRefusedError: A bar is registered; another one supersedes it, with a reason.
        """
        digest = self._checked_bar(bar)
        if self.bars:
            if self.bars[-1].sha256 == digest:
                return False
            raise RuleRefusedError(
                "SL311",
                f"{self.key} has a bar already, number {self.bars[-1].number}",
                why="a bar is never overwritten",
                fix="supersede it with a reason:  signoff bar supersede FILE --reason TEXT",
            )
        self.emit(stamp, events.AcceptanceCriteriaRegistered(bar=bar, bar_sha256=digest, number=1))
        return True

    def supersede_bar(self, stamp: Stamp, bar: Bar, reason: str) -> RegisteredBar:
        """Put another bar in force for the next batch; gives it as registered (G6)."""
        digest = self._checked_bar(bar)
        current = self.bar
        if current is None:
            raise RuleRefusedError(
                "SL308",
                f"{self.key} has no bar to supersede",
                fix="register one:  signoff bar register FILE",
            )
        if current.sha256 == digest:
            raise InputError(
                "SL109",
                f"bar {current.number} of {self.key} is exactly this one",
                fix="nothing needs to be done",
            )
        self.emit(
            stamp,
            events.AcceptanceCriteriaSuperseded(
                bar=bar,
                bar_sha256=digest,
                loosened=bar.loosened_from(current.bar),
                number=current.number + 1,
                reason=reason,
            ),
        )
        return self.bars[-1]

    def countersign_bar(self, stamp: Stamp) -> None:
        """Agree to the bar in force, before the first batch is opened under it.

        Raises:
            RuleRefusedError: There is no bar, it came too late, or it is countersigned already.
        """
        bar = self.bar
        if bar is None:
            raise RuleRefusedError(
                "SL308",
                f"{self.key} has no bar to countersign",
                fix="register one:  signoff bar register FILE",
            )
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
                    self.key, "bar countersign", f"bar {bar.number}", [("bar-before-results", why)]
                ),
            )
        self.emit(
            stamp,
            events.AcceptanceCriteriaCountersigned(bar_sha256=bar.sha256, number=bar.number),
        )

    def open_batch_under(self, stamp: Stamp, batch: str) -> events.BatchOpened:
        """Open a batch under the plan and bar in force.

        Raises:
            RuleRefusedError: A step is missing, a batch is open, or nothing was changed since the
                last one and the bar does not allow that.
        """
        self._required_plan()
        bar = self.bar
        if bar is None:
            raise RuleRefusedError(
                "SL308",
                f"{self.key} has no bar",
                why="the number to decide on is set before the first unit is built",
                fix="register it:  signoff bar register FILE",
            )
        if self.open_batch is not None:
            raise RuleRefusedError(
                "SL305",
                f"batch {self.open_batch} of {self.key} is open",
                fix=f"close it first:  signoff close {self.open_batch}",
            )
        if self.design_questions:
            raise RuleRefusedError(
                "SL308",
                f"this series of {self.key} is closed: back to design",
                why="; ".join(self.design_questions),
                fix="approve the design anew:  signoff approval PROCESS --of design ...",
            )
        confirms = self._changes_since_last_batch()
        repeats = not confirms and self._latest_saw_results
        if repeats and not self._may_repeat_unchanged(bar.bar):
            says = f"no process change is on record since batch {self.latest_batch}"
            raise RuleRefusedError(
                "SL304",
                f"batch {batch} would repeat {self.latest_batch} with nothing changed",
                why=f"{says}; rejects are a signal, not bad luck, and trying again is no fix",
                fix="record the change with  signoff change, or register a bar that allows it",
                attempt=Attempt(self.key, "open", batch, [("repeat-cites-change", says)]),
            )
        opened = events.BatchOpened(
            attempt=len(self.batches) + 1,
            bar=bar.number,
            batch=batch,
            confirms=confirms,
            plan=self.plans[-1].number,
            process_revision=self.revision,
            unchanged=repeats,
        )
        self.emit(stamp, opened)
        return opened

    def finish_batch(self, stamp: Stamp, batch: str, units: int) -> None:
        """Note that a batch was closed, and with how many units on record."""
        self.emit(stamp, events.BatchFinished(batch=batch, units=units))

    def amend_batch(self, stamp: Stamp, batch: str) -> None:
        """Note that a finished batch was corrected or added to (G11)."""
        if self.batches[batch].is_finished:
            self.emit(stamp, events.BatchAmended(batch=batch))

    def attribute(
        self,
        stamp: Stamp,
        mode: str,
        origin: Origin,
        reason: str,
        single: tuple[str, int] | None = None,
    ) -> None:
        """Say where a mode, or a single nonconformity of it, comes from (S-16)."""
        self._check_mode(mode)
        batch, number = single or (None, None)
        self.emit(
            stamp,
            events.NonconformityAttributed(
                batch=batch, mode=mode, number=number, origin=origin, reason=reason
            ),
        )

    def state_cause(
        self, stamp: Stamp, batch: str, mode: str, kind: CauseKind, statement: str
    ) -> None:
        """State the root cause of a mode in a batch, or what stands in its place (S-23, S-46)."""
        self._check_mode(mode)
        self.emit(stamp, events.CauseStated(batch=batch, kind=kind, mode=mode, statement=statement))

    def apply_change(self, stamp: Stamp, change: Change) -> int:
        """Record a change to the process; gives its number.

        The revision goes up and a standing sign-off lapses, whatever was changed (S-08, G12).
        """
        plan = self._required_plan()
        known = {*plan.mode_catalogue, *plan.ids}
        unknown = sorted(set(change.addresses) - known)
        if unknown:
            raise InputError(
                "SL204",
                f"{self.key} knows no mode or characteristic {', '.join(unknown)}",
                why=f"it knows {', '.join(sorted(known))}",
            )
        if (change.old is None) != (change.new is None) or (change.parameter and not change.new):
            raise InputError(
                "SL109",
                "a parameter needs its old and its new value",
                fix="--parameter NAME:OLD:NEW",
            )
        number = len(self.changes) + 1
        self.emit(
            stamp,
            events.ProcessChangeApplied(
                addresses=change.addresses,
                fixture=change.fixture,
                kind=change.kind,
                new=change.new,
                number=number,
                old=change.old,
                parameter=change.parameter,
                process_revision=self.revision + 1,
                tooling_revision=change.tooling_revision,
                touches_design=change.touches_design,
                what=change.what,
                why=change.why,
            ),
        )
        self._lapse(stamp, f"process change C-{number} ({change.kind}): {change.what}")
        return number

    def withdraw(self, stamp: Stamp, printed_name: str, reason: str) -> None:
        """End a standing or unsupported sign-off (G12)."""
        if self.sign_off is None:
            raise RuleRefusedError(
                "SL309",
                f"{self.key} has no sign-off to withdraw",
                why=f"it is {self.standing}",
            )
        self.emit(
            stamp,
            events.SignOffWithdrawn(
                printed_name=printed_name, reason=reason, sign_off=self.sign_off.version
            ),
        )

    def check_not_signed_off(self) -> None:
        """Refuse a second sign-off beside the one that stands.

        Raises:
            RuleRefusedError: The process is signed off already.
        """
        self._required_plan()
        if self.standing is Standing.SIGNED_OFF:
            raise RuleRefusedError(
                "SL309",
                f"{self.key} is signed off already",
                why="a sign-off stands until it lapses, is held or is withdrawn",
                fix=f"see it:  signoff why {self.key}",
            )

    def commit_order(self, stamp: Stamp, quantity: int, reference: str) -> None:
        """Commit a production run under the standing sign-off (S-04).

        Raises:
            RuleRefusedError: The order gate is shut; the attempt is to be recorded.
        """
        findings = self.order_blockers(stamp.at, stamp.by, quantity)
        if findings:
            raise RuleRefusedError(
                "SL302",
                f"an order of {quantity} from {self.key} is refused",
                why="; ".join(says for _, says in findings),
                fix=f"see what a sign-off needs:  signoff check {self.key} --list",
                attempt=Attempt(self.key, "order commit", f"{quantity} as {reference}", findings),
            )
        sign_off = self.sign_off
        assert sign_off is not None  # noqa: S101  # order_blockers has just said so
        self.emit(
            stamp,
            events.ProductionOrderCommitted(
                quantity=quantity, reference=reference, sign_off=sign_off.version
            ),
        )

    def order_blockers(self, at: datetime, by: str, quantity: int) -> list[tuple[str, str]]:
        """Name what shuts the order gate, as `(rule, sentence)`; only a sign-off opens it."""
        sign_off = self.sign_off
        if sign_off is None or self.standing is not Standing.SIGNED_OFF:
            return [("sign-off-stands", self._why_shut())]
        found = []
        low, high = sign_off.signed.run_min, sign_off.signed.run_max
        total = sign_off.ordered + quantity
        if not (low <= quantity and total <= high):
            so_far = f" ({sign_off.ordered} are ordered already)" if sign_off.ordered else ""
            says = f"{quantity} is outside the signed run of {low} to {high}{so_far}"
            found.append(("run-quantity", says))
        if by == sign_off.by:
            found.append(("buyer-is-not-signer", f"{by} signed the process off"))
        if self.has_gap(at):
            found.append(("no-two-year-gap", "nothing was ordered for two years; it has lapsed"))
        return found

    def has_gap(self, at: datetime) -> bool:
        """Say whether two years went by since the sign-off or the last order under it."""
        if self.sign_off is None:
            return False
        return at - (self.sign_off.last_order_at or self.sign_off.at) > LONGEST_GAP

    def lapse_by_gap(self, stamp: Stamp) -> None:
        """End a sign-off that nobody used for two years (G12)."""
        if self.has_gap(stamp.at):
            self._lapse(stamp, "two years without a production order")

    def report_order(self, stamp: Stamp, quantity: int, reference: str, note: str) -> None:
        """Record an order that was placed outside the ledger (S-22)."""
        self._required_plan()
        self.emit(
            stamp,
            events.OrderPlacedWithoutSignOff(note=note, quantity=quantity, reference=reference),
        )

    def remark(self, stamp: Stamp, kind: RemarkKind, text: str) -> None:
        """Record dissent, pressure or a note; the outcome stays what it is (S-53, S-58)."""
        self.emit(stamp, events.RemarkRecorded(kind=kind, text=text))

    def refuse(self, stamp: Stamp, error: RuleRefusedError, attempt: Attempt) -> None:
        """Record that a command was refused, by whom it was tried and which rules said no (G13)."""
        self.emit(
            stamp,
            events.CommandRefused(
                code=error.code,
                command=attempt.command,
                rules=tuple(events.RefusedRule(rule=r, says=s) for r, s in attempt.findings),
                subject=attempt.subject,
                what=error.what,
            ),
        )

    def made_on(self) -> Provenance:
        """What a unit must be made on to count from here on, changes included."""
        self._required_plan()
        assert self.required is not None  # noqa: S101  # set with the first plan
        return self.required

    def _required_plan(self) -> InspectionPlan:
        if self.plan is None:
            raise NotFoundError(
                "SL201",
                f"there is no process {self.key}",
                fix="publish its plan:  signoff plan publish FILE;  list all with  signoff status",
            )
        return self.plan

    def _checked_bar(self, bar: Bar) -> str:
        problem = bar.problem_with(self._required_plan())
        if problem:
            raise InputError("SL102", f"the bar does not fit the plan of {self.key}", why=problem)
        return content_sha256(bar)

    def _check_mode(self, mode: str) -> None:
        catalogue = self._required_plan().mode_catalogue
        if mode not in catalogue:
            raise InputError(
                "SL204",
                f"{self.key} knows no nonconformity mode {mode}",
                why=f"it knows {', '.join(catalogue)}",
            )

    @property
    def _latest_saw_results(self) -> bool:
        """Whether another batch would be a repeat: the latest one saw results of this design."""
        latest = self.batches[self.latest_batch] if self.latest_batch else None
        return latest is not None and latest.units > 0 and latest.version > self.design_version

    def _may_repeat_unchanged(self, bar: Bar) -> bool:
        """Say whether a batch may follow another with nothing changed between them (G7).

        It may where the bar says so, and where the bar always asks for a confirming repeat and
        the batch before was not held: that repeat is what it asks for (G1).
        """
        if bar.repeat_without_change is RepeatWithoutChange.ALLOW:
            return True
        held = any(
            d.outcome is Outcome.HELD and d.batch == self.latest_batch for d in self.decisions
        )
        return bar.confirmation_batch is ConfirmationBatch.ALWAYS and not held

    def _changes_since_last_batch(self) -> tuple[int, ...]:
        seen = len(self.batches)
        return tuple(c.applied.number for c in self.changes if c.after_batches == seen)

    def _lapse(self, stamp: Stamp, cause: str) -> None:
        if self.sign_off is not None:
            cause = cause[:TEXT_LIMIT]  # It quotes a text that may be as long by itself.
            self.emit(stamp, events.SignOffLapsed(cause=cause, sign_off=self.sign_off.version))

    def _why_shut(self) -> str:
        if self.standing is not Standing.NOT_DECIDED:
            return f"{self.key} is {self.standing}: {self.standing_why}"
        parts = [f"{self.key} was never signed off"]
        if not self.batches:
            parts.append("no pilot batch has been built")
        parts += [
            f"the approval {a.reference} is of the tooling {a.tooling}, not of the process"
            for a in self.tooling_approvals
        ]
        return "; ".join(parts)
