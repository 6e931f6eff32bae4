"""Ledgers in the databases of one PostgreSQL, and the barest log that it can keep."""

from collections.abc import Iterable, Iterator, Sequence
from itertools import count
from typing import Any
from uuid import UUID

import psycopg
from psycopg.conninfo import conninfo_to_dict
from psycopg.sql import SQL, Identifier

from signoff_ledger.exports.migrate import copy_ledger
from signoff_ledger.persistence.postgres.address import database
from signoff_ledger.persistence.store import LedgerStore
from signoff_ledger.persistence.store_factory import create_store, open_store
from tests.bench.stores import RawLog, RawTable, Room, Row
from tests.servers.databases import Databases

_AT_A_TIME = 1_000


class PostgresPlace(Room):
    """Databases of one server, each with one ledger."""

    name = "postgres"

    def __init__(self, server: Databases) -> None:
        super().__init__()
        self._server = server
        ((version, folder, fsync),) = server.execute(
            "SELECT current_setting('server_version'), current_setting('data_directory'),"
            " current_setting('fsync')"
        )
        self.says = f"PostgreSQL {version} in {folder}, fsync {fsync}"
        self._raw = self._database()
        self._tables = (f"log_{number}" for number in count(1))

    def begin(self) -> LedgerStore:
        """Make an empty ledger."""
        return self.keep(create_store(self._database()))

    def again(self, store: LedgerStore) -> LedgerStore:
        """Open the same ledger again, with nothing cached."""
        return self.keep(open_store(store.address))

    def copy(self, store: LedgerStore) -> LedgerStore:
        """Make another ledger of the same lines."""
        url = self._database()
        copy_ledger(store, url)
        return self.keep(open_store(url))

    def drop(self, store: LedgerStore) -> None:
        """Close a ledger and give its room back."""
        store.close()
        self._server.drop_database(database(store.address))

    def raw_log(self) -> RawLog:
        """Make an empty raw log."""
        return self.keep(PostgresLog(self._raw, next(self._tables)))

    def raw_table(self) -> RawTable:
        """Make an empty raw table."""
        return self.keep(PostgresTable(self._raw, next(self._tables)))

    def lines(self, store: LedgerStore, stream: UUID | None = None) -> Iterator[bytes]:
        """Read the lines of a ledger, or of one stream, with the driver alone."""
        with psycopg.connect(store.address) as connection:
            if stream is not None:
                statement = "SELECT line FROM signoff.events WHERE stream = %s ORDER BY version"
                for (line,) in connection.cursor(binary=True).execute(statement, (stream,)):
                    yield line
                return
            with connection.cursor("lines", binary=True) as cursor:
                cursor.itersize = _AT_A_TIME
                for (line,) in cursor.execute("SELECT line FROM signoff.events ORDER BY position"):
                    yield line

    def stock(self) -> dict[str, str]:
        """Give the settings by which the event store's own recorder keeps a log here."""
        parts: dict[str, Any] = conninfo_to_dict(self._database())
        return {
            "PERSISTENCE_MODULE": "eventsourcing.postgres",
            "POSTGRES_DBNAME": str(parts["dbname"]),
            "POSTGRES_HOST": str(parts.get("host", "")),
            "POSTGRES_PORT": str(parts.get("port", "")),
            "POSTGRES_USER": str(parts.get("user", "")),
            "POSTGRES_PASSWORD": str(parts.get("password", "none")),
        }

    def _database(self) -> str:
        name = self._server.create_database()
        self._stack.callback(self._server.drop_database, name)
        return self._server.url(name)


class _Table:
    """A table of a name of its own."""

    def __init__(self, url: str, table: str, columns: str, copied: str, *more: str) -> None:
        self._connection = psycopg.connect(url, autocommit=True)
        self._name = Identifier(table)
        self._copy = SQL("COPY {} ({}) FROM STDIN (FORMAT BINARY)").format(self._name, SQL(copied))
        for statement in (f"CREATE TABLE {{}} ({columns})", *more):
            self._connection.execute(SQL(statement).format(self._name))

    def _insert(self, kinds: Sequence[str], rows: Iterable[Sequence[object]]) -> None:
        with self._connection.cursor() as cursor, cursor.copy(self._copy) as copy:
            copy.set_types(kinds)
            for row in rows:
                copy.write_row(row)

    def close(self) -> None:
        """Let go of it."""
        if not self._connection.closed:
            self._connection.execute(SQL("DROP TABLE {}").format(self._name))
            self._connection.close()


class PostgresLog(_Table):
    """One column of lines."""

    def __init__(self, url: str, table: str) -> None:
        columns = "position bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, line bytea NOT NULL"
        super().__init__(url, table, columns, "line")
        self._one = SQL("INSERT INTO {} (line) VALUES (%b)").format(self._name)

    def insert(self, line: bytes) -> None:
        """Add one line, durably."""
        self._connection.execute(self._one, (line,))

    def insert_many(self, lines: Sequence[bytes]) -> None:
        """Add lines in one transaction."""
        self._insert(["bytea"], ((line,) for line in lines))


class PostgresTable(_Table):
    """All columns and keys of a ledger's events."""

    def __init__(self, url: str, table: str) -> None:
        super().__init__(
            url,
            table,
            "position bigint PRIMARY KEY, stream uuid NOT NULL, version integer NOT NULL,"
            ' type text COLLATE "C" NOT NULL, line bytea NOT NULL, leaf bytea NOT NULL,'
            " UNIQUE (stream, version)",
            "position, stream, version, type, line, leaf",
            "CREATE INDEX ON {} (type, position)",
        )

    def insert_many(self, rows: Sequence[Row]) -> None:
        """Add rows in one transaction."""
        kinds = ["int8", "uuid", "int4", "text", "bytea", "bytea"]
        self._insert(kinds, ((row[0], UUID(row[1]), *row[2:]) for row in rows))
