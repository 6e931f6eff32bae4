"""The file that a ledger is: claimed, recognised, and taken away while nothing is in it."""

from __future__ import annotations

import os
import sqlite3
import stat
from contextlib import closing
from typing import TYPE_CHECKING

from signoff_ledger.errors import Advice, NotFoundError, StoreError
from signoff_ledger.ledger_format import check_format

if TYPE_CHECKING:
    from pathlib import Path

APPLICATION_ID = 0x5349474E
"""Marks a SQLite file as a ledger: "SIGN" in the file's header."""

_COMPANIONS = ("-wal", "-shm", "-journal", ".lock")
"""Ends of the names of the files that SQLite and the lock keep next to a ledger."""


def claim(path: Path) -> None:
    """Make an empty file where there is none.

    Raises:
        StoreError: SL704 when something is there already, SL703 when it cannot be made.
    """
    try:
        descriptor = os.open(path, os.O_CREAT | os.O_EXCL | os.O_RDWR, 0o644)
    except FileExistsError:
        raise StoreError(
            "SL704",
            f"there is a file already: {path}",
            why="a ledger is never overwritten",
            advice=Advice("choose-other-path"),
        ) from None
    except OSError as error:
        raise StoreError(
            "SL703", f"the ledger cannot be made: {path}", why=str(error.strerror)
        ) from None
    os.close(descriptor)


def remove(path: Path) -> None:
    """Delete a ledger that was never returned to the caller, with its -wal and .lock files."""
    for leftover in (
        path,
        *path.parent.glob(f"{path.name}-*"),
        path.with_name(f"{path.name}.lock"),
    ):
        leftover.unlink(missing_ok=True)


def check_is_ledger(path: Path) -> None:
    """Look at a file's header before anything else touches it.

    Raises:
        NotFoundError: SL205, nothing is there.
        StoreError: SL701 for a file that is no ledger, SL702 for one of a newer format.
    """
    try:
        mode = path.stat().st_mode
    except FileNotFoundError:
        raise NotFoundError(
            "SL205",
            f"there is no ledger at {path}",
            advice=Advice("begin-ledger", path=str(path)),
        ) from None
    except OSError as error:
        raise StoreError("SL701", f"{path} is not a ledger", why=str(error.strerror)) from None
    _refuse_pipes(path, mode)
    application_id, format_number = _header(path)
    if application_id != APPLICATION_ID:
        raise StoreError(
            "SL701",
            f"{path} is not a ledger",
            why="it does not begin as one",
            advice=Advice("name-ledger"),
        )
    check_format(str(path), format_number)


def _refuse_pipes(path: Path, mode: int) -> None:
    """Refuse what SQLite would wait for: a pipe in place of the file or of a companion."""
    if not stat.S_ISREG(mode):
        raise StoreError("SL701", f"{path} is not a ledger", why="it is not a regular file")
    for end in _COMPANIONS:
        companion = path.with_name(f"{path.name}{end}")
        if companion.exists() and not companion.is_file():
            raise StoreError(
                "SL701",
                f"{path} cannot be used as a ledger",
                why=f"{companion.name} is not a regular file",
                advice=Advice("remove-irregular-file"),
            )


def _header(path: Path) -> tuple[int, int]:
    """Read the mark and the format out of a file's header, without making any other file.

    SQLite reads it, and not we: this process gives up its locks on a file when it closes any other
    handle of it, and would then write to a log that others take for abandoned and delete (SQLite,
    How To Corrupt An SQLite Database File, section 2.2).

    Raises:
        StoreError: SL701, it cannot be read, or is no database.
    """
    name = f"{path.absolute().as_uri()}?mode=ro"
    try:
        try:
            # Of the file alone, without its write-ahead log.
            return _marks(f"{name}&immutable=1")
        except sqlite3.DatabaseError:
            # After a power cut the file alone may be torn, and the log holds what belongs there.
            if not path.with_name(f"{path.name}-wal").exists():
                raise
            return _marks(name)
    except sqlite3.DatabaseError as error:
        readable = os.access(path, os.R_OK) and path.is_file()
        why = "it does not begin as one" if readable else str(error)
        raise StoreError(
            "SL701",
            f"{path} is not a ledger",
            why=why,
            advice=Advice("name-ledger"),
        ) from None


def _marks(name: str) -> tuple[int, int]:
    with closing(sqlite3.connect(name, uri=True)) as connection:
        (application_id,) = connection.execute("PRAGMA application_id").fetchone()
        (format_number,) = connection.execute("PRAGMA user_version").fetchone()
    return application_id, format_number
