"""The version of the views: a digest of everything in this program that decides what a row holds.

Rows hold counts that the rules make and sentences that this program says. Another rule, another
sentence or another column gives another version, so that views never show what an earlier program
said; nothing is raised by hand.
"""

from __future__ import annotations

import os
from hashlib import sha256
from pathlib import Path

PACKAGE = Path(__file__).parent.parent

FOLDERS = ("domain", "figures", "projections")
"""Where the code stands that counts, judges and words what rows hold."""


def program_version(package: Path = PACKAGE) -> int:
    """Give the version of the views of a program; it takes about a millisecond.

    Args:
        package: The folder of the package `signoff_ledger`.

    Returns:
        Of 31 bits, as a database keeps it in a column of whole numbers.
    """
    digest = sha256()
    for folder in FOLDERS:
        for path in sorted(_modules(str(package / folder))):
            with open(path, "rb", buffering=0) as file:  # noqa: PTH123  # the start-up counts
                digest.update(file.read())
    return int.from_bytes(digest.digest()[:4], "big") >> 1


def _modules(folder: str) -> list[str]:
    """List the modules of a folder, also where they were delivered as compiled ones alone."""
    found = []
    with os.scandir(folder) as entries:
        for entry in entries:
            if entry.name.endswith((".py", ".pyc")):
                found.append(entry.path)
            elif entry.name != "__pycache__" and entry.is_dir():
                found += _modules(entry.path)
    return found


VERSION = program_version()
"""The version of the views of this program, as it was when it started."""
