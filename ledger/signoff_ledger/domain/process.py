"""A process and what may be done with it: the order of steps.

Decisions are in `decision.py`, because they span a process, its batches and a person.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from signoff_ledger.domain.bar import ConfirmationBatch, RepeatWithoutChange
from signoff_ledger.domain.events import process as events
from signoff_ledger.domain.process_plan import ProcessPlan
from signoff_ledger.domain.values import CauseKind, ChangeKind, Origin, Outcome
from signoff_ledger.domain.verdict import REPEAT_CITES_CHANGE
from signoff_ledger.errors import Advice, Attempt, InputError, RuleRefusedError, SignoffError

if TYPE_CHECKING:
    from signoff_ledger.domain.bar import Bar
    from signoff_ledger.domain.events.event import EventMetadata
    from signoff_ledger.domain.values import RemarkKind


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


class Process(ProcessPlan):
    """The thing that is signed off: a way of making one product on one set of tooling."""

    def open_batch_under(self, stamp: EventMetadata, batch: str) -> events.BatchOpened:
        """Open a batch under the plan and bar in force.

        Raises:
            RuleRefusedError: A step is missing, a batch is open, or nothing was changed since the
                last one and the bar does not allow that.
        """
        self.required_plan()
        bar = self.required_bar()
        if self.open_batch is not None:
            raise RuleRefusedError(
                "SL305",
                f"batch {self.open_batch} of {self.key} is open",
                advice=Advice("close-batch", batch=self.open_batch),
            )
        self.lapse_by_gap(stamp)
        self.check_plan_and_design()
        confirms = self._changes_since_last_batch()
        repeats = not confirms and bool(self.batches_of_design)
        if repeats and not self._may_repeat_unchanged(bar.bar):
            says = f"no process change is on record since batch {self.latest_batch}"
            raise RuleRefusedError(
                "SL304",
                f"batch {batch} would repeat {self.latest_batch} with nothing changed",
                why=f"{says}; rejects are a signal, not bad luck, and trying again is no fix",
                advice=Advice("record-change"),
                attempt=Attempt(self.key, "open", batch, [(REPEAT_CITES_CHANGE, says)]),
            )
        opened = events.BatchOpened(
            attempt=self.attempts + 1,
            bar=bar.number,
            batch=batch,
            confirms=confirms,
            plan=self.plans[-1].number,
            process_revision=self.revision,
            unchanged=repeats,
        )
        self.emit(stamp, opened)
        return opened

    def amend_batch(self, stamp: EventMetadata, batch: str) -> None:
        """Note that a finished batch was corrected or added to (G11)."""
        if self.batches[batch].is_finished:
            self.emit(stamp, events.BatchAmended(batch=batch))

    def attribute(
        self,
        stamp: EventMetadata,
        mode: str,
        origin: Origin,
        reason: str,
        single: tuple[str, int] | None = None,
    ) -> None:
        """Say where a mode, or a single nonconformity of it, comes from (S-16).

        A design origin ends a standing sign-off, and stands until two people say otherwise (G14).
        """
        self._check_mode(mode)
        batch, number = single or (None, None)
        self.emit(
            stamp,
            events.NonconformityAttributed(
                batch=batch, mode=mode, number=number, origin=origin, reason=reason
            ),
        )
        if origin is Origin.DESIGN:
            self.lapse(stamp, f"{mode} was attributed to the design: {reason}")

    def state_cause(
        self, stamp: EventMetadata, batch: str, mode: str, kind: CauseKind, statement: str
    ) -> None:
        """State the root cause of a mode in a batch, or what stands in its place (S-23, S-46)."""
        self._check_mode(mode)
        self.emit(stamp, events.CauseStated(batch=batch, kind=kind, mode=mode, statement=statement))

    def apply_change(self, stamp: EventMetadata, change: Change) -> int:
        """Record a change to the process; gives its number.

        The revision goes up and a standing sign-off lapses, whatever was changed (S-08, G12).
        """
        plan = self.required_plan()
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
                advice=Advice("name-parameter"),
            )
        number = len(self.changes) + 1
        self.emit(
            stamp,
            events.ProcessChangeApplied(
                **change._asdict(), number=number, process_revision=self.revision + 1
            ),
        )
        self.lapse(stamp, f"process change C-{number} ({change.kind}): {change.what}")
        return number

    def remark(self, stamp: EventMetadata, kind: RemarkKind, text: str) -> None:
        """Record dissent, pressure or a note; the outcome stays what it is (S-53, S-58)."""
        self.emit(stamp, events.RemarkRecorded(kind=kind, text=text))

    def refuse(self, stamp: EventMetadata, error: SignoffError, attempt: Attempt) -> None:
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

    def _check_mode(self, mode: str) -> None:
        catalogue = self.required_plan().mode_catalogue
        if mode not in catalogue:
            raise InputError(
                "SL204",
                f"{self.key} knows no nonconformity mode {mode}",
                why=f"it knows {', '.join(catalogue)}",
            )

    def _may_repeat_unchanged(self, bar: Bar) -> bool:
        """Say whether a batch may follow another with nothing changed between them (G7).

        It may where the bar says so, and where the bar always asks for a confirming repeat and
        the batch before was not held: that repeat is what it asks for (G1).
        """
        if bar.repeat_without_change is RepeatWithoutChange.ALLOW:
            return True
        held = any(
            d.outcome is Outcome.HELD and d.awaiting is None and d.batch == self.latest_batch
            for d in self.decisions
        )
        return bar.confirmation_batch is ConfirmationBatch.ALWAYS and not held

    def _changes_since_last_batch(self) -> tuple[int, ...]:
        """Give the changes since the last batch with units was opened (G25)."""
        before = [b.changes_before for b in self.batches.values() if not b.is_empty]
        return tuple(c.applied.number for c in self.changes[before[-1] if before else 0 :])
