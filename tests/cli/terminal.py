"""A terminal without a screen: command lines in process, with the answers as programs read them.

A `Terminal` stands in a folder with a `signoff.toml`. It runs each line through the very function
that the command `signoff` runs, with a clock and ids of its own, and keeps what was written.
`spawn` runs the line as a process of its own, where the difference matters.
"""

import io
import json
import os
import re
import select
import sqlite3
import subprocess
import sys
from collections.abc import Mapping, Sequence
from contextlib import ExitStack, chdir, closing, redirect_stderr, redirect_stdout
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from unittest import mock

import click
import pytest

from signoff_cli.main import run
from signoff_cli.session import Session
from signoff_ledger.application.ports import Clock, IdSource
from tests.ledgers import CountingIds, TickingClock
from tests.tree import SOURCE_ROOTS, clean_environment

LEDGER = "ledger.db"
COMMAND = "import sys; sys.argv[0] = 'signoff'; from signoff_cli.main import main; main()"
TAKE_THE_SCREEN = "import fcntl, termios; fcntl.ioctl(0, termios.TIOCSCTTY, 0)"
"""Makes the process one that the keys of its screen can interrupt."""

EXIT_CODES = {"SL1": 2, "SL2": 2, "SL3": 3, "SL4": 4, "SL5": 5, "SL6": 6, "SL7": 1}
"""The exit code of each family of errors."""

PATIENCE_S = 60
"""How long a process of its own may take."""

_STEERING = ("NO_COLOR", "FORCE_COLOR", "TERM", "COLUMNS", "PAGER")

needs_a_screen = pytest.mark.skipif(
    sys.platform == "win32", reason="Windows has no pseudo-terminals"
)


@dataclass(frozen=True)
class Said:
    """What a command line came to.

    Attributes:
        code: Its exit code.
        out: What stands on standard output.
        err: What stands on standard error.
    """

    code: int
    out: str
    err: str

    @property
    def answer(self) -> dict[str, Any]:
        """The whole answer of `--format json`."""
        read: dict[str, Any] = json.loads(self.out)
        return read

    @property
    def data(self) -> Any:
        """What an answer of `--format json` is about."""
        return self.answer["data"]

    @property
    def rows(self) -> list[dict[str, Any]]:
        """The lines of an answer of `--format jsonl`."""
        return [json.loads(line) for line in self.out.splitlines()]

    @property
    def unwrapped(self) -> str:
        """Standard error as it is where the screen is wide enough for every line."""
        return re.sub(r"\n {7,}", " ", self.err)

    @property
    def error(self) -> dict[str, Any]:
        """The one error that `--format json` tells."""
        reported = json.loads(self.err)
        assert "signoff.error/1" == reported["schema"]
        error: dict[str, Any] = reported["error"]
        return error


class Stream(io.TextIOWrapper):
    """A standard stream in memory, which may pass for a terminal, or for one on Windows."""

    def __init__(
        self,
        content: bytes = b"",
        *,
        is_terminal: bool = False,
        encoding: str = "utf-8",
        newline: str = "",
    ) -> None:
        kept = io.BytesIO(content)
        super().__init__(kept, encoding=encoding, newline=newline, write_through=True)
        self._is_terminal = is_terminal

    def isatty(self) -> bool:
        """Say whether somebody sits there."""
        return self._is_terminal

    @property
    def content(self) -> bytes:
        """The bytes that were written to it."""
        kept = self.buffer
        assert isinstance(kept, io.BytesIO)
        return kept.getvalue()

    @property
    def written(self) -> str:
        """What was written to it."""
        return self.content.decode(self.encoding if self._is_terminal else "utf-8")


class RefusingStream(Stream):
    """A standard stream that takes nothing, such as a file on a full disk."""

    def __init__(self, code: int, *, is_terminal: bool = False) -> None:
        super().__init__(is_terminal=is_terminal)
        self._code = code

    @property
    def buffer(self) -> io.BytesIO:
        """What lies beneath it."""
        return _Refusing(self._code)

    @property
    def content(self) -> bytes:
        """Nothing."""
        return b""


class _Refusing(io.BytesIO):
    """Bytes that cannot be written."""

    def __init__(self, code: int) -> None:
        super().__init__()
        self._code = code

    def write(self, _: object, /) -> int:
        raise OSError(self._code, os.strerror(self._code))


