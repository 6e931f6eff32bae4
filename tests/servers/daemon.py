"""A server program in a folder of its own, both gone with whoever started them."""

import os
import select
import signal
import subprocess
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import IO, Self

from tests.servers.account import Account
from tests.servers.keeper import Keeper

PATIENCE_S = 60
TRY_AGAIN_S = 0.005


class Daemon:
    """A program that serves, and its folder.

    Args:
        room: The folder in which its own is made, see `Account.folder`.

    Attributes:
        account: The user it runs as.
        folder: Its folder, the user's own.
        environment: Its environment, in which nothing of ours can steer it.
    """

    def __init__(self, room: Path | None = None) -> None:
        self.account = Account.unprivileged()
        self.folder = self.account.folder(room=room)
        self.environment = {"PATH": os.defpath, "LC_ALL": "C"}
        self._keeper = Keeper(self.folder)
        self._process: subprocess.Popen[bytes] | None = None
        self._alive: IO[bytes] | None = None

    def __enter__(self) -> Self:
        """Give the server itself."""
        return self

    def __exit__(self, *_: object) -> None:
        """End it and remove its folder."""
        self.close()

    @property
    def log_path(self) -> Path:
        """Give the file with all it has said."""
        return self.folder / "log"

    @property
    def running(self) -> bool:
        """Tell whether its first process is alive."""
        return self._process is not None and self._process.poll() is None

    @property
    def pid(self) -> int:
        """Give the number of its first process."""
        if self._process is None:
            raise RuntimeError("the server has not been started")
        return self._process.pid

    def logs(self) -> str:
        """Give all that it has said since its folder was made."""
        if not self.log_path.exists():
            return ""
        return self.log_path.read_text(encoding="utf-8", errors="replace")

    def finish(self, *command: str | Path) -> None:
        """Run a program of the server's to its end, as its user.

        Raises:
            RuntimeError: It failed; the message is all it said.
        """
        done = subprocess.run(
            [str(part) for part in command],
            cwd=self.folder,
            env=self.environment,
            check=False,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            timeout=PATIENCE_S,
            **self.account.identity,
        )
        if done.returncode != 0:
            raise RuntimeError(f"{command[0]} failed:\n{done.stdout.decode(errors='replace')}")

    def launch(self, command: Sequence[str | Path]) -> None:
        """Start the server; it may not answer yet."""
        if self.running:
            raise RuntimeError("the server runs already")
        self.end(signal.SIGQUIT)  # What a server that ended by itself left to be tidied.
        # Every process of the server inherits one end of a pipe, so its other end tells when the
        # last of them has gone.
        ours, theirs = os.pipe()
        self._alive = os.fdopen(ours, "rb")
        try:
            with self.log_path.open("ab") as log:
                self._process = subprocess.Popen(
                    [str(part) for part in command],
                    cwd=self.folder,
                    env=self.environment,
                    stdin=subprocess.DEVNULL,
                    stdout=log,
                    stderr=log,
                    pass_fds=[theirs],
                    start_new_session=True,
                    **self.account.identity,
                )
        finally:
            os.close(theirs)
        self._keeper.watch(self._process.pid)

    def ended(self, within_s: float) -> bool:
        """Wait a moment for its first process to end, and tell whether it has."""
        if self._process is None:
            return True
        try:
            self._process.wait(within_s)
        except subprocess.TimeoutExpired:
            return False
        return True

    def wait_until(self, holds: Callable[[], bool]) -> None:
        """Ask again and again until something holds of the server.

        Raises:
            RuntimeError: The server has ended, or a minute has gone; the message is all it said.
        """
        deadline = time.monotonic() + PATIENCE_S
        while not holds():
            if self.ended(TRY_AGAIN_S) or time.monotonic() > deadline:
                raise RuntimeError(f"the server does not do as it should:\n{self.logs()}")

    def end(self, number: signal.Signals) -> None:
        """Send its first process a signal, and wait until the last one has gone.

        Raises:
            TimeoutError: They have not gone within a minute.
        """
        if self._process is None or self._alive is None:
            return
        if self.running:
            self._process.send_signal(number)
        if not self.ended(PATIENCE_S) or not select.select([self._alive], [], [], PATIENCE_S)[0]:
            raise TimeoutError(f"the server goes on after {number.name}:\n{self.logs()}")
        self._alive.close()
        self._alive = None
        self._keeper.release()

    def close(self) -> None:
        """End it at once and remove its folder."""
        try:
            self.end(signal.SIGQUIT)
        finally:
            self._keeper.close()
