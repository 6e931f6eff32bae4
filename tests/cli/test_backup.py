"""`signoff backup`."""

import shutil
from pathlib import Path

from signoff_ledger.bootstrap import open_ledger
from tests.cli.shops import at
from tests.ledgers import check_ledger


def test_a_copy_is_a_ledger(tmp_path: Path) -> None:
    terminal = at("ordered", tmp_path)

    said = terminal.did("backup", "copy.db")

    size = terminal.events()
    assert f"{size} events copied to copy.db.\n" == said.out
    assert size == check_ledger(tmp_path / "copy.db")
    assert terminal.asked("why", "mug") == terminal.asked("why", "mug", "--ledger", "copy.db")


def test_a_ledger_in_use_is_copied_whole(tmp_path: Path) -> None:
    """A plain copy of the file would lack what stands in the write-ahead log."""
    terminal = at("ordered", tmp_path)
    with open_ledger(terminal.ledger):
        terminal.did("dissent", "mug", "one more", by="bela")
        data = terminal.asked("backup", "copy.db")
        shutil.copy(terminal.ledger, tmp_path / "plain.db")
        recorded = terminal.events()

    assert recorded == data["events"] == check_ledger(tmp_path / "copy.db")
    assert recorded > check_ledger(tmp_path / "plain.db")


def test_nothing_is_overwritten(tmp_path: Path) -> None:
    terminal = at("ordered", tmp_path)
    terminal.write("copy.db", "mine")

    terminal.refused("SL704", "backup", "copy.db")
    terminal.refused("SL704", "backup", "ledger.db")

    assert "mine" == (tmp_path / "copy.db").read_text("utf-8")


def test_a_copy_needs_a_folder(tmp_path: Path) -> None:
    at("ordered", tmp_path).refused("SL703", "backup", "no/such/copy.db")
