"""What a witness remembers: the last note it cosigned of each log, and what speaks against a log.

One file a log, written whole and on disk before its cosignature leaves. An older
copy of this folder, brought back, makes the witness forget, and it would cosign a second history.
"""

from __future__ import annotations

import json
import re
from contextlib import AbstractContextManager, suppress
from dataclasses import asdict, dataclass
from hashlib import sha256
from typing import TYPE_CHECKING

from signoff_ledger.bounded_file import NOTE, read_regular
from signoff_ledger.custody.rollback_guard import make_folder, replace_file
from signoff_ledger.errors import Advice, StoreError, os_errors_as

if TYPE_CHECKING:
    from pathlib import Path

COSIGNED, EVIDENCE = "cosigned", "evidence"
"""The folders for the notes that were cosigned, and for what was refused."""

EVIDENCE_MAX = 1_000
"""Most files of evidence that are kept; by then the operator should have looked."""


@dataclass(frozen=True, slots=True)
class LogConflict:
    """What a log's own signature says against it, or seems to."""

    #: `FORK` for two trees of one size, both signed; `ROLLBACK` for a tree smaller than one signed
    #: before; `UNPROVEN` for a growth that the proof sent with it does not show, which may be the
    #: sender's fault.
    finding: str
    at: str  #: When it was shown, in UTC.
    cosigned: str  #: The note that was cosigned last.
    shown: str  #: The note that was refused.
    old_size: int  #: The size that the proof begins at.
    proof: tuple[str, ...]  #: Its hashes in hexadecimal digits.


class Memory:
    """The memory of one witness.

    Args:
        folder: Where it is kept; made if need be.

    Raises:
        StoreError: SL703, the folder cannot be made.
    """

    def __init__(self, folder: Path) -> None:
        self._cosigned = folder / COSIGNED
        self._evidence = folder / EVIDENCE
        with _usable(folder):
            for inner in (self._cosigned, self._evidence):
                make_folder(inner)

    def last(self, origin: str) -> bytes | None:
        """Give the note that was cosigned last of a log; None before the first.

        Raises:
            StoreError: SL703, it cannot be read; nothing may be cosigned then.
        """
        path = self._path(origin)
        with _usable(path), suppress(FileNotFoundError):
            return read_regular(path, NOTE)
        return None

    def remember(self, origin: str, note: bytes) -> None:
        """Keep the note that is about to be cosigned, durably.

        Raises:
            StoreError: SL703, it could not be kept; the cosignature must not leave.
        """
        path = self._path(origin)
        with _usable(path):
            replace_file(path, note)

    def accuse(self, origin: str, evidence: LogConflict) -> Path | None:
        """Keep evidence, durably; the same two notes once.

        Returns:
            The file; None when there are `EVIDENCE_MAX` others.

        Raises:
            StoreError: SL703, it could not be kept.
        """
        digest = sha256(f"{evidence.cosigned}\0{evidence.shown}".encode()).hexdigest()[:16]
        path = self._evidence / f"{_slug(origin)}-{digest}.json"
        with _usable(path):
            if path.exists():
                return path
            if sum(1 for _ in self._evidence.iterdir()) >= EVIDENCE_MAX:
                return None
            content = json.dumps(asdict(evidence), ensure_ascii=False, indent=2)
            replace_file(path, f"{content}\n".encode())
        return path

    def _path(self, origin: str) -> Path:
        # The digest tells origins apart that a file system would take for one.
        digest = sha256(origin.encode()).hexdigest()[:32]
        return self._cosigned / f"{_slug(origin)}-{digest}.checkpoint"


def _slug(origin: str) -> str:
    return re.sub(r"[^a-z0-9]+", "-", origin.lower(), flags=re.ASCII)[:40].strip("-")


def _usable(path: Path) -> AbstractContextManager[None]:
    what = f"the witness's memory cannot be used: {path}"
    return os_errors_as(StoreError, "SL703", what, Advice("free-disk-and-cosign"))
