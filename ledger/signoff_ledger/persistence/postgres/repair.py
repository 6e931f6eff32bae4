"""Putting back what belongs around the lines of a ledger and is gone, as their owner."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import psycopg
from psycopg.sql import SQL, Identifier

from signoff_ledger.errors import Advice, StoreError
from signoff_ledger.persistence.catalogue import mend_objects, names_of_columns
from signoff_ledger.persistence.postgres import catalogue, database, rights, schema
from signoff_ledger.persistence.postgres.connection import is_lost

if TYPE_CHECKING:
    from collections.abc import Iterator

    from signoff_ledger.persistence.catalogue import Differences


def repaired(connection: psycopg.Connection[Any], place: str) -> Iterator[str]:
    """Put back what is gone; yields a sentence for each thing that was put back.

    Args:
        connection: As the owner of the tables, within a transaction.
        place: What the ledger's address is called.

    Raises:
        StoreError: SL703, the session's role is not the owner, or may not make the role.
    """
    owner = _check_owner(connection, place)
    if not catalogue.is_a_ledgers(catalogue.catalogue(connection)):
        # Nothing is taken away from a schema that only has the name.
        database.check_ours(connection, place)
    yield from _mended(connection, owner)
    role = schema.role_here(connection)
    if not rights.is_role(connection, role):
        schema.made_role(connection, place)
        yield f"the role {role} is made again; make the logins members of it:  GRANT {role} TO ..."
    yield from rights.sentences(rights.restore(connection, role))
    added = schema.add_event_types(connection)
    if added:
        yield f"the ledger takes further kinds of events: {', '.join(added)}"


def _mended(connection: psycopg.Connection[Any], owner: str) -> Iterator[str]:
    # What is made again belongs to the ledger's owner, also where a superuser repairs.
    as_owner = SQL("SET LOCAL ROLE {}").format(Identifier(owner)).as_string(connection)

    def look() -> Differences:
        return catalogue.compared(catalogue.catalogue(connection))

    def mend(way: str, what: str) -> bool:
        found = catalogue.objects(connection)
        away = next((statement for name, _, statement in found if name == what), None)
        statements: list[str | None]
        if what.startswith("table "):
            hidden = _hidden(what, {name: kind for name, kind, _ in found})
            statements = [away] if way == "changed" else [hidden] if way == "gone" else []
        else:
            back = None if way == "foreign" else catalogue.statement_for(what)
            statements = [None if way == "gone" else away, back and as_owner, back, "RESET ROLE"]
        return _done(connection, [statement for statement in statements if statement])

    return mend_objects(look, mend)


def _hidden(what: str, found: dict[str, str]) -> str | None:
    """Give the statement that gives a table its own name again, where it stands under another."""
    table = what.removeprefix("table ")
    columns = names_of_columns(catalogue.expected(), table)
    for other in found:
        if other.startswith("table ") and other not in catalogue.expected():
            name = other.removeprefix("table ")
            if names_of_columns(found, name) == columns:
                schema_name, _, hidden = name.partition(".")
                return (
                    SQL("ALTER TABLE {}.{} RENAME TO {}")
                    .format(
                        Identifier(schema_name),
                        Identifier(hidden),
                        Identifier(table.partition(".")[2]),
                    )
                    .as_string(None)
                )
    return None


def _done(connection: psycopg.Connection[Any], statements: list[str]) -> bool:
    """Run statements, all or none; says whether the database took them."""
    try:
        with connection.transaction():
            for statement in statements:
                connection.execute(statement.encode())
    except psycopg.errors.DatabaseError as error:
        if is_lost(error):
            raise
        # What stands in the way may be gone in the next round; if not, doctor names it.
        return False
    return statements not in ([], ["RESET ROLE"])


def _check_owner(connection: psycopg.Connection[Any], place: str) -> str:
    row = connection.execute(
        "SELECT pg_get_userbyid(nspowner), pg_has_role(nspowner, 'USAGE'), current_user"
        " FROM pg_namespace WHERE nspname = 'signoff'"
    ).fetchone()
    if row is None or not row[1]:
        owner, user = (row[0], row[2]) if row else ("no role", "this session's role")
        raise StoreError(
            "SL703",
            f"the ledger cannot be repaired: {place}",
            why=f"{user} does not own its tables",
            advice=Advice("connect-as-owner", owner=owner),
        )
    owner_name: str = row[0]
    return owner_name
