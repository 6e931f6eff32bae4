"""What is derived from the events, in a SQLite database: recognised, and taken away."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterable

STANDING = (
    "SELECT type, name, sql FROM sqlite_schema"
    " WHERE substr(name, 1, 5) = 'view_' OR substr(tbl_name, 1, 5) = 'view_'"
)
"""Everything that bears the name of a view's table, or belongs to one."""


def made_by(standing: Iterable[Any]) -> set[str]:
    """Give the statements that made objects; an index of a key has none of its own."""
    return {sql for _, _, sql in standing if sql}


def clear(cursor: Any) -> None:
    """Drop everything that bears the name of a view's table, whatever it is."""
    cursor.execute(STANDING)
    for kind, name, sql in [tuple(row) for row in cursor.fetchall()]:
        # An index without a statement belongs to its table.
        if sql:
            cursor.execute(f"DROP {kind.upper()} IF EXISTS {quoted(name)}")


def quoted(name: str) -> str:
    """Spell the name of any object in a statement."""
    return '"' + name.replace('"', '""') + '"'
