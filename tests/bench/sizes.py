"""How much is measured: the sizes that targets are set for, and smaller ones to look quickly."""

from typing import NamedTuple


class Sizes(NamedTuple):
    """Sizes of everything that is measured.

    Attributes:
        units: Units of the big batch, and events of a large save.
        characteristics: What is read off each of them.
        appends: Single commands in a round.
        recorded_before: Units that the batch of the single commands has.
        growth: Events of the ledgers that grow; the first is what the others are held against.
        stations: How many stations record at once, in ascending order.
        commits: Events that are committed one by one into a folder under git.
        rounds: How often everything is done; the median counts.
        starts: How often a process is started.
    """

    units: int = 1_000
    characteristics: int = 50
    appends: int = 50
    recorded_before: int = 100
    growth: tuple[int, ...] = (1_000, 10_000, 100_000, 1_000_000)
    stations: tuple[int, ...] = (2, 4, 8)
    commits: int = 50
    rounds: int = 7
    starts: int = 15

    def rounds_at(self, events: int) -> int:
        """Give the number of rounds on a ledger of so many events: fewer where each takes long."""
        return self.rounds if events < 50_000 else min(self.rounds, 3 if events < 500_000 else 1)


FULL = Sizes()
QUICK = Sizes(
    units=200, appends=10, growth=(1_000, 10_000), stations=(2, 4), commits=10, rounds=3, starts=5
)
TOY = Sizes(
    units=5,
    characteristics=3,
    appends=2,
    recorded_before=2,
    growth=(40, 60),
    stations=(2,),
    commits=2,
    rounds=1,
    starts=1,
)
