"""`signoff close`."""

from pathlib import Path

from tests.cli.shops import at
from tests.ledgers import unit, wide


def test_a_closed_batch_takes_no_more_units(tmp_path: Path) -> None:
    terminal = at("built", tmp_path)

    said = terminal.did("close", "B1", "--note", "all seven built", by="ines")

    assert "Batch B1 closed. Note: all seven built" in said.out
    assert "closed" == terminal.asked("status", "mug")["batches"][0]["state"]


def test_what_is_missing_stays_missing_and_holds_the_process(tmp_path: Path) -> None:
    """S-42, G5: a batch that is short of units misses its bar when it is closed."""
    terminal = at("open", tmp_path)
    terminal.write("sheet.csv", wide([unit("U-1"), unit("U-2"), unit("U-3")]))
    terminal.did("import", "sheet.csv", "--batch", "B1", by="ines")

    said = terminal.did("close", "B1", by="ines")

    assert "mug HELD on batch B1 by its own bar: 3/7 planned units count" in said.out
    assert "HELD" == terminal.asked("status", "mug")["standing"]


def test_an_empty_batch_is_no_evidence(tmp_path: Path) -> None:
    """S-17: 0 of 0 is not 0 rejects."""
    terminal = at("open", tmp_path)

    terminal.did("close", "B1", by="ines")

    rules = {rule["rule"]: rule for rule in terminal.asked("why", "mug", "--batch", "B1")["rules"]}
    assert not rules["rejects-within-ac"]["holds"]
    assert (
        "0/0: no unit counts, so there is no evidence; that is not 0 rejects"
        == (rules["rejects-within-ac"]["says"])
    )


def test_a_batch_is_closed_once(tmp_path: Path) -> None:
    terminal = at("held", tmp_path)
    before = terminal.events()

    error = terminal.refused("SL305", "close", "B1", by="ines")

    assert "batch B1 is closed already" == error["what"]
    assert before == terminal.events()
