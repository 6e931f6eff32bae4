"""What every ledger's store does, whatever database it stands in."""

from __future__ import annotations

import time
from abc import ABC, abstractmethod
from typing import TYPE_CHECKING, Any

from signoff_ledger.domain.events.event import LogEntry
from signoff_ledger.domain.events.process import ProcessDefined
from signoff_ledger.domain.ledger_stream import LedgerStream
from signoff_ledger.errors import Advice, StoreError
from signoff_ledger.integrity.c2sp.note import parse_signature_lines
from signoff_ledger.integrity.command_ids import Command
from signoff_ledger.integrity.tree import merkle
from signoff_ledger.persistence.event_store import DatabaseError, IntegrityError, StoredEvent
from signoff_ledger.persistence.event_store.aggregate_repository import Aggregates
from signoff_ledger.persistence.event_store.mapper import checked_entry
from signoff_ledger.persistence.store_errors import StaleError, not_kept

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
    from contextlib import AbstractContextManager
    from uuid import UUID

    from signoff_ledger.domain.aggregate import A
    from signoff_ledger.domain.events.event import E, EventEnvelope
    from signoff_ledger.persistence.event_store.recorder import LineRecorder
    from signoff_ledger.persistence.health_finding import HealthFinding
    from signoff_ledger.persistence.server import Server

PAGE = 1_000
_LEAST = -(2**63)
_LOOK_EVERY_S = 0.2


