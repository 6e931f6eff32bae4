"""The signer guard: remembers, outside the ledger, the last tree that was signed.

An old backup that was restored, or another copy of the ledger, has a log that does not begin with
that tree; the guard refuses to sign it. A key that has signed two histories proves nothing.
"""

from __future__ import annotations

import json
import os
import re
from typing import TYPE_CHECKING, NamedTuple

from signoff_ledger.bounded_file import GUARD, read_regular
from signoff_ledger.errors import Advice, EvidenceError, StoreError, os_errors_as
from signoff_ledger.integrity.encoding import SIZE_LIMIT

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

_ROOT = re.compile(r"[0-9a-f]{64}", re.ASCII)


class SignedTree(NamedTuple):
    """A tree that was signed."""

    root: str  #: Its root, in hexadecimal digits.
    size: int  #: Events in it.


class Guard:
    """The memory of one log's signer.

    Args:
        path: The file it is kept in.
    """

    def __init__(self, path: Path) -> None:
        self._path = path

    def last(self) -> SignedTree | None:
        """Give the last tree signed; None before the first.

        Raises:
            StoreError: SL703, the file cannot be read or is damaged; nothing may be signed then.
        """
        try:
            return _read(read_regular(self._path, GUARD))
        except FileNotFoundError:
            return None
        except (OSError, ValueError, LookupError, TypeError, RecursionError) as error:
            why = getattr(error, "strerror", None) or "it is damaged"
            raise StoreError(
                "SL703",
                f"the signer guard cannot be read: {self._path}",
                why=f"{why}; without it there is no telling what was signed before",
                advice=Advice("bring-guard-back"),
            ) from None

    def check(self, size_now: Callable[[], int], root_at: Callable[[int], bytes]) -> None:
        """Refuse a log that does not begin with the last tree signed.

        Args:
            size_now: Gives the number of events in the log; read after the guard file, so that
                a concurrent append cannot look like a rollback.
            root_at: Gives the root of the log's first events.

        Raises:
            EvidenceError: SL507 for a shorter log, SL508 for another one.
        """
        last = self.last()
        if last is None:
            return
        size = size_now()
        if size < last.size:
            raise EvidenceError(
                "SL507",
                "ROLLBACK: this log is shorter than the last one sealed",
                why=f"it has {size} events, and {last.size} were signed for",
                advice=Advice("use-sealed-ledger"),
            )
        if root_at(last.size).hex() != last.root:
            raise EvidenceError(
                "SL508",
                "FORK: this log is not the one that was sealed",
                why=f"its first {last.size} events are not the {last.size} that were signed for",
                advice=Advice("use-sealed-ledger"),
            )

    def remember(self, signed: SignedTree) -> None:
        """Keep what is about to be signed, durably, before the signature exists.

        Raises:
            StoreError: SL703, it could not be kept; nothing may be signed then.
        """
        what = f"the signer guard cannot be kept: {self._path}"
        with os_errors_as(StoreError, "SL703", what, Advice("free-disk-and-seal")):
            replace_file(self._path, json.dumps(signed._asdict(), sort_keys=True).encode() + b"\n")


def _read(content: bytes) -> SignedTree:
    """Read what `remember` keeps, and nothing that merely can be taken for it."""
    fields = json.loads(content)
    root, size = fields["root"], fields["size"]
    if not _ROOT.fullmatch(root) or type(size) is not int or not 0 <= size < SIZE_LIMIT:
        raise ValueError
    return SignedTree(root, size)


def replace_file(path: Path, content: bytes) -> None:
    """Put content in place of a file, whole and on disk before this returns.

    Raises:
        OSError: It could not be kept; what was there before may still be.
    """
    temporary = path.with_suffix(".new")
    with temporary.open("wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    temporary.replace(path)
    sync_folder(path.parent)


def make_folder(folder: Path) -> None:
    """Make a folder for its owner alone, with those above it, each with its name on disk.

    Raises:
        OSError: It could not be made.
    """
    missing = [each for each in (folder, *folder.parents) if not each.exists()]
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    for made in missing:
        sync_folder(made.parent)


def sync_folder(folder: Path) -> None:
    """Make a rename in a folder survive a power cut, where the system can."""
    if os.name != "posix":  # pragma: no cover  # Windows has no handle on a folder to flush
        return
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
