"""Ledgers that grow: the same work among a thousand events and among a million."""

from collections.abc import Iterator
from pathlib import Path

from signoff_ledger.persistence.store import LedgerStore
from tests.bench import ledgers, memory, reading, writing
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


def cases(place: Place, store: LedgerStore, sizes: Sizes, apart: Path | None) -> Iterator[Case]:
    """Give every case on one ledger; what writes comes last.

    Args:
        place: Where it stands.
        store: The ledger.
        sizes: How much is written.
        apart: A folder; what needs memory then has a process of its own, which is asked for it.
    """
    yield reading.replaying(TOPIC, place, store, "p-0-1", judged=False)
    yield reading.folding(TOPIC, place, store, judged=False)
    for case in (
        reading.rebuilding(TOPIC, place, store),
        reading.verifying(TOPIC, place, store),
    ):
        yield case if apart is None else memory.apart(case, store)
    ground = Ground(place, store)
    yield from writing.cases(TOPIC, ground, sizes, judged=False)
    ground.close()
    if apart is not None:
        yield memory.exporting(TOPIC, place, store, apart)
        yield memory.importing(TOPIC, place, store, sizes, apart)
