"""The ledger in a database, recognised by every role, and the server that holds it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from psycopg.errors import InsufficientPrivilege

from signoff_ledger.errors import Advice, StoreError
from signoff_ledger.ledger_format import check_format
from signoff_ledger.persistence.postgres.dialect import VIEWS_SCHEMA

if TYPE_CHECKING:
    import psycopg


def is_open_for_reading_alone(connection: psycopg.Connection[Any], place: str) -> bool:
    """Refuse a ledger that this program cannot open, and say whether it takes no events.

    Raises:
        StoreError: SL701 for one that is not whole or something else, SL702 for one of a newer
            format, SL706 for a server that does not promise durability.
    """
    check_ours(connection, place)
    check_format(place, format_of(connection, place))
    read_only = is_read_only(connection) or is_subscriber(connection)
    if not read_only:
        check_durable(connection, place)
    return read_only


def server_of(connection: psycopg.Connection[Any]) -> tuple[str, int] | None:
    """Give the server's identifier and its timeline; None for a standby.

    The identifier is "" where the right that every role has was revoked.
    """
    try:
        row = connection.execute(_IDENTITY).fetchone()
    except InsufficientPrivilege:
        return "", 0
    return (row[0], int(row[1][:8], 16)) if row and row[1] else None


_IDENTITY = (
    "SELECT system_identifier::text, CASE WHEN NOT pg_is_in_recovery()"
    " THEN pg_walfile_name(pg_current_wal_lsn()) END FROM pg_control_system()"
)
"""A file of the write-ahead log is named by its timeline first, in eight hexadecimal digits."""


def is_there(connection: psycopg.Connection[Any]) -> bool:
    """Say whether the database has the schema of a ledger, complete or not."""
    found = connection.execute("SELECT FROM pg_namespace WHERE nspname = 'signoff'").fetchone()
    return found is not None


def is_ours(connection: psycopg.Connection[Any]) -> bool:
    """Say whether that schema is a ledger's, by the tables that no ledger is without."""
    row = connection.execute(
        "SELECT count(*) FROM pg_attribute AS a JOIN pg_class AS c ON c.oid = a.attrelid"
        " JOIN pg_namespace AS n ON n.oid = c.relnamespace WHERE n.nspname = 'signoff'"
        " AND c.relkind = 'r' AND NOT a.attisdropped"
        " AND (c.relname::text, a.attname::text) IN (('about', 'format'), ('events', 'line'))"
    ).fetchone()
    return row is not None and row[0] == 2


def check_ours(connection: psycopg.Connection[Any], place: str) -> None:
    """Refuse a schema that only has the name of a ledger's.

    Raises:
        StoreError: SL701.
    """
    if not is_ours(connection):
        raise StoreError(
            "SL701",
            f"{place} cannot be read as a ledger",
            why="its schema signoff is not a ledger's: it has no tables about and events of the "
            "form that a new ledger gets",
            advice=Advice("name-own-database"),
        )


def format_of(connection: psycopg.Connection[Any], place: str) -> int:
    """Give the format of the ledger that is there.

    Raises:
        StoreError: SL701, it is not whole.
    """
    row = connection.execute("SELECT max(format) FROM signoff.about").fetchone()
    if row is None or row[0] is None:
        raise StoreError(
            "SL701",
            f"{place} cannot be read as a ledger",
            why="it is not whole: a restore or a move into it was broken off",
            advice=Advice("drop-and-copy-again", views=VIEWS_SCHEMA),
        )
    number: int = row[0]
    return number


def is_read_only(connection: psycopg.Connection[Any]) -> bool:
    """Say whether nothing can be recorded: by this server, a standby, or by who is connected."""
    row = connection.execute(
        "SELECT current_setting('transaction_read_only') = 'on'"
        " OR NOT coalesce(bool_or(has_function_privilege(f.oid, 'EXECUTE')), false)"
        " FROM pg_proc AS f WHERE f.oid = to_regproc('signoff.append')"
    ).fetchone()
    return row is not None and row[0]


def is_subscriber(connection: psycopg.Connection[Any]) -> bool:
    """Say whether a subscription fills the ledger from another server, so that it takes no more."""
    row = connection.execute(
        "SELECT FROM pg_subscription_rel WHERE srrelid = 'signoff.events'::regclass"
    ).fetchone()
    return row is not None


def check_durable(connection: psycopg.Connection[Any], place: str) -> None:
    """Refuse a server on which acknowledged does not mean on disk.

    Raises:
        StoreError: SL706.
    """
    row = connection.execute(
        "SELECT name, setting FROM pg_settings"
        " WHERE name IN ('fsync', 'full_page_writes') AND setting <> 'on'"
    ).fetchone()
    if row is not None:
        raise StoreError(
            "SL706",
            "the database does not promise durability",
            why=f"{place} runs with {row[0]} = {row[1]}",
            advice=Advice("turn-setting-on", setting=row[0]),
        )
    row = connection.execute(
        "SELECT c.oid::regclass::text FROM pg_class AS c JOIN pg_namespace AS n"
        " ON n.oid = c.relnamespace WHERE n.nspname = 'signoff' AND c.relkind IN ('r', 'p')"
        " AND c.relpersistence <> 'p' ORDER BY 1"
    ).fetchone()
    if row is not None:
        raise StoreError(
            "SL706",
            "the database does not promise durability",
            why=f"the table {row[0]} of {place} is UNLOGGED: a crash empties it",
            advice=Advice("log-table", table=row[0]),
        )
