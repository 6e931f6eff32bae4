"""Reading files that came from outside: regular files only, each up to the limit of its kind.

A path that comes from outside may lead to a pipe without a writer, a device that never ends, a
folder, or a file of any length. Every module that reads such a path does it here. A refusal is
an `OSError` whose `strerror` says why; the caller, who knows what the file was
for, makes its own error of that. The table of limits in `docs/reference/file-formats.md` is held
against `LIMITS`.
"""

from __future__ import annotations

import errno
import os
import stat
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from typing import BinaryIO


class SizeLimit(NamedTuple):
    """The longest file of a kind that is read."""

    noun: str  #: What the file is.
    size_bytes: int  #: Its largest size; far above what a genuine one needs.


SHEET = SizeLimit("sheet of results", 64 << 20)
PLAN = SizeLimit("plan file", 1 << 20)
TEXT = SizeLimit("text given as @FILE", 64 << 10)
PUBLIC_KEY = SizeLimit("public key of a person", 64 << 10)
PRIVATE_KEY = SizeLimit("private key", 64 << 10)
STATEMENT = SizeLimit("statement to sign", 1 << 20)
SIGNATURE = SizeLimit("signature", 64 << 10)
POLICY = SizeLimit("trust policy", 1 << 17)
NOTE = SizeLimit("checkpoint or cosignatures", 1_000_000)
REQUEST = SizeLimit("request to a witness", 2_000_000)
VERIFIER_KEYS = SizeLimit("file of verifier keys", 64 << 10)
GUARD = SizeLimit("signer guard", 4 << 10)
SERVICES = SizeLimit("connection service file", 1 << 20)
HIGH_WATER = SizeLimit("record of what a server acknowledged", 4 << 10)
SETTINGS = SizeLimit("settings", 64 << 10)
MEMBER = SizeLimit("file of an export, apart from its lines", 4 << 20)

LIMITS = tuple(each for each in globals().values() if isinstance(each, SizeLimit))

_PART_BYTES = 1 << 20

# Without waiting for a pipe's writer, and without becoming the owner of a terminal.
_FLAGS = (
    os.O_RDONLY
    | getattr(os, "O_NONBLOCK", 0)
    | getattr(os, "O_NOCTTY", 0)
    | getattr(os, "O_CLOEXEC", 0)
    | getattr(os, "O_BINARY", 0)
)
_KINDS = {
    stat.S_IFIFO: "a pipe",
    stat.S_IFSOCK: "a socket",
    stat.S_IFDIR: "a folder",
    stat.S_IFCHR: "a device",
    stat.S_IFBLK: "a device",
}


def open_regular(path: Path | str, *, inside: Path | None = None) -> BinaryIO:
    """Open a regular file for reading.

    Args:
        path: The file; a link to one is one.
        inside: A folder that was handed over. Below it nothing may be a link: that would lead
            to files of the reader.

    Raises:
        OSError: It is not there, cannot be read, or is no regular file.
    """
    if inside is not None:
        _refuse_links(Path(path), inside)
    try:
        descriptor = os.open(path, _FLAGS)
    except ValueError:  # a NUL, or half a surrogate pair
        raise OSError(errno.EINVAL, "no file can have this name") from None
    kind = stat.S_IFMT(os.fstat(descriptor).st_mode)
    if kind != stat.S_IFREG:
        os.close(descriptor)
        found = _KINDS.get(kind, "something else")
        raise OSError(errno.EINVAL, f"it is {found}, and not a regular file")
    return os.fdopen(descriptor, "rb")


def read_regular(path: Path | str, limit: SizeLimit, *, inside: Path | None = None) -> bytes:
    """Read a regular file of a kind, whole.

    Raises:
        OSError: As `open_regular`, or it is longer than any of its kind.
    """
    with open_regular(path, inside=inside) as file:
        if os.fstat(file.fileno()).st_size > limit.size_bytes:
            raise _too_long(limit)
        return read_stream(file, limit)


def read_stream(stream: BinaryIO, limit: SizeLimit) -> bytes:
    """Read a stream to its end, if that comes within the limit of a kind.

    Raises:
        OSError: It is longer, or cannot be read.
    """
    parts: list[bytes] = []
    left = limit.size_bytes + 1
    while left > 0:
        # None is what a file gives that is no pipe, and waits all the same (/proc/kmsg).
        part: bytes | None = stream.read(min(left, _PART_BYTES))
        if not part:
            break
        parts.append(part)
        left -= len(part)
    if left <= 0:
        raise _too_long(limit)
    return b"".join(parts)


def _too_long(limit: SizeLimit) -> OSError:
    why = f"it is longer than {limit.size_bytes} bytes, the limit of a {limit.noun}"
    return OSError(errno.EFBIG, why)


def _refuse_links(path: Path, inside: Path) -> None:
    below = path.relative_to(inside)
    for each in (below, *below.parents[:-1]):
        if (inside / each).is_symlink():
            raise OSError(errno.ELOOP, "it is a link, and not a file of this folder")
