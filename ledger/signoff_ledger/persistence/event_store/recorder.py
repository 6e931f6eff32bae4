"""What every store's recorder has in common: lines read by position, by stream, as a tree."""

from __future__ import annotations

from abc import abstractmethod
from contextlib import contextmanager
from functools import lru_cache
from typing import TYPE_CHECKING, Any
from uuid import UUID

from eventsourcing import persistence
from eventsourcing.persistence import (
    ApplicationRecorder,
    DatabaseError,
    Notification,
    PersistenceError,
    StoredEvent,
)

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

_NO_END = 2**62


class LineRecorder(ApplicationRecorder):
    """Reads lines by statements that every store understands: values are marked `?`."""

    @abstractmethod
    def query(self, statement: str, parameters: Sequence[object] = ()) -> list[Any]:
        """Run one reading statement outside any transaction of ours."""

    def insert_events(self, stored_events: Sequence[StoredEvent], **kwargs: Any) -> list[int]:
        """Append events, all or none; gives their positions.

        Args:
            stored_events: Stored lines in order.
            **kwargs: `command_id`, recorded in the same transaction if given; `seen`, versions by
                stream that still have to be the latest then.

        Raises:
            IntegrityError: A stream has moved, or the command id is in the log.
        """
        if not stored_events:
            return []
        seen = kwargs.get("seen") or {}
        size = self.append(stored_events, kwargs.get("command_id"), seen)
        return list(range(size + 1, size + 1 + len(stored_events)))

    @abstractmethod
    def append(
        self, events: Sequence[StoredEvent], command_id: str | None, seen: Mapping[UUID, int]
    ) -> int:
        """Append at least one event, all or none; gives the size that the log had before."""

    def select_events(
        self,
        originator_id: UUID | str,
        *,
        gt: int | None = None,
        lte: int | None = None,
        desc: bool = False,
        limit: int | None = None,
    ) -> Sequence[StoredEvent]:
        """Read one stream in order of version."""
        order = "DESC" if desc else "ASC"
        rows = self.events(
            f"WHERE stream = ? AND version > ? AND version <= ? ORDER BY version {order} LIMIT ?",
            (
                str(originator_id),
                -1 if gt is None else gt,
                _NO_END if lte is None else lte,
                _NO_END if limit is None else limit,
            ),
        )
        return [
            StoredEvent(stream, version, topic, line) for _, stream, version, topic, line in rows
        ]

    def select_notifications(
        self,
        start: int | None,
        limit: int,
        stop: int | None = None,
        topics: Sequence[str] = (),
        *,
        inclusive_of_start: bool = True,
    ) -> Sequence[Notification]:
        """Read the log in order of position."""
        first = 0 if start is None else start + (not inclusive_of_start)
        of_type = f"AND type IN ({','.join('?' * len(topics))})" if topics else ""
        rows = self.events(
            f"WHERE position >= ? AND position <= ? {of_type} ORDER BY position LIMIT ?",
            (first, _NO_END if stop is None else stop, *topics, limit),
        )
        return [
            Notification(stream, version, topic, line, id=position)
            for position, stream, version, topic, line in rows
        ]

    def max_notification_id(self) -> int | None:
        """Give the last position, or None for an empty log."""
        last: int | None = self.query("SELECT max(position) FROM events")[0][0]
        return last

    def events(
        self, clause: str, parameters: Sequence[object]
    ) -> list[tuple[int, UUID, int, str, bytes]]:
        """Read events with their positions, by a clause that holds nothing but marks and words.

        Raises:
            DatabaseError: A row cannot be one that was written.
        """
        columns = "position, stream, version, type, line"
        rows = self.query(f"SELECT {columns} FROM events {clause}", parameters)  # noqa: S608  # ours
        try:
            return [
                (position, _stream(stream), version, topic, line)
                for position, stream, version, topic, line in rows
            ]
        except (TypeError, ValueError) as error:
            # SQLite gives nothing for what stood on a page that is no longer there.
            raise DatabaseError("a row is malformed") from error

    def hashes(self, level: int, first: int, count: int) -> list[bytes]:
        """Give the roots of complete subtrees, see `integrity.merkle.Hashes`.

        Raises:
            DatabaseError: Some of them are not there.
        """
        statement, parameters = asking_for(level, first, count)
        return all_of(count, self.query(statement, parameters))


@lru_cache(maxsize=1_024)
def _stream(text: str) -> UUID:
    return UUID(text)


def asking_for(level: int, first: int, count: int) -> tuple[str, tuple[int, ...]]:
    """Ask for the hashes of a level, which at level 0 are stored with the lines."""
    if level == 0:
        return (
            "SELECT leaf FROM events WHERE position > ? AND position <= ? ORDER BY position",
            (first, first + count),
        )
    return (
        "SELECT hash FROM nodes WHERE level = ? AND number >= ? AND number < ? ORDER BY number",
        (level, first, first + count),
    )


def all_of(count: int, rows: Sequence[Any]) -> list[bytes]:
    """Give the hashes in rows, of which there have to be so many.

    Raises:
        DatabaseError: Some of them are not there.
    """
    if len(rows) != count:
        raise DatabaseError(f"the tree is malformed: {count - len(rows)} hashes are missing")
    return [row[0] for row in rows]


@contextmanager
def translate_driver_errors(*kinds: type[Exception]) -> Iterator[None]:
    """Translate a driver's errors into the event store's.

    Args:
        kinds: What the driver raises.
    """
    try:
        yield
    except kinds as error:
        raise translated(error) from error


def translated(error: Exception) -> Exception:
    """Give the event store's error for one of a driver's, the way its own recorders do."""
    if isinstance(error, UnicodeDecodeError):
        return DatabaseError("the schema is malformed")
    for kind in type(error).__mro__:
        match = getattr(persistence, kind.__name__, None)
        if isinstance(match, type) and issubclass(match, PersistenceError):
            return match(error)
    return PersistenceError(error)
