"""Statements that are written once, as PostgreSQL wants them."""

import pytest

from signoff_ledger.persistence.postgres.dialect import translated
from signoff_ledger.projections.tables import TABLES


@pytest.mark.parametrize(
    ("statement", "expected"),
    [
        (
            "SELECT a FROM view_history WHERE b = ? AND view_history.c > ?",
            "SELECT a FROM signoff_views.view_history WHERE b = %s AND view_history.c > %s",
        ),
        ("SELECT max(position) FROM events", "SELECT max(position) FROM signoff.events"),
        ("INSERT INTO nodes VALUES (?, ?)", "INSERT INTO signoff.nodes VALUES (%s, %s)"),
        ("UPDATE view_positions SET x = ?", "UPDATE signoff_views.view_positions SET x = %s"),
        ("DROP TABLE IF EXISTS view_work", "DROP TABLE IF EXISTS signoff_views.view_work"),
        (
            "CREATE INDEX view_work_0 ON view_work (process)",
            "CREATE INDEX view_work_0 ON signoff_views.view_work (process)",
        ),
        (
            "CREATE TABLE view_x (a INTEGER, b TEXT, PRIMARY KEY (a)) STRICT",
            'CREATE TABLE signoff_views.view_x (a BIGINT, b TEXT COLLATE "C", PRIMARY KEY (a))',
        ),
        ("SELECT events FROM view_x", "SELECT events FROM signoff_views.view_x"),
        ("SELECT 1 FROM eventsomething", "SELECT 1 FROM eventsomething"),
        ("SELECT 5 % 2", "SELECT 5 %% 2"),
    ],
)
def test_a_statement_is_spelt_for_postgres(statement: str, expected: str) -> None:
    assert expected == translated(statement)


def test_every_view_names_its_columns_by_types_that_are_translated() -> None:
    """Another type would be made as it is, and might order or compare in another way."""
    kinds = {kind.removesuffix(" NOT NULL") for table in TABLES for _, kind in table.columns}

    assert {"INTEGER", "TEXT"} == kinds
