"""A disk as a journaling file system drives it, and what a power cut leaves of it.

What a file's owner wrote is on the disk for certain once the file was synced; before that, each
write may be there, may not, or may be there in some of its sectors of 512 bytes, in any order.
SQLite counts on no more than that: bytes beside a write are not harmed (its "powersafe overwrite").

Names are kept in folders. Making, renaming and taking away are each atomic, and reach the disk in
the order in which they were made in that folder, which is what the journals of ext4, XFS, NTFS and
APFS give. They are there for certain once the folder itself was synced, and not before: most of
those systems write a new file's name along with its first sync, and nothing here counts on that.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from enum import Enum
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    import random

SECTOR_BYTES = 512


class Fate(Enum):
    """What becomes of everything that was not synced."""

    DROPPED = "dropped"
    KEPT = "kept"
    ANY = "any"


@dataclass
class File:
    """A file: what is on the disk for certain, and what was done to it since.

    Attributes:
        synced: Its content at its last sync.
        pending: Writes as offset and bytes, cuts as a length alone, oldest first.
    """

    synced: bytearray = field(default_factory=bytearray)
    pending: list[tuple[int, bytes | None]] = field(default_factory=list)

    def sync(self) -> None:
        """Bring everything to the disk."""
        for offset, data in self.pending:
            _change(self.synced, offset, data)
        self.pending.clear()

    def left(self, fate: Fate, chance: random.Random) -> bytes:
        """Give what a power cut leaves of it."""
        content = bytearray(self.synced)
        if fate is Fate.DROPPED:
            return bytes(content)
        for offset, data in self.pending:
            how = "whole" if fate is Fate.KEPT else chance.choice(("whole", "whole", "torn", "no"))
            if how == "whole":
                _change(content, offset, data)
            elif how == "torn" and data is not None:
                for at, part in _sectors(offset, data):
                    if chance.random() < 0.5:
                        _change(content, at, part)
        return bytes(content)


Step = Callable[[dict[str, "File | Folder"]], None]
"""A change to a folder's names."""


@dataclass
class Folder:
    """A folder: the names on the disk for certain, and what was done to them since."""

    synced: dict[str, File | Folder] = field(default_factory=dict)
    now: dict[str, File | Folder] = field(default_factory=dict)
    pending: list[Step] = field(default_factory=list)

    def do(self, step: Step) -> None:
        """Change a name."""
        step(self.now)
        self.pending.append(step)

    def sync(self) -> None:
        """Bring every name to the disk."""
        self.synced = dict(self.now)
        self.pending.clear()

    def left(self, fate: Fate, chance: random.Random) -> dict[str, File | Folder]:
        """Give the names that a power cut leaves: up to some moment, in order."""
        names = dict(self.synced)
        kept = {
            Fate.DROPPED: 0,
            Fate.KEPT: len(self.pending),
            Fate.ANY: chance.randint(0, len(self.pending)),
        }[fate]
        for step in self.pending[:kept]:
            step(names)
        return names


class Operation(NamedTuple):
    """One thing that a process did.

    Attributes:
        what: make, make-folder, remove, move, write, cut, sync; or say, which is no disk's matter.
        path: Of which file or folder, relative to the disk, `/` between names; "" is the disk.
        to: Where to, of a move.
        offset: Where in the file, of a write; how long it becomes, of a cut.
        data: What is written, or said.
        handle: Tells a file from another that had its name before; 0 where the path tells.
    """

    what: str
    path: str
    to: str = ""
    offset: int = 0
    data: bytes = b""
    handle: int = 0


class Disk:
    """A disk, driven operation by operation."""

    def __init__(self) -> None:
        self.top = Folder()
        self._open: dict[int, File] = {}

    def do(self, operation: Operation) -> None:
        """Do what a process did."""
        getattr(self, f"_{operation.what.replace('-', '_')}")(operation)

    def left(self, fate: Fate, chance: random.Random) -> Mapping[str, bytes]:
        """Give the files, by their paths, that a power cut now leaves; and folders, ending in /."""
        return dict(_walk(self.top, "", fate, chance))

    def _make(self, operation: Operation) -> None:
        folder, name = self._place(operation.path)
        file = File()
        self._open[operation.handle] = file
        folder.do(lambda names: names.__setitem__(name, file))

    def _make_folder(self, operation: Operation) -> None:
        folder, name = self._place(operation.path)
        made = Folder()
        folder.do(lambda names: names.__setitem__(name, made))

    def _remove(self, operation: Operation) -> None:
        folder, name = self._place(operation.path)
        folder.do(lambda names: void(names.pop(name, None)))

    def _move(self, operation: Operation) -> None:
        folder, name = self._place(operation.path)
        target, new_name = self._place(operation.to)
        assert folder is target, "the model moves nothing between folders"
        moved = folder.now[name]

        def move(names: dict[str, File | Folder]) -> None:
            names.pop(name, None)
            names[new_name] = moved

        folder.do(move)

    def _write(self, operation: Operation) -> None:
        self._open[operation.handle].pending.append((operation.offset, operation.data))

    def _cut(self, operation: Operation) -> None:
        self._open[operation.handle].pending.append((operation.offset, None))

    def _sync(self, operation: Operation) -> None:
        if operation.handle:
            self._open[operation.handle].sync()
            return
        self._folder(operation.path).sync()

    def _say(self, _: Operation) -> None:
        """Nothing happens to a disk when somebody says something."""

    def _place(self, path: str) -> tuple[Folder, str]:
        above, _, name = path.rpartition("/")
        return self._folder(above), name

    def _folder(self, path: str) -> Folder:
        folder = self.top
        for name in path.split("/") if path else ():
            inner = folder.now[name]
            assert isinstance(inner, Folder), path
            folder = inner
        return folder


def _walk(
    folder: Folder, above: str, fate: Fate, chance: random.Random
) -> Iterator[tuple[str, bytes]]:
    for name, inner in folder.left(fate, chance).items():
        if isinstance(inner, Folder):
            yield f"{above}{name}/", b""
            yield from _walk(inner, f"{above}{name}/", fate, chance)
        else:
            yield above + name, inner.left(fate, chance)


def _change(content: bytearray, offset: int, data: bytes | None) -> None:
    """Write at an offset, or cut there where there is nothing to write."""
    end = offset if data is None else offset + len(data)
    if len(content) < end:
        content.extend(bytes(end - len(content)))
    if data is None:
        del content[offset:]
    else:
        content[offset:end] = data


def _sectors(offset: int, data: bytes) -> Iterator[tuple[int, bytes]]:
    """Split a write where sectors meet."""
    at = 0
    while at < len(data):
        room = SECTOR_BYTES - (offset + at) % SECTOR_BYTES
        yield offset + at, data[at : at + room]
        at += room


def void(_: object) -> None:
    """Give nothing, whatever is given."""
