"""The database in memory behind the views of a ledger that may only be read."""

import sqlite3

import pytest

from signoff_ledger.persistence.sqlite.in_memory import ScratchDatabase


def test_what_is_written_can_be_read_until_it_is_closed() -> None:
    database = ScratchDatabase()
    with database.writing() as cursor:
        cursor.execute("CREATE TABLE view_t (x INTEGER PRIMARY KEY)")
        cursor.execute("INSERT INTO view_t VALUES (1)")

    assert [(1,)] == database.rows("SELECT x FROM view_t WHERE x = ?", [1])
    database.close()
    with pytest.raises(sqlite3.ProgrammingError):
        database.rows("SELECT x FROM view_t")


def test_what_fails_half_way_does_not_persist() -> None:
    database = ScratchDatabase()

    def derive(*values: int) -> None:
        with database.writing() as cursor:
            cursor.execute("CREATE TABLE IF NOT EXISTS view_t (x INTEGER PRIMARY KEY)")
            for value in values:
                cursor.execute("INSERT INTO view_t VALUES (?)", [value])

    with pytest.raises(sqlite3.IntegrityError):
        derive(1, 1)
    derive(2)

    assert [(2,)] == database.rows("SELECT x FROM view_t")
    database.close()
