"""Aggregates made from lines alone: no store and no library stands between."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable, Iterator
from typing import TYPE_CHECKING, TypeAlias
from uuid import UUID

from signoff_ledger.domain.events.catalogue import read_line
from signoff_ledger.domain.events.event import LogEntry
from signoff_ledger.errors import EvidenceError

if TYPE_CHECKING:
    from signoff_ledger.domain.aggregate import A, Aggregate

Placed = tuple[int | None, bytes]
"""A line with its position; None in an excerpt, which has none."""

LinesOf = Callable[[UUID], Iterable[Placed]]

Look: TypeAlias = "Callable[[Aggregate, LogEntry], None]"


class LineArchive:
    """Aggregates made from lines, each stream read forwards once.

    Args:
        lines_of: Gives the lines of a stream, oldest first.
        check: Looks at each event before it is applied, and raises what it finds.
    """

    def __init__(self, lines_of: LinesOf, check: Look | None = None) -> None:
        self._lines_of = lines_of
        self._check = check
        self._folds: dict[tuple[str, str], _Fold] = {}

    def load(self, kind: type[A], key: str, version: int | None = None) -> A:
        """Rebuild an aggregate as of a version, the latest by default; empty if unknown.

        What is given moves on with the next call for the same aggregate.
        """
        known = self._folds.get((kind.KIND, key))
        if known is None or (version is not None and version < known.aggregate.version):
            begun = kind(key)
            known = _Fold(begun, iter(self._lines_of(begun.id)))
            self._folds[(kind.KIND, key)] = known
        aggregate = known.aggregate
        assert isinstance(aggregate, kind)  # noqa: S101  # made by this very kind
        while version is None or aggregate.version < version:
            recorded = known.take()
            if recorded is None:
                break
            if self._check is not None:
                self._check(aggregate, recorded)
            aggregate.apply(recorded.entry)
        return aggregate

    def ahead(self, aggregate: Aggregate, count: int) -> list[LogEntry]:
        """Give the next events behind an aggregate as it was loaded last; fewer at its end."""
        return self._folds[(aggregate.KIND, aggregate.key)].ahead(count)


class _Fold:
    """An aggregate, and the lines that were not applied to it yet."""

    def __init__(self, aggregate: Aggregate, lines: Iterator[Placed]) -> None:
        self.aggregate = aggregate
        self._lines = lines
        self._read: deque[LogEntry] = deque()

    def ahead(self, count: int) -> list[LogEntry]:
        while len(self._read) < count and (placed := next(self._lines, None)) is not None:
            self._read.append(read_placed(placed))
        return [self._read[at] for at in range(min(count, len(self._read)))]

    def take(self) -> LogEntry | None:
        if self._read:
            return self._read.popleft()
        placed = next(self._lines, None)
        return None if placed is None else read_placed(placed)


def read_placed(placed: Placed) -> LogEntry:
    """Turn a line into an event.

    Raises:
        EvidenceError: With the line's position.
    """
    position, line = placed
    try:
        return LogEntry(position or 0, read_line(line))
    except EvidenceError as error:
        error.position = position
        raise
