"""The file that a ledger is: claimed, recognised, and taken away while nothing is in it."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from signoff_ledger.errors import NotFoundError, StoreError
from signoff_ledger.persistence.store import check_format

if TYPE_CHECKING:
    from pathlib import Path

APPLICATION_ID = 0x5349474E
"""Marks a SQLite file as a ledger: "SIGN" in the file's header."""


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
            fix="choose another path, or use the ledger that is there",
        ) from None
    except OSError as error:
        raise StoreError(
            "SL703", f"the ledger cannot be made: {path}", why=str(error.strerror)
        ) from None
    os.close(descriptor)


def remove(path: Path) -> None:
    """Take a ledger file away that nobody was told of, with what stands beside it."""
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
        with path.open("rb") as file:
            header = file.read(100)
    except FileNotFoundError:
        raise NotFoundError(
            "SL205",
            f"there is no ledger at {path}",
            fix=f"begin one:  signoff init {path}",
        ) from None
    except OSError as error:
        raise StoreError("SL701", f"{path} is not a ledger", why=str(error.strerror)) from None
    format_number = int.from_bytes(header[60:64], "big")
    marked = int.from_bytes(header[68:72], "big") == APPLICATION_ID
    if not header.startswith(b"SQLite format 3\x00") or not marked:
        raise StoreError(
            "SL701",
            f"{path} is not a ledger",
            why="it does not begin as one",
            fix="name the ledger with --ledger or SIGNOFF_LEDGER",
        )
    check_format(str(path), format_number)
