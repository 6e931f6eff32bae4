"""The machine that records, in the hands of whoever runs it: a ledger, and the keys of its log."""

from dataclasses import dataclass
from pathlib import Path

from tests.attacks.forging import Forgery
from tests.attacks.rows import Rows
from tests.attacks.steps import Step


@dataclass
class Site:
    """A copy of everything that records.

    Attributes:
        forgery: The lines and checkpoints of the ledger.
        rows: The tables in which they are.
        keys: The folder of the log's keys, with its guard.
    """

    forgery: Forgery
    rows: Rows
    keys: Path

    @property
    def guard(self) -> Path:
        """The file in which the guard remembers what was signed."""
        (found,) = self.keys.rglob("guard.json")
        return found

    def key_files(self) -> list[Path]:
        """The files of the log's keys, the newest last."""
        return sorted(self.keys.rglob("*.pem"), key=lambda path: path.stat().st_mtime_ns)

    def rewrite(self, does: Step) -> None:
        """Do something to lines and checkpoints, and put them where they were."""
        does(self.forgery)
        self.rows.free()
        self.rows.put(self.forgery.lines, self.forgery.notes())
