"""Processes that are killed while they record: what was acknowledged is there, and in order."""

import random
import time
from pathlib import Path

from signoff_ledger.persistence.store import SqliteStore
from tests.ledgers import PLAN, CountingIds, Shop, check_ledger, positions_of
from tests.writers import said, start

ROUNDS = 10
WITHOUT_END = PLAN.replace("units = 4", "units = 100000")


def test_what_was_acknowledged_outlives_any_number_of_kills(tmp_path: Path) -> None:
    """Two writers on one batch, killed at random moments; the next ones go on at once."""
    chance = random.Random(20260302)
    path = tmp_path / "ledger.db"
    Shop.opened(path, WITHOUT_END).store.close()
    acknowledged: dict[int, str] = {}
    for round_ in range(ROUNDS):
        writers = [start("record", path, "B1", f"R{round_}W{n}", 0) for n in (1, 2)]
        for writer in writers:
            assert writer.stdout is not None
            position, serial = writer.stdout.readline().split()
            acknowledged[int(position)] = serial
        time.sleep(chance.uniform(0, 0.1))
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
    assert 2 * ROUNDS < len(acknowledged)
    assert acknowledged == {position: units[position] for position in acknowledged}
    assert [shop.store.size() + 1] == positions_of([shop.record("B1", "last")])
    shop.store.close()
    check_ledger(path)
