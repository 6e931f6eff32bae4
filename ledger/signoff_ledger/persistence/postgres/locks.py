"""Who holds the locks that a ledger's writers wait for, as far as the role may see it."""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING, Any

import psycopg

from signoff_ledger.errors import Advice, StoreError
from signoff_ledger.persistence.postgres import standbys
from signoff_ledger.persistence.postgres.dialect import VIEWS_SCHEMA

if TYPE_CHECKING:
    from collections.abc import Callable

APPEND_LOCK = 23445389448794694
"""Advisory lock key that serialises appends: "SIGNOFF" in ASCII, as in `schema.sql`."""

VIEWS_LOCK = 0x5349474E564945
"""Advisory lock key that serialises those who write views: "SIGNVIE"."""


def locked(said: str, rows: Callable[..., list[Any]]) -> StoreError:
    """Give the error for a lock that was kept too long; it names who still keeps it.

    Args:
        said: What the database says.
        rows: Runs a reading statement, with parameters where it has any.
    """
    holders, waits = [], ""
    with suppress(psycopg.Error):
        waits = standbys.wait_sentence(rows)
        holders = rows(_HOLDERS, (APPEND_LOCK, VIEWS_LOCK, VIEWS_SCHEMA))
    named = ", ".join(
        f"role {role or 'unknown'}, process {pid}" + (f", since {since}" if since else "")
        for pid, role, since in holders
    )
    backends = ", ".join(f"{pid}" for pid, _, _ in holders)
    return StoreError(
        "SL705",
        "the ledger is busy",
        why=(f"{said}; the lock is held by {named}" if named else said)
        + (f"; each commit waits for {waits}" if waits else ""),
        advice=Advice("repeat-or-end-backends", backends=backends)
        if backends
        else Advice("repeat-command"),
    )


# A lock's two halves are 32 bits of the key each. Of a table, only locks that writers wait for.
_HOLDERS = """
SELECT DISTINCT held.pid, activity.usename::text,
    to_char(coalesce(activity.xact_start, activity.state_change), 'YYYY-MM-DD HH24:MI:SSOF')
FROM pg_locks AS held LEFT JOIN pg_stat_activity AS activity ON activity.pid = held.pid
WHERE held.granted AND held.pid <> pg_backend_pid()
    AND held.database = (SELECT oid FROM pg_database WHERE datname = current_database())
    AND (
        held.locktype = 'advisory' AND held.objsubid = 1
            AND (held.classid::bigint << 32 | held.objid::bigint) IN (?, ?)
        OR held.locktype = 'relation'
            AND held.mode IN (
                'ShareLock', 'ShareRowExclusiveLock', 'ExclusiveLock', 'AccessExclusiveLock'
            )
            AND (
                SELECT n.nspname FROM pg_class AS c JOIN pg_namespace AS n ON n.oid = c.relnamespace
                WHERE c.oid = held.relation
            ) IN ('signoff', ?)
    )
ORDER BY held.pid
"""
