"""PostgreSQL behind the event store's recorder contract.

One round trip appends a few events, by a function of the database that waits for its turn, numbers
them densely, and keeps lines, leaf hashes and tree together. Many events come by COPY, under the
same lock and the same trigger.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NoReturn

import psycopg

from signoff_ledger.persistence.event_store.recorder import LineRecorder, translate_driver_errors

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from uuid import UUID

    from eventsourcing.persistence import StoredEvent

    from signoff_ledger.persistence.postgres.datastore import PostgresDatastore

_APPEND = (
    "SELECT signoff.append(%s, %s::uuid[], %s::integer[],"
    " %s::uuid[], %s::integer[], %s::text[], %b::bytea[])"
)


class PostgresRecorder(LineRecorder):
    """Appends lines at dense positions, each with its leaf hash."""

    def __init__(self, datastore: PostgresDatastore) -> None:
        super().__init__()
        self._datastore = datastore

    def append(
        self, events: Sequence[StoredEvent], command_id: str | None, seen: Mapping[UUID, int]
    ) -> int:
        """Append at least one event, all or none; gives the size that the log had before."""
        with translate_driver_errors(psycopg.Error), self._datastore.connection() as connection:
            return _appended(connection, events, command_id, seen)

    def query(self, statement: str, parameters: Sequence[object] = ()) -> list[Any]:
        """Run one reading statement outside any transaction of ours."""
        with translate_driver_errors(psycopg.Error):
            return self._datastore.rows(statement, parameters)

    def subscribe(self, gt: int | None = None, topics: Sequence[str] = ()) -> NoReturn:
        """Refuse: a follower reads the log by position, and misses nothing."""
        raise NotImplementedError((gt, topics))


def _appended(
    connection: psycopg.Connection[Any],
    events: Sequence[StoredEvent],
    command_id: str | None,
    seen: Mapping[UUID, int],
) -> int:
    # Arrays are spelt out: none of these texts has a character that would need escaping.
    row = connection.execute(
        _APPEND,
        (
            command_id,
            *_spelt(seen),
            f"{{{','.join(str(event.originator_id) for event in events)}}}",
            f"{{{','.join(str(event.originator_version) for event in events)}}}",
            f"{{{','.join(event.topic for event in events)}}}",
            [event.state for event in events],
        ),
    ).fetchone()
    assert row is not None  # noqa: S101  # a function gives one row
    size: int = row[0]
    return size


def _spelt(seen: Mapping[UUID, int]) -> tuple[str, str]:
    return f"{{{','.join(map(str, seen))}}}", f"{{{','.join(map(str, seen.values()))}}}"
