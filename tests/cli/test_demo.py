"""`signoff demo`."""

import tempfile
from functools import cache
from pathlib import Path

import pytest

from tests.cli.shops import at
from tests.cli.terminal import Said, Terminal
from tests.ledgers import check_ledger


@cache
def story() -> Said:
    """Tell the story once, in a folder of its own."""
    with tempfile.TemporaryDirectory() as name:
        return Terminal(Path(name)).did("demo")


def test_the_story_is_the_same_each_time_it_is_printed(tmp_path: Path) -> None:
    again = Terminal(tmp_path).did("demo")

    assert story().out == again.out
    assert "" == story().err
    assert [] == list(tmp_path.iterdir())


def test_what_is_set_in_this_shell_has_no_part_in_the_story(tmp_path: Path) -> None:
    """Nor has the ledger that this shell works on."""
    terminal = at("ordered", tmp_path)
    before = terminal.ledger.read_bytes()
    terminal.settings_file().write_text('format = "json"\ncolor = "always"\n', "utf-8")
    terminal.variables = {
        "SIGNOFF_LEDGER": str(terminal.ledger),
        "SIGNOFF_ACTOR": "anna",
        "SIGNOFF_FORMAT": "csv",
        "SIGNOFF_COLOR": "always",
        "FORCE_COLOR": "1",
    }

    assert story().out == terminal.did("demo").out
    assert before == terminal.ledger.read_bytes()


def test_the_ledger_the_plan_and_the_sheets_can_be_kept(tmp_path: Path) -> None:
    terminal = Terminal(tmp_path)

    said = terminal.did("demo", "--keep", "story")

    assert {"ledger.db", "plan.toml", "batch-1.csv", "batch-2.csv", "signoff.toml", "keys"} == (
        {path.name for path in (tmp_path / "story").iterdir()} - {"ledger.db.lock"}
    )
    assert 85 == check_ledger(tmp_path / "story" / "ledger.db")
    assert "cd story && signoff history kiln-lid" in said.out
    assert "SIGNED_OFF" == Terminal(tmp_path / "story").asked("why")["outcome"]


def test_a_ledger_that_is_there_is_left_alone(tmp_path: Path) -> None:
    terminal = at("ordered", tmp_path)
    before = {path.name: path.read_bytes() for path in tmp_path.iterdir() if path.is_file()}

    error = terminal.refused("SL704", "demo", "--keep", ".")

    assert "a ledger is never overwritten" == error["why"]
    assert before == {path.name: path.read_bytes() for path in tmp_path.iterdir() if path.is_file()}


@pytest.mark.parametrize("place", ["file", "file/below"])
def test_a_folder_that_cannot_be_made_is_named(tmp_path: Path, place: str) -> None:
    terminal = Terminal(tmp_path)
    terminal.write("file", "in the way")

    terminal.refused("SL703", "demo", "--keep", place)


def test_refusals_are_part_of_the_story() -> None:
    out = story().out

    assert 3 == out.count("(exit code 3)")
    assert 3 == out.count("(exit code")
    assert "Traceback" not in out
