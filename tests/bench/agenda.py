"""Everything that is measured, in the order in which the ledgers for it grow."""

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import NamedTuple

from tests.bench import (
    certified,
    evidence,
    growth,
    ledgers,
    peers,
    reading,
    stations,
    whole,
    writing,
)
from tests.bench.grounds import Ground
from tests.bench.measure import Case
from tests.bench.sizes import Sizes
from tests.bench.stores import Place

SPEED = "Speed, as a share of the floor's"


class Item(NamedTuple):
    """A case, and how often it is taken."""

    case: Case
    rounds: int


def agenda(place: Place, sizes: Sizes, folder: Path) -> Iterator[Item]:
    """Give everything that is measured on one kind of store."""
    yield from _at_once(place, sizes, folder)
    stores = []
    for store in growth.grown(place, sizes):
        stores.append(store)
        rounds = sizes.rounds_at(store.size())
        is_last = len(stores) == len(sizes.growth)
        yield from _each(growth.cases(place, store, sizes, folder if is_last else None), rounds)
        yield Item(whole.explaining(whole.Where(place, store)), sizes.starts)
    small = whole.Where(place, stores[0])
    yield from _each(whole.asking(small), sizes.starts)
    yield from _each(whole.recording(small, folder), sizes.starts)
    yield from _each(whole.growing(place, stores), sizes.starts)
    yield from _each(evidence.cases(place, stores[-1], sizes), sizes.rounds)


def apart(place: Place, sizes: Sizes) -> Iterator[Item]:
    """Give what is the same on every kind of store."""
    yield from _each(whole.starting(), sizes.starts)
    yield from _each(certified.cases(place, sizes), sizes.rounds)


def _at_once(place: Place, sizes: Sizes, folder: Path) -> Iterator[Item]:
    ground = Ground(place)
    yield from _each(writing.cases(SPEED, ground, sizes, judged=True), sizes.rounds)
    ground.close()
    wide = place.begin()
    ledger = ledgers.begun(wide)
    ledgers.opened(ledger, ledgers.plan("wide", sizes.units, sizes.characteristics), "wide-1")
    ledgers.bring(ledger, "wide-1", ledgers.sheet("wide", sizes.units, sizes.characteristics))
    yield from _each(reading.cases(SPEED, place, wide, "wide-1", judged=True), sizes.rounds)
    yield from _each(peers.cases(place, sizes, folder), sizes.rounds)
    yield from _each(stations.cases(place, sizes), min(sizes.rounds, 3))


def _each(cases: Iterable[Case], rounds: int) -> Iterator[Item]:
    # What notes its memory does something that can be done once, or takes long.
    return (Item(case, 1 if case.peak_mb else rounds) for case in cases)
