"""A view as a table: its name, its columns, and how rows are written and read."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple, Protocol

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence


class Cursor(Protocol):
    """What a view needs of a database cursor."""

    def execute(self, statement: str, parameters: Sequence[object] = ...) -> Any:
        """Run a statement."""
        ...

    def executemany(self, statement: str, rows: Iterable[Sequence[object]]) -> Any:
        """Run a statement for many rows."""
        ...

    def fetchall(self) -> list[Any]:
        """Give what the last statement found."""
        ...


class ViewTable(NamedTuple):
    """A table that projections fill."""

    name: str  #: Its name in the database, which begins with `view_`.
    columns: tuple[tuple[str, str], ...]  #: Column names with their SQL types, in order.
    key: tuple[str, ...]  #: The columns that identify a row.
    indexes: tuple[tuple[str, ...], ...] = ()  #: Further column lists to find rows by.

    @property
    def names(self) -> tuple[str, ...]:
        """The column names."""
        return tuple(name for name, _ in self.columns)

    @property
    def statements(self) -> tuple[str, ...]:
        """The statements that make the table, empty, and its indexes."""
        columns = ", ".join(f"{name} {kind}" for name, kind in self.columns)
        key = ", ".join(self.key)
        return (
            f"CREATE TABLE {self.name} ({columns}, PRIMARY KEY ({key})) STRICT",
            *(
                f"CREATE INDEX {self.name}_{number} ON {self.name} ({', '.join(index)})"
                for number, index in enumerate(self.indexes)
            ),
        )

    def named(self, row: Sequence[object]) -> dict[str, Any]:
        """Give a row with the names of its columns."""
        return dict(zip(self.names, row, strict=True))

    def create(self, cursor: Cursor) -> None:
        """Make the table, empty."""
        for statement in self.statements:
            cursor.execute(statement)

    def insert(self, cursor: Cursor, rows: Iterable[Sequence[object]]) -> None:
        """Add rows."""
        marks = ", ".join("?" * len(self.columns))
        cursor.executemany(f"INSERT INTO {self.name} VALUES ({marks})", rows)  # noqa: S608  # ours

    def replace(self, cursor: Cursor, rows: Iterable[Sequence[object]], **of: str) -> None:
        """Put rows in place of those with the values given, such as `process="kiln-lid"`."""
        self.remove(cursor, **of)
        self.insert(cursor, rows)

    def remove(self, cursor: Cursor, **of: str) -> None:
        """Take away the rows with the values given."""
        where = " AND ".join(f"{name} = ?" for name in of)
        cursor.execute(f"DELETE FROM {self.name} WHERE {where}", tuple(of.values()))  # noqa: S608  # ours

    def select(self, where: str = "", order: str = "") -> str:
        """Write the statement that reads rows; conditions are ours, values are parameters."""
        condition = f" WHERE {where}" if where else ""
        ordering = order or ", ".join(self.key)
        names = ", ".join(self.names)
        return f"SELECT {names} FROM {self.name}{condition} ORDER BY {ordering}"  # noqa: S608  # ours
