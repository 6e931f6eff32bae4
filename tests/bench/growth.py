"""Ledgers that grow: the same work among a thousand events and among a million."""

from collections.abc import Iterator

from signoff_ledger.persistence.store import LedgerStore
from tests.bench import ledgers, reading, writing
from tests.bench.grounds import Ground
from tests.bench.measure import Case
from tests.bench.sizes import Sizes
from tests.bench.stores import Place

TOPIC = "Growth"


def grown(place: Place, sizes: Sizes) -> Iterator[LedgerStore]:
    """Make the ledgers of every size, smallest first."""
    for events in sizes.growth:
        store = place.begin()
        ledgers.grow(store, events, sizes.units)
        yield store


def cases(place: Place, store: LedgerStore, sizes: Sizes) -> Iterator[Case]:
    """Give every case on one ledger; what writes comes last."""
    yield from reading.cases(TOPIC, place, store, "p-0-1", judged=False)
    ground = Ground(place, store)
    yield from writing.cases(TOPIC, ground, sizes, judged=False)
    ground.close()