class LedgerStore(ABC):
    """Keeps lines, gives aggregates back from them, and keeps what is derived from the events.

    Attributes:
        address: Where the ledger stands, to open it again: a file's path or a URL.
        place: The same as it is shown to people: no secret is in it.
        read_only: True where it is open for reading alone.
        recorder: The event store's recorder.
        has_recorded: Whether something was recorded through it.
    """

    def __init__(
        self, address: str, place: str, recorder: LineRecorder, *, read_only: bool
    ) -> None:
        self.address = address
        self.place = place
        self.read_only = read_only
        self.recorder = recorder
        self.has_recorded = False
        self._aggregates = Aggregates(recorder)

    @abstractmethod
    def translate_errors(self) -> AbstractContextManager[None]:
        """Turn what the database says into what a person can act on.

        Raises:
            StoreError: SL701 for a damaged ledger, SL705 for a lock, SL703 for everything else.
        """

    @abstractmethod
    def writing(self) -> AbstractContextManager[Any]:
        """Begin a transaction that writes, alone, for what is derived from the events."""

    @abstractmethod
    def intact_tables(self, statements: Sequence[str]) -> set[str]:
        """Give which of these statements made what is derived, and what made anything else there.

        Args:
            statements: Those that make tables and indexes of what is derived.
        """

    @abstractmethod
    def clear(self, cursor: Any) -> None:
        """Take away whatever stands where tables of what is derived belong, of whatever kind.

        Args:
            cursor: Within a transaction of `writing`.
        """

    @abstractmethod
    def findings(self) -> Iterable[HealthFinding]:
        """Look at the health of the database around the lines."""

    def repair(self) -> list[str]:
        """Put back what belongs around the lines and is gone; no line is touched.

        Returns:
            A sentence for each thing that was put back.

        Raises:
            StoreError: SL703, the user may not do that.
        """
        return []

    @abstractmethod
    def retiring(self, moved_to: str) -> AbstractContextManager[Callable[[], object]]:
        """Block writers; keep the ledger closed to writes if the block succeeds.

        Args:
            moved_to: The new address, named in the refusal of every later write.

        Returns:
            A function that fails, called within the block, if a writer may have recorded by then.

        Raises:
            StoreError: The user may not do that.
        """

    @abstractmethod
    def discard(self) -> None:
        """Delete a ledger that was never returned to the caller."""

    @abstractmethod
    def close(self) -> None:
        """Close every connection."""

    def forget(self) -> None:
        """Let go of every aggregate that is remembered; the next load reads it from the log."""
        self._aggregates.forget()

    def load(self, kind: type[A], key: str, version: int | None = None, *, look: bool = True) -> A:
        """Rebuild an aggregate as of a version, the latest by default; empty if unknown.

        Args:
            kind: Of which kind.
            key: Its key.
            version: As of which version.
            look: False to take the latest as of the last look at the log, without another.
        """
        with self.translate_errors():
            return self._aggregates.get(kind, key, version, look=look)

    def save(
        self,
        entries: Sequence[EventEnvelope],
        command_id: str,
        seen: Mapping[UUID, int] | None = None,
    ) -> list[int]:
        """Append entries, all or none, durably; give their positions.

        Args:
            entries: What to append.
            command_id: By which command; each is in the log once.
            seen: Streams that were looked at, with the versions they had; none may have moved.

        Raises:
            StaleError: A stream has moved, or the command id is in the log.
        """
        with self.translate_errors():
            try:
                positions = self._aggregates.put(entries, command_id, seen)
            except IntegrityError as error:
                _check_not_moved(self.place, str(error))
                raise StaleError(str(error)) from error
        self.has_recorded = True
        return positions

    def of_command(self, command_id: str) -> list[LogEntry]:
        """Give what a command recorded, oldest first; empty when it recorded nothing."""
        rows = self._query("SELECT first, last FROM commands WHERE id = ?", command_id)
        return list(self.read(rows[0][0] - 1, rows[0][1])) if rows else []

    def read(self, after: int, until: int | None = None) -> Iterator[LogEntry]:
        """Read the log in order from behind one position up to another, inclusive."""
        while True:
            with self.translate_errors():
                page = self.recorder.select_notifications(
                    after, PAGE, until, inclusive_of_start=False
                )
            for notification in page:
                yield LogEntry(notification.id, checked_entry(notification))
            if len(page) < PAGE:
                return
            after = page[-1].id

    def raw(self, after: int = 0) -> Iterator[tuple[int, str, int, str, bytes, bytes]]:
        """Read the rows as they are stored: position, stream, version, type, line, leaf hash.

        Raises:
            StoreError: SL701, a row cannot be read; every row before it was given.
        """
        statement = (
            "SELECT position, stream, version, type, line, leaf FROM events"
            " WHERE position > ? ORDER BY position LIMIT ?"
        )
        kinds = (int, str, int, str, bytes, bytes)
        at_once = PAGE
        while True:
            try:
                page = self._table(kinds, statement, after, at_once)
            except StoreError as error:
                if error.code != "SL701" or at_once == 1:
                    raise
                # What stands before a row that cannot be read is evidence as well.
                at_once = 1
                continue
            if not page:
                return
            yield from page
            after = page[-1][0]

    def commands(self) -> Iterator[Command]:
        """Read which command recorded which events, in the order of the first ones."""
        statement = "SELECT id, first, last FROM commands WHERE first >= ? ORDER BY first LIMIT ?"
        after = _LEAST
        while page := self._table((str, int, int), statement, after, PAGE):
            yield from map(Command._make, page)
            after = page[-1][1] + 1

    def command_count(self) -> int:
        """Count the rows that say which command recorded which events, whatever they say."""
        count: int = self._query("SELECT count(*) FROM commands")[0][0]
        return count

    def lines(self, stream: UUID) -> Iterator[tuple[int, bytes]]:
        """Read the lines of one stream with their positions, as they are stored."""
        statement = "SELECT position, line FROM events WHERE stream = ? ORDER BY version"
        yield from self._table((int, bytes), statement, str(stream))

    def nodes(self) -> Iterator[tuple[int, int, bytes]]:
        """Read the stored subtree roots: level, number, hash."""
        statement = "SELECT level, number, hash FROM nodes ORDER BY level, number"
        yield from self._table((int, int, bytes), statement)

    def stream(self, stream: UUID, until: int | None = None) -> Iterator[LogEntry]:
        """Read one stream in order, as of a position."""
        return self._recorded(
            "WHERE stream = ? AND position <= ? ORDER BY version",
            str(stream),
            self.size() if until is None else until,
        )

    def read_type(self, topic: str) -> Iterator[LogEntry]:
        """Read every event of one kind, in order."""
        return self._recorded("WHERE type = ? ORDER BY position", topic)

    def events_of(self, kind: type[E]) -> Iterator[E]:
        """Read the fields of every event of one kind, in order."""
        return (recorded.event_as(kind) for recorded in self.read_type(kind.TOPIC))

    def process_keys(self) -> list[str]:
        """Name every process, in the order defined."""
        return [event.process for event in self.events_of(ProcessDefined)]

    def position(self, stream: UUID, version: int) -> int:
        """Give the position of an event that exists."""
        rows = self._query(
            "SELECT position FROM events WHERE stream = ? AND version = ?", str(stream), version
        )
        position: int = rows[0][0]
        return position

    def positions(self, stream: UUID, versions: Collection[int] | None = None) -> dict[int, int]:
        """Give the positions of events of a stream by version, in one read; all by default."""
        statement = "SELECT version, position FROM events WHERE stream = ?"
        wanted: tuple[int, ...] = ()
        if versions is not None:
            wanted = tuple(versions)
            statement += f" AND version IN ({', '.join('?' * len(wanted)) or 'NULL'})"
        return dict(map(tuple, self._query(statement, str(stream), *wanted)))

    def size(self) -> int:
        """Give the number of events in the log."""
        with self.translate_errors():
            return self.recorder.max_notification_id() or 0

    def settled_size(self) -> int:
        """Give the number of events in the log, all as durable as if acknowledged."""
        return self.size()

    def server(self) -> Server | None:
        """Say which server takes the events; None where there is none, or it takes none."""
        return None

    def wait_beyond(self, size: int, timeout_s: float) -> None:
        """Wait until the log has grown beyond a size, or the time is over."""
        deadline = time.monotonic() + timeout_s
        while self.size() <= size and time.monotonic() < deadline:
            time.sleep(_LOOK_EVERY_S)

    def hashes(self, level: int, first: int, count: int) -> list[bytes]:
        """Give the roots of complete subtrees, see `integrity.merkle.Hashes`."""
        with self.translate_errors():
            return self.recorder.hashes(level, first, count)

    def checkpoint(self, size: int) -> bytes | None:
        """Give the signed checkpoint of a size; None where there is none that counts."""
        note = self.kept_note(size)
        return note if note is not None and self._founding().counts(size, note) else None

    def checkpoints(self) -> list[tuple[int, bytes]]:
        """Give every checkpoint that counts with its size, smallest first."""
        counts = self._founding().counts
        return [(size, note) for size, note in self.kept_notes() if counts(size, note)]

    def kept_note(self, size: int) -> bytes | None:
        """Give what is kept as the checkpoint of a size, set aside or not; None for nothing."""
        rows = self._table((bytes,), "SELECT note FROM checkpoints WHERE size = ?", size)
        return rows[0][0] if rows else None

    def kept_notes(self) -> list[tuple[int, bytes]]:
        """Give all that is kept as checkpoints, set aside or not, smallest size first."""
        return self._table((int, bytes), "SELECT size, note FROM checkpoints ORDER BY size")

    def sealed_size(self) -> int:
        """Give the size of the latest checkpoint that counts; 0 before the first."""
        if self._founding().set_aside:
            return max((size for size, _ in self.checkpoints()), default=0)
        size: int = self._query("SELECT coalesce(max(size), 0) FROM checkpoints")[0][0]
        return size

    def keep_checkpoint(self, size: int, note: bytes) -> None:
        """Keep a signed checkpoint, durably; the same one again is no error.

        Raises:
            StoreError: Another one of this size is kept, or the database refused.
        """
        if self.kept_note(size) == note:
            return
        with self.writing() as cursor:
            cursor.execute("INSERT INTO checkpoints (size, note) VALUES (?, ?)", (size, note))
            cursor.execute("SELECT note FROM checkpoints WHERE size = ?", (size,))
            if [row[0] for row in cursor.fetchall()] != [note]:
                raise not_kept(self.place)

    def cosignatures(self, size: int) -> list[str]:
        """Give the cosignature lines kept for a checkpoint, in the order of their text."""
        statement = "SELECT line FROM cosignatures WHERE size = ? ORDER BY line"
        return [row[0] for row in self._table((str,), statement, size)]

    def cosigned(self) -> list[tuple[int, str]]:
        """Give every cosignature line with its checkpoint's size, largest first."""
        rows = self._query("SELECT size, line FROM cosignatures ORDER BY size DESC, line")
        return [(size, line) for size, line in rows]

    def keep_cosignature(self, size: int, line: str) -> bool:
        """Keep a witness's signature line, durably, unless one of its key is kept already.

        Two lines of one key under one checkpoint would make it a note that no reader may accept.

        Returns:
            Whether it was kept.

        Raises:
            EvidenceError: SL505, it is no signature line.
        """
        (offered,) = parse_signature_lines(line)
        with self.writing() as cursor:
            cursor.execute("SELECT line FROM cosignatures WHERE size = ?", (size,))
            kept = [parse_signature_lines(row[0])[0] for row in cursor.fetchall()]
            if any((one.name, one.key_id) == (offered.name, offered.key_id) for one in kept):
                return False
            cursor.execute("INSERT INTO cosignatures (size, line) VALUES (?, ?)", (size, line))
            cursor.execute("SELECT line FROM cosignatures WHERE size = ?", (size,))
            if line not in [row[0] for row in cursor.fetchall()]:
                raise not_kept(self.place)
        return True

    def root(self, size: int) -> bytes:
        """Give the root of the tree (RFC 6962) over the log's first events."""
        return merkle.root(self, size)

    def rows(self, statement: str, parameters: Iterable[object] = ()) -> list[Any]:
        """Read rows of what is derived from the events."""
        return self._query(statement, *parameters)

    def _founding(self) -> LedgerStream:
        return self.load(LedgerStream, "ledger")

    def _recorded(self, clause: str, *parameters: object) -> Iterator[LogEntry]:
        with self.translate_errors():
            rows = self.recorder.events(clause, parameters)
        for position, stream, version, topic, line in rows:
            yield LogEntry(position, checked_entry(StoredEvent(stream, version, topic, line)))

    def _table(self, kinds: tuple[type, ...], statement: str, *parameters: object) -> list[Any]:
        """Read rows whose columns are of these types, whatever a damaged page makes of them.

        Raises:
            StoreError: SL701, a row cannot be one that was written.
        """
        rows = list(map(tuple, self._query(statement, *parameters)))
        with self.translate_errors():
            if any(tuple(map(type, row)) != kinds for row in rows):
                raise DatabaseError("a row is malformed")
        return rows

    def _query(self, statement: str, *parameters: object) -> list[Any]:
        with self.translate_errors():
            return self.recorder.query(statement, parameters)


MOVED = "this ledger has moved to "
"""How the database refuses to record in a ledger that was carried elsewhere."""


def _check_not_moved(place: str, said: str) -> None:
    _, moved, target = said.partition(MOVED)
    if moved:
        raise StoreError(
            "SL708",
            f"nothing more is recorded in {place}",
            why=f"it has moved to {target.splitlines()[0]}",
            advice=Advice("name-moved-ledger"),
        )
