"""The tables of views in PostgreSQL, recognised by the statements that make them."""

from __future__ import annotations

from importlib.resources import files
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import psycopg


def intact_tables(connection: psycopg.Connection[Any]) -> set[str]:
    """Give the statements that would make what stands there, as it is."""
    query = files("signoff_ledger.persistence.postgres").joinpath("derived.sql").read_bytes()
    with connection.transaction():
        # Names are spelt as the statements of the views spell them.
        connection.execute("SET LOCAL quote_all_identifiers = off")
        return {statement for (statement,) in connection.execute(query).fetchall()}
