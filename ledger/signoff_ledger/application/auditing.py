"""The meaning of a log: every line an event, every decision what the rules make of its events.

Reads lines alone, stream by stream, and turns them into events through the domain's own list: no
store and no library stands between what was exported and what is judged.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import TYPE_CHECKING, NamedTuple
from uuid import UUID

from signoff_ledger.application.ports import Recorded
from signoff_ledger.application.replay import ReplayedDecision, taken_again
from signoff_ledger.domain.aggregate import Aggregate
from signoff_ledger.domain.batch import Batch
from signoff_ledger.domain.catalogue import read_line
from signoff_ledger.domain.founding import Founding
from signoff_ledger.domain.person import Person
from signoff_ledger.domain.process import Process
from signoff_ledger.domain.process_events import (
    ProcessHeld,
    ProcessSignedOff,
    ProductionOrderCommitted,
)
from signoff_ledger.errors import EvidenceError, SignoffError

if TYPE_CHECKING:
    from signoff_ledger.application.ports import A

Placed = tuple[int | None, bytes]
"""A line with its position; None in an excerpt, where nobody needs one."""

LinesOf = Callable[[UUID], Iterable[Placed]]


class Audited(NamedTuple):
    """What an audit found.

    Attributes:
        events: Events read.
        decisions: Decisions taken again, each to the same verdict.
        orders: Production orders, each under a sign-off that stood.
    """

    events: int
    decisions: tuple[ReplayedDecision, ...]
    orders: int


class LineArchive:
    """Aggregates made from lines, each stream read forwards once.

    Args:
        lines_of: Gives the lines of a stream, oldest first.
    """

    def __init__(self, lines_of: LinesOf) -> None:
        self._lines_of = lines_of
        self._folds: dict[tuple[str, str], tuple[Aggregate, Iterator[Placed]]] = {}
        self.events = 0

    def load(self, kind: type[A], key: str, version: int | None = None) -> A:
        """Rebuild an aggregate as of a version, the latest by default; empty if unknown.

        What is given moves on with the next call for the same aggregate.
        """
        known = self._folds.get((kind.KIND, key))
        if known is None or (version is not None and version < known[0].version):
            begun = kind(key)
            known = (begun, iter(self._lines_of(begun.id)))
            self._folds[(kind.KIND, key)] = known
        aggregate, lines = known
        assert isinstance(aggregate, kind)  # noqa: S101  # made by this very kind
        while version is None or aggregate.version < version:
            placed = next(lines, None)
            if placed is None:
                break
            aggregate.apply(read_placed(placed).entry)
            self.events += 1
        return aggregate


def read_placed(placed: Placed) -> Recorded:
    """Turn a line into an event.

    Raises:
        EvidenceError: With the line's position.
    """
    position, line = placed
    try:
        return Recorded(position or 0, read_line(line))
    except EvidenceError as error:
        error.position = position
        raise


def audit_process(archive: LineArchive, lines_of: LinesOf, key: str) -> Audited:
    """Take every decision and every order on a process again.

    Raises:
        EvidenceError: SL509 at the first one that does not follow; SL501 to SL503 for lines that
            are no events, or do not make a story.
    """
    process, decisions, orders, events = Process(key), [], 0, 0
    for placed in lines_of(process.id):
        recorded = read_placed(placed)
        event = recorded.entry.event
        try:
            if isinstance(event, (ProcessHeld, ProcessSignedOff)):
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
        events += 1
    for batch in process.batches:
        archive.load(Batch, batch)
    return Audited(events, tuple(decisions), orders)


def audit_people(archive: LineArchive, keys: Iterable[str]) -> None:
    """Read the streams of people and of the ledger itself as what they are.

    Raises:
        EvidenceError: SL501 to SL503.
    """
    for key in keys:
        archive.load(Person, key)
    archive.load(Founding, "ledger")


def _checked(
    archive: LineArchive, key: str, recorded: Recorded, event: ProcessHeld | ProcessSignedOff
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
    return replayed


def _check_order(process: Process, recorded: Recorded, event: ProductionOrderCommitted) -> None:
    entry = recorded.entry
    shut = process.order_blockers(entry.at, entry.by, event.quantity)
    if shut:
        raise _does_not_follow(
            recorded, f"the order gate was shut: {'; '.join(says for _, says in shut)}"
        )


def _does_not_follow(recorded: Recorded, why: str) -> EvidenceError:
    return EvidenceError(
        "SL509",
        "a decision does not follow from its events",
        why=why,
        position=recorded.position or None,
    )
