"""The statements that every store understands, as PostgreSQL wants them.

They are written once, for SQLite: unqualified names, values marked `?`, and two column types. Here
tables get their schema, so that nothing depends on a session's search path, which a pooler between
may not keep; marks become the driver's; and a table of a view is spelt as this database does.
"""

from __future__ import annotations

import re
from functools import lru_cache

VIEWS_SCHEMA = "signoff_views"

_NAMED = re.compile(
    r"\b(FROM|INTO|UPDATE|TABLE|EXISTS|ON)"
    r" (?:(view_\w+)|((?:events|commands|nodes|checkpoints|cosignatures)\b))"
)
_TYPES = {"INTEGER": "BIGINT", "TEXT": 'TEXT COLLATE "C"'}


@lru_cache(maxsize=512)
def translated(statement: str) -> str:
    """Give a statement as PostgreSQL wants it."""
    if statement.startswith("CREATE TABLE"):
        statement = statement.removesuffix(" STRICT")
        statement = re.sub(r"\b(INTEGER|TEXT)\b", lambda found: _TYPES[found[0]], statement)
    return _NAMED.sub(_qualified, statement.replace("%", "%%").replace("?", "%s"))


def _qualified(found: re.Match[str]) -> str:
    word, view, table = found.groups()
    return f"{word} {VIEWS_SCHEMA}.{view}" if view else f"{word} signoff.{table}"
