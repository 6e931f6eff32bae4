"""Processes that are killed while they record, decide and seal.

What was acknowledged is there, in order; whatever was under way happened once or not at all; the
ledger verifies, and is sealed again, after every round.
"""

import random
from collections import Counter
from itertools import islice
from pathlib import Path

import pytest

from signoff_ledger.persistence.sqlite.store import SqliteStore
from tests.fault.forking import moment, needs_forks, parent
from tests.fault.ledgers import (
    Found,
    assert_given_once,
    held_together,
    opened,
    put_ledger_to_break,
    shop_of,
    verify,
)
from tests.ledgers import PLAN, CountingIds, Shop, check_ledger, positions_of
from tests.rounds import ROUNDS
from tests.writers import said, start

PARTS = 4
"""As many tests, so that each has a ledger of its own and every core has something to do."""

ROUNDS_ON_ONE_LEDGER = 3
WRITERS = 2
WITHOUT_END = PLAN.replace("units = 7", "units = 100000")


@needs_forks
@pytest.mark.rounds
@pytest.mark.parametrize("part", range(PARTS))
def test_what_was_acknowledged_outlives_every_kill(tmp_path: Path, part: int) -> None:
    """Each round goes on where the last one was killed; each third begins a new ledger."""
    chance = random.Random(f"kill {part}")
    ended: Counter[str] = Counter()
    with parent() as nursery:
        for round_ in range(part, ROUNDS, PARTS):
            index = round_ // PARTS
            folder = tmp_path / f"ledger-{index // ROUNDS_ON_ONE_LEDGER}"
            if not folder.exists():
                put_ledger_to_break(folder)
            lines, delay_s = moment(chance)
            reported = nursery.kill_a_writer(
                folder, f"r{round_}", after_lines=lines, delay_s=delay_s
            )
            hold_to(folder, reported)
            ended[reported[-1].split()[0] if reported else "started"] += 1

    # The kills are spread: before the first command, in the middle of one, in the middle of a seal.
    assert ROUNDS < 200 or {"opening", "give", "seal"} <= ended.keys(), ended


def hold_to(folder: Path, reported: list[str]) -> None:
    """Hold a ledger to what a process said of it before it was killed."""
    found = Found.at(folder)
    words = [line.split() for line in reported]
    for name, *rest in words:
        if name == "done":
            id_, first, last = rest
            assert (int(first), int(last)) == found.commands[id_]
        elif name == "sealed":
            assert int(rest[0]) in found.sealed
    with held_together(folder) as ledger:
        if words and words[-1][0] == "give":
            assert_given_once(ledger, words[-1][1])


@pytest.mark.slow
def test_two_writers_on_one_batch_are_killed_and_the_next_ones_go_on(tmp_path: Path) -> None:
    """Whole processes, as they are started from a command line."""
    path = tmp_path / "ledger.db"
    Shop.opened(path, WITHOUT_END).store.close()
    acknowledged: dict[int, str] = {}
    for round_ in range(WRITERS):
        writers = [start("record", path, "B1", f"R{round_}W{n}", 0) for n in (1, 2)]
        for writer in writers:
            assert writer.stdout is not None
            for line in islice(writer.stdout, 10 + round_):
                position, serial = line.split()
                acknowledged[int(position)] = serial
        for writer in writers:
            writer.kill()
        for writer in writers:
            acknowledged |= said(writer)
        assert max(acknowledged) <= check_ledger(path)

    shop = Shop(SqliteStore.open(path), ids=CountingIds("after"))
    units = {
        recorded.position: getattr(recorded.entry.event, "serial", None)
        for recorded in shop.store.read(0)
    }
    assert 2 * WRITERS < len(acknowledged)
    assert acknowledged == {position: units[position] for position in acknowledged}
    assert [shop.store.size() + 1] == positions_of([shop.record("B1", "last")])
    shop.store.close()
    check_ledger(path)


@needs_forks
def test_a_killed_writer_keeps_nobody_waiting(tmp_path: Path) -> None:
    """The locks of the dead are free, and nothing of theirs has to be cleared away by hand."""
    folder = put_ledger_to_break(tmp_path)
    with parent() as nursery:
        nursery.end_at(folder, "commit", done=False)
        nursery.end_at(folder, "guard renamed", done=False)
    with opened(folder) as ledger:
        shop_of(ledger).hold()
        verify(ledger)