@dataclass
class Terminal:
    """Somebody's shell, standing in a folder.

    Attributes:
        folder: The working directory.
        clock: The ledger's clock.
        ids: Where command ids come from.
        variables: The environment besides what it takes to run at all.
    """

    folder: Path
    clock: Clock = field(default_factory=TickingClock)
    ids: IdSource = field(default_factory=CountingIds)
    variables: dict[str, str] = field(default_factory=dict)

    @property
    def ledger(self) -> Path:
        """The ledger that this folder's `signoff.toml` names."""
        return self.folder / LEDGER

    def write(self, name: str, content: str | bytes) -> str:
        """Put a file into the folder; gives its name."""
        raw = content.encode() if isinstance(content, str) else content
        (self.folder / name).write_bytes(raw)
        return name

    def __call__(
        self,
        *args: str,
        by: str | None = None,
        stdin: str | bytes = b"",
        is_terminal: bool = False,
        out: Stream | None = None,
        err: Stream | None = None,
    ) -> Said:
        """Give a command line.

        Args:
            args: The words behind `signoff`.
            by: Who gives it; nobody is named otherwise.
            stdin: What is typed or piped in.
            is_terminal: Whether somebody sits at the screen and the keys.
            out: Another standard output.
            err: Another standard error.
        """
        words = ["--as", by, *args] if by is not None else [*args]
        raw = stdin.encode() if isinstance(stdin, str) else stdin
        taken = Stream(raw, is_terminal=is_terminal)
        out = out or Stream(is_terminal=is_terminal)
        err = err or Stream(is_terminal=is_terminal)
        with ExitStack() as stack:
            stack.enter_context(chdir(self.folder))
            stack.enter_context(mock.patch.dict(os.environ, self._environment(), clear=True))
            stack.enter_context(mock.patch.object(sys, "stdin", taken))
            stack.enter_context(redirect_stdout(out))
            stack.enter_context(redirect_stderr(err))
            code = run(words, Session(clock=self.clock, ids=self.ids))
        return Said(code, out.written, err.written)

    def did(self, *args: str, by: str | None = None, stdin: str | bytes = b"") -> Said:
        """Give a command line that must succeed."""
        said = self(*args, by=by, stdin=stdin)
        assert 0 == said.code, said.out + said.err
        return said

    def asked(self, *args: str, by: str | None = None) -> Any:
        """Ask for an answer as JSON, which must come; gives what it is about."""
        return self.did(*args, "--json", by=by).data

    def refused(
        self, code: str, *args: str, by: str | None = None, stdin: str | bytes = b""
    ) -> dict[str, Any]:
        """Give a command line that must fail with an error; gives the error as JSON tells it."""
        said = self("--json", *args, by=by, stdin=stdin)
        assert EXIT_CODES[code[:3]] == said.code, said.out + said.err
        assert "" == said.out
        error = said.error
        assert code == error["code"], error
        return error

    def spawn(
        self, *args: str, stdin: bytes = b"", variables: Mapping[str, str] | None = None
    ) -> Said:
        """Give a command line to a process of its own."""
        done = subprocess.run(
            [sys.executable, "-c", COMMAND, *args],
            cwd=self.folder,
            env={**self.spawned_environment, **(variables or {})},
            input=stdin,
            check=False,
            capture_output=True,
            timeout=PATIENCE_S,
        )
        return Said(done.returncode, done.stdout.decode(), done.stderr.decode())

    def typed(self, *args: str, keys: Sequence[str], asked: str) -> tuple[int, str]:
        """Give a command line at a screen of its own, and answer what it asks.

        Args:
            args: The words behind `signoff`.
            keys: What is typed, each with the return key, whenever it asks.
            asked: The end of its question.

        Returns:
            Its exit code, and everything the screen showed.
        """
        import pty

        screen, inside = pty.openpty()
        process = subprocess.Popen(
            [sys.executable, "-c", f"{TAKE_THE_SCREEN}\n{COMMAND}", *args],
            cwd=self.folder,
            env=self.spawned_environment,
            stdin=inside,
            stdout=inside,
            stderr=inside,
            start_new_session=True,
        )
        os.close(inside)
        shown = b""
        for key in keys:
            while not shown.endswith(asked.encode()) and (more := _read(screen)):
                shown += more
            os.write(screen, f"{key}\n".encode())
            shown += b"\n"
        while more := _read(screen):
            shown += more
        os.close(screen)
        return process.wait(PATIENCE_S), shown.decode()

    @property
    def spawned_environment(self) -> dict[str, str]:
        """The environment of a process of its own."""
        clean = clean_environment(*SOURCE_ROOTS)
        return {name: clean[name] for name in clean if name not in _STEERING} | self._own()

    def events(self) -> int:
        """Count the recorded events, past everything that is ours."""
        name = f"{self.ledger.absolute().as_uri()}?mode=ro"
        with closing(sqlite3.connect(name, uri=True)) as connection:
            (count,) = connection.execute("SELECT count(*) FROM events").fetchone()
        return int(count)

    def lines(self) -> list[bytes]:
        """Give every recorded line, past everything that is ours."""
        name = f"{self.ledger.absolute().as_uri()}?mode=ro"
        with closing(sqlite3.connect(name, uri=True)) as connection:
            rows = connection.execute("SELECT line FROM events ORDER BY position").fetchall()
        return [bytes(line) for (line,) in rows]

    def _environment(self) -> dict[str, str]:
        kept = {
            name: value
            for name, value in os.environ.items()
            if name not in _STEERING and not name.startswith(("SIGNOFF_", "_SIGNOFF_"))
        }
        return kept | self._own()

    def _own(self) -> dict[str, str]:
        home = str(self.folder / "home")
        own = {"HOME": home, "XDG_CONFIG_HOME": home, "APPDATA": home, "COLUMNS": "100"}
        return own | self.variables

    def settings_file(self) -> Path:
        """Name the person's own settings file, where this terminal's environment puts it."""
        with mock.patch.dict(os.environ, self._environment(), clear=True):
            path = Path(click.get_app_dir("signoff")) / "config.toml"
        path.parent.mkdir(parents=True, exist_ok=True)
        return path


def _read(screen: int) -> bytes:
    """Read what a screen shows; nothing once nobody writes on it.

    Raises:
        TimeoutError: Nobody wrote for long, and somebody still could.
    """
    if not select.select([screen], [], [], PATIENCE_S)[0]:
        raise TimeoutError
    try:
        return os.read(screen, 4096)
    except OSError:  # Linux says so where others give nothing
        return b""
