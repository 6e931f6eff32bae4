"""Putting back what belongs around the lines of a ledger's file and is gone."""

from __future__ import annotations

import sqlite3
from typing import TYPE_CHECKING

from signoff_ledger.persistence.catalogue import mend_objects
from signoff_ledger.persistence.event_store import PersistenceError
from signoff_ledger.persistence.sqlite import catalogue

if TYPE_CHECKING:
    from collections.abc import Iterator

    from signoff_ledger.persistence.catalogue import Differences
    from signoff_ledger.persistence.event_store.sqlite_datastore import LedgerCursor


def repaired(cursor: LedgerCursor) -> Iterator[str]:
    """Put back what is gone and take away what is not the ledger's; yields a sentence for each.

    Args:
        cursor: Within a transaction that writes.
    """

    def objects() -> dict[str, str]:
        cursor.execute(catalogue.OBJECTS)
        return catalogue.catalogue(cursor.fetchall())

    def look() -> Differences:
        return catalogue.compared(objects())

    def mend(way: str, what: str) -> bool:
        statements = catalogue.statements_for(way, what, objects())
        return bool(statements) and _done(cursor, statements)

    yield from mend_objects(look, mend)


def _done(cursor: LedgerCursor, statements: list[str]) -> bool:
    """Run statements, all or none; says whether the database took them."""
    cursor.execute("SAVEPOINT mending")
    try:
        for statement in statements:
            cursor.execute(statement)
    except (PersistenceError, sqlite3.Error):
        # What stands in the way may be gone in the next round; if not, doctor names it.
        cursor.execute("ROLLBACK TO mending")
        return False
    finally:
        cursor.execute("RELEASE mending")
    return True
