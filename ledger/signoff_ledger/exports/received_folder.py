"""A folder that was handed over: read within limits, and with a note of what was read.

Nothing in it is believed, nothing below it may be a link, and no file or sum of files is longer
than a genuine one. What was not read was not proved, so `verify` names it.
"""

from __future__ import annotations

import os
from itertools import islice
from typing import TYPE_CHECKING

from signoff_ledger.bounded_file import MEMBER, open_regular, read_regular
from signoff_ledger.domain.text_checks import escaped
from signoff_ledger.errors import Advice, EvidenceError, NotFoundError
from signoff_ledger.exports.readme import README
from signoff_ledger.integrity.canonical import LINE_LIMIT_BYTES
from signoff_ledger.integrity.log_check import FLAGGED, OPEN, PROVED, Check

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path

TOTAL_LIMIT_BYTES = 256 << 20
"""Largest sum of all files that are kept in memory: those of an export without its lines, which are
read one by one, or all of a dossier. A dossier of two batches of 100,000 units is about as long.
"""

NAMES_MAX = 1_000_000
"""Most files in one folder of an export: a million checkpoints."""

_SHOWN = 20
_TOLD = 10_000


class ReceivedFolder:
    """The one way to the files of an export that is verified or restored.

    Args:
        path: The folder.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self._left_bytes = TOTAL_LIMIT_BYTES
        self._read: set[str] = set()
        self._inner: set[str] = set()

    def has(self, name: str) -> bool:
        """Say whether something bears this name, whatever it is."""
        return os.path.lexists(self.path / name)

    def read(self, name: str) -> bytes:
        """Read a short file.

        Raises:
            NotFoundError: SL205, it is not there.
            EvidenceError: SL510, it is longer than any such file, or no file of this folder.
        """
        try:
            content = read_regular(self.path / name, MEMBER, inside=self.path)
        except FileNotFoundError:
            raise NotFoundError(
                "SL205", f"there is no {name} in {self.path}", advice=Advice("name-exported-folder")
            ) from None
        except OSError as error:
            raise _unreadable(name, error) from None
        if content.count(b"\r\n") == content.count(b"\n") > 0:
            raise _other_line_ends(name)
        self._count(len(content))
        self._read.add(name)
        return content

    def lines(self, name: str) -> Iterator[bytes]:
        """Read a file of lines in order, without their ends.

        Raises:
            EvidenceError: SL510, the file is not one of lines.
        """
        try:
            with open_regular(self.path / name, inside=self.path) as file:
                is_first = True
                while line := file.readline(LINE_LIMIT_BYTES + 2):
                    if not line.endswith(b"\n"):
                        raise _no_lines(name, "a line is too long or does not end")
                    if is_first and line.endswith(b"\r\n"):
                        raise _other_line_ends(name)
                    is_first = False
                    yield line[:-1]
        except OSError as error:
            raise _no_lines(name, str(error.strerror)) from None
        self._read.add(name)

    def kept_lines(self, name: str) -> Iterator[bytes]:
        """Read a file of lines that are all kept in memory, within what all of them may take."""
        for line in self.lines(name):
            self._count(len(line))
            yield line

    def lines_at(self, name: str, offsets: Iterable[int]) -> Iterator[bytes]:
        """Read single lines of a file that was read before."""
        with open_regular(self.path / name, inside=self.path) as file:
            for offset in offsets:
                file.seek(offset)
                yield file.readline(LINE_LIMIT_BYTES + 2).removesuffix(b"\n")

    def size_bytes(self, name: str) -> int:
        """Give the length of a file; 0 where there is none."""
        try:
            with open_regular(self.path / name, inside=self.path) as file:
                return os.fstat(file.fileno()).st_size
        except OSError:
            return 0

    def names(self, inner: str) -> list[str]:
        """List a folder inside, in order; nothing where there is none.

        Raises:
            EvidenceError: SL510, it is a link, or holds more than any such folder.
        """
        path = self.path / inner
        if not path.is_dir():
            return []
        if path.is_symlink():
            raise not_as_written(f"{inner} is a link, and not a folder of this one")
        self._inner.add(inner)
        with os.scandir(path) as entries:
            found = sorted(entry.name for entry in islice(entries, NAMES_MAX + 1))
        if len(found) > NAMES_MAX:
            raise not_as_written(f"{inner}/ holds more than {NAMES_MAX} files")
        return found

    def rest(self, readme: bytes) -> Iterator[Check]:
        """Say what of this folder is not proved: the README, and whatever was not read.

        Args:
            readme: The README that the export of what was proved would have.
        """
        if self.has(README):
            yield self._readme(readme)
        others = list(islice(self._others(), _TOLD))
        if others:
            more = len(others) - _SHOWN
            shown = [*others[:_SHOWN], *([f"and {more} more"] if more > 0 else [])]
            yield Check(
                "other files",
                OPEN,
                f"{', '.join(shown)}: no part of the evidence, and not looked at",
                tuple(others),
            )

    def _readme(self, expected: bytes) -> Check:
        try:
            found: bytes | None = self.read(README)
        except EvidenceError:
            self._read.add(README)  # reported here, and not once more among the others
            found = None
        if found == expected:
            return Check("readme", PROVED, f"{README} is, word for word, what goes with this")
        return Check(
            "readme",
            FLAGGED,
            f"{README} is NOT the one that goes with this: another version of signoff wrote it, "
            "or it was changed. Believe nothing in it, and run none of its commands",
            (README,),
        )

    def _others(self) -> Iterator[str]:
        """Name what was not read, in the order of names; an unknown folder is one name."""
        for inner in ("", *sorted(self._inner)):
            with os.scandir(self.path / inner) as entries:
                most = islice(entries, NAMES_MAX)
                found = sorted((entry.name, _is_folder(entry)) for entry in most)
            for name, is_folder in found:
                full = f"{inner}/{name}" if inner else name
                if full not in self._read | self._inner:
                    yield escaped(full) + "/" * is_folder

    def _count(self, size_bytes: int) -> None:
        self._left_bytes -= size_bytes
        if self._left_bytes < 0:
            raise not_as_written(f"its files have more than {TOTAL_LIMIT_BYTES} bytes together")


def not_as_written(why: str) -> EvidenceError:
    """Give the error for a file of an export that does not go with the others."""
    return EvidenceError("SL510", "an exported file is not as it was written", why=why)


def _unreadable(name: str, error: OSError) -> EvidenceError:
    return EvidenceError("SL510", f"{name} cannot be read", why=str(error.strerror))


def _other_line_ends(name: str) -> EvidenceError:
    """Tell a conversion of line ends, which copying as text does, from a change of the content."""
    return EvidenceError(
        "SL510",
        f"{name} was copied as text: its lines end with CR LF",
        why="no file is written so; a copy by git, FTP or mail that converts line ends does it, "
        "and nothing else need have changed. As it is, it proves nothing",
        advice=Advice("copy-bytes"),
    )


def _no_lines(name: str, why: str) -> EvidenceError:
    return EvidenceError("SL510", f"{name} is not a file of lines", why=why)


def _is_folder(entry: os.DirEntry[str]) -> bool:
    return entry.is_dir(follow_symlinks=False)
