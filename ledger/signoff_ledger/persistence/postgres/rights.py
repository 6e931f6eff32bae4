"""The rights on a ledger's schemas: what its role may do, what differs from that, and restoring it.

`MEMBER_MAY` is the one list: `signoff init` grants by it, `signoff doctor` compares with it, and
`signoff repair` restores it, for example after a `pg_restore` that left grants out.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, LiteralString, NamedTuple

from psycopg.sql import SQL, Identifier

from signoff_ledger.persistence.postgres.dialect import VIEWS_SCHEMA

if TYPE_CHECKING:
    from collections.abc import Iterable

    import psycopg
    from psycopg.sql import Composed

MEMBER_MAY: tuple[tuple[LiteralString, LiteralString, tuple[str, ...]], ...] = (
    ("SCHEMA", "USAGE", ("signoff", VIEWS_SCHEMA)),
    (
        "TABLE",
        "SELECT",
        ("about", "event_types", "events", "commands", "nodes", "checkpoints", "cosignatures"),
    ),
    (
        "FUNCTION",
        "EXECUTE",
        ("durably", "append", "keep_checkpoint", "keep_cosignature", "derive", "drop_derived"),
    ),
)
"""Kind of object, privilege, and the names; tables and functions are those of `signoff`."""

_ON_VIEWS = ("SELECT", "INSERT", "UPDATE", "DELETE")
_READING = {"SELECT", "USAGE"}
"""What the owner may give to others, such as auditors."""


class Right(NamedTuple):
    """One privilege of one role on one object."""

    grantee: str  #: The role, or `PUBLIC`.
    privilege: LiteralString  #: Such as `SELECT`.
    kind: LiteralString  #: `SCHEMA`, `TABLE` or `FUNCTION`.
    path: tuple[str, ...]  #: The object's schema and name; of a schema, its name.
    arguments: str | None = None  #: The types of a function's arguments, where it is there.
    column: str | None = None  #: The column, where the privilege is for one alone.

    @property
    def named(self) -> str:
        """Give the object as people write it."""
        return ".".join(self.path) + (f" ({self.column})" if self.column else "")


class RightsDifference(NamedTuple):
    """A right that is missing, or one too many."""

    right: Right  #: Which.
    missing: bool  #: True where it is missing, False where it is one too many.

    def statement(self) -> Composed:
        """Give the statement that ends the difference."""
        right = self.right
        target: SQL | Composed = SQL(".").join(map(Identifier, right.path))
        if right.arguments is not None:
            target = SQL("{}({})").format(target, SQL(right.arguments))
        privilege: SQL | Composed = SQL(right.privilege)
        if right.column is not None:
            privilege = SQL("{} ({})").format(privilege, Identifier(right.column))
        grantee = SQL("PUBLIC") if right.grantee == "PUBLIC" else Identifier(right.grantee)
        form = "GRANT {} ON {} {} TO {}" if self.missing else "REVOKE {} ON {} {} FROM {} CASCADE"
        return SQL(form).format(privilege, SQL(right.kind), target, grantee)


def is_role(connection: psycopg.Connection[Any], name: str) -> bool:
    """Say whether a role is there."""
    found = connection.execute("SELECT FROM pg_roles WHERE rolname = %s", (name,)).fetchone()
    return found is not None


def differences(connection: psycopg.Connection[Any], role: str) -> list[RightsDifference]:
    """Compare the rights that there are with those that there should be.

    Args:
        connection: Any that can read the catalogs, so also a member's.
        role: The role of those who may record; all rights are missing where it is not there.
    """
    objects = {
        (kind, tuple(path)): arguments
        for kind, path, arguments in connection.execute(_OBJECTS, (VIEWS_SCHEMA,)).fetchall()
    }
    found = {
        (Right(grantee, privilege, kind, tuple(path), arguments, column), grantable)
        for grantee, privilege, kind, path, arguments, column, grantable in connection.execute(
            _RIGHTS, (VIEWS_SCHEMA,)
        ).fetchall()
    }
    wanted = set(_wanted(objects, role))
    held = {right for right, _ in found}
    too_many = {
        right
        for right, grantable in found
        if (grantable if right in wanted else _is_too_much(right, role))
    }
    # A right that may be handed on is taken away whole and given again.
    missing = wanted - (held - too_many)
    return [
        *(RightsDifference(right, missing=False) for right in sorted(too_many, key=repr)),
        *(RightsDifference(right, missing=True) for right in sorted(missing, key=repr)),
    ]


def _is_too_much(right: Right, role: str) -> bool:
    """Say whether a right is one too many: other roles may read, no more."""
    return right.grantee in {"PUBLIC", role} or right.privilege not in _READING


def _wanted(objects: dict[tuple[str, tuple[str, ...]], str | None], role: str) -> Iterable[Right]:
    for kind, privilege, names in MEMBER_MAY:
        for name in names:
            path: tuple[str, ...] = (name,) if kind == "SCHEMA" else ("signoff", name)
            if (kind, path) in objects:
                yield Right(role, privilege, kind, path, objects[kind, path])
    tables = [path for kind, path in objects if kind == "TABLE" and path[0] == VIEWS_SCHEMA]
    for table in tables:
        for privilege in _ON_VIEWS:
            yield Right(role, privilege, "TABLE", table)


def restore(connection: psycopg.Connection[Any], role: str) -> list[RightsDifference]:
    """Give what is missing, and take away what is too much; gives what differed.

    Args:
        connection: As the owner of the tables, within a transaction.
        role: The role of those who may record; it is there.
    """
    differed = differences(connection, role)
    for difference in differed:
        connection.execute(difference.statement())
    return differed


def sentences(differed: Iterable[RightsDifference]) -> list[str]:
    """Say what differs, a sentence for each role and privilege; views are made alike, and many."""
    groups: dict[tuple[str, str, str], set[str]] = {}
    for right, missing in differed:
        words = "lacks" if missing else "should not have"
        is_view = missing and right.kind == "TABLE" and right.path[0] == VIEWS_SCHEMA
        name = f"tables of {VIEWS_SCHEMA}" if is_view else right.named
        groups.setdefault((right.grantee, words, right.privilege), set()).add(name)
    return [
        f"{grantee} {words} {privilege} on {', '.join(sorted(names))}"
        for (grantee, words, privilege), names in groups.items()
    ]


_OBJECTS = """
WITH ours AS (SELECT oid, nspname FROM pg_namespace WHERE nspname IN ('signoff', %s))
SELECT 'SCHEMA', ARRAY[nspname::text], NULL FROM ours
UNION ALL
SELECT 'TABLE', ARRAY[n.nspname::text, c.relname::text], NULL
FROM pg_class AS c JOIN ours AS n ON n.oid = c.relnamespace WHERE c.relkind IN ('r', 'p', 'v')
UNION ALL
SELECT 'FUNCTION', ARRAY[n.nspname::text, p.proname::text],
    pg_get_function_identity_arguments(p.oid)
