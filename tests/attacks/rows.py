"""The tables of a live ledger, in the hands of whoever reaches them past everything that is ours.

Statements are the same for both stores: `?` stands for a value, and tables go by their bare names.
"""

import json
import sqlite3
from abc import ABC, abstractmethod
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from hashlib import sha256
from pathlib import Path
from typing import Any
from uuid import UUID

import psycopg
from psycopg.types.string import TextLoader

from tests.attacks.story import WITNESS

Row = tuple[str, int, str, bytes]
"""Stream, version and type as they stand beside a line, and the line."""

TABLES = ("events", "commands", "nodes", "checkpoints", "cosignatures")


class Rows(ABC):
    """The tables of one ledger."""

    @abstractmethod
    def execute(self, statement: str, values: Sequence[object]) -> Any:
        """Run a statement; gives its cursor."""

    @abstractmethod
    def free(self) -> None:
        """Take away what refuses changes."""

    @abstractmethod
    def triggers(self) -> Iterator[str]:
        """Take one trigger away after the other, and put it back; gives the name of each."""

    def run(self, statement: str, *values: object) -> None:
        """Run a statement that changes something."""
        cursor = self.execute(statement, values)

        assert cursor.rowcount, statement

    def ask(self, statement: str, *values: object) -> list[tuple[Any, ...]]:
        """Run a question."""
        rows: list[tuple[Any, ...]] = self.execute(statement, values).fetchall()
        return rows

    def size(self) -> int:
        """Give the position of the last line."""
        return int(self.ask("SELECT max(position) FROM events")[0][0])

    def line(self, position: int) -> bytes:
        """Give the line at a position."""
        return bytes(self.ask("SELECT line FROM events WHERE position = ?", position)[0][0])

    def row(self, position: int) -> Row:
        """Give the row at a position."""
        ((stream, version, kind, line),) = self.ask(
            "SELECT stream, version, type, line FROM events WHERE position = ?", position
        )
        return stream, version, kind, bytes(line)

    def set_leaf(self, position: int, leaf: bytes) -> None:
        """Change the leaf hash beside a line."""
        self.run("UPDATE events SET leaf = ? WHERE position = ?", leaf, position)

    def insert(self, position: int, row: Row) -> None:
        """Put a row in, with the leaf hash of its line where the store does not make it."""
        self.run(
            "INSERT INTO events (position, stream, version, type, line) VALUES (?, ?, ?, ?, ?)",
            *(position, *row),
        )

    def put(self, lines: Sequence[bytes], notes: Mapping[int, bytes]) -> None:
        """Bring the tables to these lines and checkpoints, with an index that says what they say.

        Where a line cannot be read, or its stream has another one of its version, the index says
        what the tables allow.
        """
        found = self.ask("SELECT position, stream, version, type, line FROM events")
        kept = {position: (stream, version, kind, bytes(line)) for position, stream, version, kind,
                line in found}  # fmt: skip
        wanted = dict(enumerate(indexed(lines, [kept[at] for at in sorted(kept)]), 1))
        for position in [at for at in kept if kept[at] != wanted.get(at)]:
            self.run("DELETE FROM events WHERE position = ?", position)
        for position in [at for at in wanted if wanted[at] != kept.get(at)]:
            self.insert(position, wanted[position])
        self._put_commands(lines)
        self.execute("DELETE FROM cosignatures", ())
        self.execute("DELETE FROM checkpoints", ())
        for size, note in notes.items():
            own, cosignatures = divided(note)
            self.run("INSERT INTO checkpoints VALUES (?, ?)", size, own)
            for line in cosignatures:
                self.run("INSERT INTO cosignatures VALUES (?, ?)", size, line)

    def _put_commands(self, lines: Sequence[bytes]) -> None:
        """Say which command recorded which lines, as they say it, where they can be read."""
        given: dict[str, tuple[int, int]] = {}
        for at, line in enumerate(lines, 1):
            if (id_ := _command(line)) is not None:
                given[id_] = (given.get(id_, (at, at))[0], at)
        found = self.ask("SELECT id, first, last FROM commands")
        if given != {id_: (first, last) for id_, first, last in found}:
            self.execute("DELETE FROM commands", ())
            for id_, (first, last) in given.items():
                self.run("INSERT INTO commands VALUES (?, ?, ?)", id_, first, last)


