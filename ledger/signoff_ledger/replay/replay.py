"""Replay: every decision again from the events up to it, and the state as of any position."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, NamedTuple, Protocol

from signoff_ledger.application.signatures import holds_signature
from signoff_ledger.domain.batch import Batch
from signoff_ledger.domain.case import Case
from signoff_ledger.domain.events.batch import BatchStarted
from signoff_ledger.domain.events.process import ProcessDecision
from signoff_ledger.domain.figures import EDITION
from signoff_ledger.domain.gate.rule_sets import RULE_SETS, judge
from signoff_ledger.domain.ledger_stream import LedgerStream
from signoff_ledger.domain.person import Person
from signoff_ledger.domain.process import Process
from signoff_ledger.domain.text_checks import checked_key
from signoff_ledger.domain.values import Outcome, facts
from signoff_ledger.errors import Advice, EvidenceError, NotFoundError
from signoff_ledger.figures.exhibit import show

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime
    from uuid import UUID

    from signoff_ledger.domain.aggregate import A
    from signoff_ledger.domain.events.event import EventEnvelope, LogEntry
    from signoff_ledger.domain.verdict import Verdict
    from signoff_ledger.persistence.store import LedgerStore


class ReplayedDecision(NamedTuple):
    """A decision, and what the rules say today about the events it was taken on."""

    position: int  #: Where the decision stands in the log.
    at: datetime  #: When it was recorded.
    by: str  #: Who took it.
    automatic: bool  #: Whether the bar took it.
    outcome: Outcome  #: What was decided.
    recorded: Verdict  #: The verdict kept with it.
    replayed: Verdict  #: The verdict from the events up to it, under the same rule set.
    figures_same: bool = True  #: Whether its figures come out the same.
    #: Whether its signature is one, by a key in force then; None where the bar took it, or no
    #: person had to sign.
    signature_holds: bool | None = None

    @property
    def same(self) -> bool:
        """True when both verdicts state the same, and outcome, figures and signature hold."""
        allowed = self.outcome is Outcome.HELD or self.replayed.allows_sign_off
        allowed = allowed and self.figures_same and self.signature_holds is not False
        return allowed and facts(self.recorded) == facts(self.replayed)


def replay_decisions(
    store: LedgerStore, process: str, until: int | None = None
) -> Iterator[ReplayedDecision]:
    """Compute every decision on a process again, oldest first.

    Args:
        store: Where the events are.
        process: The process.
        until: The position to stop at, inclusive.

    Raises:
        NotFoundError: There is no such process.
        EvidenceError: A decision names a rule set that this program does not have, or was taken
            on events that the ledger no longer has.
    """
    for recorded, event in decisions_of(store, process, until):
        yield taken_again(store, process, recorded, event)


def decisions_of(
    store: LedgerStore, process: str, until: int | None = None
) -> Iterator[tuple[LogEntry, ProcessDecision]]:
    """Give every decision on a process, oldest first.

    Raises:
        NotFoundError: There is no such process.
    """
    checked_key("the process's key", process)
    known = store.load(Process, process)
    known.made_on()
    for recorded in store.stream(known.id, until):
        event = recorded.entry.event
        if isinstance(event, ProcessDecision):
            yield recorded, event


class Archive(Protocol):
    """Whatever gives aggregates as of a version: a store, or lines alone."""

    def load(self, kind: type[A], key: str, version: int | None = None) -> A:
        """Rebuild an aggregate as of a version, the latest by default; empty if unknown."""
        ...


def taken_again(
    store: Archive, process: str, recorded: LogEntry, event: ProcessDecision
) -> ReplayedDecision:
    """Take one decision again from the events it was taken on.

    Raises:
        EvidenceError: SL501 for a rule set that this program does not have, SL502 where events are
            missing.
    """
    case = case_of(store, process, recorded)
    return ReplayedDecision(
        position=recorded.position,
        at=recorded.entry.at,
        by=recorded.entry.by,
        automatic=event.is_automatic,
        outcome=event.OUTCOME,
        recorded=event.verdict,
        replayed=judge(case, event.verdict.rule_set),
        figures_same=_figures_same(case, event),
        signature_holds=_signature_holds(store, recorded.entry, event),
    )


def _signature_holds(store: Archive, entry: EventEnvelope, event: ProcessDecision) -> bool | None:
    """Check a decision's signature against the key registered when it was taken."""
    if event.heads.person is None:
        return None
    person = _as_of(store, Person, entry.by, event.heads.person)
    origin = store.load(LedgerStream, "ledger").origin or ""
    return holds_signature(entry, person, origin)


def _figures_same(case: Case, event: ProcessDecision) -> bool:
    """Make the figures that a decision showed again."""
    again = show(case).figures
    if event.figures is None or again is None:
        return event.figures is again
    return event.figures.agrees_with(again)


