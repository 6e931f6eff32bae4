"""The standard streams as the command line writes them.

What goes to a file or a pipe is UTF-8 with `\\n`, whatever the platform's code page. A terminal
keeps its encoding, and gets an escape such as `\\u2264` for a character it cannot show. A failure
to write is kept for the end of the command and never raised: what the command records, and the code
it ends with, do not depend on who reads its answer.
"""

from __future__ import annotations

import errno
import io
import os
import sys
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING, TextIO

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from _typeshed import ReadableBuffer


class _Target(io.BufferedIOBase):
    """Takes bytes for a stream, and keeps the first failure instead of raising it.

    It writes past the stream's own buffer, which would keep what was refused and try it again, with
    a message of its own, when the process ends.
    """

    def __init__(self, stream: TextIO | None) -> None:
        self.failure: OSError | None = None
        self.name = str(getattr(stream, "name", ""))
        self._stream = stream
        self._write = _refuse if stream is None else _writer(stream)

    def writable(self) -> bool:
        return True

    def isatty(self) -> bool:
        return self._stream is not None and self._stream.isatty()

    def fileno(self) -> int:
        return super().fileno() if self._stream is None else self._stream.fileno()

    def write(self, content: ReadableBuffer, /) -> int:
        rest = memoryview(content)
        while rest and self.failure is None:
            try:
                rest = rest[self._accepted(rest) :]
            except OSError as refused:
                self.failure = refused
        return len(memoryview(content))

    def _accepted(self, content: memoryview) -> int:
        count = self._write(content)
        if count is None:  # no process reads on, and the stream does not wait
            raise BlockingIOError(errno.EAGAIN, os.strerror(errno.EAGAIN))
        return count


def _refuse(content: memoryview) -> int:
    """Refuse what is written to a stream that was closed before we began."""
    del content
    raise OSError(errno.EBADF, os.strerror(errno.EBADF))


def _writer(stream: TextIO) -> Callable[[memoryview], int | None]:
    """Give the way to the bytes beneath a stream."""
    with suppress(OSError):
        stream.flush()  # what other code has written comes first
    buffer = getattr(stream, "buffer", None)
    if buffer is None:  # text in memory, such as a notebook's

        def put(content: memoryview) -> int:
            stream.write(bytes(content).decode())
            return len(content)

        return put
    write: Callable[[memoryview], int | None] = getattr(buffer, "raw", buffer).write
    return write


class StandardStream(io.TextIOWrapper):
    """Standard output or standard error, as every command writes it."""

    def __init__(self, stream: TextIO | None) -> None:
        if stream is not None and stream.closed:
            stream = None
        self._target = _Target(stream)
        on_screen = self._target.isatty()
        super().__init__(
            self._target,
            encoding=stream.encoding if stream is not None and on_screen else "utf-8",
            errors="backslashreplace",
            newline=None if on_screen else "\n",
            write_through=True,
        )

    @property
    def failure(self) -> OSError | None:
        """Why not everything was written; None while everything was."""
        return self._target.failure


@contextmanager
def standard_streams() -> Iterator[StandardStream]:
    """Put our streams in place of the standard ones; gives standard output.

    A command that is given within another one writes to the streams that are there.
    """
    if isinstance(sys.stdout, StandardStream):
        yield sys.stdout
        return
    kept = sys.stdin, sys.stdout, sys.stderr
    out = sys.stdout = StandardStream(kept[1])
    sys.stderr = StandardStream(kept[2])
    if kept[0] is None:  # closed before we began
        sys.stdin = io.TextIOWrapper(io.BytesIO(), "utf-8")
    elif isinstance(kept[0], io.TextIOWrapper):
        with suppress(io.UnsupportedOperation):  # some of it was read already
            # What is typed in another encoding is no answer, and no fault of the program.
            kept[0].reconfigure(errors="backslashreplace")
    try:
        yield out
    finally:
        sys.stdin, sys.stdout, sys.stderr = kept


def is_lost(stream: TextIO) -> bool:
    """Say whether something that was written to a stream did not arrive."""
    return isinstance(stream, StandardStream) and stream.failure is not None


def is_left(failure: OSError) -> bool:
    """Say whether a write failed because its reader has seen enough."""
    # Windows has no code of its own for a pipe that was closed at the other end.
    closed = sys.platform == "win32" and failure.errno == errno.EINVAL
    return closed or isinstance(failure, BrokenPipeError)
