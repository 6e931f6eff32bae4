"""Reading the views without the write side: no rule, no event and no aggregate is loaded."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, Protocol, TypeVar, cast

from signoff_ledger.projections.log_index import LoggedStanding, logged_decision, logged_standing
from signoff_ledger.projections.table import ViewTable
from signoff_ledger.projections.view_positions import Tables

A = TypeVar("A")

Row = dict[str, Any]


class Reader(Protocol):
    """Reads rows of views that are whole and at the log's end."""

    def read(
        self, table: ViewTable, where: str = "", parameters: Iterable[object] = (), order: str = ""
    ) -> list[Row]:
        """Read rows of a view.

        Args:
            table: The view.
            where: A condition, as SQL of ours; values are parameters.
            parameters: The values.
            order: The columns to order by; the view's key by default.
        """
        ...

    def logged_standing(self, process: str) -> LoggedStanding:
        """Give where a process stands by the log itself; see `projections.log_index`."""
        ...

    def logged_decision(self, process: str, position: int) -> dict[str, Any] | None:
        """Give the members of a decision's line; see `projections.log_index`."""
        ...


class ViewReader:
    """Reads the views that stand in a database, as they are.

    Args:
        database: Where they stand; everything is read as of one moment, at which they are current.
    """

    def __init__(self, database: Tables) -> None:
        self._database = database

    def read(
        self, table: ViewTable, where: str = "", parameters: Iterable[object] = (), order: str = ""
    ) -> list[Row]:
        """Read rows of a view; see `Reader`."""
        rows = self._database.rows(table.select(where, order), tuple(parameters))
        return [table.named(row) for row in rows]

    def logged_standing(self, process: str) -> LoggedStanding:
        """Give where a process stands by the log itself; see `projections.log_index`."""
        return logged_standing(self._database, process)

    def logged_decision(self, process: str, position: int) -> dict[str, Any] | None:
        """Give the members of a decision's line; see `projections.log_index`."""
        return logged_decision(self._database, process, position)


def filled(kind: type[A], row: Mapping[str, Any]) -> A:
    """Give what a row has of an answer's fields, in the answer's order, and null for the others."""
    return cast("A", {name: row.get(name) for name in kind.__annotations__})


def picked(kind: type[A], row: Mapping[str, Any]) -> A:
    """Give the columns of a row that an answer has, in the answer's order.

    Args:
        kind: A typed dictionary.
        row: A row of a view, or of several.
    """
    return cast("A", {name: row[name] for name in kind.__annotations__ if name in row})
