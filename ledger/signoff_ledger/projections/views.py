"""Keeping the views: caught up before an answer, rebuilt from zero on demand.

History and decisions are written event by event, in pages. The other views are states: a process
that was touched since the last time has its rows written anew from its events, so that keeping up
and rebuilding give the same rows by construction.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import TYPE_CHECKING, Any, Protocol

from signoff_ledger.errors import Advice, StoreError
from signoff_ledger.persistence.sqlite.in_memory import ScratchDatabase
from signoff_ledger.persistence.store import ConnectionLostError, busy
from signoff_ledger.projections import (
    batch_state,
    decisions,
    history,
    nonconformities,
    open_work,
    process_state,
)
from signoff_ledger.projections.subjects import UNKNOWN, Subject, begun_by
from signoff_ledger.projections.table import Cursor, ViewTable
from signoff_ledger.replay.replay import case_as_of

if TYPE_CHECKING:
    from contextlib import AbstractContextManager

    from signoff_ledger.application.ports import LogEntry, Store
    from signoff_ledger.domain.case import Case

SCHEMA_VERSION = 3
"""Raised with any change to a view; a ledger with older views rebuilds them by itself."""

PAGE = 1_000

HELD_EVENTS = 1_000
"""Up to so many events every row is held against the log before the first answer, in a tenth of a
second; beyond, `doctor` and `rebuild` do it."""

_TRIES = 5
"""How often a lost connection is met before somebody is told."""

_POSITIONS = ViewTable(
    "view_positions",
    (("name", "TEXT NOT NULL"), ("position", "INTEGER NOT NULL")),
    key=("name",),
)
_SUBJECTS = ViewTable(
    "view_subjects",
    (
        ("stream", "TEXT NOT NULL"),
        ("kind", "TEXT NOT NULL"),
        ("subject", "TEXT NOT NULL"),
        ("process", "TEXT NOT NULL"),
    ),
    key=("stream",),
)
_STATES = ViewTable(
    "view_states",
    (("process", "TEXT NOT NULL"), ("position", "INTEGER NOT NULL")),
    key=("process",),
)
"""The event up to which the rows of a process were written; keeps slow writers from older ones."""

_BY_EVENT = (_SUBJECTS, history.TABLE, decisions.TABLE, decisions.FINDINGS)
_BY_STATE: tuple[tuple[ViewTable, Callable[[Case], Iterable[tuple[object, ...]]]], ...] = (
    (process_state.TABLE, process_state.rows),
    (batch_state.TABLE, batch_state.rows),
    (nonconformities.TABLE, nonconformities.rows),
    (open_work.TABLE, open_work.rows),
)
TABLES = (_POSITIONS, _STATES, *_BY_EVENT, *(table for table, _ in _BY_STATE))
STATEMENTS = tuple(statement for table in TABLES for statement in table.statements)

Progress = Callable[[int, int], None]


class Database(Protocol):
    """Where views are kept: the ledger's own database."""

    def writing(self) -> AbstractContextManager[Any]:
        """Begin a transaction that writes."""
        ...

    def rows(self, statement: str, parameters: Iterable[object] = ()) -> list[Any]:
        """Read rows."""
        ...

    def standing(self, statements: Sequence[str]) -> set[str]:
        """Give which of these statements made what stands there, and what made anything else."""
        ...

    def clear(self, cursor: Any) -> None:
        """Take away whatever stands where the tables of views belong."""
        ...


