"""The story that `signoff demo` plays: twenty lids, five rejects, one week, one sign-off.

Each step is a command line as a person types it, with who gives it and when. The clock is part of
the story; nothing outside this module can set a ledger's clock.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey


class Step(NamedTuple):
    """One command of the story.

    Attributes:
        at: Days, hours and minutes after the story began.
        by: Who gives it.
        args: The command line behind `signoff`.
        told: A sentence before it, where one is due.
    """

    at: tuple[int, int, int]
    by: str
    args: tuple[str, ...]
    told: str = ""


BEGINNING = datetime(2026, 3, 2, 8, 0, tzinfo=UTC)

STEPS = (
    Step((0, 0, 0), "o.reid", ("init", "ledger.db", "--name", "stoke", "--printed-name",
         "Olive Reid"), "A ledger is one file. Olive begins it and enrols who will act."),
    Step((0, 0, 5), "o.reid", ("person", "enrol", "d.hart", "--name", "Dana Hart", "--role",
         "inspector")),
    Step((0, 0, 6), "o.reid", ("person", "enrol", "m.lowe", "--name", "Max Lowe", "--role",
         "engineer")),
    Step((0, 0, 7), "o.reid", ("person", "enrol", "a.mercer", "--name", "Ada Mercer", "--role",
         "approver")),
    Step((0, 0, 8), "o.reid", ("person", "enrol", "dan", "--name", "Dan Price", "--role",
         "buyer")),
    Step((0, 0, 30), "m.lowe", ("plan", "publish", "plan.toml"),
         "What is checked on every unit, and what faults are called, is written down first."),
    Step((0, 0, 35), "m.lowe", ("approval", "kiln-lid", "--of", "tooling", "--reference", "T-12")),
    Step((0, 0, 40), "dan", ("order", "commit", "kiln-lid", "1000", "--reference", "PO-4711"),
         "The tooling is approved and Dan is ready to order the first 1,000."),
    Step((0, 0, 50), "m.lowe", ("bar", "register", "plan.toml"),
         "The number to decide on is set before the first unit is built."),
    Step((0, 1, 0), "m.lowe", ("open", "kiln-lid", "--batch", "PB-1")),
    Step((0, 7, 0), "d.hart", ("import", "batch-1.csv", "--batch", "PB-1"),
         "Twenty units off the real tooling, assembled on the line. Dana imports the sheet."),
    Step((0, 7, 10), "d.hart", ("close", "PB-1")),
    Step((0, 7, 15), "a.mercer", ("why", "kiln-lid"),
         "Nobody had to stop the run: the bar did. Why?"),
    Step((1, 1, 0), "m.lowe", ("defect", "attribute", "LID-SEAT", "--origin", "process",
         "--reason", "mating faces foul; parts are to drawing before firing"),
         "None of it is a fault of the design. Causes are stated, the process is changed."),
    Step((1, 1, 5), "m.lowe", ("defect", "cause", "LID-SEAT", "--batch", "PB-1", "--cause",
         "the ceramic shrinks a touch more on firing than the prototype did")),
    Step((1, 1, 10), "m.lowe", ("defect", "attribute", "GLAZE-PINHOLE", "--origin", "process",
         "--reason", "gas escapes during the firing ramp")),
    Step((1, 1, 15), "m.lowe", ("defect", "cause", "GLAZE-PINHOLE", "--batch", "PB-1", "--cause",
         "the glaze-firing ramp is too fast")),
    Step((2, 2, 0), "m.lowe", ("change", "kiln-lid", "--what",
         "relief skim on the lid's mating face", "--why", "the lid fouled on the body",
         "--touches-design", "no", "--addresses", "LID-SEAT")),
    Step((3, 2, 0), "m.lowe", ("change", "kiln-lid", "--what", "slower glaze-firing ramp",
         "--why", "pinholes", "--parameter", "ramp:150 C/h:90 C/h", "--touches-design", "no",
         "--addresses", "GLAZE-PINHOLE")),
    Step((4, 2, 0), "m.lowe", ("change", "kiln-lid", "--what",
         "assembly jig that aligns the lid", "--why", "11 minutes a unit, and judgement in it",
         "--fixture", "JIG-7", "--touches-design", "no", "--addresses", "build_minutes")),
    Step((4, 3, 0), "dan", ("dissent", "kiln-lid",
         "I would have ordered last week; this costs us seven days."),
         "Dan does not love the week. His words are kept, and change nothing."),
    Step((7, 0, 30), "m.lowe", ("open", "kiln-lid", "--batch", "PB-2", "--fixture",
         "JIG-7", "--parameter", "ramp:90 C/h"),
         "A fresh batch confirms that the fixes hold."),
    Step((7, 6, 30), "d.hart", ("import", "batch-2.csv", "--batch", "PB-2")),
    Step((7, 6, 35), "d.hart", ("close", "PB-2")),
    Step((7, 6, 40), "a.mercer", ("check", "kiln-lid"),
         "One reject in twenty is the number agreed. Yet the one has no cause on record:"),
    Step((7, 6, 50), "m.lowe", ("defect", "attribute", "HANDLING-CHIP", "--origin", "process",
         "--reason", "seen to happen at packing")),
    Step((7, 6, 55), "m.lowe", ("defect", "cause", "HANDLING-CHIP", "--batch", "PB-2", "--cause",
         "SN-033 was knocked at packing; the packer now has a mat")),
    Step((7, 7, 0), "a.mercer", ("sign", "kiln-lid", "--yes", "--quiet"),
         "Now every rule holds, and Ada signs the process off."),
    Step((7, 7, 20), "dan", ("order", "commit", "kiln-lid", "1001", "--reference", "PO-4712"),
         "The sign-off is for 500 to 1,000 units, and for no more."),
    Step((7, 7, 30), "dan", ("order", "commit", "kiln-lid", "1000", "--reference", "PO-4713")),
    Step((7, 7, 40), "a.mercer", ("why", "kiln-lid"), "Why was it signed off?"),
    Step((7, 7, 45), "a.mercer", ("replay", "kiln-lid"),
         "Every decision can be taken again from the events up to it, and comes out the same."),
    Step((7, 7, 50), "a.mercer", ("checkpoint", "--quiet"),
         "Whoever keeps this checkpoint can show later that nothing before it was changed."),
    Step((7, 7, 55), "a.mercer", ("verify",),
         "The ledger proves itself, and says what it cannot prove: here nobody signed with a key."),
)  # fmt: skip


@dataclass
class StoryClock:
    """The story's clock; the teller moves it."""

    moment: datetime = BEGINNING

    def now(self) -> datetime:
        """Give the story's present."""
        return self.moment

    def move_to(self, at: tuple[int, int, int]) -> None:
        """Go to a moment of the story."""
        days, hours, minutes = at
        self.moment = BEGINNING + timedelta(days=days, hours=hours, minutes=minutes)


@dataclass
class StoryIds:
    """Command ids in order, so that the story is the same every time it is told."""

    told: int = 0

    def new(self) -> str:
        """Give the next id."""
        self.told += 1
        return f"demo-{self.told:03}"


def story_key() -> Ed25519PrivateKey:
    """Give the key of the story's log, which everybody has: it seals nothing that is kept."""
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

    return Ed25519PrivateKey.from_private_bytes(sha256(b"the lid that did not seat").digest())
