"""The meaning of a log: every line an event, every decision what the rules make of its events.

Reads lines alone, stream by stream, and turns them into events through the domain's own list: no
store and no library stands between what was exported and what is judged.
"""

from __future__ import annotations

from copy import deepcopy
from dataclasses import replace
from typing import TYPE_CHECKING, Any, NamedTuple

from signoff_ledger.domain import decision
from signoff_ledger.domain.batch import Batch
from signoff_ledger.domain.decision import TreeHead
from signoff_ledger.domain.events.batch import UnitInspected
from signoff_ledger.domain.events.event import EventEnvelope, EventMetadata
from signoff_ledger.domain.events.process import (
    ProcessDecision,
    ProcessHeld,
    ProductionOrderCommitted,
)
from signoff_ledger.domain.figures import Exhibit
from signoff_ledger.domain.ledger_stream import LedgerStream
from signoff_ledger.domain.person import Person
from signoff_ledger.domain.process import Process
from signoff_ledger.domain.values import facts
from signoff_ledger.errors import EvidenceError, SignoffError
from signoff_ledger.replay.line_archive import LineArchive, LinesOf, read_placed
from signoff_ledger.replay.replay import ReplayedDecision, case_of, taken_again

if TYPE_CHECKING:
    from collections.abc import Iterable

    from signoff_ledger.domain.aggregate import A, Aggregate
    from signoff_ledger.domain.case import Case
    from signoff_ledger.domain.events.event import LogEntry


class ProcessAudit(NamedTuple):
    """What an audit found."""

    decisions: tuple[ReplayedDecision, ...]  #: Decisions taken again, each to the same verdict.
    orders: int  #: Production orders, each under a sign-off that stood.


def audit_process(lines_of: LinesOf, key: str) -> ProcessAudit:
    """Compute every decision and every order on a process again, and judge every reading.

    Args:
        lines_of: Gives the lines of a stream, oldest first.
        key: The process.

    Raises:
        EvidenceError: SL509 at the first one that does not follow; SL501 to SL503 for lines that
            are no events, or do not make a story.
    """
    archive = LineArchive(lines_of, _check_results)
    process, decisions, orders = Process(key), [], 0
    for placed in lines_of(process.id):
        recorded = read_placed(placed)
        event = recorded.entry.event
        try:
            if isinstance(event, ProcessDecision):
                decisions.append(_checked(archive, key, recorded, event))
            if isinstance(event, ProductionOrderCommitted):
                _check_order(process, recorded, event)
                orders += 1
            process.apply(recorded.entry)
        except EvidenceError as error:
            error.position = error.position or placed[0]
            raise
        except (SignoffError, LookupError, AttributeError, ValueError) as error:
            raise _does_not_follow(
                recorded, f"it makes no sense where it stands: {error}"
            ) from None
    for batch in process.batches:
        archive.load(Batch, batch)
    return ProcessAudit(tuple(decisions), orders)


def audit_people(lines_of: LinesOf, keys: Iterable[str]) -> None:
    """Read the streams of people and of the ledger itself as what they are.

    Raises:
        EvidenceError: SL501 to SL503.
    """
    archive = LineArchive(lines_of)
    for key in keys:
        archive.load(Person, key)
    archive.load(LedgerStream, "ledger")


def _checked(
    archive: LineArchive, key: str, recorded: LogEntry, event: ProcessDecision
) -> ReplayedDecision:
    if event.heads.process != recorded.entry.version - 1:
        raise _does_not_follow(
            recorded,
            f"it was taken on version {event.heads.process} of {key} and stands behind "
            f"{recorded.entry.version - 1}",
        )
    replayed = taken_again(archive, key, recorded, event)
    if not replayed.same:
        lost = ", ".join(f.rule for f in replayed.replayed.blockers) or "no rule"
        raise _does_not_follow(
            recorded, f"replayed, the verdict is another one; {lost} does not hold"
        )
    case = case_of(archive, key, recorded)
    _check_whole(archive, case, recorded, event)
    _check_written(archive, case, recorded, event)
    return replayed


def _check_whole(
    archive: LineArchive, case: Case, recorded: LogEntry, event: ProcessDecision
) -> None:
    """Refuse a decision that leaves out a batch, or what was there of one when it was prepared."""
    left_out = set(case.process.batches) ^ set(case.batches)
    if left_out:
        raise _does_not_follow(recorded, f"it was not taken on {', '.join(sorted(left_out))}")
    for key, batch in case.batches.items():
        behind = archive.ahead(batch, 1)
        # In an excerpt no line has a position; the deciding batch notes the decision even there.
        if behind and recorded.position and behind[0].position <= event.heads.size:
            raise _does_not_follow(
                recorded, f"batch {key} held more than version {batch.version} that was looked at"
            )


