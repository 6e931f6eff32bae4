"""The catalogue of a ledger's schema, as PostgreSQL keeps it, and what brings it back.

`catalogue.json` is that of a fresh ledger: a reader cannot make one to compare with. It
is written by `python -m tests.servers.catalogue`, and a test holds it against every version.
"""

from __future__ import annotations

import json
import re
from functools import lru_cache
from importlib.resources import files
from typing import TYPE_CHECKING, Any

from signoff_ledger.persistence.catalogue import differences
from signoff_ledger.persistence.store import MOVED

if TYPE_CHECKING:
    from collections.abc import Mapping

    import psycopg

    from signoff_ledger.persistence.catalogue import Differences

_CLOSED = "trigger events_have_moved on signoff.events"
_CLOSING = re.compile(
    r"CREATE TRIGGER events_have_moved BEFORE INSERT ON signoff\.events FOR EACH STATEMENT"
    rf" EXECUTE FUNCTION signoff\.refuse_moved\(E?'{MOVED}((?:[^']|'')*)'\)"
)


@lru_cache(maxsize=1)
def expected() -> Mapping[str, str]:
    """Give the catalogue of a fresh ledger."""
    found: dict[str, str] = json.loads(_text("catalogue.json"))
    return found


def catalogue(connection: psycopg.Connection[Any]) -> dict[str, str]:
    """Give the objects that are there by kind and name, and what each is."""
    return {what: kind for what, kind, _ in objects(connection)}


def objects(connection: psycopg.Connection[Any]) -> list[tuple[str, str, str | None]]:
    """Give the objects that are there, what each is, and what sets it right or takes it away."""
    with connection.transaction():
        # Definitions name every schema that is not on the path, and are spelt as these settings
        # say, whatever the database or the role is set to.
        connection.execute(
            "SET LOCAL search_path = pg_catalog, pg_temp;"
            " SET LOCAL quote_all_identifiers = off; SET LOCAL bytea_output = hex;"
            " SET LOCAL standard_conforming_strings = on"
        )
        return connection.execute(_text("catalogue.sql").encode()).fetchall()


def moved_to(found: Mapping[str, str]) -> str:
    """Say where the ledger was carried; empty where it was not."""
    closing = _CLOSING.fullmatch(found.get(_CLOSED, ""))
    return closing[1].replace("''", "'") if closing else ""


def compared(found: Mapping[str, str]) -> Differences:
    """Compare a ledger's catalogue with that of a fresh one, closed or not."""
    known = {_CLOSED} if moved_to(found) else set()
    return differences(expected(), {k: v for k, v in found.items() if k not in known})


def is_a_ledgers(found: Mapping[str, str]) -> bool:
    """Tell a ledger, whatever became of it, from something else of the same name."""
    return 2 * len(found.keys() & expected().keys()) >= len(expected())


def is_mendable(way: str, what: str) -> bool:
    """Say whether an object can be made, or taken away, without touching a recorded row."""
    kind = what.split(" ", 1)[0]
    return way == "changed" if kind == "table" else kind not in _KEPT


def statement_for(what: str) -> str | None:
    """Give the statement that makes an object that every ledger has; None where none does alone."""
    kind, _, name = what.partition(" ")
    definition = expected()[what]
    if kind == "function":
        return _functions()[name.partition("(")[0]]
    if kind == "trigger":
        return definition if definition.startswith("CREATE ") else None
    if kind == "index":
        return definition.partition(", ")[2]
    if kind == "constraint":
        constraint, _, table = name.partition(" on ")
        return f"ALTER TABLE {table} ADD CONSTRAINT {constraint} {definition}"
    return None


_KEPT = {"column", "schema", "sequence", "partitioned", "relation", "type"}
"""Kinds of objects with which rows would go, or that nothing can replace."""


@lru_cache(maxsize=1)
def _functions() -> Mapping[str, str]:
    """Give the statements of `schema.sql` that make functions, by the function's name."""
    text = _text("schema.sql")
    return {found[1]: found[0] for found in _FUNCTION.finditer(text)}


# A body stands between dollars, or is one expression up to the first semicolon that ends a line.
_FUNCTION = re.compile(
    r"^CREATE FUNCTION (signoff\.\w+)\((?:(?!\$\$|^RETURN).)*(?:\$\$.*?\$\$|^RETURN.*?);$",
    re.DOTALL | re.MULTILINE,
)


def _text(name: str) -> str:
    return files("signoff_ledger.persistence.postgres").joinpath(name).read_text("utf-8")