class Views:
    """The views of one ledger.

    Args:
        store: The ledger.
        database: Where they are kept.
        beside: What makes the place where they are built instead where they cannot be kept up.
        keep: False where nobody here may write them.

    Attributes:
        version: What the views look like to this program. Two releases at once begin each other's
            anew; where that comes in between, a program builds its own beside, so that it ends.
    """

    version = SCHEMA_VERSION

    def __init__(
        self,
        store: Store,
        database: Database,
        beside: Callable[[], Database] | None = None,
        *,
        keep: bool = True,
    ) -> None:
        self._store = store
        self._database = database
        self._beside = beside
        self._keep = keep
        self._held = False
        self._subjects: dict[str, Subject] = {}

    def catch_up(self, progress: Progress | None = None) -> dict[str, int]:
        """Bring every view up to the log's end; costs nothing when they are there.

        Returns:
            How far they are: their version, and up to which event.
        """
        left = _TRIES
        while True:
            try:
                return self._catch_up(progress)
            except ConnectionLostError:
                # Whatever was under way is there wholly or not at all, and is looked at again.
                left -= 1
                if not left:
                    raise

    def _catch_up(self, progress: Progress | None) -> dict[str, int]:
        size, made = self._store.size(), 0
        while True:
            # Asked again after each step: somebody else may have begun the views anew meanwhile.
            positions = self._positions()
            ours = positions.get("schema") == self.version and not self._is_beyond(positions)
            current = {"schema": self.version, "events": size, "states": size}
            if self._beside is not None and (
                (made and not ours) or (not self._keep and positions != current)
            ):
                self._database, self._beside = self._beside(), None
            elif not ours:
                if made > _TRIES:
                    raise _not_kept()
                self._make_anew()
                made += 1
            elif positions["events"] < size:
                self._take_events(size, progress)
            elif positions["states"] < size:
                self._take_states(size)
            else:
                return positions

    def are_current(self) -> bool:
        """Say whether an answer could be given without writing anything."""
        size, positions = self._store.size(), self._positions()
        current = {"schema": self.version, "events": size, "states": size}
        return positions == current

    def rebuild(self, progress: Progress | None = None) -> int:
        """Drop every view and build it again from the first event; gives the log's size."""
        self._make_anew()
        self.catch_up(progress)
        return self._store.size()

    def read(
        self, table: ViewTable, where: str = "", parameters: Iterable[object] = (), order: str = ""
    ) -> list[dict[str, Any]]:
        """Read rows of a view as of the log's end, held against the log before the first answer.

        Raises:
            StoreError: SL705, others begin the views anew all the time.
        """
        if not self._held:
            self._hold()
            self._held = True
        return self._read(table, where, parameters, order)

    def everything(self) -> dict[str, list[dict[str, Any]]]:
        """Give every row of every view as of the log's end, as it stands there."""
        return {table.name: self._read(table) for table in TABLES}

    def _read(
        self, table: ViewTable, where: str = "", parameters: Iterable[object] = (), order: str = ""
    ) -> list[dict[str, Any]]:
        for _ in range(_TRIES):
            reached = self.catch_up()
            try:
                rows = self._database.rows(table.select(where, order), tuple(parameters))
            except StoreError:
                if self._still_at(reached):
                    raise
                continue
            if self._still_at(reached):
                return [dict(zip(table.names, row, strict=True)) for row in rows]
        raise busy("others begin the views anew all the time")

    def _still_at(self, reached: dict[str, int]) -> bool:
        """Say whether nobody began the views anew since; what was read then is whole."""
        now = self._positions()
        same = now.get("schema") == reached["schema"]
        return same and all(now[name] >= reached[name] for name in reached)

    def _hold(self) -> None:
        """Hold every row against one that is made of the log, and make the views anew if need be.

        Whoever may add to a ledger in PostgreSQL may write its views, and whoever may write a file
        may write everything in it. What they wrote is not shown.
        """
        for _ in range(_TRIES):
            self.catch_up()
            if self._store.size() > HELD_EVENTS or isinstance(self._database, ScratchDatabase):
                return
            made = Views(self._store, ScratchDatabase())
            expected, found = made.everything(), self.everything()
            if expected == found:
                return
            # Somebody may have recorded in between; then the two are of different lengths.
            if expected[_POSITIONS.name] == found[_POSITIONS.name]:
                if self._keep:
                    self.rebuild()
                else:
                    self._database = made._database
                return

    def _is_beyond(self, positions: dict[str, int]) -> bool:
        """Say whether views claim to know more events than there are."""
        # Asked after they were read: whoever kept the views up meanwhile had recorded before.
        return max(positions["events"], positions["states"]) > self._store.size()

    def _positions(self) -> dict[str, int]:
        """Say how far the views are; nothing where they are not whole."""
        if self._database.standing(STATEMENTS) != {*STATEMENTS}:
            return {}
        positions = dict(self._pairs(_POSITIONS.select()))
        return positions if positions.keys() == {"schema", "events", "states"} else {}

    def _pairs(self, statement: str) -> Iterator[tuple[str, int]]:
        yield from self._database.rows(statement)

    def _make_anew(self) -> None:
        self._subjects.clear()
        with self._database.writing() as cursor:
            self._database.clear(cursor)
            for table in TABLES:
                table.create(cursor)
            _POSITIONS.insert(cursor, [("schema", self.version), ("events", 0), ("states", 0)])

    def _take_events(self, size: int, progress: Progress | None) -> None:
        while True:
            # What was learned in a page that failed is not in the table, so nothing is kept.
            self._subjects.clear()
            with self._database.writing() as cursor:
                if _position(cursor, "schema") != self.version:
                    return
                done = _position(cursor, "events")
                page = list(self._store.read(done, min(done + PAGE, size)))
                history.TABLE.insert(cursor, [self._told(cursor, recorded) for recorded in page])
                if page:
                    _advance(cursor, "events", page[-1].position)
            if not page:
                return
            if progress is not None:
                progress(page[-1].position, size)

    def _told(self, cursor: Cursor, recorded: LogEntry) -> tuple[object, ...]:
        """Give an event's row of the history; what else it means is written at once."""
        stream = str(recorded.entry.stream)
        begun = begun_by(recorded.entry)
        if begun is not None and stream not in self._subjects:
            self._subjects[stream] = begun
            _SUBJECTS.insert(cursor, [(stream, begun.kind, begun.key, begun.process)])
        subject = self._subject(cursor, stream)
        decisions.add(cursor, recorded, subject.process)
        return history.row(recorded, subject)

    def _subject(self, cursor: Cursor, stream: str) -> Subject:
        if stream not in self._subjects:
            cursor.execute(_SUBJECTS.select("stream = ?"), (stream,))
            found = cursor.fetchall()
            self._subjects[stream] = Subject(*found[0][1:]) if found else UNKNOWN
        return self._subjects[stream]

    def _take_states(self, size: int) -> None:
        """Write the rows of every process that was touched; others may be doing the same."""
        for process, last in self._database.rows(_TOUCHED, (size,)):
            case = case_as_of(self._store, process, last)
            with self._database.writing() as cursor:
                if _position(cursor, "schema") != self.version:
                    return
                if _written_up_to(cursor, process) < last:
                    for table, rows in _BY_STATE:
                        table.replace_of_process(cursor, process, rows(case))
                    _STATES.replace_of_process(cursor, process, [(process, last)])
        with self._database.writing() as cursor:
            if _position(cursor, "schema") != self.version:
                return
            cursor.execute(_TOUCHED, (size,))
            if not cursor.fetchall() and _position(cursor, "events") >= size:
                _advance(cursor, "states", size)