def _check_written(
    archive: LineArchive, case: Case, recorded: LogEntry, event: ProcessDecision
) -> None:
    """Take the decision by the domain's own steps, and find what that writes on every stream.

    The store saves all of it at once, and only behind the very versions that the decision names:
    that nothing had moved in between is what the notes on the batch and the person show.
    """
    by, heads = recorded.entry.by, event.heads
    signer = None if heads.person is None else archive.load(Person, by, heads.person)
    parties: list[Aggregate] = [case.process]
    parties += [party for party in (case.batch, signer) if party is not None]
    written = [_signed(entry, event) for entry in _written(case, signer, recorded, event)]
    for party in parties:
        expected = [entry for entry in written if entry.stream == party.id]
        found = [item.entry for item in archive.ahead(party, len(expected))]
        # A meaning is compared within the log: the signer's note repeats that of the decision.
        same = {getattr(entry.event, "meaning", event.meaning) for entry in found} <= {
            event.meaning
        }
        if not same or list(map(_stated, expected)) != list(map(_stated, found)):
            raise _does_not_follow(
                recorded,
                f"{party.KIND} {party.key} does not say behind version {party.version} what "
                "taking it writes there",
            )


def _written(
    case: Case,
    signer: Person | None,
    recorded: LogEntry,
    event: ProcessDecision,
) -> list[EventEnvelope]:
    """Decide again, on copies; gives the entries."""
    journal: list[EventEnvelope] = []
    entry, rules = recorded.entry, event.verdict.rule_set
    stamp = EventMetadata(entry.at, entry.by, entry.cmd)
    copies = {key: _copied(batch, journal) for key, batch in case.batches.items()}
    twin = replace(case, process=_copied(case.process, journal), batches=copies)
    reviewed = TreeHead(event.heads.root, event.heads.size)
    # What was shown has been made again and compared by `taken_again`.
    shown = Exhibit(event.figures, event.says)
    given: dict[str, Any] = {"rule_set": rules}
    if signer is None:
        decision.hold_if_missed(stamp, twin, reviewed=reviewed, show=lambda _: shown, **given)
        return journal
    person = _copied(signer, journal)
    given |= {"reviewed": reviewed, "shown": shown}
    if isinstance(event, ProcessHeld):
        decision.hold(stamp, twin, person, reason=event.reason, awaiting=event.awaiting, **given)
    else:
        decision.sign_off(stamp, twin, person, note=event.words, **given)
    return journal


def _signed(written: EventEnvelope, event: ProcessDecision) -> EventEnvelope:
    """Put the recorded signature into the decision itself, which is written unsigned."""
    if not isinstance(written.event, type(event)):
        return written
    return written._replace(event=written.event.model_copy(update={"signature": event.signature}))


def _copied(aggregate: A, journal: list[EventEnvelope]) -> A:
    twin = deepcopy(aggregate)
    twin.journal = journal
    return twin


def _stated(entry: EventEnvelope) -> tuple[object, ...]:
    return entry.version, entry.at, entry.by, entry.cmd, facts(entry.event)


def _check_results(aggregate: Aggregate, recorded: LogEntry) -> None:
    """Refuse a unit whose readings do not show the nonconformities that its line says they show."""
    event = recorded.entry.event
    if not isinstance(event, UnitInspected) or not isinstance(aggregate, Batch):
        return
    try:
        failing = set(aggregate.plan.failing(event.readings))
    except KeyError as unknown:
        raise _does_not_follow(recorded, f"the plan has no characteristic {unknown}") from None
    shown = {n.characteristic for n in event.nonconformities if n.characteristic is not None}
    if failing != shown:
        raise _does_not_follow(
            recorded,
            f"unit {event.serial}: {', '.join(sorted(failing ^ shown))} is read and judged "
            "otherwise than the line says",
        )


def _check_order(process: Process, recorded: LogEntry, event: ProductionOrderCommitted) -> None:
    entry = recorded.entry
    shut = process.order_blockers(entry.at, entry.by, event.quantity)
    if shut:
        raise _does_not_follow(
            recorded, f"the order gate was shut: {'; '.join(says for _, says in shut)}"
        )


def _does_not_follow(recorded: LogEntry, why: str) -> EvidenceError:
    return EvidenceError(
        "SL509",
        "a decision does not follow from its events",
        why=why,
        position=recorded.position or None,
    )
