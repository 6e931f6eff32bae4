"""What the application needs from the world: a clock, ids, and a store."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Protocol, TypeVar
from uuid import UUID, uuid4

from signoff_ledger.domain.aggregate import Aggregate
from signoff_ledger.domain.event import Entry

A = TypeVar("A", bound=Aggregate)


class Clock(Protocol):
    """Tells the ledger's time."""

    def now(self) -> datetime:
        """Give the present, aware, in UTC."""
        ...


class IdSource(Protocol):
    """Makes command ids for callers who bring none."""

    def new(self) -> str:
        """Give an id that was never given before."""
        ...


@dataclass(frozen=True, slots=True)
class Recorded:
    """An entry with its place in the log."""

    position: int
    entry: Entry


class StaleError(Exception):
    """A save met a stream that had moved, or a command id already used; load again."""


class Store(Protocol):
    """Keeps lines, and gives aggregates back from them."""

    def load(self, kind: type[A], key: str, version: int | None = None) -> A:
        """Rebuild an aggregate as of a version, the latest by default; empty if unknown."""
        ...

    def save(self, entries: Sequence[Entry], command_id: str) -> list[int]:
        """Append entries, all or none, durably; give their positions.

        Raises:
            StaleError: A stream moved meanwhile, or the command id is in the log.
        """
        ...

    def of_command(self, command_id: str) -> list[Recorded]:
        """Give what a command recorded, oldest first; empty when it recorded nothing."""
        ...

    def read(self, after: int, until: int | None = None) -> Iterator[Recorded]:
        """Read the log in order from behind one position up to another, inclusive."""
        ...

    def stream(self, stream: UUID, until: int | None = None) -> Iterator[Recorded]:
        """Read one stream in order, as of a position."""
        ...

    def read_type(self, topic: str) -> Iterator[Recorded]:
        """Read every event of one kind, in order."""
        ...

    def process_keys(self) -> list[str]:
        """Name every process, in the order defined."""
        ...

    def position(self, stream: UUID, version: int) -> int:
        """Give the position of an event that exists."""
        ...

    def size(self) -> int:
        """Give the number of events in the log."""
        ...


class SystemClock:
    """The machine's clock."""

    def now(self) -> datetime:
        """Give the present, aware, in UTC."""
        return datetime.now(UTC)


class RandomIds:
    """Random ids, 122 bits of chance each."""

    def new(self) -> str:
        """Give a random UUID."""
        return str(uuid4())
