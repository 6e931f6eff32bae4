"""The store in a file: what is derived from the events, and what the driver says when it fails."""

import sqlite3
from collections.abc import Iterator
from pathlib import Path

import pytest
from eventsourcing import persistence

from signoff_ledger.errors import StoreError
from signoff_ledger.integrity.c2sp.note import NoteSignature
from signoff_ledger.persistence.event_store.recorder import translated
from signoff_ledger.persistence.sqlite.store import SqliteStore


@pytest.fixture
def store(tmp_path: Path) -> Iterator[SqliteStore]:
    """Give an empty ledger."""
    store = SqliteStore.create(tmp_path / "ledger.db")
    yield store
    store.close()


def test_what_is_derived_from_the_events_is_kept_beside_them(store: SqliteStore) -> None:
    with store.writing() as cursor:
        cursor.execute("CREATE TABLE view_t (x INTEGER PRIMARY KEY)")
        cursor.executemany("INSERT INTO view_t VALUES (?)", [(1,), (2,)])

    assert [(2,)] == [tuple(row) for row in store.rows("SELECT x FROM view_t WHERE x > ?", [1])]


def test_what_fails_half_way_through_deriving_does_not_persist(store: SqliteStore) -> None:
    with store.writing() as cursor:
        cursor.execute("CREATE TABLE view_t (x INTEGER PRIMARY KEY)")

    def derive(*values: int) -> None:
        with store.writing() as cursor:
            for value in values:
                cursor.execute("INSERT INTO view_t VALUES (?)", [value])

    with pytest.raises(StoreError) as caught:
        derive(1, 2, 1)
    derive(3)

    assert "SL703" == caught.value.code
    assert [(3,)] == [tuple(row) for row in store.rows("SELECT x FROM view_t")]


def test_one_key_has_one_line_below_a_checkpoint(store: SqliteStore) -> None:
    """Two make a note that every strict reader refuses, and no line is ever deleted."""
    lines = [NoteSignature("w", b"\1\2\3\4", bytes([n])).line for n in range(3)]
    other = NoteSignature("w", b"\1\2\3\5", b"0").line
    for size in (3, 5):
        store.keep_checkpoint(size, b"note")

    assert store.keep_cosignature(3, lines[1])
    assert not store.keep_cosignature(3, lines[0])
    assert not store.keep_cosignature(3, lines[1])
    assert store.keep_cosignature(3, other)
    assert store.keep_cosignature(5, lines[2])

    assert [lines[1], other] == store.cosignatures(3)
    assert [(5, lines[2]), (3, lines[1]), (3, other)] == store.cosigned()


def test_a_schema_that_is_there_is_not_made_again(store: SqliteStore) -> None:
    before = store.rows("SELECT name FROM sqlite_schema ORDER BY name")
    store.recorder.create_table()

    assert before == store.rows("SELECT name FROM sqlite_schema ORDER BY name")


@pytest.mark.parametrize(
    "name",
    [
        "InterfaceError",
        "DataError",
        "OperationalError",
        "IntegrityError",
        "InternalError",
        "ProgrammingError",
        "NotSupportedError",
        "DatabaseError",
    ],
)
def test_an_error_of_the_driver_becomes_the_librarys_of_that_name(name: str) -> None:
    """Code above the store knows one family of errors, whatever the database is."""
    error = getattr(sqlite3, name)("why")

    assert getattr(persistence, name) is type(translated(error))


def test_any_other_error_of_the_driver_is_one_of_the_librarys_too() -> None:
    class Unheard(sqlite3.OperationalError):
        """Of a later version, say."""

    assert persistence.PersistenceError is type(translated(sqlite3.Error("why")))
    assert persistence.OperationalError is type(translated(Unheard("why")))