FROM pg_proc AS p JOIN ours AS n ON n.oid = p.pronamespace
"""

_RIGHTS = """
WITH ours AS (SELECT * FROM pg_namespace WHERE nspname IN ('signoff', %s)),
lists AS (
    SELECT 'SCHEMA' AS kind, ARRAY[nspname::text] AS path, NULL AS arguments, NULL AS part,
        nspowner AS owner, coalesce(nspacl, acldefault('n', nspowner)) AS acl
    FROM ours
    UNION ALL
    SELECT 'TABLE', ARRAY[n.nspname::text, c.relname::text], NULL, NULL,
        c.relowner, coalesce(c.relacl, acldefault('r', c.relowner))
    FROM pg_class AS c JOIN ours AS n ON n.oid = c.relnamespace WHERE c.relkind IN ('r', 'p', 'v')
    UNION ALL
    SELECT 'TABLE', ARRAY[n.nspname::text, c.relname::text], NULL, a.attname::text,
        c.relowner, a.attacl
    FROM pg_attribute AS a JOIN pg_class AS c ON c.oid = a.attrelid
        JOIN ours AS n ON n.oid = c.relnamespace
    WHERE a.attacl IS NOT NULL
    UNION ALL
    SELECT 'FUNCTION', ARRAY[n.nspname::text, p.proname::text],
        pg_get_function_identity_arguments(p.oid), NULL,
        p.proowner, coalesce(p.proacl, acldefault('f', p.proowner))
    FROM pg_proc AS p JOIN ours AS n ON n.oid = p.pronamespace
)
SELECT CASE WHEN e.grantee = 0 THEN 'PUBLIC' ELSE pg_get_userbyid(e.grantee)::text END,
    e.privilege_type, l.kind, l.path, l.arguments, l.part, e.is_grantable
FROM lists AS l, aclexplode(l.acl) AS e WHERE e.grantee <> l.owner
"""