class FileRows(Rows):
    """The tables in a file."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection

    def execute(self, statement: str, values: Sequence[object]) -> sqlite3.Cursor:
        """Run a statement."""
        return self._connection.execute(statement, tuple(values))

    def free(self) -> None:
        """Drop the triggers."""
        for name, _ in self._triggers():
            self.execute(f"DROP TRIGGER {name}", ())

    def triggers(self) -> Iterator[str]:
        """Take one trigger away after the other."""
        for name, text in self._triggers():
            self.execute(f"DROP TRIGGER {name}", ())
            yield name
            self.execute(text, ())

    def _triggers(self) -> list[tuple[Any, ...]]:
        return self.ask("SELECT name, sql FROM sqlite_schema WHERE type = 'trigger'")

    def insert(self, position: int, row: Row) -> None:
        """Put a row in, with its leaf hash."""
        self.run(
            "INSERT INTO events VALUES (?, ?, ?, ?, ?, ?)",
            *(position, *row, sha256(b"\x00" + row[3]).digest()),
        )


class DatabaseRows(Rows):
    """The tables in PostgreSQL."""

    def __init__(self, connection: psycopg.Connection[Any]) -> None:
        self._connection = connection
        self._connection.adapters.register_loader("uuid", TextLoader)
        self._connection.execute("SET search_path = signoff")

    def execute(self, statement: str, values: Sequence[object]) -> psycopg.Cursor[Any]:
        """Run a statement."""
        return self._connection.execute(statement.replace("?", "%s").encode(), values or None)

    def free(self) -> None:
        """Switch the triggers off, as the owner of a table may."""
        for table in TABLES:
            self.execute(f"ALTER TABLE {table} DISABLE TRIGGER USER", ())

    def triggers(self) -> Iterator[str]:
        """Switch one trigger off after the other."""
        rows = self.ask(
            "SELECT tgname, tgrelid::regclass::text FROM pg_trigger WHERE NOT tgisinternal"
        )
        for name, table in rows:
            self.execute(f"ALTER TABLE {table} DISABLE TRIGGER {name}", ())
            yield name
            self.execute(f"ALTER TABLE {table} ENABLE TRIGGER {name}", ())

    def set_leaf(self, position: int, leaf: bytes) -> None:
        """Change the leaf hash beside a line, which the store makes unless it is given another."""
        self.execute("ALTER TABLE events ALTER COLUMN leaf DROP EXPRESSION", ())
        super().set_leaf(position, leaf)


@contextmanager
def rows_at(address: str) -> Iterator[Rows]:
    """Reach the tables of a ledger in a file or a database."""
    if address.startswith("postgresql://"):
        with closing(psycopg.connect(address, autocommit=True)) as database:
            yield DatabaseRows(database)
        return
    with closing(sqlite3.connect(Path(address), isolation_level=None)) as file:
        yield FileRows(file)


def indexed(lines: Iterable[bytes], genuine: Sequence[Row]) -> Iterator[Row]:
    """Give lines with what stands beside them, as their fields say or as it was."""
    taken: set[tuple[str, int]] = set()
    for at, line in enumerate(lines):
        stream, version, kind = _said(line) or genuine[min(at, len(genuine) - 1)][:3]
        while (stream, version) in taken:
            version += 1_000
        taken.add((stream, version))
        yield stream, version, kind, line


def _said(line: bytes) -> tuple[str, int, str] | None:
    """Read what an index over a line holds; None where it cannot."""
    try:
        fields = json.loads(line)
        found = str(UUID(fields["stream"])), fields["version"], fields["type"]
    except (ValueError, TypeError, KeyError, RecursionError):
        return None
    return found if isinstance(found[1], int) and isinstance(found[2], str) else None


def _command(line: bytes) -> str | None:
    """Read which command recorded a line; None where it cannot be read."""
    try:
        found = json.loads(line)["cmd"]
    except (ValueError, TypeError, KeyError, RecursionError):
        return None
    return found.partition("#")[0] if isinstance(found, str) else None


def divided(note: bytes) -> tuple[bytes, list[str]]:
    """Part a checkpoint from what witnesses added to it."""
    own, cosignatures = b"", []
    for line in note.splitlines(keepends=True):
        if line.startswith(f"— {WITNESS} ".encode()):
            cosignatures.append(line.decode())
        else:
            own += line
    return own, cosignatures
