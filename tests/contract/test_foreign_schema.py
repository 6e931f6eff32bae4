"""A database with a schema `signoff` that is not a ledger's: refused in clear words, left alone."""

import psycopg
import pytest

from signoff_cli.advice import fix_of
from signoff_ledger.errors import NotFoundError, StoreError
from signoff_ledger.persistence.store_factory import check_vacant, create_store, open_store

FOREIGN = {
    "an empty schema": "CREATE SCHEMA signoff",
    "a table of another shape": "CREATE SCHEMA signoff; CREATE TABLE signoff.events (id int)",
    "views in place of tables": (
        "CREATE SCHEMA signoff; CREATE VIEW signoff.about AS SELECT 1 AS format;"
        " CREATE VIEW signoff.events AS SELECT ''::bytea AS line"
    ),
}


@pytest.mark.parametrize("foreign", FOREIGN)
def test_a_schema_of_somebody_else_is_refused_at_init_and_at_opening(
    database_url: str, foreign: str
) -> None:
    with psycopg.connect(database_url, autocommit=True) as connection:
        connection.execute(FOREIGN[foreign].encode())
        before = objects(connection)
        for begin in (create_store, check_vacant):
            with pytest.raises(StoreError, match="in the way of a ledger") as begun:
                begin(database_url)
            assert "SL704" == begun.value.code
            assert "DROP" not in fix_of(begun.value)
            assert "its schema signoff is not a ledger's; " in (begun.value.why or "")
        with pytest.raises(StoreError, match="cannot be read as a ledger") as opened:
            open_store(database_url)
        assert "SL701" == opened.value.code
        assert "its schema signoff is not a ledger's" in (opened.value.why or "")
        assert "DROP" not in fix_of(opened.value)

        assert before == objects(connection)


def test_a_schema_in_the_place_of_the_views_is_in_the_way(database_url: str) -> None:
    with psycopg.connect(database_url, autocommit=True) as connection:
        connection.execute("CREATE SCHEMA signoff_views")

    with pytest.raises(StoreError) as begun:
        create_store(database_url)
    with pytest.raises(NotFoundError):
        open_store(database_url)

    assert ("SL704", True) == (begun.value.code, "schema signoff_views" in (begun.value.why or ""))


def objects(connection: psycopg.Connection[tuple[object, ...]]) -> list[tuple[object, ...]]:
    """List what is in the database's own schemas, and the roles that there are."""
    return connection.execute(
        "SELECT nspname::text, NULL FROM pg_namespace UNION ALL"
        " SELECT n.nspname::text, relname::text FROM pg_class AS c"
        " JOIN pg_namespace AS n ON n.oid = relnamespace WHERE n.nspname LIKE 'signoff%'"
        " UNION ALL SELECT 'role', rolname::text FROM pg_roles ORDER BY 1, 2"
    ).fetchall()
