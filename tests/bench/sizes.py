"""How much is measured: the sizes that targets are set for, and smaller ones to look quickly."""

from typing import NamedTuple


class Sizes(NamedTuple):
    """Sizes of everything that is measured.

    Attributes:
        units: Units of the big batch.
        characteristics: What is read off each of them.
        appends: Single commands in a round.
        recorded_before: Units that the batch of the single commands has.
        rebuilt: Events of the ledger whose views are built again.
        small: Events of the ledger that an answer is asked of.
        large: Events of the one that it shall cost no more of.
        verified: Events of the log that is verified and proved in.
        rounds: How often everything is done; the median counts.
        starts: How often a process is started.
    """

    units: int = 1_000
    characteristics: int = 50
    appends: int = 50
    recorded_before: int = 100
    rebuilt: int = 20_000
    small: int = 1_000
    large: int = 100_000
    verified: int = 1_000_000
    rounds: int = 7
    starts: int = 15


FULL = Sizes()
QUICK = Sizes(
    units=200, appends=10, rebuilt=2_000, large=10_000, verified=30_000, rounds=3, starts=5
)
TOY = Sizes(
    units=5,
    characteristics=3,
    appends=2,
    recorded_before=2,
    rebuilt=60,
    small=40,
    large=60,
    verified=60,
    rounds=1,
    starts=1,
)
