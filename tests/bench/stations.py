"""Stations that record at the same time: what the lock of one log lets through.

Run as `python -m tests.bench.stations ADDRESS STATION COUNT RUN`, it is one station: it records so
many units into a batch of its own, each with a command id, and each durable before the next.
"""

import subprocess
import sys
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import nullcontext
from itertools import count

from signoff_ledger.application.commands.inspection import RecordUnit
from signoff_ledger.application.ledger import Call, Ledger
from signoff_ledger.application.ports import RandomIds, SystemClock
from signoff_ledger.domain.plan import UnitBuild
from signoff_ledger.domain.values import BuildMethod
from signoff_ledger.persistence.store_factory import open_store
from tests.bench import ledgers
from tests.bench.measure import Case, Prepare, UnitOfWork
from tests.bench.sizes import Sizes
from tests.bench.stores import Place
from tests.tree import ROOT, SOURCE_ROOTS, clean_environment

TOPIC = "Stations that record at once, against a single one"
_runs = count(1)


def cases(place: Place, sizes: Sizes) -> Iterator[Case]:
    """Give every case of this module, one after the other."""
    store = place.begin()
    ledger = ledgers.begun(store)
    for number in range(sizes.stations[-1]):
        ledgers.opened(ledger, ledgers.plan(f"bench-{number}", 100_000, 4), f"B-{number}")
    for stations in sizes.stations:
        times = stations * sizes.appends
        yield Case(
            topic=TOPIC,
            name=f"{stations} stations, whole commands",
            counted="commands",
            times=times,
            ours=recording(store.address, stations, sizes.appends),
            floor_is="one station that gives as many",
            floor=recording(store.address, 1, times),
            store=place.name,
            events=store.size(),
        )
        yield Case(
            topic=TOPIC,
            name=f"{stations} threads of one process, whole commands",
            counted="commands",
            times=times,
            ours=in_threads(store.address, stations, sizes.appends),
            floor_is="the same threads, without turns",
            floor=in_threads(store.address, stations, sizes.appends, turns=False),
            store=place.name,
            events=store.size(),
        )


def in_threads(address: str, stations: int, commands: int, *, turns: bool = True) -> Prepare:
    """Let so many threads of this process record at once, as those of a server do.

    Args:
        address: A ledger with an open batch `B-<station>` for each.
        stations: How many.
        commands: How many each of them gives.
        turns: False to let them race for each save.
    """

    def prepare() -> UnitOfWork:
        run = next(_runs)
        store = open_store(address)
        ledger = Ledger(store, SystemClock(), RandomIds())
        if not turns:
            ledger._turn = nullcontext()  # what is measured is its absence
        given = [list(_entries(f"B-{n}", f"t{run}-{n}", commands)) for n in range(stations)]

        def record(entries: list[RecordUnit]) -> None:
            for entry in entries:
                _record(ledger, entry)

        def work() -> None:
            with ThreadPoolExecutor(stations) as pool:
                list(pool.map(record, given))
            store.close()

        return work

    return prepare


def recording(address: str, stations: int, commands: int) -> Prepare:
    """Let so many stations record at once into a ledger.

    Args:
        address: A ledger with an open batch `B-<station>` for each.
        stations: How many.
        commands: How many each of them gives.
    """

    def prepare() -> UnitOfWork:
        run = next(_runs)
        running = [_started(address, number, commands, run) for number in range(stations)]
        for process in running:
            assert process.stdout is not None
            assert "ready\n" == process.stdout.readline()

        def work() -> None:
            for process in running:
                assert process.stdin is not None
                process.stdin.close()
            assert [0] * stations == [process.wait() for process in running]
            for process in running:
                assert process.stdout is not None
                process.stdout.close()

        return work

    return prepare


def _started(address: str, station: int, commands: int, run: int) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-m", __name__, address, str(station), str(commands), str(run)],
        cwd=ROOT,
        env=clean_environment(ROOT, *SOURCE_ROOTS),
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )


def main(address: str, station: str, commands: str, run: str) -> None:
    """Be one station."""
    ledger = Ledger(open_store(address), SystemClock(), RandomIds())
    entries = list(_entries(f"B-{station}", f"{run}-{station}", int(commands) + 1))
    _record(ledger, entries.pop())
    print("ready", flush=True)
    sys.stdin.read()
    for entry in entries:
        _record(ledger, entry)


def _entries(batch: str, prefix: str, units: int) -> Iterator[RecordUnit]:
    values = {f"d{number:02}": "1.234" for number in range(4)}
    for number in range(units):
        build = UnitBuild(method=BuildMethod.LINE)
        yield RecordUnit(batch=batch, serial=f"{prefix}-{number}", build=build, values=values)


def _record(ledger: Ledger, command: RecordUnit) -> None:
    call = Call("egon", command_id=f"station-{command.serial}-{time.time_ns()}")
    ledger.execute(command, call)


if __name__ == "__main__":
    main(*sys.argv[1:])
