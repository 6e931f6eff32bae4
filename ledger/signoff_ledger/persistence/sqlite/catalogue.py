"""The catalogue of a ledger's file, as SQLite keeps it, and what brings it back."""

from __future__ import annotations

import re
import sqlite3
from contextlib import closing
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from signoff_ledger.persistence.catalogue import differences
from signoff_ledger.persistence.sqlite.schema import statements
from signoff_ledger.persistence.sqlite.view_tables import quoted
from signoff_ledger.persistence.store import MOVED

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from signoff_ledger.persistence.catalogue import Differences

OBJECTS = "SELECT type, name, tbl_name, sql FROM sqlite_schema"

_CLOSING = re.compile(
    rf"CREATE TRIGGER events_have_moved BEFORE INSERT ON events"
    rf" BEGIN SELECT RAISE\(ABORT, '{MOVED}((?:[^']|'')*)'\); END"
)
_RENAMED = re.compile(r'^CREATE TABLE "(\w+)" ')
"""How SQLite spells a table that was given another name, and its own again."""

_OF_THE_PLANNER = ("sqlite_stat1", "sqlite_stat4")
"""Tables in which SQLite keeps what ANALYZE counted."""


@lru_cache(maxsize=1)
def expected() -> Mapping[str, str]:
    """Give the catalogue of a fresh ledger."""
    with closing(sqlite3.connect(":memory:")) as connection:
        for statement in statements():
            connection.execute(statement)
        return catalogue(connection.execute(OBJECTS).fetchall())


def catalogue(rows: Iterable[Any]) -> dict[str, str]:
    """Give objects by kind and name, each as the statement that made it; views' tables aside.

    A trigger's or an index's statement names its table, so that an object that stands elsewhere is
    another one.
    """
    return {
        f"{kind} {name}": _RENAMED.sub(r"CREATE TABLE \1 ", sql or "")
        for kind, name, table, sql in rows
        if name not in _OF_THE_PLANNER and not _is_derived(kind, name, table)
    }


def moved_to(found: Mapping[str, str]) -> str:
    """Say where the ledger was carried; empty where it was not."""
    closing_ = _CLOSING.fullmatch(found.get("trigger events_have_moved", ""))
    return closing_[1].replace("''", "'") if closing_ else ""


def compared(found: Mapping[str, str]) -> Differences:
    """Compare a ledger's catalogue with that of a fresh one, closed or not."""
    known = {"trigger events_have_moved"} if moved_to(found) else set()
    return differences(expected(), {k: v for k, v in found.items() if k not in known})


def is_mendable(what: str) -> bool:
    """Say whether an object can be made, or taken away, without touching a recorded row."""
    return what.split(" ", 1)[0] in {"trigger", "index", "view"} and "autoindex" not in what


def statements_for(way: str, what: str, found: Mapping[str, str]) -> list[str]:
    """Give the statements that end a difference without touching a row; none where none can.

    Args:
        way: `foreign`, `changed` or `gone`.
        what: The object.
        found: The catalogue as it is.
    """
    if way == "gone" and what.startswith("table "):
        # A table whose place was taken stands under another name.
        hidden = next(
            (w for w in found if found[w] and _is_renamed(found[w], expected()[what])), ""
        )
        return [f"ALTER TABLE {quoted(hidden[6:])} RENAME TO {what[6:]}"] if hidden else []
    if not is_mendable(what):
        return []
    away = [] if way == "gone" else [_drop(what)]
    return away if way == "foreign" else [*away, expected()[what]]


def _is_renamed(statement: str, of: str) -> bool:
    return statement.partition("(")[2] == of.partition("(")[2] and statement != of


def _drop(what: str) -> str:
    kind, name = what.split(" ", 1)
    return f"DROP {kind.upper()} {quoted(name)}"


def _is_derived(kind: str, name: str, table: str) -> bool:
    """Tell the tables of views, with their indexes, which are looked at where they are filled."""
    ours = name.startswith(("view_", "sqlite_autoindex_view_")) and table.startswith("view_")
    return ours and kind in {"table", "index"}
