"""Keeping the views: brought up to date after a command, or before an answer; rebuilt on demand.

The history is written event by event, in pages. The other views are states: a process, batch or
person that was touched since the last time has its rows written again from its events, so that
keeping up and rebuilding give the same rows by construction.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import suppress
from threading import RLock
from typing import TYPE_CHECKING, Any, Protocol, TypeVar
from uuid import UUID

from signoff_ledger.errors import Advice, StoreError
from signoff_ledger.persistence.sqlite.in_memory import ScratchDatabase
from signoff_ledger.persistence.store_errors import ConnectionLostError, busy
from signoff_ledger.projections import history, states, tables
from signoff_ledger.projections.log_index import LoggedStanding, logged_decision, logged_standing
from signoff_ledger.projections.subjects import UNKNOWN, Subject, begun_by
from signoff_ledger.projections.version import VERSION
from signoff_ledger.projections.view_positions import at_end, view_positions

if TYPE_CHECKING:
    from contextlib import AbstractContextManager

    from signoff_ledger.domain.events.event import LogEntry
    from signoff_ledger.persistence.store import LedgerStore
    from signoff_ledger.projections.table import Cursor, ViewTable

T = TypeVar("T")

PAGE = 1_000

_TRIES = 5
"""How often a lost connection is met before the error is raised."""

Progress = Callable[[int, int], None]


class Database(Protocol):
    """Where views are kept: the ledger's own database."""

    def writing(self) -> AbstractContextManager[Any]:
        """Begin a transaction that writes."""
        ...

    def rows(self, statement: str, parameters: Iterable[object] = ()) -> list[Any]:
        """Read rows."""
        ...

    def intact_tables(self, statements: Sequence[str]) -> set[str]:
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
        in_memory: Makes a database in memory, where the kept views cannot be brought up to date.
        keep: False where the ledger is open for reading alone.

    Attributes:
        version: That of this program's views. Two releases at once begin each other's again; where
            that comes in between, a program builds its own in memory, so that it ends.
    """

    version = VERSION

    def __init__(
        self,
        store: LedgerStore,
        database: Database,
        in_memory: Callable[[], Database] | None = None,
        *,
        keep: bool = True,
    ) -> None:
        self._store = store
        self._database = database
        self._in_memory = in_memory
        self._keep = keep
        self._lock = RLock()

    def keep_up(self) -> None:
        """Bring the views up to date once a command has answered.

        Nothing that fails here is raised, and nothing is lost by it: what was recorded stands, and
        the next reader brings the views up to date.
        """
        if self._keep:
            with suppress(Exception, KeyboardInterrupt):
                self.catch_up()

    def catch_up(self, progress: Progress | None = None) -> dict[str, int]:
        """Bring every view up to the log's end; costs nothing when they are there.

        Returns:
            How far they are: their version, and up to which event.
        """
        left = _TRIES
        while True:
            try:
                with self._lock:
                    return self._catch_up(progress)
            except ConnectionLostError:
                # Whatever was under way is there wholly or not at all, and is looked at again.
                left -= 1
                if not left:
                    raise

    def _catch_up(self, progress: Progress | None) -> dict[str, int]:
        size, made = self._store.size(), 0
        while True:
            # Asked again after each step: another process may have begun the views again.
            positions = self._positions()
            ours = positions.get("schema") == self.version and not self._is_beyond(positions, size)
            current = at_end(size, self.version)
            if self._in_memory is not None and (
                (made and not ours) or (not self._keep and positions != current)
            ):
                self._database, self._in_memory = self._in_memory(), None
            elif not ours:
                if made > _TRIES:
                    raise _not_kept()
                self._make_anew()
                made += 1
            elif positions["events"] < size:
                if self._take_page(positions, size, progress):
                    return current
            elif positions["states"] < size:
                self._take_states(size)
            else:
                return positions

    def are_current(self) -> bool:
        """Say whether an answer could be given without writing anything."""
        return self._positions() == at_end(self._store.size(), self.version)

    def rebuild(self, progress: Progress | None = None) -> int:
        """Drop every view and build it again from the first event; gives the log's size."""
        self._make_anew()
        self.catch_up(progress)
        return self._store.size()

    def read(
        self, table: ViewTable, where: str = "", parameters: Iterable[object] = (), order: str = ""
    ) -> list[dict[str, Any]]:
        """Read rows of a view as of the log's end.

        Raises:
            StoreError: SL705, others begin the views again all the time.
        """
        select, bound = table.select(where, order), tuple(parameters)
        return self._whole(lambda: _named(table, self._database.rows(select, bound)))

    def _whole(self, look: Callable[[], T]) -> T:
        """Look at views that are up to date, again where others began them again in between."""
        for _ in range(_TRIES):
            at = self.catch_up()
            try:
                found = look()
            except StoreError:
                if self._still_at(at):
                    raise
                continue
            if self._still_at(at):
                return found
        raise busy("others begin the views again all the time")

    def logged_standing(self, process: str) -> LoggedStanding:
        """Give where a process stands by the log itself; see `projections.log_index`."""
        return logged_standing(self._store, process)

    def logged_decision(self, process: str, position: int) -> dict[str, Any] | None:
        """Give the members of a decision's line; see `projections.log_index`."""
        return logged_decision(self._store, process, position)

    def wrong(self) -> list[str]:
        """Name the views that do not hold what the events say, compared with new ones in memory.

        A person who may write the database may write its views, so a row is what the log says only
        once it was compared.
        """
        for _ in range(_TRIES):
            found = self.everything()
            made = Views(self._store, ScratchDatabase()).everything()
            # Others may have recorded in between; then the two are of different lengths.
            if made[tables.POSITIONS.name] == found[tables.POSITIONS.name]:
                return [name for name, rows in made.items() if rows != found[name]]
        raise busy("others record all the time")

    def everything(self) -> dict[str, list[dict[str, Any]]]:
        """Give every row of every view as of the log's end, as it stands there."""
        return self._whole(
            lambda: {
                table.name: _named(table, self._database.rows(table.select()))
                for table in tables.TABLES
            }
        )

    def _still_at(self, at: dict[str, int]) -> bool:
        """Say whether the views were not begun again since; what was read then is whole."""
        now = self._positions()
        same = now.get("schema") == at["schema"]
        return same and all(now[name] >= at[name] for name in at)

    def _is_beyond(self, positions: dict[str, int], size: int) -> bool:
        """Say whether views claim to know more events than there are.

        Args:
            positions: How far they are.
            size: How many events there were a while ago.
        """
        last = max(positions["events"], positions["states"])
        # Read after the positions: a process that kept the views up had recorded before.
        return last > size and last > self._store.size()

    def _positions(self) -> dict[str, int]:
        """Say how far the views are; nothing where they are not whole."""
        return view_positions(self._database)

    def _make_anew(self) -> None:
        with self._database.writing() as cursor:
            self._database.clear(cursor)
            for table in tables.TABLES:
                table.create(cursor)
            tables.POSITIONS.insert(
                cursor, [("schema", self.version), ("events", 0), ("states", 0)]
            )

    def _take_page(self, positions: dict[str, int], size: int, progress: Progress | None) -> bool:
        """Take in the next events, unless another process did so in between.

        After a command, which touches one process, the rows of that process are written in the same
        transaction. All is read before the transaction begins: a process that holds the views and
        waits for a second connection would stop every other where a pooler has few of them.

        Returns:
            Whether every view is at the log's end then.
        """
        done = positions["events"]
        page = list(self._store.read(done, min(done + PAGE, size)))
        last = page[-1].position
        subjects, begun = self._subjects(page)
        touched = _touched_by(page, subjects)
        ends = last == size and positions["states"] == done and len(touched.keys() - {""}) <= 1
        writes = [self._rows_of(*each) for each in touched.items()] if ends else []
        with self._database.writing() as cursor:
            if _positions(cursor) != positions:
                return False
            tables.SUBJECTS.insert(cursor, begun)
            tables.HISTORY.insert(
                cursor, [history.row(each, subjects[each.entry.stream]) for each in page]
            )
            for write in writes:
                write(cursor)
            _advance(cursor, last, *(("events", "states") if ends else ("events",)))
        if progress is not None:
            progress(last, size)
        return ends

    def _subjects(
        self, page: Sequence[LogEntry]
    ) -> tuple[dict[UUID, Subject], list[tuple[object, ...]]]:
        """Say what the streams of a page are about, and give the rows of those that begin in it."""
        streams = {each.entry.stream for each in page}
        marks = ", ".join("?" * len(streams))
        rows = self._database.rows(
            tables.SUBJECTS.select(f"stream IN ({marks})"), tuple(map(str, streams))
        )
        subjects = {UUID(row[0]): Subject(*row[1:4]) for row in rows}
        begun: list[tuple[object, ...]] = []
        for recorded in page:
            stream, subject = recorded.entry.stream, begun_by(recorded.entry)
            if subject is not None and stream not in subjects:
                subjects[stream] = subject
                begun.append((str(stream), *subject, recorded.position))
        return dict.fromkeys(streams, UNKNOWN) | subjects, begun

    def _rows_of(self, process: str, streams: dict[states.Stream, int]) -> states.Write:
        """Give what writes the rows of a process, or of people where it is ""."""
        if process:
            return states.of_process(self._store, process, streams)
        return states.of_people(self._store, streams)

    def _take_states(self, size: int) -> None:
        """Write the rows of whatever was touched; others may be doing the same."""
        touched: _Touched = defaultdict(dict)
        for kind, subject, process, last in self._database.rows(_TOUCHED, (size,)):
            touched[process][kind, subject] = last
        for process, streams in sorted(touched.items()):
            write = self._rows_of(process, streams)
            with self._database.writing() as cursor:
                if _positions(cursor)["schema"] != self.version:
                    return
                write(cursor)
        with self._database.writing() as cursor:
            positions = _positions(cursor)
            if positions["schema"] != self.version:
                return
            cursor.execute(_TOUCHED, (size,))
            if not cursor.fetchall() and positions["events"] >= size:
                _advance(cursor, size, "states")


