"""Why a process stands where it stands: the decision, its rules, and the events that settle them.

Reads the streams of one process and nothing else, so its cost does not grow with the ledger.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from signoff_ledger.application.replay import case_as_of, case_of
from signoff_ledger.application.showing import show, shown_by
from signoff_ledger.domain import process_events as events
from signoff_ledger.domain.decision import DOES_NOT_SHOW
from signoff_ledger.domain.faults import faults_of
from signoff_ledger.domain.figures import NOTHING_SHOWN, Shown
from signoff_ledger.domain.gate import judge
from signoff_ledger.domain.values import Outcome
from signoff_ledger.errors import NotFoundError
from signoff_ledger.integrity.line import stream_id
from signoff_ledger.projections.sentences import sentence
from signoff_ledger.projections.subjects import Subject

if TYPE_CHECKING:
    from signoff_ledger.application.ports import Recorded, Store
    from signoff_ledger.domain.case import Case
    from signoff_ledger.domain.verdict import Finding, Verdict

_BESIDE = (
    events.CommandRefused,
    events.RemarkRecorded,
    events.OrderPlacedWithoutSignOff,
    events.ProductionOrderCommitted,
    events.SignOffLapsed,
    events.SignOffUnsupported,
    events.SignOffWithdrawn,
    events.ProcessChangeApplied,
)


class Explanation(NamedTuple):
    """Everything `signoff why` says about one process, and one batch of it.

    Attributes:
        case: The process and its batches as they stand now.
        batch: The batch explained; None when there is none.
        decision: The latest decision on that batch, with its position; None while undecided.
        verdict: The verdict kept with the decision, or the present one while undecided.
        beside: Changes, orders, refusals, remarks and endings, oldest first, as sentences.
        held_for_s: How long the process was held before the sign-off explained here.
        handed_over: Serials that went to the next activity with it.
        shown: Figures and sentences beside the verdict, as the decision kept them.
    """

    case: Case
    batch: str | None
    decision: Recorded | None
    verdict: Verdict
    beside: tuple[tuple[Recorded, str], ...]
    held_for_s: int | None
    handed_over: tuple[str, ...]
    shown: Shown = NOTHING_SHOWN

    @property
    def outcome(self) -> str:
        """HELD or SIGNED_OFF, or NOT_DECIDED."""
        if self.decision is None:
            return "NOT_DECIDED"
        held = isinstance(self.decision.entry.event, events.ProcessHeld)
        return str(Outcome.HELD if held else Outcome.SIGNED_OFF)

    @property
    def limits(self) -> str:
        """What a sign-off does not show; empty for everything else."""
        return DOES_NOT_SHOW if self.outcome == Outcome.SIGNED_OFF else ""


def explain(
    store: Store, process: str, batch: str | None = None, until: int | None = None
) -> Explanation:
    """Explain a process, through its latest decision or the one on a given batch.

    Args:
        store: Where the events are.
        process: The process.
        batch: The batch in question; by default that of the latest decision, else the latest.
        until: The position to stop at, inclusive.

    Raises:
        NotFoundError: No such process, or the batch is not one of its.
    """
    case = case_as_of(store, process, until)
    if batch is not None and batch not in case.batches:
        raise NotFoundError(
            "SL202",
            f"{process} has no batch {batch}",
            why=f"it has {', '.join(case.batches) or 'none'}",
        )
    story = list(store.stream(case.process.id, until))
    decision = _decision(story, batch)
    if decision is not None and batch is None and _was_overtaken(case, decision):
        decision = None
    if decision is None:
        about = batch or case.batch_key
        verdict = judge(_about(case, about))
    else:
        verdict = _verdict(decision)
        about = verdict.batch
    subject = Subject("process", process, process)
    beside = tuple(
        (r, sentence(r.entry, subject)) for r in story if isinstance(r.entry.event, _BESIDE)
    )
    return Explanation(
        case=_about(case, about),
        batch=about,
        decision=decision,
        verdict=verdict,
        beside=beside,
        held_for_s=_held_for_s(story, decision),
        handed_over=_handed_over(story, decision),
        shown=_shown(store, _about(case, about), decision),
    )


def _shown(store: Store, case: Case, decision: Recorded | None) -> Shown:
    """Give what a decision showed, or what would be shown now while there is none."""
    if decision is None:
        return show(case)
    event = decision.entry.event
    if not isinstance(event, (events.ProcessHeld, events.ProcessSignedOff)):
        raise TypeError(event)
    return shown_by(event, case_of(store, case.process.key, decision))


def positions_of(store: Store, process: str, finding: Finding) -> list[int]:
    """Give the log positions of the events that settle a finding."""
    ids = []
    for ref in finding.settled_by:
        kind, _, key = ref.stream.partition(" ")
        ids.append(store.position(stream_id(kind, key or process), ref.version))
    return sorted(ids)


def modes_by_batch(case: Case) -> dict[str, dict[str, str]]:
    """Count units with each mode, batch by batch, as x/n, to show before and after (S-27)."""
    table: dict[str, dict[str, str]] = {}
    counts = {b.key: b.tally() for b in case.batches.values()}
    modes = sorted({mode for count in counts.values() for mode in count.modes})
    for mode in modes:
        table[mode] = {
            key: f"{count.modes.get(mode, 0)}/{len(count.representative)}"
            for key, count in counts.items()
        }
    return table


def recurrences(case: Case) -> list[str]:
    """Name modes of the batch in question that a change had declared fixed before it (G2)."""
    return [f.mode for f in faults_of(case) if f.is_recurrence and f.batch == case.batch_key]


def _about(case: Case, batch: str | None) -> Case:
    return type(case)(case.process, case.batches, batch)


def _decision(story: list[Recorded], batch: str | None) -> Recorded | None:
    for recorded in reversed(story):
        event = recorded.entry.event
        if isinstance(event, (events.ProcessHeld, events.ProcessSignedOff)) and (
            batch is None or event.verdict.batch == batch
        ):
            return recorded
    return None


def _was_overtaken(case: Case, decision: Recorded) -> bool:
    """Say whether another batch has been opened since; then that one is the question."""
    about = _verdict(decision).batch
    return about is not None and about != case.batch_key


def _verdict(decision: Recorded) -> Verdict:
    event = decision.entry.event
    if not isinstance(event, (events.ProcessHeld, events.ProcessSignedOff)):
        raise TypeError(event)
    return event.verdict


def _held_for_s(story: list[Recorded], decision: Recorded | None) -> int | None:
    if decision is None or not isinstance(decision.entry.event, events.ProcessSignedOff):
        return None
    began = None
    for recorded in story:
        if recorded.position >= decision.position:
            break
        event = recorded.entry.event
        if isinstance(event, events.ProcessSignedOff):
            began = None
        elif isinstance(event, events.ProcessHeld) and began is None:
            began = recorded.entry.at
    return int((decision.entry.at - began).total_seconds()) if began else None


def _handed_over(story: list[Recorded], decision: Recorded | None) -> tuple[str, ...]:
    if decision is None:
        return ()
    return tuple(
        serial
        for recorded in story
        if isinstance(recorded.entry.event, events.UnitsHandedOver)
        and recorded.entry.cmd == decision.entry.cmd
        for serial in recorded.entry.event.serials
    )
