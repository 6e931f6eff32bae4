"""Stations that record at the same time: what the lock of one log lets through.

Run as `python -m tests.bench.stations ADDRESS STATION COUNT`, it is one station: it records so many
units into a batch of its own, each with a command id, and each durable before the next.
"""

import subprocess
import sys
import time
from collections.abc import Iterator

from signoff_ledger.application import inspecting
from signoff_ledger.application.ledger import Call, Ledger
from signoff_ledger.application.ports import RandomIds, SystemClock
from signoff_ledger.domain.plan import UnitBuild
from signoff_ledger.domain.values import BuildMethod
from signoff_ledger.persistence.opening import open_store
from tests.bench import ledgers
from tests.tree import ROOT, SOURCE_ROOTS, clean_environment


def rate_per_s(address: str, stations: int, commands: int) -> float:
    """Let so many stations record at once into a ledger; gives commands a second, of all together.

    Args:
        address: A ledger with an open batch `B-<station>` for each.
        stations: How many.
        commands: How many each of them gives.
    """
    running = [_started(address, number, commands) for number in range(stations)]
    for process in running:
        assert process.stdout is not None
        assert "ready\n" == process.stdout.readline()
    began = time.perf_counter()
    for process in running:
        assert process.stdin is not None
        process.stdin.close()
    assert [0] * stations == [process.wait() for process in running]
    return stations * commands / (time.perf_counter() - began)


def _started(address: str, station: int, commands: int) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-m", __name__, address, str(station), str(commands)],
        cwd=ROOT,
        env=clean_environment(ROOT, *SOURCE_ROOTS),
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )


def prepare(ledger: Ledger, stations: int) -> None:
    """Open a batch for each station, each of a process of its own."""
    for number in range(stations):
        ledgers.opened(ledger, ledgers.plan(f"bench-{number}", 100_000, 4), f"B-{number}")


def main(address: str, station: str, count: str) -> None:
    """Be one station."""
    ledger = Ledger(open_store(address), SystemClock(), RandomIds())
    entries = list(_entries(station, int(count) + 1))
    _record(ledger, station, entries.pop())
    print("ready", flush=True)
    sys.stdin.read()
    for entry in entries:
        _record(ledger, station, entry)


def _entries(station: str, count: int) -> Iterator[inspecting.UnitEntry]:
    values = {f"d{number:02}": "1.234" for number in range(4)}
    for number in range(count):
        build = UnitBuild(method=BuildMethod.LINE)
        yield inspecting.UnitEntry(f"{station}-{number}", build, values)


def _record(ledger: Ledger, station: str, entry: inspecting.UnitEntry) -> None:
    call = Call("egon", command_id=f"station-{entry.serial}-{time.time_ns()}")
    inspecting.record_unit(ledger, call, f"B-{station}", entry)


if __name__ == "__main__":
    main(*sys.argv[1:])
