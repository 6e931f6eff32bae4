"""Who a server runs as, and where it keeps its files: PostgreSQL refuses to run as root."""

import os
import shutil
import sys
import tempfile
from pathlib import Path
from typing import Any, NamedTuple

if sys.platform != "win32":
    import pwd

MEMORY = Path("/dev/shm")
"""Where Linux keeps files in memory: an fsync there costs next to nothing, and is still asked."""

ROOM_BYTES = 1 << 30
"""Free room that makes a folder good enough for a few servers."""

SOCKET_PATH_BYTES_MAX = 107
LONGEST_NAME = "/.s.PGSQL.65535.lock"


class Account(NamedTuple):
    """A user of this machine under whom a server runs.

    Attributes:
        user: The user's number, or None for whoever runs the tests.
        group: The user's group.
    """

    user: int | None = None
    group: int | None = None

    @classmethod
    def unprivileged(cls) -> "Account":
        """Give whoever runs the tests, and a user without rights where that is root."""
        if sys.platform == "win32" or os.geteuid() != 0:
            return cls()
        for name in ("postgres", "nobody"):
            try:
                found = pwd.getpwnam(name)
            except KeyError:
                continue
            return cls(found.pw_uid, found.pw_gid)
        raise LookupError("this machine has neither a user postgres nor a user nobody")

    @property
    def identity(self) -> dict[str, Any]:
        """Give what makes `subprocess` start a program as this user."""
        if self.user is None:
            return {}
        return {"user": self.user, "group": self.group, "extra_groups": []}

    def folder(self, *, room: Path | None = None) -> Path:
        """Make an empty folder that belongs to this user and is good for a socket.

        Args:
            room: The folder to make it in; else the memory of the machine if there is enough of
                it, else the folder for temporary files.
        """
        folder = Path(tempfile.mkdtemp(prefix="signoff-", dir=room or roomiest()))
        if self.user is not None:
            shutil.chown(folder, self.user, self.group)
        return folder


def roomiest() -> Path:
    """Give the folder in which servers keep their files."""
    if os.path.ismount(MEMORY) and os.access(MEMORY, os.W_OK):
        status = os.statvfs(MEMORY)
        if status.f_bavail * status.f_frsize >= ROOM_BYTES:
            return MEMORY
    return temporary()


def temporary() -> Path:
    """Give the folder for temporary files that any user can reach, and a socket's path can name."""
    chosen = Path(tempfile.gettempdir()).resolve()
    longest = len(os.fsencode(chosen)) + len("/signoff-12345678") + len(LONGEST_NAME)
    if longest > SOCKET_PATH_BYTES_MAX or not all(
        folder.stat().st_mode & 0o001 for folder in (chosen, *chosen.parents)
    ):
        return Path("/tmp")
    return chosen
