"""What the ledger does inside one process: importing, recording, replaying, rebuilding."""

import csv
import io
import json
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from itertools import count
from pathlib import Path

from signoff_ledger.application.inspecting import UnitEntry, record_unit
from signoff_ledger.application.ledger import Call
from signoff_ledger.application.replay import replay
from signoff_ledger.domain.plan import UnitBuild
from signoff_ledger.domain.values import BuildMethod
from signoff_ledger.persistence.sqlite.store import SqliteStore
from signoff_ledger.projections.views import Views
from tests.bench import ledgers
from tests.bench.measure import Case, Target, Work, at_once
from tests.bench.sizes import Sizes

PAGE = 1_000


def cases(folder: Path, sizes: Sizes) -> Iterator[Case]:
    """Give every case of this module, one after the other."""
    yield importing(folder, sizes)
    yield recording(folder, sizes)
    yield replaying(folder, sizes)
    yield rebuilding(folder, sizes)


def importing(folder: Path, sizes: Sizes) -> Case:
    """A sheet into a fresh ledger; the floor parses the same file and stores the same lines."""
    units, characteristics = sizes.units, sizes.characteristics
    content = ledgers.sheet("unit", units, characteristics)
    file = ledgers.plan("bench", units, characteristics)
    names = (folder / f"import-{number}.db" for number in count())

    def ours() -> Work:
        ledger = ledgers.begun(next(names))
        ledgers.opened(ledger, file, "B-1")
        return lambda: ledgers.bring(ledger, "B-1", content)

    sample = next(names)
    ledger = ledgers.begun(sample)
    ledgers.opened(ledger, file, "B-1")
    before = ledger.store.size()
    ledgers.bring(ledger, "B-1", content)
    ledgers.close(ledger)
    lines = ledgers.lines_of(sample)[before:]

    def floor() -> Work:
        connection = ledgers.raw_log(next(names))

        def work() -> None:
            for _ in csv.DictReader(io.StringIO(content.decode())):
                pass
            connection.execute("BEGIN IMMEDIATE")
            connection.executemany("INSERT INTO log (line) VALUES (?)", lines)
            connection.execute("COMMIT")
            connection.close()

        return work

    name = f"import {units:,} units x {characteristics} characteristics (units)"
    target = Target(5_000, "rate_per_s")
    return Case(name, "sqlite", len(lines), units, ours, floor, target)


def recording(folder: Path, sizes: Sizes) -> Case:
    """Single units into a batch that has some; the floor stores as many lines durably."""
    path, appends = folder / "record.db", sizes.appends
    ledger = ledgers.begun(path)
    ledgers.opened(ledger, ledgers.plan("bench", 100_000, 4), "B-1")
    ledgers.bring(ledger, "B-1", ledgers.sheet("unit", sizes.recorded_before, 4))
    values = {f"d{number:02}": "1.234" for number in range(4)}
    serials = (f"single-{number}" for number in count())

    def ours() -> None:
        for _ in range(appends):
            build = UnitBuild(method=BuildMethod.LINE)
            record_unit(ledger, Call("egon"), "B-1", UnitEntry(next(serials), build, values))

    ours()
    line = ledgers.lines_of(path)[-1]
    log = ledgers.raw_log(folder / "record-floor.db")

    def floor() -> None:
        for _ in range(appends):
            log.execute("INSERT INTO log (line) VALUES (?)", line)

    name = f"record one unit, behind {sizes.recorded_before:,} of its batch (commands)"
    return Case(name, "sqlite", sizes.recorded_before, appends, at_once(ours), at_once(floor))


def replaying(folder: Path, sizes: Sizes) -> Case:
    """Take a decision on a batch again; the floor reads the same lines as JSON."""
    path = folder / "replay.db"
    ledger = ledgers.begun(path)
    ledgers.held(ledger, "bench", sizes.units, sizes.characteristics)
    ledgers.close(ledger)
    size = len(ledgers.lines_of(path))

    def ours() -> None:
        with closing(SqliteStore.open(path)) as store:
            assert all(decision.same for decision in replay(store, "bench"))

    def floor() -> None:
        for (line,) in ledgers.lines_of(path):
            json.loads(line)

    name = f"replay a decision on {sizes.units:,} x {sizes.characteristics} (events)"
    return Case(name, "sqlite", size, size, at_once(ours), at_once(floor))


def rebuilding(folder: Path, sizes: Sizes) -> Case:
    """Build every view again; the floor reads the lines as JSON and stores a row for each."""
    path = folder / "rebuild.db"
    size = ledgers.grown(path, sizes.rebuilt, sizes.units)

    def ours() -> None:
        with closing(SqliteStore.open(path)) as store:
            Views(store, store).rebuild()

    names = (folder / f"rebuild-floor-{number}.db" for number in count())

    def floor() -> Work:
        log = ledgers.raw_log(next(names))
        return lambda: _copy_in_pages(path, log)

    return Case("rebuild every view (events)", "sqlite", size, size, at_once(ours), floor)


def _copy_in_pages(path: Path, log: sqlite3.Connection) -> None:
    rows = ledgers.lines_of(path)
    for start in range(0, len(rows), PAGE):
        log.execute("BEGIN IMMEDIATE")
        for (line,) in rows[start : start + PAGE]:
            event = json.loads(line)
            log.execute("INSERT INTO log (line) VALUES (?)", (event["type"].encode(),))
        log.execute("COMMIT")
    log.close()
