"""The errors of a store: what a database refused, lost, or never wrote."""

from __future__ import annotations

from signoff_ledger.errors import Advice, StoreError


class StaleError(Exception):
    """A save met a stream that had moved, or a command id already used; load again."""


class DamagedError(StoreError):
    """The database holds what was never written there, or cannot be read at all."""


class ConnectionLostError(StoreError):
    """The connection was lost; what was being done may have been done."""


class NoWritesError(ConnectionLostError):
    """The server takes no writes; another may have taken its place."""


class UnconfirmedError(StoreError):
    """A standby did not confirm; what was being done may be there, and is not acknowledged."""


def damaged(place: str, said: str) -> DamagedError:
    """Give the error for a database that holds what was never written there."""
    return DamagedError(
        "SL701",
        f"{place} cannot be read as a ledger",
        why=said,
        advice=Advice("compare-with-backup"),
    )


def busy(said: str) -> StoreError:
    """Give the error for a lock that another writer kept."""
    return StoreError(
        "SL705",
        "the ledger is busy",
        why=said,
        advice=Advice("repeat-command"),
    )


def refused(place: str, said: str) -> StoreError:
    """Give the error for everything else that a database will not do."""
    return StoreError(
        "SL703",
        f"the database refused: {place}",
        why=said,
        advice=Advice("free-disk-and-record"),
    )


def of_sqlite(place: str, said: str) -> StoreError:
    """Give the error for what SQLite says."""
    if "malformed" in said or "not a database" in said or "no such table" in said:
        return damaged(place, said)
    if "locked" in said or "Timed out" in said:
        return busy(said)
    return refused(place, said)


def not_kept(place: str) -> StoreError:
    """Give the error for a database that took what it was given and does not hold it."""
    return StoreError(
        "SL711",
        f"the database did not keep what it was given: {place}",
        why="a trigger, a rule or a view there swallowed or changed it",
        advice=Advice("remove-foreign-objects"),
    )
