"""Health of a ledger: the database, its settings, every line, every view."""

from __future__ import annotations

import sqlite3
from dataclasses import dataclass
from typing import TYPE_CHECKING

from signoff_ledger.errors import EvidenceError
from signoff_ledger.integrity.examination import Examination, Row
from signoff_ledger.projections.views import TABLES

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from signoff_ledger.persistence.store import SqliteStore
    from signoff_ledger.projections.views import Views

SAFE_SQLITE = (3, 51, 3)
"""First SQLite whose write-ahead log several writers may reset at once."""

_APPEND_ONLY = ("events", "commands", "nodes", "checkpoints", "cosignatures")

_TRIES = 3
"""How often the views are built again while others record."""


@dataclass(frozen=True, slots=True)
class Finding:
    """What one check found.

    Attributes:
        check: What was looked at.
        state: `ok`, `note`, `BAD` for trouble around the ledger, `BROKEN` for trouble in it.
        says: What was found.
    """

    check: str
    state: str
    says: str


def examine(
    store: SqliteStore, views: Views, progress: Callable[[int, int], None] | None = None
) -> list[Finding]:
    """Look at everything that can be looked at without a key or a witness."""
    found = [_sqlite_version(), _settings(store), _database(store)]
    found += [_triggers(store), *_lines(store, progress)]
    if found[-1].state == "ok":
        found.append(_commands(store))
    if found[-1].state == "ok" and not store.datastore.read_only:
        found.append(_views(store, views))
    return found


def _sqlite_version() -> Finding:
    version = ".".join(map(str, sqlite3.sqlite_version_info))
    if sqlite3.sqlite_version_info >= SAFE_SQLITE:
        return Finding("SQLite", "ok", f"version {version}")
    safe = ".".join(map(str, SAFE_SQLITE))
    return Finding(
        "SQLite",
        "note",
        f"version {version}; before {safe} several writers at once could damage the write-ahead "
        "log, so this program lets one write at a time through a lock file; do not write to the "
        "ledger with other programs",
    )


def _settings(store: SqliteStore) -> Finding:
    mode = store.rows("PRAGMA journal_mode")[0][0]
    synchronous = store.rows("PRAGMA synchronous")[0][0]
    if store.datastore.read_only:
        return Finding("durability", "note", "the ledger is read-only here")
    return Finding(
        "durability", "ok", f"journal_mode {mode}, synchronous {synchronous} (2 is full)"
    )


def _database(store: SqliteStore) -> Finding:
    said = [row[0] for row in store.rows("PRAGMA integrity_check(5)")]
    if said == ["ok"]:
        return Finding("database", "ok", "its pages and indexes hold together")
    return Finding("database", "BROKEN", "; ".join(map(str, said)))


def _triggers(store: SqliteStore) -> Finding:
    there = {row[0] for row in store.rows("SELECT name FROM sqlite_schema WHERE type = 'trigger'")}
    needed = {
        *(f"{t}_are_never_{d}" for t in _APPEND_ONLY for d in ("updated", "deleted")),
        "events_are_appended_densely",
        "nodes_are_appended_densely",
        "commands_are_recorded_once",
        "checkpoints_are_kept_once",
    }
    missing = sorted(needed - there)
    if missing:
        return Finding("append only", "BROKEN", f"triggers are gone: {', '.join(missing)}")
    return Finding("append only", "ok", f"{len(needed)} triggers refuse changes to recorded rows")


def _lines(store: SqliteStore, progress: Callable[[int, int], None] | None) -> list[Finding]:
    """Hold every line against its format, its chain, its index and the tree."""
    size, examination = store.size(), Examination()
    try:
        for position, _ in enumerate(examination.read(_rows(store, size)), 1):
            if progress is not None:
                progress(position, size)
    except EvidenceError as error:
        where = f"position {error.position or examination.tree.size}"
        return [Finding("events", "BROKEN", f"{where}: {error.what}: {error.why}")]
    says = f"{size} lines in {len(examination.chains)} streams: canonical, hashed, chained, indexed"
    kept = list(store.nodes())
    if examination.tree.differences(kept, store.size()):
        return [
            Finding("events", "ok", says),
            Finding("tree", "BROKEN", "a stored subtree root is not that of its lines"),
        ]
    return [Finding("events", "ok", says), Finding("tree", "ok", f"{len(kept)} subtree roots hold")]


def _rows(store: SqliteStore, size: int) -> Iterator[Row]:
    for position, stream, version, kind, line, leaf in store.raw():
        if position <= size:
            yield Row(line, (stream, version, kind), leaf, position)


def _commands(store: SqliteStore) -> Finding:
    """Hold the command ids beside the log against those in the lines."""
    recorded = {
        row[0]: (row[1], row[2]) for row in store.rows("SELECT id, first, last FROM commands")
    }
    in_lines: dict[str, tuple[int, int]] = {}
    for item in store.read(0):
        command_id = item.entry.cmd.partition("#")[0]
        first, _ = in_lines.get(command_id, (item.position, 0))
        in_lines[command_id] = (first, item.position)
    if recorded == in_lines:
        return Finding("commands", "ok", f"{len(recorded)} command ids agree with their events")
    wrong = sorted(key for key in {*recorded, *in_lines} if recorded.get(key) != in_lines.get(key))
    return Finding("commands", "BROKEN", f"{len(wrong)} do not agree: {', '.join(wrong[:3])}")


def _views(store: SqliteStore, views: Views) -> Finding:
    for _ in range(_TRIES):
        size = store.size()
        before = [views.read(table) for table in TABLES]
        views.rebuild()
        after = [views.read(table) for table in TABLES]
        # Only where nobody recorded in between do the two have to be the same.
        if size == store.size():
            break
    else:
        return Finding("views", "note", "others record all the time; built again, not compared")
    for table, old, new in zip(TABLES, before, after, strict=True):
        if old != new:
            return Finding("views", "BAD", f"{table.name} was wrong and has been built again")
    return Finding("views", "ok", f"{len(TABLES)} views equal a rebuild from the first event")
