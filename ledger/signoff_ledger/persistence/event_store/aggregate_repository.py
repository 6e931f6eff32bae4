"""Aggregates out of the log, and the memory of those that were asked for last.

The library would read the end of each stream again for each aggregate that it remembers. Here one
look at the end of the log moves all of them on.
"""

from __future__ import annotations

from threading import Lock
from typing import TYPE_CHECKING, Any, NamedTuple, NoReturn, TypeVar, cast
from uuid import UUID

from eventsourcing.application import AggregateNotFoundError, Application
from eventsourcing.persistence import InfrastructureFactory, StoredEvent
from eventsourcing.utils import Environment

from signoff_ledger.domain.aggregate import Aggregate
from signoff_ledger.integrity.stream_ids import stream_id
from signoff_ledger.persistence.event_store.mapper import LineMapper, checked_entry, stored_event

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from eventsourcing.persistence import Mapper

    from signoff_ledger.domain.events.event import EventEnvelope
    from signoff_ledger.persistence.event_store.recorder import LineRecorder

A = TypeVar("A", bound=Aggregate)

CACHED_AGGREGATES = 32
_PAGE = 1_000


class LedgerApplication(Application[UUID]):
    """The event store's application, wired in code and from nothing in the environment."""

    def __init__(self, recorder: LineRecorder) -> None:
        self._given = recorder
        super().__init__()

    def construct_env(self, name: str, env: object = None) -> Environment:
        """Give settings of our own only; the process's environment is not consulted."""
        del env
        settings = {
            self.AGGREGATE_CACHE_MAXSIZE: str(CACHED_AGGREGATES),
            # The store moves all of them on with one look at the log, see `Aggregates`.
            self.AGGREGATE_CACHE_FASTFORWARD: "n",
        }
        return Environment(name, settings)

    def construct_factory(self, env: Environment) -> InfrastructureFactory[Any]:
        """Give a factory for the recorder that is there."""
        return LedgerFactory(env, self._given)

    def construct_mapper(self) -> Mapper[UUID]:
        """Give the mapper whose stored state is the canonical line."""
        return LineMapper()


class LedgerFactory(InfrastructureFactory[Any]):
    """Hands out a recorder that exists already."""

    def __init__(self, env: Environment, recorder: LineRecorder) -> None:
        super().__init__(env)
        self._recorder = recorder

    def application_recorder(self) -> LineRecorder:
        """Give the recorder; the schema was made when the ledger was."""
        return self._recorder

    def aggregate_recorder(self, purpose: str = "events") -> NoReturn:
        """Refuse: there are no snapshots."""
        raise NotImplementedError(purpose)

    def tracking_recorder(self, tracking_recorder_class: Any = None) -> NoReturn:
        """Refuse: views keep their own position."""
        raise NotImplementedError(tracking_recorder_class)

    def process_recorder(self) -> NoReturn:
        """Refuse: views keep their own position."""
        raise NotImplementedError


class _End(NamedTuple):
    """The last event that the memory has been moved on to.

    Attributes:
        position: Where it stands; 0 before the first.
        line: Its line, which distinguishes a log that was cut and grew again from this one.
    """

    position: int = 0
    line: bytes = b""


class Aggregates:
    """The aggregates of one log.

    Args:
        recorder: Where the log is.
    """

    def __init__(self, recorder: LineRecorder) -> None:
        self._recorder = recorder
        self._application = LedgerApplication(recorder)
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
                return self._application.repository.get(
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

    def close(self) -> None:
        """Close what the library holds."""
        self._application.close()

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
        cache = self._application.repository.cache
        try:
            return cast("Aggregate", cache.get(stream)) if cache else None
        except KeyError:
            return None

    def _forget(self) -> None:
        self._application, self._end = LedgerApplication(self._recorder), None
