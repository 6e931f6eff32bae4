"""The story of a process event by event, each with the state it led to."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypedDict

from signoff_ledger.domain.values import format_utc
from signoff_ledger.projections.sentences import sentence
from signoff_ledger.projections.subjects import Subject
from signoff_ledger.queries.value_forms import Count, Moment, Number, Position, StandingName
from signoff_ledger.replay.replay import Walk, steps

if TYPE_CHECKING:
    from signoff_ledger.application.ledger import Ledger
    from signoff_ledger.replay.replay import Step

SCHEMA = "signoff.step/1"


class ChangedRuleAnswer(TypedDict):
    """A rule that began or ceased to hold."""

    rule: str  #: Its name.
    holds: bool  #: Whether it holds now.
    says: str  #: What it found.


class StepAnswer(TypedDict):
    """One event of a story and the state it led to: `signoff replay --step`."""

    number: Number  #: Which event of the story it is, from 1.
    total: Number  #: Events of the story.
    position: Position  #: Where it stands in the log.
    at: Moment  #: When it was recorded.
    by: str  #: Who recorded it.
    sentence: str  #: The event in one sentence.
    standing: StandingName  #: Where the process stood then.
    revision: Count  #: The revision of the process.
    batches: Count  #: Batches opened so far.
    rules_held: Count  #: Rules that held then, with no signer named.
    rules: Count  #: Rules that were asked.
    changed: list[ChangedRuleAnswer]  #: Rules that began or ceased to hold with this event.


ANSWER = StepAnswer


class Story:
    """The events of a process and of its batches, in the log's order."""

    def __init__(self, process: str, walk: Walk) -> None:
        self._process = process
        self._walk = walk

    def __len__(self) -> int:
        return len(self._walk)

    def step(self, index: int) -> StepAnswer:
        """Give the step at an index from 0."""
        step = self._walk.at(index)
        state, verdict = step.case.process, step.verdict
        return {
            "number": index + 1,
            "total": len(self._walk),
            "position": step.recorded.position,
            "at": format_utc(step.recorded.entry.at),
            "by": step.recorded.entry.by,
            "sentence": sentence(step.recorded.entry, self._subject(step)),
            "standing": str(state.standing),
            "revision": state.revision,
            "batches": len(state.batches),
            "rules_held": len(verdict.findings) - len(verdict.blockers),
            "rules": len(verdict.findings),
            "changed": [
                {"rule": rule, "holds": holds, "says": verdict.finding(rule).says}
                for rule, holds in step.changed
            ],
        }

    def next_decision(self, index: int) -> int:
        """Give the index of the next decision behind one, or of the last event."""
        return self._walk.next_decision(index)

    def _subject(self, step: Step) -> Subject:
        for batch in step.case.batches.values():
            if batch.id == step.recorded.entry.stream:
                return Subject("batch", batch.key, self._process)
        return Subject("process", self._process, self._process)


def story(ledger: Ledger, process: str | None = None, until: int | None = None) -> Story:
    """Give the story of a process.

    Args:
        ledger: The ledger.
        process: The process; the only one there is by default.
        until: The position to stop at, inclusive.

    Raises:
        NotFoundError: There is no such process.
    """
    key = ledger.work().process_named(process)
    return Story(key, Walk(key, steps(ledger.store, key, until)))
