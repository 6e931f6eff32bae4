"""What is recorded: one unit by a whole command, a thousand in one save, a sheet."""

import csv
import io
from collections.abc import Iterator
from dataclasses import replace
from itertools import count
from typing import Any

from signoff_ledger.application.commands.inspection import RecordUnit
from signoff_ledger.application.ledger import Call
from signoff_ledger.domain.batch import Batch
from signoff_ledger.domain.events.event import EventEnvelope
from signoff_ledger.domain.plan import UnitBuild
from signoff_ledger.domain.values import BuildMethod
from signoff_ledger.integrity.tree.leaf import leaf_hash
from tests.bench import ledgers
from tests.bench.grounds import Ground
from tests.bench.measure import Case, Target, UnitOfWork
from tests.bench.sizes import Sizes
from tests.bench.stores import Row

_SINGLE = {"sqlite": 0.75, "postgres": 0.50}
_BATCH = {"sqlite": 0.40, "postgres": 0.35}
_MANY = {"sqlite": "raw executemany", "postgres": "binary COPY"}
_IMPORTED_PER_S = 5_000
_names = (f"case-{number}" for number in count(1))


def cases(topic: str, ground: Ground, sizes: Sizes, *, judged: bool) -> Iterator[Case]:
    """Give every case of this module, one after the other."""
    yield appending(topic, ground, sizes, judged=judged)
    yield from appending_many(topic, ground, sizes, judged=judged)
    yield importing(topic, ground, sizes, judged=judged)


def appending(topic: str, ground: Ground, sizes: Sizes, *, judged: bool) -> Case:
    """Single commands on a batch that has units; the floor stores as many lines durably."""
    entries: Iterator[dict[str, Any]] = (
        {
            "serial": f"single-{number}",
            "build": UnitBuild(method=BuildMethod.LINE),
            "values": {f"d{n:02}": "1.234" for n in range(4)},
        }
        for number in count()
    )
    last: list[bytes] = []

    def ours() -> UnitOfWork:
        store, batch = ground(), next(_names)
        ledger = ledgers.given(store)
        ledgers.opened(ledger, ledgers.plan(batch, 100_000, 4), batch)
        ledgers.bring(ledger, batch, ledgers.sheet(batch, sizes.recorded_before, 4))
        receipt = ledger.execute(RecordUnit(batch=batch, **next(entries)), Call("egon"))
        last[:] = [receipt.recorded[-1].entry.line]

        def work() -> None:
            for _ in range(sizes.appends):
                ledger.execute(RecordUnit(batch=batch, **next(entries)), Call("egon"))

        return work

    ours()

    def floor() -> UnitOfWork:
        log = ground.raw_log()

        def work() -> None:
            for _ in range(sizes.appends):
                log.insert(last[0])

        return work

    return Case(
        topic=topic,
        name="single append, whole command",
        counted="commands",
        times=sizes.appends,
        ours=ours,
        floor_is="raw durable insert of the same line",
        floor=floor,
        store=ground.store_name,
        events=ground.events,
        target=Target(_SINGLE[ground.store_name]) if judged else None,
    )


def appending_many(topic: str, ground: Ground, sizes: Sizes, *, judged: bool) -> tuple[Case, Case]:
    """Units of many readings in one save, leaves and nodes of the tree with them.

    The second case has a floor that keeps every column and key of a ledger's events, too: the
    difference is what it costs to find them again.
    """
    units = ledgers.fields_of_units(sizes.units, sizes.characteristics)
    saved: list[EventEnvelope] = []

    def ours() -> UnitOfWork:
        store, key = ground(), next(_names)
        file = ledgers.plan(key, 2 * sizes.units, sizes.characteristics)
        ledgers.opened(ledgers.given(store), file, key)
        batch = store.load(Batch, key)
        seen = {batch.id: batch.version}
        saved[:] = ledgers.emitted(batch, units, key)

        def work() -> None:
            store.save(saved, key, seen)

        return work

    def floor() -> UnitOfWork:
        log, lines = ground.raw_log(), [entry.line for entry in saved]
        return lambda: log.insert_many(lines)

    def indexed() -> UnitOfWork:
        table, rows = ground.raw_table(), [*map(_row, count(1), saved)]
        return lambda: table.insert_many(rows)

    ours()
    case = Case(
        topic=topic,
        name=f"batch of {sizes.units:,}, one save",
        counted="events",
        times=sizes.units,
        ours=ours,
        floor_is=f"{_MANY[ground.store_name]} of the same lines",
        floor=floor,
        store=ground.store_name,
        events=ground.events,
        target=Target(_BATCH[ground.store_name]) if judged else None,
    )
    return case, replace(
        case,
        name=f"{case.name}: the same columns and keys",
        floor_is=f"{_MANY[ground.store_name]} of the same lines, columns and keys",
        floor=indexed,
        target=None,
    )


def importing(topic: str, ground: Ground, sizes: Sizes, *, judged: bool) -> Case:
    """A sheet into a batch; the floor parses the same file and stores the same lines."""
    content = ledgers.sheet("unit", sizes.units, sizes.characteristics)
    lines: list[bytes] = []

    def ours() -> UnitOfWork:
        store, key = ground(), next(_names)
        ledger = ledgers.given(store)
        ledgers.opened(ledger, ledgers.plan(key, sizes.units, sizes.characteristics), key)
        return lambda: ledgers.bring(ledger, key, content)

    bring = ours()
    before = ground.latest.size()
    bring()
    lines[:] = [recorded.entry.line for recorded in ground.latest.read(before)]

    def floor() -> UnitOfWork:
        log = ground.raw_log()

        def work() -> None:
            for _ in csv.DictReader(io.StringIO(content.decode())):
                pass
            log.insert_many(lines)

        return work

    target = Target(_IMPORTED_PER_S, "rate_per_s")
    return Case(
        topic=topic,
        name=f"import of {sizes.units:,} units x {sizes.characteristics}",
        counted="units",
        times=sizes.units,
        ours=ours,
        floor_is=f"CSV parse, and {_MANY[ground.store_name]} of the same lines",
        floor=floor,
        store=ground.store_name,
        events=ground.events,
        target=target if judged else None,
    )


def _row(position: int, entry: EventEnvelope) -> Row:
    leaf = leaf_hash(entry.line)
    return position, str(entry.stream), entry.version, entry.event.TOPIC, entry.line, leaf
