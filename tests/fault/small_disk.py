"""A disk that is soon full: a file system in memory, mounted for one test by whoever is root."""

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from errno import ENOSPC
from pathlib import Path

import pytest

from tests.servers.account import Account, temporary

SCRIPT = """
trap '' HUP INT TERM
mount -t tmpfs -o "size=$2,mode=0700,uid=$3,gid=$4" signoff-test "$1" || exit 1
echo mounted
read -r _
umount -l "$1"
rmdir "$1"
"""
"""A shell that outlives us by a moment: the pipe breaks when we end, however that comes about."""

BALLAST = "ballast"


class SmallDisk:
    """The disk as a test uses it.

    Attributes:
        folder: Where it is mounted.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def fill(self) -> None:
        """Leave no byte free."""
        with (self.folder / BALLAST).open("ab", buffering=0) as file:
            for size in (1 << 20, 1 << 12, 1):
                try:
                    while file.write(bytes(size)):
                        pass
                except OSError as error:
                    if error.errno != ENOSPC:
                        raise

    def free(self) -> None:
        """Give the room back."""
        (self.folder / BALLAST).unlink()

    @contextmanager
    def closed_to_writes(self) -> Iterator[None]:
        """Let nobody write for as long as this lasts."""
        self._remount("ro")
        try:
            yield
        finally:
            self._remount("rw")

    def _remount(self, option: str) -> None:
        subprocess.run(["mount", "-o", f"remount,{option}", self.folder], check=True)


@contextmanager
def small_disk(size_mib: int, account: Account | None = None) -> Iterator[SmallDisk]:
    """Mount a disk, its files an account's own; gone with this test, or with this process."""
    if sys.platform != "linux" or os.geteuid() != 0:
        pytest.skip("a disk can be mounted on Linux by root alone")
    account = account or Account()
    folder = account.folder(room=temporary())
    identity = (str(account.user or 0), str(account.group or 0))
    shell = subprocess.Popen(
        ["/bin/sh", "-c", SCRIPT, "disk", str(folder), f"{size_mib}m", *identity],
        cwd="/",
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        start_new_session=True,
        text=True,
    )
    with shell:
        assert shell.stdout is not None
        assert shell.stdin is not None
        if shell.stdout.readline() != "mounted\n":
            folder.rmdir()
            pytest.skip("nothing can be mounted here")
        try:
            yield SmallDisk(folder)
        finally:
            shell.stdin.close()
            shell.wait()
