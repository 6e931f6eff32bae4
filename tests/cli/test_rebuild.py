"""`signoff rebuild`."""

from contextlib import closing
from pathlib import Path

from tests.cli.shops import at
from tests.ledgers import raw


def test_every_view_comes_back_from_the_events(tmp_path: Path) -> None:
    terminal = at("ordered", tmp_path)
    views = [("status", "mug"), ("history",), ("status", "--batch", "B1")]
    before = [terminal.asked(*view) for view in views]
    with closing(raw(terminal.ledger)) as connection:
        connection.execute("DELETE FROM view_history")
        connection.execute("UPDATE view_batches SET rejects = 0")

    said = terminal.did("rebuild")

    assert f"Every view was built again from {terminal.events()} events.\n" == said.out
    assert before == [terminal.asked(*view) for view in views]


def test_events_are_only_read(tmp_path: Path) -> None:
    terminal = at("ordered", tmp_path)
    before = terminal.lines()

    terminal.did("rebuild")

    assert before == terminal.lines()
