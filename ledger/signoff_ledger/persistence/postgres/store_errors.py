"""What PostgreSQL says, translated into the errors of a store."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import psycopg
from psycopg.errors import InsufficientPrivilege, LockNotAvailable, ReadOnlySqlTransaction

from signoff_ledger.errors import Advice, StoreError
from signoff_ledger.persistence.postgres.connection import is_lost
from signoff_ledger.persistence.postgres.locks import locked
from signoff_ledger.persistence.postgres.waits import STANDBY_TIMEOUT_S, UnconfirmedCommitError
from signoff_ledger.persistence.store_errors import (
    ConnectionLostError,
    NoWritesError,
    UnconfirmedError,
    busy,
    damaged,
    not_kept,
    refused,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator


def cause_of(error: BaseException) -> BaseException:
    """Give what the driver raised, whatever was raised from it; else the error itself."""
    cause = error
    while cause.__cause__ is not None and not isinstance(cause, psycopg.Error):
        cause = cause.__cause__
    return cause if isinstance(cause, psycopg.Error) else error


@contextmanager
def translate_errors(place: str) -> Iterator[None]:
    """Translate what the driver raises, see `store_error`.

    Args:
        place: Where the ledger stands, as people may see it.
    """
    try:
        yield
    except psycopg.Error as error:
        raise store_error(place, error) from error


def store_error(
    place: str, error: Exception, rows: Callable[..., list[Any]] | None = None
) -> StoreError:
    """Give the error of a store for one of the driver, or for one that was raised from it.

    Args:
        place: Where the ledger stands, as people may see it.
        error: What was raised.
        rows: Runs a reading statement, to name who keeps a lock; None where nothing more is asked.

    Returns:
        SL701 for damage, SL705 for a lock, SL707 for a lost connection, SL711 for what was not
        kept, SL713 for a standby that did not confirm, SL703 for everything else.
    """
    cause = cause_of(error)
    # The message alone: what surrounds it is the text of our own statements.
    primary = cause.diag.message_primary if isinstance(cause, psycopg.Error) else None
    said = " ".join((primary or str(cause)).split())
    if isinstance(cause, ReadOnlySqlTransaction):
        return _no_writes(place, said)
    if isinstance(cause, UnconfirmedCommitError):
        return _unconfirmed(said)
    if is_lost(cause):
        return _lost(place, said)
    state = getattr(cause, "sqlstate", None) or ""
    if state == _NOT_KEPT:
        return not_kept(place)
    if state.startswith("XX") or state in _GONE or "malformed" in said:
        return damaged(place, said)
    if isinstance(cause, LockNotAvailable) and rows is not None:
        return locked(said, rows)
    if state in _BUSY:
        return busy(said)
    if isinstance(cause, InsufficientPrivilege):
        return _denied(place, said)
    return refused(place, said)


_GONE = {"42P01", "42703", "42883", "3F000"}
"""A table, column, function or schema that every ledger has is not there."""

_NOT_KEPT = "SL711"
"""What the database's own functions raise when something is not in its table afterwards."""

_BUSY = {"55P03", "57014", "40P01", "40001", "53300"}
"""Lock and statement time-outs, deadlock, serialisation, and too many connections."""


def _no_writes(place: str, said: str) -> NoWritesError:
    return NoWritesError(
        "SL703",
        f"the ledger cannot be written: {place}",
        why=said,
        advice=Advice("name-primary"),
    )


def _denied(place: str, said: str) -> StoreError:
    return StoreError(
        "SL703",
        f"the database refused: {place}",
        why=said,
        advice=Advice("join-role-or-repair"),
    )


def _lost(place: str, said: str) -> ConnectionLostError:
    return ConnectionLostError(
        "SL707",
        f"the database cannot be reached: {place}",
        why=said,
        advice=Advice("check-server"),
    )


def _unconfirmed(said: str) -> UnconfirmedError:
    return UnconfirmedError(
        "SL713",
        "the standby did not confirm, so nothing is promised yet",
        why=f"after {STANDBY_TIMEOUT_S:g} s a commit still waited for {said}",
        advice=Advice("restore-standby"),
    )
