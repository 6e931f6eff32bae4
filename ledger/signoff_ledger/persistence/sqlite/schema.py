"""The statements that make an empty ledger, one at a time."""

from __future__ import annotations

import sqlite3
from functools import lru_cache
from importlib.resources import files


@lru_cache(maxsize=1)
def statements() -> tuple[str, ...]:
    """Give the statements of `schema.sql` in order."""
    text = files("signoff_ledger.persistence.sqlite").joinpath("schema.sql").read_text("utf-8")
    found, statement = [], ""
    for line in text.splitlines(keepends=True):
        statement += line
        if sqlite3.complete_statement(statement):
            found.append(statement)
            statement = ""
    return tuple(found)
