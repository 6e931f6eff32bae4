"""What a process did to its files, from strace, call by call and in order.

What it acknowledged is written to standard output, so that each acknowledgement has its place among
the writes. A call on the folder that is not understood is an error: nothing goes missing silently.
"""

import re
import subprocess
import sys
from collections.abc import Callable, Iterator
from itertools import count
from pathlib import Path

from tests.fault.disk import Operation
from tests.tools import leave, tool
from tests.tree import ROOT, SOURCE_ROOTS, clean_environment

TRACED = (
    "?open,openat,?creat,close,write,pwrite64,writev,pwritev,?pwritev2,lseek,ftruncate,truncate,"
    "?fallocate,?sync_file_range,?copy_file_range,?sendfile,fsync,fdatasync,?sync,?syncfs,"
    "?rename,?renameat,?renameat2,?link,linkat,?symlink,symlinkat,?unlink,unlinkat,?mkdir,mkdirat,"
    "?rmdir,dup,?dup2,dup3,mmap"
)
"""Everything that changes a file or tells which one; `?` before what some machines lack."""

LONGEST_BYTES = 1 << 24
SEEN_NOWHERE = ("-shm", ".lock")
"""Endings of files whose content no reader of a rebuilt disk is given: memory, and a lock."""

_CALL = re.compile(r"^\d+ +(\w+)\((.*)\) += (-?\d+|0x[0-9a-f]+|\?)(?: .*)?$")
_HEX = re.compile(r'"((?:\\x[0-9a-f]{2})*)"(\.\.\.)?')


def traced(folder: Path, *arguments: str) -> list[Operation]:
    """Run a module that works in a folder; gives what it did there and what it said."""
    strace = tool("strace")
    out = folder.with_name(f"{folder.name}.trace")
    folder.mkdir()
    done = subprocess.run(
        [
            *(strace, "-f", "-o", str(out), "-xx", "-s", str(LONGEST_BYTES)),
            *("-e", f"trace={TRACED}", "-e", "signal=none"),
            *(sys.executable, "-m", *arguments, str(folder)),
        ],
        env=clean_environment(*SOURCE_ROOTS, ROOT) | {"PYTHONDONTWRITEBYTECODE": "1"},
        check=False,
        capture_output=True,
        text=True,
    )
    if "ptrace" in done.stderr and "not permitted" in done.stderr:
        leave("nobody may trace a process here")
    assert 0 == done.returncode, done.stderr
    with out.open(encoding="ascii") as lines:
        operations = list(_Reader(folder).read(lines))
    said = [operation.data.decode() for operation in operations if operation.what == "say"]
    assert done.stdout == "".join(said), "not everything that was said is in the trace"
    return operations


