"""The tables of views in PostgreSQL, recognised by the statements that make them."""

from __future__ import annotations

from importlib.resources import files
from typing import TYPE_CHECKING, Any

from signoff_ledger.persistence.postgres.dialect import translated

if TYPE_CHECKING:
    from collections.abc import Sequence

    import psycopg


def intact_tables(connection: psycopg.Connection[Any], statements: Sequence[str]) -> set[str]:
    """Give which of these statements made what stands there, and what made anything else.

    Args:
        connection: To the database.
        statements: Those that make tables and indexes, as every store understands them.
    """
    ours = {translated(statement): statement for statement in statements}
    query = files("signoff_ledger.persistence.postgres").joinpath("derived.sql").read_bytes()
    with connection.transaction():
        # Names are spelt as the statements of the views spell them.
        connection.execute("SET LOCAL quote_all_identifiers = off")
        found = connection.execute(query).fetchall()
    return {ours.get(statement, statement) for (statement,) in found}
