"""Attacks on the ledger's own file by whoever can write to it, past everything that is ours."""

import sqlite3
from collections.abc import Callable, Mapping
from contextlib import closing
from hashlib import sha256
from pathlib import Path

import pytest

from signoff_ledger.persistence.sqlite.backup import back_up
from tests.attacks.story import Told
from tests.cli.terminal import Terminal
from tests.ledgers import disarmed, on_file

Attack = Callable[[sqlite3.Connection], object]


def sql(*statements: str) -> Attack:
    """Give SQL statements."""

    def does(connection: sqlite3.Connection) -> None:
        for statement in statements:
            changed = connection.execute(statement).rowcount
            assert changed, statement

    return does


def line_rehashed(connection: sqlite3.Connection) -> None:
    """Change the last line, and the leaf hash beside it."""
    position, line = connection.execute(
        "SELECT position, line FROM events ORDER BY position DESC LIMIT 1"
    ).fetchone()
    edited = line.replace(b'"quantity":50', b'"quantity":90')
    assert edited != line
    connection.execute(
        "UPDATE events SET line = ?, leaf = ? WHERE position = ?",
        (edited, sha256(b"\x00" + edited).digest(), position),
    )


LAST = "(SELECT max(position) FROM events)"
FOREIGN = "6a1f0d7e-9d0c-5f7b-8b43-1d6d9a1c5e02"
ATTACKS: Mapping[str, tuple[str, Attack]] = {
    "a line": (
        "SL502",
        sql(
            "UPDATE events SET line = cast(replace(line, '50', '90') AS BLOB) "
            f"WHERE position = {LAST}"
        ),
    ),
    "a line and its hash": ("SL508", line_rehashed),
    "a hash": ("SL502", sql("UPDATE events SET leaf = zeroblob(32) WHERE position = 9")),
    "a stream": ("SL502", sql(f"UPDATE events SET stream = '{FOREIGN}' WHERE position = 9")),
    "a version": ("SL502", sql("UPDATE events SET version = 99 WHERE position = 9")),
    "a type": (
        "SL502",
        sql("UPDATE events SET type = 'signoff.role-granted.v1' WHERE position = 9"),
    ),
    "a row deleted": ("SL502", sql("DELETE FROM events WHERE position = 9")),
    "the first row deleted": ("SL502", sql("DELETE FROM events WHERE position = 1")),
    "the last row deleted": ("SL507", sql(f"DELETE FROM events WHERE position = {LAST}")),
    "the last row moved up": (
        "SL502",
        sql(f"UPDATE events SET position = position + 1 WHERE position = {LAST}"),
    ),
    "every row moved up": (
        "SL502",
        sql("UPDATE events SET position = -position", "UPDATE events SET position = 1 - position"),
    ),
    "a row hidden before the first": (
        "SL502",
        sql(
            "INSERT INTO events SELECT 0, stream, version + 1, type, line, leaf FROM events "
            f"WHERE position = {LAST}"
        ),
    ),
    "two rows swapped": (
        "SL502",
        sql(
            "UPDATE events SET position = -9 WHERE position = 9",
            "UPDATE events SET position = 9 WHERE position = 8",
            "UPDATE events SET position = 8 WHERE position = -9",
        ),
    ),
    "every row deleted": ("SL505", sql("DELETE FROM events")),
    "a checkpoint": (
        "SL505",
        sql("UPDATE checkpoints SET note = cast(replace(note, 'example', 'exampel') AS BLOB)"),
    ),
    "a checkpoint of another size": (
        "SL508",
        sql(
            "UPDATE checkpoints SET size = size - 1 "
            "WHERE size = (SELECT min(size) FROM checkpoints)"
        ),
    ),
    "a checkpoint emptied": ("SL505", sql("UPDATE checkpoints SET note = x''")),
    "a cosignature that is no line": ("SL505", sql("UPDATE cosignatures SET line = 'x'")),
    "a node at no possible level": (
        "SL504",
        sql("INSERT INTO nodes VALUES (9000000000000000, 0, zeroblob(32))"),
    ),
    "a node that is of nothing": ("SL504", sql("INSERT INTO nodes VALUES (1, 0, zeroblob(32))")),
}


@pytest.mark.parametrize("name", ATTACKS)
def test_an_attack_on_the_file_is_refused(told: Told, tmp_path: Path, name: str) -> None:
    code, attack = ATTACKS[name]
    ledger = tmp_path / "ledger.db"
    back_up(on_file(told.opened.store), ledger)
    with closing(disarmed(ledger)) as connection:
        connection.execute("PRAGMA foreign_keys = OFF")
        attack(connection)

    said = Terminal(tmp_path)("verify", "--ledger", "ledger.db", "--json")

    assert 5 == said.code, said.out + said.err
    assert code == said.data["checks"][-1]["name"], said.data["checks"][-1]


def test_a_file_without_its_triggers_is_told_by_the_doctor(told: Told, tmp_path: Path) -> None:
    """They prove nothing, but whoever took them away was about to do something."""
    ledger = tmp_path / "ledger.db"
    back_up(on_file(told.opened.store), ledger)
    with closing(sqlite3.connect(ledger)) as connection:
        names = [
            name
            for (name,) in connection.execute(
                "SELECT name FROM sqlite_schema WHERE type = 'trigger'"
            ).fetchall()
        ]
    assert len(names) > 10
    for name in names:
        with closing(sqlite3.connect(ledger, isolation_level=None)) as connection:
            (statement,) = connection.execute(
                "SELECT sql FROM sqlite_schema WHERE name = ?", (name,)
            ).fetchone()
            connection.execute(f"DROP TRIGGER {name}")
            said = Terminal(tmp_path)("doctor", "--ledger", "ledger.db", "--json")
            connection.execute(statement)
        assert 5 == said.code
        assert name in str(said.data)


def test_a_stream_that_the_index_does_not_find_is_missed(told: Told, tmp_path: Path) -> None:
    """The evidence is read by position, the meaning by stream: both must be the same lines."""
    ledger = tmp_path / "ledger.db"
    back_up(on_file(told.opened.store), ledger)
    with closing(disarmed(ledger)) as connection:
        connection.execute("PRAGMA writable_schema = ON")
        # An index whose entries are those of another column finds nothing.
        swapped = connection.execute(
            "UPDATE sqlite_schema SET rootpage = (SELECT rootpage FROM sqlite_schema"
            " WHERE name = 'events_by_type') WHERE name = 'sqlite_autoindex_events_1'"
        ).rowcount
        assert 1 == swapped

    said = Terminal(tmp_path)("verify", "--ledger", "ledger.db", "--json")

    assert said.code in {1, 5}, said.out + said.err
    assert "unexpected" not in said.err