class _Reader:
    """Follows descriptors and names through a trace."""

    def __init__(self, folder: Path) -> None:
        self._folder = str(folder)
        self._handles = count(1)
        self._files: dict[str, int] = {}
        self._open: dict[int, tuple[str, int, int]] = {}
        self._calls: dict[str, Callable[[list[str], int], Iterator[Operation]]] = {
            "open": lambda args, fd: self._opened(args[0], args[1], fd),
            "openat": lambda args, fd: self._opened(args[1], args[2], fd),
            "close": self._closed,
            "write": self._written,
            "pwrite64": self._written_at,
            "lseek": self._sought,
            "ftruncate": self._cut,
            "fsync": self._synced,
            "fdatasync": self._synced,
            "rename": lambda args, _: self._moved(args[0], args[1]),
            "renameat": lambda args, _: self._moved(args[1], args[3]),
            "renameat2": lambda args, _: self._moved(args[1], args[3]),
            "unlink": lambda args, _: self._removed(args[0]),
            "unlinkat": lambda args, _: self._removed(args[1]),
            "rmdir": lambda args, _: self._removed(args[0]),
            "mkdir": lambda args, _: self._made_folder(args[0]),
            "mkdirat": lambda args, _: self._made_folder(args[1]),
            "mmap": self._mapped,
        }

    def read(self, lines: Iterator[str]) -> Iterator[Operation]:
        """Read a trace."""
        for line in lines:
            if line.rstrip().endswith("+++") or line.split(maxsplit=1)[1].startswith("---"):
                continue
            call = _CALL.match(line)
            assert call, f"not understood: {line[:200]}"
            name, inner, result = call.groups()
            if result.startswith("-"):
                continue
            args = inner.split(", ")
            if name in self._calls:
                yield from self._calls[name](args, int(result, 0))
            else:
                assert not self._concerns_us(args), f"not understood: {line[:200]}"

    def _concerns_us(self, args: list[str]) -> bool:
        ours = {str(fd) for fd in self._open} | {"1"}
        return args[0] in ours or any(self._path(a) is not None for a in args if a[:1] == '"')

    def _path(self, quoted: str) -> str | None:
        """Give a path relative to the folder; None for one that is not in it."""
        path = _bytes(quoted).decode()
        if path == self._folder:
            return ""
        inside = path.startswith(f"{self._folder}/")
        return path.removeprefix(f"{self._folder}/") if inside else None

    def _opened(self, quoted: str, flags: str, fd: int) -> Iterator[Operation]:
        self._open.pop(fd, None)
        path = self._path(quoted)
        if path is None or path.endswith(SEEN_NOWHERE):
            return
        if "O_CREAT" in flags and path not in self._files:
            self._files[path] = next(self._handles)
            yield Operation("make", path, handle=self._files[path])
        handle = self._files.get(path, 0)
        self._open[fd] = (path, handle, 0)
        if "O_TRUNC" in flags:
            yield Operation("cut", path, offset=0, handle=handle)

    def _closed(self, args: list[str], _: int) -> Iterator[Operation]:
        self._open.pop(int(args[0]), None)
        yield from ()

    def _written(self, args: list[str], length: int) -> Iterator[Operation]:
        fd = int(args[0])
        data = _bytes(args[1])
        assert len(data) == length, "a write was cut short"
        if fd == 1:
            yield Operation("say", "", data=data)
        elif fd in self._open:
            path, handle, at = self._open[fd]
            self._open[fd] = (path, handle, at + length)
            yield Operation("write", path, offset=at, data=data, handle=handle)

    def _written_at(self, args: list[str], length: int) -> Iterator[Operation]:
        if int(args[0]) in self._open:
            path, handle, _ = self._open[int(args[0])]
            data = _bytes(args[1])
            assert len(data) == length, "a write was cut short"
            yield Operation("write", path, offset=int(args[3]), data=data, handle=handle)

    def _sought(self, args: list[str], at: int) -> Iterator[Operation]:
        if int(args[0]) in self._open:
            path, handle, _ = self._open[int(args[0])]
            self._open[int(args[0])] = (path, handle, at)
        yield from ()

    def _cut(self, args: list[str], _: int) -> Iterator[Operation]:
        if int(args[0]) in self._open:
            path, handle, _ = self._open[int(args[0])]
            yield Operation("cut", path, offset=int(args[1]), handle=handle)

    def _synced(self, args: list[str], _: int) -> Iterator[Operation]:
        if int(args[0]) in self._open:
            path, handle, _ = self._open[int(args[0])]
            yield Operation("sync", path, handle=handle)

    def _moved(self, old: str, new: str) -> Iterator[Operation]:
        path, to = self._path(old), self._path(new)
        if path is None or to is None:
            assert path == to, "something left the folder"
            return
        for name in [name for name in self._files if name == path or name.startswith(f"{path}/")]:
            self._files[to + name.removeprefix(path)] = self._files.pop(name)
        yield Operation("move", path, to=to)

    def _removed(self, quoted: str) -> Iterator[Operation]:
        path = self._path(quoted)
        if path is not None and not path.endswith(SEEN_NOWHERE):
            self._files.pop(path, None)
            yield Operation("remove", path)

    def _made_folder(self, quoted: str) -> Iterator[Operation]:
        path = self._path(quoted)
        if path:
            yield Operation("make-folder", path)

    def _mapped(self, args: list[str], _: int) -> Iterator[Operation]:
        """Refuse writes through memory, which no trace shows."""
        shared = "MAP_SHARED" in args[3] and "PROT_WRITE" in args[2]
        assert not (shared and int(args[4]) in self._open), "a file is written through memory"
        yield from ()


def _bytes(quoted: str) -> bytes:
    found = _HEX.fullmatch(quoted)
    assert found, f"not a string: {quoted[:80]}"
    assert not found[2], "a string was cut short"
    return bytes.fromhex(found[1].replace("\\x", ""))
