"""Putting back what belongs around the lines of a ledger and is gone, as their owner."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from signoff_ledger.errors import StoreError
from signoff_ledger.persistence.postgres import rights, schema

if TYPE_CHECKING:
    from collections.abc import Iterator

    import psycopg


def repaired(connection: psycopg.Connection[Any], place: str) -> Iterator[str]:
    """Put back what is gone; yields a sentence for each thing that was put back.

    Args:
        connection: As the owner of the tables, within a transaction.
        place: What the ledger's address is called.

    Raises:
        StoreError: SL703, whoever asks is not the owner, or may not make the role.
    """
    _check_owner(connection, place)
    role = schema.role_here(connection)
    if not rights.is_role(connection, role):
        schema.made_role(connection, place)
        yield f"the role {role} is made anew; make the logins members of it:  GRANT {role} TO ..."
    yield from rights.told(rights.restore(connection, role))
    added = schema.add_event_types(connection)
    if added:
        yield f"the ledger takes further kinds of events: {', '.join(added)}"


def _check_owner(connection: psycopg.Connection[Any], place: str) -> None:
    row = connection.execute(
        "SELECT pg_get_userbyid(nspowner), pg_has_role(nspowner, 'USAGE'), current_user"
        " FROM pg_namespace WHERE nspname = 'signoff'"
    ).fetchone()
    if row is None or not row[1]:
        owner, user = (row[0], row[2]) if row else ("nobody", "whoever asks")
        raise StoreError(
            "SL703",
            f"the ledger cannot be repaired: {place}",
            why=f"{user} does not own its tables",
            fix=f"nothing was changed; connect as {owner}, or as a superuser",
        )
