"""The tables of a ledger in PostgreSQL: made by their owner, recognised by every role."""

from __future__ import annotations

from hashlib import sha256
from importlib.resources import files
from typing import TYPE_CHECKING, Any

from psycopg.errors import InsufficientPrivilege
from psycopg.sql import SQL, Identifier

from signoff_ledger.domain.events.catalogue import EVENT_TYPES, UPCASTS
from signoff_ledger.errors import Advice, StoreError
from signoff_ledger.ledger_format import LEDGER_FORMAT
from signoff_ledger.persistence.postgres import rights
from signoff_ledger.persistence.postgres.dialect import VIEWS_SCHEMA

if TYPE_CHECKING:
    import psycopg

OLDEST_SERVER = 150_000
_LONGEST_NAME = 63

APPEND_ONLY = ("event_types", "events", "commands", "nodes", "checkpoints", "cosignatures")


def check_vacant(connection: psycopg.Connection[Any], place: str) -> None:
    """Refuse a database in which no ledger can be begun.

    Raises:
        StoreError: SL704 when one is there already or something else is in its way, SL703 when the
            server cannot hold one, SL706 when it does not promise durability.
    """
    _check_server(connection, place)
    check_durable(connection, place)
    if is_there(connection) and is_ours(connection):
        raise StoreError(
            "SL704",
            f"there is a ledger already: {place}",
            why="a ledger is never overwritten",
            advice=Advice("choose-other-database"),
        )
    row = connection.execute(
        "SELECT nspname, pg_get_userbyid(nspowner) FROM pg_namespace"
        " WHERE nspname IN ('signoff', %s) ORDER BY nspname",
        (VIEWS_SCHEMA,),
    ).fetchone()
    if row is not None:
        raise StoreError(
            "SL704",
            f"something else is in the way of a ledger: {place}",
            why=f"its schema {row[0]} is not a ledger's; {row[1]} owns it",
            advice=Advice("choose-empty-database"),
        )


def make(connection: psycopg.Connection[Any], place: str) -> None:
    """Make the schema as its owner, and the role that may add to it; all or nothing.

    The role belongs to this database alone and cannot log in: roles that need to record are made
    members of it.

    Raises:
        StoreError: As `check_vacant`, or SL703 when the session's role may not.
    """
    check_vacant(connection, place)
    text = files("signoff_ledger.persistence.postgres").joinpath("schema.sql").read_text("utf-8")
    with connection.transaction():
        role = made_role(connection, place)
        connection.execute(text)
        add_event_types(connection)
        rights.restore(connection, role)


def add_event_types(connection: psycopg.Connection[Any]) -> list[str]:
    """Let the ledger take every kind of event that this program knows; gives those it did not."""
    rows = connection.execute(
        "INSERT INTO signoff.event_types SELECT unnest(%s::text[]) ON CONFLICT DO NOTHING"
        " RETURNING type",
        (sorted(EVENT_TYPES.keys() | UPCASTS.keys()),),
    ).fetchall()
    return [row[0] for row in rows]


def role_name(database: str) -> str:
    """Name the role of those who may record in a database's ledger.

    A server cuts long names off. Two databases would then share a role, so a hash tells them apart.
    """
    name = f"signoff_{database}".encode()
    if len(name) <= _LONGEST_NAME:
        return name.decode()
    mark = f"_{sha256(database.encode()).hexdigest()[:16]}"
    return name[: _LONGEST_NAME - len(mark)].decode(errors="ignore") + mark


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


def complete(connection: psycopg.Connection[Any]) -> None:
    """Say that the ledger is whole."""
    with connection.transaction():
        connection.execute("SELECT signoff.durably()")
        connection.execute(
            "INSERT INTO signoff.about SELECT %s WHERE NOT EXISTS (SELECT FROM signoff.about)",
            (LEDGER_FORMAT,),
        )


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


def _check_server(connection: psycopg.Connection[Any], place: str) -> None:
    version = connection.info.server_version
    if version < OLDEST_SERVER:
        raise StoreError(
            "SL703",
            f"the ledger cannot be made: {place}",
            why=f"the server is PostgreSQL {version // 10_000}, and 15 or later is needed",
        )
    row = connection.execute("SHOW server_encoding").fetchone()
    if row is None or row[0] != "UTF8":
        raise StoreError(
            "SL703",
            f"the ledger cannot be made: {place}",
            why=f"the database's encoding is {row[0] if row else 'unknown'}, and UTF8 is needed",
            advice=Advice("make-utf8-database"),
        )


def role_here(connection: psycopg.Connection[Any]) -> str:
    """Give the name of the role of those who may record in this database's ledger."""
    row = connection.execute("SELECT current_database()").fetchone()
    return role_name(row[0] if row else "")


def made_role(connection: psycopg.Connection[Any], place: str) -> str:
    """Give the application's role; made where it is not there, with its maker as a member.

    Raises:
        StoreError: SL703, the session's role may not.
    """
    name = role_here(connection)
    role = Identifier(name)
    try:
        if not rights.is_role(connection, name):
            connection.execute(SQL("CREATE ROLE {} NOLOGIN").format(role))
        # A superuser has every role; the maker of a role has it only to give.
        row = connection.execute("SELECT pg_has_role(%s, 'USAGE')", (name,)).fetchone()
        if row is None or not row[0]:
            connection.execute(SQL("GRANT {} TO CURRENT_USER").format(role))
    except InsufficientPrivilege as error:
        raise StoreError(
            "SL703",
            f"the ledger cannot be made: {place}",
            why=" ".join(str(error).split()),
            advice=Advice(
                "make-role",
                role=role.as_string(connection),
                user=Identifier(connection.info.user).as_string(connection),
            ),
        ) from None
    return name
