"""Health of a ledger's file: the version of SQLite, settings, pages, triggers."""

from __future__ import annotations

import sqlite3
from typing import TYPE_CHECKING

from signoff_ledger.persistence.finding import Finding

if TYPE_CHECKING:
    from collections.abc import Iterator

    from signoff_ledger.persistence.sqlite.store import SqliteStore

SAFE_SQLITE = (3, 51, 3)
"""First SQLite whose write-ahead log several writers may reset at once."""

_APPEND_ONLY = ("events", "commands", "nodes", "checkpoints", "cosignatures")


def findings(store: SqliteStore) -> Iterator[Finding]:
    """Look at everything around the lines themselves."""
    yield _sqlite_version()
    yield _settings(store)
    yield _database(store)
    yield _triggers(store)


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
    if store.read_only:
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
