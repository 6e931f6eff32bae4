"""What an attack is: one row of a table, which says who does what to which surface, and what shows.

A row names what is expected on each surface on which it is made. `Refused`: a command does not
accept it, by a code. `Denied`: the database does not let it be done. `Reported`: a command answers,
and says what a reader should look at. `Unseen`: nothing can show it, for a reason; the row fails on
the day on which something does.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any


class Surface(StrEnum):
    """What is attacked."""

    EXPORT = "exported log"
    DOSSIER = "dossier"
    PROOF = "proof of a line"
    FILE = "ledger file"
    POSTGRES = "PostgreSQL"


LIVE = (Surface.FILE, Surface.POSTGRES)
LOGS = (Surface.EXPORT, *LIVE)
"""Where all lines of a log are."""


class Actor(StrEnum):
    """Who attacks, by what is in their hands."""

    OUTSIDER = "an outsider with the files"
    WRITER = "an account that can write there: the files, or the tables as their owner"
    MEMBER = "a member of the database's role"
    KEY_HOLDER = "the holder of the log's key"
    PERSON = "a person with a key"


@dataclass(frozen=True)
class Refused:
    """A command does not accept what was made.

    Attributes:
        codes: The code of its refusal; several, parted by spaces, where each is right.
        at: The kind of event whose last position it names; `ANYWHERE` for whichever it names.
        says: Words of it, such as the file that it names.
        by: The command.
    """

    codes: str
    at: str = ""
    says: str = ""
    by: str = "verify"


@dataclass(frozen=True)
class Denied:
    """The database does not let it be done, and the ledger is as it was.

    Attributes:
        state: The SQLSTATE, or the words of SQLite, with which it refuses.
    """

    state: str


@dataclass(frozen=True)
class Reported:
    """A command answers, and says what a reader should look at.

    Attributes:
        check: How the name of the check that says it begins.
        state: In which state.
        says: Words of it.
        by: The command.
    """

    check: str
    state: str
    says: str = ""
    by: str = "verify"


@dataclass(frozen=True)
class Unseen:
    """Nothing can show it: `verify` answers as if nothing had been done, and so does a command.

    Attributes:
        because: Why, as what follows that word in a sentence.
        by: The command.
    """

    because: str
    by: str = "verify"


Outcome = Refused | Denied | Reported | Unseen
Outcomes = Mapping[Surface, tuple[Outcome, ...]]

ANYWHERE = "any"
"""Says that a refusal names a position, whichever."""


def on(surfaces: Surface | tuple[Surface, ...], *outcomes: Outcome) -> dict[Surface, Any]:
    """Expect the same on several surfaces; `|` joins what is expected elsewhere."""
    chosen = (surfaces,) if isinstance(surfaces, Surface) else surfaces
    return dict.fromkeys(chosen, outcomes)


@dataclass(frozen=True)
class Attack:
    """One row.

    Attributes:
        does: Does it, to the target that its table is about. A generator makes it in many places,
            and yields after each, having put back what it did before.
        outcomes: What is expected, on each surface on which it is made.
        story: The story that is attacked, see `conftest.py`.
    """

    does: Callable[[Any], object]
    outcomes: Outcomes
    story: str = "full"


class Kind(StrEnum):
    """What the functions of a table are handed."""

    LINES = "the lines and checkpoints of a log, wherever it stands"
    ROWS = "the tables of a live ledger"
    FILES = "the files of an exported log or of a dossier"
    SITE = "the machine that records: a live ledger, and the folder of the log's keys"
    PROOF = "a line, its proof and the log's key"


@dataclass(frozen=True)
class Table:
    """Attacks of one kind.

    Attributes:
        title: What they have in common.
        by: Who makes them.
        kind: What their functions are handed.
        says: More about them, in a sentence or two.
        attacks: The rows, by the name of the attack.
    """

    title: str
    by: Actor
    kind: Kind
    says: str
    attacks: Mapping[str, Attack] = field(repr=False)

    def cases(self) -> Iterator[tuple[str, Attack, Surface]]:
        """Name every attack on every surface on which it is made."""
        for name, attack in self.attacks.items():
            for surface in attack.outcomes:
                yield name, attack, surface
