"""Carrying a ledger from one store to another: the same lines, root, proofs and checkpoints."""

from __future__ import annotations

from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING

from signoff_ledger.errors import Advice, EvidenceError
from signoff_ledger.exports.log_copy import carry, new_copy
from signoff_ledger.exports.log_folder import (
    examined_lines,
    kept_notes,
    verified_notes,
    witnesses,
)
from signoff_ledger.integrity.log_check import Examination
from signoff_ledger.persistence.address import is_url, redacted
from signoff_ledger.persistence.sqlite.backup import back_up
from signoff_ledger.persistence.sqlite.store import SqliteStore
from signoff_ledger.persistence.store_factory import open_store

if TYPE_CHECKING:
    from collections.abc import Callable

    from signoff_ledger.exports.log_copy import CopySummary
    from signoff_ledger.persistence.store import LedgerStore


def copy_ledger(
    source: LedgerStore, target: str | Path, confirm: Callable[[], object] = lambda: None
) -> CopySummary:
    """Make a second ledger of what is recorded by now, while others go on recording.

    Args:
        source: A ledger.
        target: A file's path or a `postgresql://` URL, where no ledger is.
        confirm: Called before what was made can be opened; nothing is left where it fails.

    Raises:
        EvidenceError: The source's lines or checkpoints do not hold; nothing is left.
        StoreError: A ledger is there already, or it cannot be written.
    """
    # In this order: a concurrent checkpoint is behind what is copied, and not missing in it.
    kept = kept_notes(source)
    size = source.size()
    root, examination = source.root(size), Examination()
    left_out: tuple[int, ...] = ()

    def seals() -> list[tuple[int, bytes]]:
        nonlocal left_out
        verified, left_out = verified_notes(kept, examination, witnesses(source))
        return verified

    with new_copy(target) as store:
        carried = carry(examined_lines(source, examination, size), seals, store, (size, root))
        if examination.tree.root(size) != root:
            raise EvidenceError(
                "SL504",
                "a stored subtree root is not that of its lines",
                advice=Advice("verify-before-move"),
            )
        confirm()
    return carried._replace(left_out=left_out)


def move(source: str, target: str) -> CopySummary:
    """Carry the ledger at one address to another; see `move_ledger`."""
    with closing(open_store(source)) as store:
        return move_ledger(store, target)


def back_up_ledger(source: LedgerStore, target: Path) -> tuple[int, tuple[int, ...]]:
    """Copy a ledger into one file, while others go on recording.

    Returns:
        Events in the copy, and the sizes of checkpoints that do not verify and are not in it.

    Raises:
        StoreError: Something is there already, or the copy cannot be written.
    """
    if isinstance(source, SqliteStore):
        return back_up(source, target), ()
    copied = copy_ledger(source, target)
    return copied.size, copied.left_out


def move_ledger(source: LedgerStore, target: str | Path) -> CopySummary:
    """Carry a ledger over; the source stays, to be read, and takes nothing more.

    Two ledgers that both went on would be two logs with one key.

    Raises:
        EvidenceError: The source's lines do not hold; nothing is left, and the source goes on.
        StoreError: A ledger is there already, or one of the two cannot be written.
    """
    moved_to = redacted(target) if is_url(target) else str(Path(target).absolute())
    with source.retiring(moved_to) as confirm_nobody_recorded:
        return copy_ledger(source, target, confirm_nobody_recorded)
