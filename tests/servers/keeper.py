"""What removes a folder, and a program that runs in it, once nobody is there who wants them."""

import subprocess
from pathlib import Path

PATIENCE_S = 60

SCRIPT = """
trap '' HUP INT TERM
running=
while read -r line; do running=$line; done
if [ -n "$running" ] && kill -QUIT "$running"; then
    tries=100
    while [ $tries -gt 0 ] && kill -0 "$running" 2> /dev/null; do
        sleep 0.05
        tries=$((tries - 1))
    done
fi
rm -rf "$1"
"""


class Keeper:
    """A shell that outlives us by a moment.

    Nothing here relies on an orderly end: a test run may be killed. The shell reads from us through
    a pipe which program is running. The pipe breaks when we end, however that comes about; then it
    kills the program and removes the folder.
    """

    def __init__(self, folder: Path) -> None:
        self._shell = subprocess.Popen(
            ["/bin/sh", "-c", SCRIPT, "keeper", str(folder)],
            cwd="/",
            stdin=subprocess.PIPE,
            stdout=subprocess.DEVNULL,
            start_new_session=True,
        )

    def watch(self, pid: int) -> None:
        """Have a program killed, unless it is released before we end."""
        self._say(f"{pid}\n")

    def release(self) -> None:
        """Forget the program: it has ended, and its number may become another's."""
        self._say("\n")

    def close(self) -> None:
        """Have the folder removed now."""
        assert self._shell.stdin is not None
        self._shell.stdin.close()
        self._shell.wait(PATIENCE_S)

    def _say(self, line: str) -> None:
        assert self._shell.stdin is not None
        self._shell.stdin.write(line.encode("ascii"))
        self._shell.stdin.flush()
