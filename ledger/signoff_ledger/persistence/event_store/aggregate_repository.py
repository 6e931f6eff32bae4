"""Aggregates out of the log, and the memory of those that were asked for last.

The library would read the end of each stream again for each aggregate that it remembers. Here one
look at the end of the log moves all of them on.
"""

from __future__ import annotations

from threading import Lock
from typing import TYPE_CHECKING, NamedTuple, cast

from eventsourcing.application import AggregateNotFoundError, Repository
from eventsourcing.persistence import EventStore, StoredEvent

from signoff_ledger.integrity.stream_ids import stream_id
from signoff_ledger.persistence.event_store.mapper import LineMapper, checked_entry, stored_event

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from uuid import UUID

    from signoff_ledger.domain.aggregate import A, Aggregate
    from signoff_ledger.domain.events.event import EventEnvelope
    from signoff_ledger.persistence.event_store.recorder import LineRecorder

CACHED_AGGREGATES = 32
_PAGE = 1_000


class _End(NamedTuple):
    """The last event that the memory has been moved on to."""

    position: int = 0  #: Where it stands; 0 before the first.
    #: Its line, which distinguishes a log that was cut and grew again from this one.
    line: bytes = b""


class Aggregates:
    """The aggregates of one log.

    Args:
        recorder: Where the log is.
    """

    def __init__(self, recorder: LineRecorder) -> None:
        self._recorder = recorder
        self._repository = _empty(recorder)
        # The library copies out of its cache unguarded, while another thread may be moving it on.
        self._lock = Lock()
        self._end: _End | None = None

    def get(self, kind: type[A], key: str, version: int | None, *, look: bool) -> A:
        """Rebuild an aggregate as of a version, the latest by default; empty if unknown."""

        def project(aggregate: A | None, entries: Iterable[EventEnvelope]) -> A | None:
            for entry in entries:
                if aggregate is None:
                    aggregate = kind(key)
                aggregate.apply(entry)
            return aggregate

        if version == 0:
            return kind(key)
        with self._lock:
            if version is None and (look or self._end is None):
                self._catch_up()
            try:
                return self._repository.get(
                    stream_id(kind.KIND, key), version=version, projector_func=project
                )
            except AggregateNotFoundError:
                return kind(key)

    def put(
        self, entries: Sequence[EventEnvelope], command_id: str, seen: Mapping[UUID, int] | None
    ) -> list[int]:
        """Append entries, all or none; give their positions."""
        # Past the library's own store, which would make a notification of each that has no reader.
        stored = [stored_event(entry) for entry in entries]
        positions = self._recorder.insert_events(stored, command_id=command_id, seen=seen)
        with self._lock:
            if positions and self._end is not None and self._end.position + 1 == positions[0]:
                self._move_on(entries, _End(positions[-1], entries[-1].line))
        return positions

    def forget(self) -> None:
        """Let go of everything that is remembered; the next one is read from the log."""
        with self._lock:
            self._forget()

    def _catch_up(self) -> None:
        """Bring every cached aggregate up to date, by one query for new events."""
        if self._end is None:
            self._end = self._last()
            return
        since = self._recorder.events(
            "WHERE position >= ? ORDER BY position LIMIT ?", (self._end.position, _PAGE)
        )
        if self._end.position:
            behind = since.pop(0) if since else (0, b"")
            if self._end != (behind[0], behind[-1]):
                # Another log is in its place: a backup, or a server that knew less.
                self._forget()
                self._end = self._last()
                return
        if len(since) >= _PAGE - 1:
            # With so much to read it is as quick to begin again.
            self._forget()
            self._end = self._last()
        elif since:
            known = (row[1:] for row in since if self._known(row[1]) is not None)
            end = _End(since[-1][0], since[-1][-1])
            self._move_on((checked_entry(StoredEvent(*row)) for row in known), end)

    def _last(self) -> _End:
        rows = self._recorder.events("ORDER BY position DESC LIMIT 1", ())
        return _End(rows[0][0], rows[0][-1]) if rows else _End()

    def _move_on(self, entries: Iterable[EventEnvelope], end: _End) -> None:
        moving: dict[UUID, Aggregate | None] = {}
        try:
            for entry in entries:
                if entry.stream not in moving:
                    moving[entry.stream] = self._known(entry.stream)
                known = moving[entry.stream]
                # One that was read from its stream after that has the event already.
                if known is not None and known.version < entry.version:
                    known.apply(entry)
        except BaseException:
            self._forget()
            raise
        self._end = end

    def _known(self, stream: UUID) -> Aggregate | None:
        cache = self._repository.cache
        try:
            return cast("Aggregate", cache.get(stream)) if cache else None
        except KeyError:
            return None

    def _forget(self) -> None:
        self._repository, self._end = _empty(self._recorder), None


def _empty(recorder: LineRecorder) -> Repository[UUID]:
    """Make a memory of nothing.

    It is wired in code: the library's application would ask the process's environment.
    """
    # All that is in it is moved on with one look at the log, see `Aggregates`.
    return Repository(
        EventStore(LineMapper(), recorder), cache_maxsize=CACHED_AGGREGATES, fastforward=False
    )
