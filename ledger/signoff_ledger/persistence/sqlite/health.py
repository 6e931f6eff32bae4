"""Health of a ledger's file: the version of SQLite, settings, pages, objects."""

from __future__ import annotations

import sqlite3
from typing import TYPE_CHECKING

from signoff_ledger.persistence.catalogue import moved_finding, schema_finding
from signoff_ledger.persistence.health_finding import HealthFinding, findings_of
from signoff_ledger.persistence.sqlite import catalogue

if TYPE_CHECKING:
    from collections.abc import Iterator

    from signoff_ledger.persistence.store import LedgerStore

SAFE_SQLITE = (3, 51, 3)
"""First SQLite whose write-ahead log several writers may reset at once."""


def findings(store: LedgerStore) -> Iterator[HealthFinding]:
    """Look at everything around the lines themselves."""
    yield _sqlite_version()
    yield from findings_of("durability", lambda: [_settings(store)])
    yield from findings_of("database", lambda: [_database(store)])
    yield from findings_of("schema", lambda: _schema(store))


def _sqlite_version() -> HealthFinding:
    version = ".".join(map(str, sqlite3.sqlite_version_info))
    if sqlite3.sqlite_version_info >= SAFE_SQLITE:
        return HealthFinding("SQLite", "ok", f"version {version}")
    safe = ".".join(map(str, SAFE_SQLITE))
    return HealthFinding(
        "SQLite",
        "note",
        f"version {version}; before {safe} several writers at once could damage the write-ahead "
        "log, so this program lets one write at a time through a lock file; do not write to the "
        "ledger with other programs",
    )


def _settings(store: LedgerStore) -> HealthFinding:
    mode = store.rows("PRAGMA journal_mode")[0][0]
    synchronous = store.rows("PRAGMA synchronous")[0][0]
    if store.read_only:
        return HealthFinding("durability", "note", "the ledger is read-only here")
    return HealthFinding(
        "durability", "ok", f"journal_mode {mode}, synchronous {synchronous} (2 is full)"
    )


def _database(store: LedgerStore) -> HealthFinding:
    said = [row[0] for row in store.rows("PRAGMA integrity_check(5)")]
    if said == ["ok"]:
        return HealthFinding("database", "ok", "its pages and indexes hold together")
    return HealthFinding("database", "BROKEN", "; ".join(map(str, said)))


def _schema(store: LedgerStore) -> Iterator[HealthFinding]:
    """Hold every table, index and trigger against those of a fresh ledger."""
    found = catalogue.catalogue(store.rows(catalogue.OBJECTS))
    triggers = sum(what.startswith("trigger ") for what in catalogue.expected())
    sound = f"{len(catalogue.expected())} tables, indexes and triggers are as signoff made them; "
    yield schema_finding(
        catalogue.compared(found),
        f"{sound}{triggers} triggers refuse changes to recorded rows",
        lambda _, what: catalogue.is_mendable(what),
    )
    if moved_to := catalogue.moved_to(found):
        yield moved_finding(moved_to)