def _not_kept() -> StoreError:
    return StoreError(
        "SL703",
        "the views cannot be kept",
        why="their tables are not those that were just made",
        advice=Advice("repair-as-owner"),
    )


_TOUCHED = (
    "SELECT process, max(position) AS last FROM view_history"
    " WHERE process <> '' AND position <= ?"
    " AND position > (SELECT position FROM view_positions WHERE name = 'states')"
    " GROUP BY process HAVING max(position) >"
    " coalesce((SELECT s.position FROM view_states s WHERE s.process = view_history.process), 0)"
    " ORDER BY process"
)
"""Processes whose rows are older than their last event, with that event's position."""


def _written_up_to(cursor: Cursor, process: str) -> int:
    cursor.execute(_STATES.select("process = ?"), (process,))
    found = cursor.fetchall()
    return found[0][1] if found else 0


def _position(cursor: Cursor, name: str) -> int:
    cursor.execute(_POSITIONS.select("name = ?"), (name,))
    position: int = cursor.fetchall()[0][1]
    return position


def _advance(cursor: Cursor, name: str, position: int) -> None:
    cursor.execute(
        f"UPDATE {_POSITIONS.name} SET position = ? WHERE name = ? AND position < ?",  # noqa: S608  # ours
        (position, name, position),
    )
