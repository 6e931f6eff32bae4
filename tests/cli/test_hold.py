"""`signoff hold`."""

from pathlib import Path

import pytest

from tests.cli.shops import at


def test_a_hold_needs_a_reason_and_nothing_else(tmp_path: Path) -> None:
    """S-20: every rule may hold, and still."""
    terminal = at("clear", tmp_path)

    said = terminal.did("hold", "mug", "--reason", "two lids rattle", "--yes", "--quiet", by="anna")

    assert "mug HELD on batch B2 by Anna Approver: two lids rattle (signature: none)" in said.out
    data = terminal.asked("why", "mug")
    assert ("HELD", False, "two lids rattle") == (
        data["outcome"],
        data["decision"]["automatic"],
        data["decision"]["reason"],
    )


@pytest.mark.parametrize("person", ["ines", "egon", "anna"])
def test_whoever_works_on_it_can_stop_it(tmp_path: Path, person: str) -> None:
    """S-20."""
    terminal = at("planned", tmp_path)

    terminal.did("hold", "mug", "--reason", "the kiln is cold", "--yes", by=person)

    assert "HELD" == terminal.asked("status", "mug")["standing"]


def test_a_held_process_takes_no_order(tmp_path: Path) -> None:
    """S-04."""
    terminal = at("signed", tmp_path)

    terminal.did("hold", "mug", "--reason", "the clay is wet", "--yes", by="ines")

    error = terminal.refused(
        "SL302", "order", "commit", "mug", "50", "--reference", "PO", by="bela"
    )
    assert "mug is HELD" in error["why"]


def test_a_reason_may_come_from_a_file(tmp_path: Path) -> None:
    terminal = at("clear", tmp_path)
    terminal.write("reason.txt", "two lids rattle\n")

    said = terminal.did("hold", "mug", "--reason", "@reason.txt", "--yes", by="anna")

    assert "two lids rattle" in said.out
    assert "About to record: HOLD mug: two lids rattle" in said.err


def test_a_hold_without_a_reason_is_none(tmp_path: Path) -> None:
    terminal = at("clear", tmp_path)

    missing = terminal("hold", "mug", "--yes", by="anna")
    empty = terminal("--json", "hold", "mug", "--yes", "--reason", " ", by="anna")

    assert 2 == missing.code
    assert "SL105" == empty.error["code"]
