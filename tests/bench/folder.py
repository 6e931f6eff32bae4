"""The same units as a careful team keeps them without a ledger: JSON files under git."""

import json
import subprocess
from collections.abc import Iterator, Mapping
from pathlib import Path

_SETTINGS = ("-c", "user.name=egon", "-c", "user.email=egon@example.com", "-c", "gc.auto=0")


class GitFolder:
    """A folder with one file for each event."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._count = 0
        folder.mkdir()
        self._git("init", "--quiet")

    def write(self, fields: Mapping[str, object]) -> str:
        """Write an event's file; gives its name."""
        self._count += 1
        name = f"{self._count:07}.json"
        text = json.dumps(fields, indent=1, sort_keys=True)
        (self._folder / name).write_text(text, encoding="utf-8")
        return name

    def append(self, fields: Mapping[str, object]) -> None:
        """Write an event's file and commit it."""
        name = self.write(fields)
        self._git("add", name)
        self._git("commit", "--quiet", "--message", name)

    def read(self) -> Iterator[object]:
        """Read every event in order."""
        for path in sorted(self._folder.glob("*.json")):
            yield json.loads(path.read_text(encoding="utf-8"))

    def _git(self, *words: str) -> None:
        command = ["git", "-C", str(self._folder), *_SETTINGS, *words]
        subprocess.run(command, check=True, capture_output=True)
