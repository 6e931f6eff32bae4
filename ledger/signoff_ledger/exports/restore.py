"""Bringing an exported log back into an empty ledger: the same lines, the same root, or nothing."""

from __future__ import annotations

from typing import TYPE_CHECKING

from signoff_ledger.exports.log_copy import carry, new_copy
from signoff_ledger.exports.log_folder import LogFolder
from signoff_ledger.integrity.log_check import Examination

if TYPE_CHECKING:
    from pathlib import Path


def restore_log(folder: Path, target: str | Path) -> tuple[int, bytes]:
    """Make a ledger of an exported log; gives its size and root.

    The log's key and its guard are not part of an export: where they are, they go on to watch.

    Args:
        folder: The exported log.
        target: A file's path or a `postgresql://` URL, where no ledger is.

    Raises:
        EvidenceError: The export does not hold; nothing is left.
        StoreError: Something is there already, or cannot be written.
    """
    source = LogFolder(folder)
    examination = Examination()
    for _ in source.examined(examination):
        pass
    list(examination.lines())
    list(source.other_files(examination))
    notes = source.notes()
    list(examination.seals(notes))
    list(examination.command_ids())
    list(examination.signatures())
    size = examination.tree.size
    root = examination.tree.root(size)
    with new_copy(target) as store:
        carry((row.line for row in source.rows()), lambda: notes, store, (size, root))
    return size, root
