"""The tables of a ledger in PostgreSQL, made by their owner."""

from __future__ import annotations

from hashlib import sha256
from importlib.resources import files
from typing import TYPE_CHECKING, Any

from psycopg.errors import InsufficientPrivilege
from psycopg.sql import SQL, Identifier

from signoff_ledger.domain.events.catalogue import EVENT_TYPES, UPCASTS
from signoff_ledger.errors import Advice, StoreError
from signoff_ledger.ledger_format import LEDGER_FORMAT
from signoff_ledger.persistence.postgres import database, rights
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
    database.check_durable(connection, place)
    if database.is_there(connection) and database.is_ours(connection):
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


def complete(connection: psycopg.Connection[Any]) -> None:
    """Say that the ledger is whole."""
    with connection.transaction():
        connection.execute("SELECT signoff.durably()")
        connection.execute(
            "INSERT INTO signoff.about SELECT %s WHERE NOT EXISTS (SELECT FROM signoff.about)",
            (LEDGER_FORMAT,),
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
