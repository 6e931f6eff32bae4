import sqlite3
from collections.abc import Iterator
from contextlib import closing

import pytest

from signoff_ledger.projections.table import ViewTable

FRUIT = ViewTable(
    "view_fruit",
    (("process", "TEXT NOT NULL"), ("place", "INTEGER NOT NULL"), ("name", "TEXT")),
    key=("process", "place"),
    indexes=(("name",),),
)


@pytest.fixture
def cursor() -> Iterator[sqlite3.Cursor]:
    with closing(sqlite3.connect(":memory:")) as connection:
        cursor = connection.cursor()
        FRUIT.create(cursor)
        FRUIT.insert(cursor, [("b", 1, "fig"), ("a", 2, "plum"), ("a", 1, None)])
        yield cursor


def read(cursor: sqlite3.Cursor, statement: str, *parameters: object) -> list[tuple[object, ...]]:
    return cursor.execute(statement, parameters).fetchall()


def test_rows_come_in_the_order_of_the_key(cursor: sqlite3.Cursor) -> None:
    assert [("a", 1, None), ("a", 2, "plum"), ("b", 1, "fig")] == read(cursor, FRUIT.select())


def test_rows_can_be_chosen_and_ordered_otherwise(cursor: sqlite3.Cursor) -> None:
    statement = FRUIT.select("name > ?", "name DESC")

    assert [("a", 2, "plum"), ("b", 1, "fig")] == read(cursor, statement, "a")


def test_the_rows_of_one_process_are_replaced(cursor: sqlite3.Cursor) -> None:
    FRUIT.replace(cursor, [("a", 9, "pear")], process="a")

    assert [("a", 9, "pear"), ("b", 1, "fig")] == read(cursor, FRUIT.select())


def test_a_row_of_another_type_is_refused(cursor: sqlite3.Cursor) -> None:
    """The tables are strict, so a fault of ours shows where it is made."""
    with pytest.raises(sqlite3.IntegrityError):
        FRUIT.insert(cursor, [("c", "first", "fig")])