_Touched = dict[str, dict[states.Stream, int]]
"""Processes, batches and people with the position of their last event, by process."""


def _touched_by(page: Iterable[LogEntry], subjects: Mapping[UUID, Subject]) -> _Touched:
    """Give what events touched; see `_TOUCHED`."""
    touched: _Touched = defaultdict(dict)
    for recorded in page:
        subject = subjects[recorded.entry.stream]
        if subject.kind in {"process", "batch", "person"}:
            touched[subject.process][subject.kind, subject.key] = recorded.position
    return touched


def _not_kept() -> StoreError:
    return StoreError(
        "SL703",
        "the views cannot be kept",
        why="their tables are not those that were just made",
        advice=Advice("repair-as-owner"),
    )


_TOUCHED = (
    "SELECT kind, subject, process, max(position) AS last FROM view_history"
    " WHERE kind IN ('process', 'batch', 'person') AND position <= ?"
    " AND position > (SELECT position FROM view_positions WHERE name = 'states')"
    " GROUP BY kind, subject, process HAVING max(position) >"
    " coalesce((SELECT s.position FROM view_states s WHERE s.kind = view_history.kind"
    " AND s.subject = view_history.subject), 0) ORDER BY kind, subject"
)
"""Processes, batches and people whose rows are older than their last event, with its position."""


def _named(table: ViewTable, rows: Iterable[Sequence[Any]]) -> list[dict[str, Any]]:
    return [table.named(row) for row in rows]


def _positions(cursor: Cursor) -> dict[str, int]:
    cursor.execute(tables.POSITIONS.select())
    return dict(map(tuple, cursor.fetchall()))


def _advance(cursor: Cursor, position: int, *names: str) -> None:
    marks = ", ".join("?" * len(names))
    cursor.execute(
        f"UPDATE {tables.POSITIONS.name} SET position = ?"  # noqa: S608  # ours
        f" WHERE position < ? AND name IN ({marks})",
        (position, position, *names),
    )
