"""What a careful team would use instead, on the same events: how many times faster this is."""

import shutil
from collections.abc import Callable, Iterator
from dataclasses import replace
from decimal import Decimal
from itertools import count
from pathlib import Path
from typing import Any, NamedTuple

from signoff_ledger.domain.batch import Batch
from signoff_ledger.persistence.store import LedgerStore
from tests.bench import ledgers
from tests.bench.folder import GitFolder
from tests.bench.grounds import Ground
from tests.bench.measure import Case, Prepare, Target, UnitOfWork
from tests.bench.modelled import ModelBatch, ModelLog
from tests.bench.sizes import Sizes
from tests.bench.stock import StockBatch, StockLog
from tests.bench.stores import Place

TOPIC = "Times faster than others on the same events"
_APPEND = {"sqlite": Target(2), "postgres": Target(2)}
_REPLAY = {"sqlite": Target(5), "postgres": Target(3)}
_AT_ONCE = {"sqlite": 1_000_000, "postgres": 100}
"""Events in a save. The library writes into PostgreSQL through the driver's pipeline, which hangs
when a socket does not take everything at once: 1,000 of these events are too many for it."""

_BY = {"by": "egon", "cmd": "bench#0123456789abcdef"}


class Peer(NamedTuple):
    """Another way to keep the same units in the event store.

    Attributes:
        name: What it is called.
        log: Opens it with settings.
        batch: Begins a batch.
        spelt: Gives a unit's fields as they are written there.
        is_stock: Whether the targets are about it.
    """

    name: str
    log: Callable[[dict[str, str]], Any]
    batch: Callable[[], Any]
    spelt: Callable[[dict[str, Any]], dict[str, Any]]
    is_stock: bool = False


def _as_it_is(fields: dict[str, Any]) -> dict[str, Any]:
    return fields


def _measured(fields: dict[str, Any]) -> dict[str, Any]:
    """Give readings as measured values, for which no scale was agreed on."""
    return fields | {"readings": {k: Decimal(v).scaleb(-3) for k, v in fields["readings"].items()}}


_PEERS = (
    Peer(
        "the event store as it comes",
        lambda env: StockLog(env=env),
        StockBatch,
        _measured,
        is_stock=True,
    ),
    Peer(
        "the event store, readings scaled",
        lambda env: StockLog(env=env),
        StockBatch,
        _as_it_is,
        is_stock=True,
    ),
    Peer("the event store with pydantic", lambda env: ModelLog(env=env), ModelBatch, _as_it_is),
)


class Rounds(NamedTuple):
    """One way to keep events: rounds that append and rounds that read them back."""

    append: Prepare
    replay: Prepare


def cases(place: Place, sizes: Sizes, folder: Path) -> Iterator[Case]:
    """Give every case of this module, one after the other."""
    units = ledgers.fields_of_units(sizes.units, sizes.characteristics)
    this = ours(place, units, _AT_ONCE[place.name])
    for peer in _PEERS:
        spelt = [peer.spelt(fields) for fields in units]
        that = kept_by(peer.log, peer.batch, place, spelt)
        append, replay = _cases(place, this, that, peer.name, len(units))
        if peer.is_stock:
            append = replace(append, target=_APPEND[place.name])
            replay = replace(replay, target=_REPLAY[place.name])
        yield append
        yield replay
    if place.name == "sqlite" and shutil.which("git"):
        some = units[: sizes.commits]
        one_by_one = ours(place, some, 1)
        yield from _cases(
            place, one_by_one, in_files(folder, some), "JSON files under git", len(some)
        )


def ours(place: Place, units: list[dict[str, Any]], at_once: int) -> Rounds:
    """From fields to disk and back: typed, validated, hashed into the tree, in order."""
    ground, kept, opened = Ground(place), Ground(place)(), list[LedgerStore]()

    def begun(store: LedgerStore) -> Batch:
        file = ledgers.plan("peer", 2 * len(units), len(units[0]["readings"]))
        ledgers.opened(ledgers.given(store), file, "peer-1")
        return store.load(Batch, "peer-1")

    def save(store: LedgerStore, batch: Batch, some: list[dict[str, Any]], command: str) -> None:
        seen = {batch.id: batch.version}
        store.save(ledgers.emitted(batch, some, command), command, seen)

    def append() -> UnitOfWork:
        store = ground()
        batch = begun(store)

        def work() -> None:
            for start in range(0, len(units), at_once):
                save(store, batch, units[start : start + at_once], f"save-{start}")

        return work

    def replay() -> UnitOfWork:
        while opened:
            opened.pop().close()
        opened.append(place.again(kept))

        def work() -> None:
            assert len(units) == len(opened[0].load(Batch, "peer-1").units)

        return work

    save(kept, begun(kept), units, "save")
    return Rounds(append, replay)


def kept_by(
    log: Callable[[dict[str, str]], Any],
    batch: Callable[[], Any],
    place: Place,
    units: list[dict[str, Any]],
) -> Rounds:
    """The same by the event store's own application."""
    opened, fields = list[Any](), [each | _BY for each in units]

    def again(settings: dict[str, str]) -> Any:
        while opened:
            opened.pop().close()
        opened.append(place.keep(log(settings)))
        return opened[0]

    def fill(application: Any, aggregate: Any) -> None:
        for number, each in enumerate(fields, 1):
            aggregate.inspect(each)
            if number % _AT_ONCE[place.name] == 0 or number == len(fields):
                application.save(aggregate)

    def append() -> UnitOfWork:
        application, aggregate = again(place.stock()), batch()
        application.save(aggregate)
        return lambda: fill(application, aggregate)

    settings, whole = place.stock(), batch()
    fill(again(settings), whole)

    def replay() -> UnitOfWork:
        application = again(settings)

        def work() -> None:
            assert len(units) == len(application.repository.get(whole.id).units)

        return work

    return Rounds(append, replay)


def in_files(folder: Path, units: list[dict[str, Any]]) -> Rounds:
    """Files, each committed before the next; they are read back as JSON, and nothing checks it."""
    names = (folder / f"git-{number}" for number in count())
    repositories: list[GitFolder] = []

    def append() -> UnitOfWork:
        repositories.append(GitFolder(next(names)))

        def work() -> None:
            for fields in units:
                repositories[-1].append(fields | _BY)

        return work

    def replay() -> UnitOfWork:
        def work() -> None:
            assert len(units) == sum(1 for _ in repositories[-1].read())

        return work

    return Rounds(append, replay)


def _cases(place: Place, this: Rounds, that: Rounds, peer: str, times: int) -> tuple[Case, Case]:
    append = Case(
        topic=TOPIC,
        name=f"append of {times:,} events: {peer}",
        counted="events",
        times=times,
        ours=this.append,
        floor_is=peer,
        floor=that.append,
        store=place.name,
        events=times,
    )
    name = f"replay of {times:,} events: {peer}"
    return append, replace(append, name=name, ours=this.replay, floor=that.replay)