def case_of(store: Archive, process: str, recorded: LogEntry) -> Case:
    """Rebuild the case that a decision was taken on, from its events up to the versions it names.

    Args:
        store: Where the events are.
        process: The process.
        recorded: The decision, as recorded.

    Raises:
        EvidenceError: It names a rule set that this program does not have, or was taken on events
            that the ledger no longer has.
    """
    event = recorded.event_as(ProcessDecision)
    edition = EDITION if event.figures is None else event.figures.edition
    for named, at_hand in ((event.verdict.rule_set, RULE_SETS), (edition, (EDITION,))):
        if named not in at_hand:
            raise EvidenceError(
                "SL501",
                f"the decision at position {recorded.position} names "
                f"{'rule set' if at_hand is RULE_SETS else 'figures of edition'} {named!r}",
                why=f"this program has {', '.join(at_hand)}",
                advice=Advice("install-newer-release"),
            )
    heads, by = event.heads, recorded.entry.by
    case = Case.of(
        _as_of(store, Process, process, heads.process),
        [_as_of(store, Batch, key, version) for key, version in heads.batches.items()],
        None if heads.person is None else _as_of(store, Person, by, heads.person),
    )
    # What a decision was taken on is no question: a batch that is not there is found as none.
    return replace(case, batch_key=event.verdict.batch)


def _as_of(store: Archive, kind: type[A], key: str, version: int) -> A:
    """Load what a decision was taken on, and nothing less."""
    found = store.load(kind, key, version)
    if found.version != version:
        raise EvidenceError(
            "SL502",
            f"the {kind.KIND} {key} has lost events that a decision was taken on",
            why=f"the decision names version {version}, the ledger ends at {found.version}",
            advice=Advice("compare-with-backup"),
        )
    return found


def case_as_of(store: LedgerStore, process: str, until: int | None = None) -> Case:
    """Rebuild a process with its batches as they stood at a position.

    Raises:
        NotFoundError: The process did not exist then.
    """
    checked_key("the process's key", process)
    rebuilt = Process(process)
    for recorded in store.stream(rebuilt.id, until):
        rebuilt.apply(recorded.entry)
    rebuilt.made_on()
    batches = [Batch(key) for key in rebuilt.batches]
    for batch in batches:
        for recorded in store.stream(batch.id, until):
            batch.apply(recorded.entry)
    # A position may fall between the two events that open a batch.
    return Case.of(rebuilt, [batch for batch in batches if batch.exists])


def position_at(store: LedgerStore, moment: datetime) -> int:
    """Give the last position recorded up to a moment; 0 when there is none.

    The log's order is what counts (G10): this is the end of its longest beginning that is not
    younger than the moment, by the ledger's clock.
    """
    position = 0
    for recorded in store.read(0):
        if recorded.entry.at > moment:
            break
        position = recorded.position
    return position


def checked_position(store: LedgerStore, position: int) -> int:
    """Refuse a position that the log does not have.

    Raises:
        NotFoundError: SL206.
    """
    size = store.size()
    if not 1 <= position <= size:
        raise NotFoundError(
            "SL206", f"there is no position {position}", why=f"the log has 1 to {size}"
        )
    return position


class Step(NamedTuple):
    """One event of a story and the state it led to."""

    recorded: LogEntry  #: The event.
    case: Case  #: The process and its batches after it.
    verdict: Verdict  #: What the rules say then, with no signer named.
    #: Rules whose finding began or ceased to hold with this event.
    changed: tuple[tuple[str, bool], ...]


def steps(store: LedgerStore, process: str, until: int | None = None) -> list[LogEntry]:
    """Give every event of a process and of its batches, in log order."""
    known = case_as_of(store, process, until)
    streams = [known.process.id, *(batch.id for batch in known.batches.values())]
    events = [recorded for stream in streams for recorded in store.stream(stream, until)]
    return sorted(events, key=lambda recorded: recorded.position)


class Walk:
    """Goes through a story event by event, forwards and back.

    Every step is folded from the first event: going back undoes nothing, and a step once given
    stays what it was.
    """

    def __init__(self, process: str, events: list[LogEntry]) -> None:
        self._key = process
        self._events = events

    def __len__(self) -> int:
        return len(self._events)

    def at(self, index: int) -> Step:
        """Give the step at an index from 0."""
        before, after = self._fold(index), self._fold(index + 1)
        held = {finding.rule: finding.holds for finding in judge(before).findings}
        verdict = judge(after)
        changed = tuple((f.rule, f.holds) for f in verdict.findings if f.holds != held[f.rule])
        return Step(self._events[index], after, verdict, changed)

    def next_decision(self, index: int) -> int:
        """Give the index of the next decision behind one, or of the last event."""
        later = range(index + 1, len(self._events))
        return next(
            (i for i in later if isinstance(self._events[i].entry.event, ProcessDecision)),
            len(self._events) - 1,
        )

    def _fold(self, count: int) -> Case:
        process = Process(self._key)
        batches: dict[UUID, Batch] = {}
        for recorded in self._events[:count]:
            entry = recorded.entry
            if entry.stream == process.id:
                process.apply(entry)
                continue
            if isinstance(entry.event, BatchStarted):
                batches[entry.stream] = Batch(entry.event.batch)
            batches[entry.stream].apply(entry)
        return Case.of(process, batches.values())
