"""Why a process stands where it stands: the decision, its rules, and the events that settle them.

Reads the streams of one process and nothing else, so its cost does not grow with the ledger.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any, NamedTuple

from signoff_ledger.domain.batch_modes import modes_of
from signoff_ledger.domain.case import Case, Signer
from signoff_ledger.domain.decision import DOES_NOT_SHOW
from signoff_ledger.domain.disclosure import Disclosure, Topic, disclosures
from signoff_ledger.domain.events import process as events
from signoff_ledger.domain.figures import NOTHING_SHOWN, Exhibit
from signoff_ledger.domain.gate.rule_sets import judge
from signoff_ledger.domain.process import Process
from signoff_ledger.domain.process_records import Standing
from signoff_ledger.domain.values import Outcome, Role
from signoff_ledger.figures.exhibit import show
from signoff_ledger.integrity.stream_ids import stream_id
from signoff_ledger.projections.history import CONTEXT
from signoff_ledger.projections.process_state import seen_by_others
from signoff_ledger.projections.same_process import same_process
from signoff_ledger.projections.sentences import sentence
from signoff_ledger.projections.subjects import Subject
from signoff_ledger.replay.replay import case_as_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from datetime import datetime
    from uuid import UUID

    from signoff_ledger.domain.events.event import LogEntry
    from signoff_ledger.domain.verdict import EventRef, Finding, Verdict
    from signoff_ledger.persistence.store import LedgerStore


class Explanation(NamedTuple):
    """Everything `signoff why` says about one process, and one batch of it."""

    case: Case  #: The process and its batches as they stand now.
    batch: str | None  #: The batch explained; None when there is none.
    #: The latest decision on that batch, with its position; None while undecided.
    decision: LogEntry | None
    verdict: Verdict  #: The verdict kept with the decision, or the present one while undecided.
    #: Changes, orders, refusals, remarks and endings, oldest first, as sentences.
    context: tuple[tuple[LogEntry, str], ...]
    held_for_s: int | None  #: How long the process was held before the sign-off explained here.
    #: Serials that went to the next activity with it and still may: what was found or decided about
    #: a unit since takes it off the list (G27).
    handed_over: tuple[str, ...]
    #: Figures and sentences shown with the verdict, as the decision kept them.
    shown: Exhibit = NOTHING_SHOWN
    #: Where the process stands at the moment asked about; time alone may have ended a sign-off
    #: (G26).
    standing: Standing = Standing.NOT_DECIDED
    standing_why: str = ""
    disclosures: tuple[Disclosure, ...] = ()  #: What a reader has to know first.

    @property
    def orders_at_risk(self) -> tuple[events.OrderAtRisk, ...]:
        """The orders that stand while the process is not signed off."""
        signed = self.standing is Standing.SIGNED_OFF
        return () if signed else self.case.process.orders_at_risk

    @property
    def outcome(self) -> str:
        """HELD or SIGNED_OFF, or NOT_DECIDED."""
        if self.decision is None:
            return "NOT_DECIDED"
        return str(self.decision.event_as(events.ProcessDecision).OUTCOME)

    @property
    def limits(self) -> str:
        """What a sign-off does not show; empty for everything else."""
        return DOES_NOT_SHOW if self.outcome == Outcome.SIGNED_OFF else ""


def explain(
    store: LedgerStore,
    process: str,
    batch: str | None = None,
    until: int | None = None,
    *,
    now: datetime | None = None,
) -> Explanation:
    """Explain a process, through its latest decision or the one on a given batch.

    Args:
        store: Where the events are.
        process: The process.
        batch: The batch in question; by default that of the latest decision, else the latest.
        until: The position to stop at, inclusive.
        now: The moment to say where the process stands at; by default that of its last event.

    Raises:
        NotFoundError: No such process, or the batch is not one of its.
    """
    case = case_as_of(store, process, until)
    if batch is not None:
        case.on(batch)
    story = list(store.stream(case.process.id, until))
    explained = explained_by(case, story, batch, now=now)
    same = same_processes(store, case.process, until)
    same_process = (Disclosure(Topic.SAME_PROCESS, says) for says in same)
    return explained._replace(disclosures=(*explained.disclosures, *same_process))


def explained_by(
    case: Case, story: list[LogEntry], batch: str | None, *, now: datetime | None = None
) -> Explanation:
    """Explain a process that is loaded already; says nothing of other processes.

    Args:
        case: The process with its batches.
        story: The events of its stream.
        batch: As for `explain`.
        now: As for `explain`.
    """
    process = case.process.key
    decision = _decision(story, batch)
    if decision is not None and batch is None and _was_overtaken(case, decision):
        decision = None
    if decision is None:
        about = batch or case.batch_key
        verdict = judge(_about(case, about))
    else:
        verdict = decision.event_as(events.ProcessDecision).verdict
        about = verdict.batch
    subject = Subject("process", process, process)
    context = tuple(
        (r, sentence(r.entry, subject)) for r in story if isinstance(r.entry.event, CONTEXT)
    )
    standing, why = case.process.standing_at(now or story[-1].entry.at)
    return Explanation(
        case=_about(case, about),
        batch=about,
        decision=decision,
        verdict=verdict,
        context=context,
        held_for_s=_held_for_s(story, decision),
        handed_over=_handed_over(story, decision, _about(case, about)),
        shown=_shown(_about(case, about), decision),
        standing=standing,
        standing_why=why,
        disclosures=disclosures(
            _signed_by(_about(case, about), decision),
            decision.entry.version if decision else None,
        ),
    )


def _signed_by(case: Case, decision: LogEntry | None) -> Case:
    """Put the signer of a sign-off to the case, so that it is said what they inspected."""
    if decision is None or not isinstance(decision.entry.event, events.ProcessSignedOff):
        return case
    name = decision.entry.event.printed_name
    return replace(case, signer=Signer(decision.entry.by, name, frozenset({Role.APPROVER})))


def same_processes(store: LedgerStore, process: Process, until: int | None = None) -> Iterator[str]:
    """Name other processes on the same tooling or design, with what was tried on them (G21)."""
    for key in sorted(store.process_keys()):
        if key == process.key:
            continue
        other = store.load(Process, key)
        shared = ["tooling"] * process.shares_tooling(other)
        shared += ["design"] * process.shares_design(other)
        if shared:
            as_of = case_as_of(store, key, until).process
            yield same_process(key, shared, seen_by_others(as_of))


def _shown(case: Case, decision: LogEntry | None) -> Exhibit:
    """Give what a decision showed, or what would be shown now while there is none."""
    if decision is None:
        return show(case)
    event = decision.event_as(events.ProcessDecision)
    return Exhibit(event.figures, event.says)


def finding_rows(
    store: LedgerStore, process: str, findings: Sequence[Finding]
) -> list[dict[str, Any]]:
    """Write findings as plain data, with the positions of the events that settle each."""
    return [
        {
            "rule": f.rule,
            "holds": f.holds,
            "says": f.says,
            "numbers": dict(f.numbers),
            "counts": dict(f.counts),
            "events": positions,
        }
        for f, positions in zip(findings, positions_of(store, process, findings), strict=True)
    ]


def positions_of(store: LedgerStore, process: str, findings: Sequence[Finding]) -> list[list[int]]:
    """Give the log positions of the events that settle each finding, looked up together.

    What holds now and is recorded with the next command only, such as a lapse by time, has none.
    """
    wanted: dict[UUID, set[int]] = {}
    for ref in (ref for finding in findings for ref in finding.settled_by):
        wanted.setdefault(_stream(ref, process), set()).add(ref.version)
    known = {stream: store.positions(stream, versions) for stream, versions in wanted.items()}
    found = ([known[_stream(r, process)].get(r.version) for r in f.settled_by] for f in findings)
    return [sorted(position for position in each if position is not None) for each in found]


def _stream(ref: EventRef, process: str) -> UUID:
    kind, _, key = ref.stream.partition(" ")
    return stream_id(kind, key or process)


def recurrences(case: Case) -> list[str]:
    """Name modes of the batch in question that a change had declared fixed before it (G2)."""
    return [f.mode for f in modes_of(case) if f.is_recurrence and f.batch == case.batch_key]


def _about(case: Case, batch: str | None) -> Case:
    return replace(case, batch_key=batch)


def _decision(story: list[LogEntry], batch: str | None) -> LogEntry | None:
    for recorded in reversed(story):
        event = recorded.entry.event
        if isinstance(event, events.ProcessDecision) and (
            batch is None or event.verdict.batch == batch
        ):
            return recorded
    return None


def _was_overtaken(case: Case, decision: LogEntry) -> bool:
    """Say whether another batch has been opened since; then that one is the question."""
    about = decision.event_as(events.ProcessDecision).verdict.batch
    return about is not None and about != case.batch_key


def _held_for_s(story: list[LogEntry], decision: LogEntry | None) -> int | None:
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


def _handed_over(story: list[LogEntry], decision: LogEntry | None, case: Case) -> tuple[str, ...]:
    if decision is None or case.batch is None:
        return ()
    still = set(case.batch.tally().releasable)
    return tuple(
        serial
        for recorded in story
        if isinstance(recorded.entry.event, events.UnitsHandedOver)
        and recorded.entry.cmd == decision.entry.cmd
        for serial in recorded.entry.event.serials
        if serial in still
    )
