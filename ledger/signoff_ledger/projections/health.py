"""Health of a ledger: the database, its settings, every line, every view."""

from __future__ import annotations

import sqlite3
from dataclasses import dataclass
from typing import TYPE_CHECKING

from signoff_ledger.errors import EvidenceError
from signoff_ledger.integrity.canonical import parse
from signoff_ledger.integrity.leaf import leaf_hash
from signoff_ledger.projections.views import TABLES

if TYPE_CHECKING:
    from collections.abc import Callable

    from signoff_ledger.persistence.store import SqliteStore
    from signoff_ledger.projections.views import Views

SAFE_SQLITE = (3, 51, 3)
"""First SQLite whose write-ahead log several writers may reset at once."""

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
    found += [_triggers(store), _lines(store, progress)]
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
        "events_are_never_updated",
        "events_are_never_deleted",
        "events_are_appended_densely",
        "commands_are_never_updated",
        "commands_are_never_deleted",
        "commands_are_recorded_once",
    }
    missing = sorted(needed - there)
    if missing:
        return Finding("append only", "BROKEN", f"triggers are gone: {', '.join(missing)}")
    return Finding("append only", "ok", f"{len(needed)} triggers refuse changes to recorded rows")


def _lines(store: SqliteStore, progress: Callable[[int, int], None] | None) -> Finding:
    size, position = store.size(), 0
    heads: dict[str, bytes] = {}
    try:
        for position, recorded in enumerate(store.read(0), 1):
            line = recorded.entry.line
            fields = parse(line)
            stored = store.rows("SELECT leaf FROM events WHERE position = ?", (position,))
            leaf = leaf_hash(line)
            previous = heads.get(fields["stream"])
            linked = fields.get("prev") == (previous.hex() if previous else None)
            if recorded.position != position or not stored or stored[0][0] != leaf or not linked:
                why = "the position, the leaf hash or the link to the event before it is wrong"
                return Finding("events", "BROKEN", f"position {position}: {why}")
            heads[fields["stream"]] = leaf
            if progress is not None:
                progress(position, size)
    except EvidenceError as error:
        return Finding("events", "BROKEN", f"position {position + 1}: {error.what}: {error.why}")
    says = f"{size} lines in {len(heads)} streams: canonical, hashed, chained, indexed"
    return Finding("events", "ok", says)


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
