"""`signoff open`."""

from pathlib import Path

import pytest

from tests.cli.shops import CHANGE, at


def test_a_batch_opens_under_the_bar_and_plan_in_force(tmp_path: Path) -> None:
    """S-25."""
    terminal = at("ready", tmp_path)

    said = terminal.did("open", "mug", "--batch", "B1", by="egon")

    assert "Batch B1 opened as attempt 1 under bar 1 and plan 1 on process revision 1" in said.out
    batch = terminal.asked("status", "mug")["batches"][0]
    assert ("B1", "open", 7, 1, 0) == tuple(
        batch[name] for name in ("batch", "state", "planned", "ac", "units")
    )


@pytest.mark.parametrize(
    ("option", "value"),
    [
        ("--tooling", "T-2"),
        ("--tooling-revision", "B"),
        ("--line", "Line 2"),
        ("--site", "Elsewhere"),
        ("--fixture", "JIG-1"),
    ],
)
def test_a_run_on_something_else_is_recorded_and_does_not_count(
    tmp_path: Path, option: str, value: str
) -> None:
    """S-10."""
    terminal = at("ready", tmp_path)

    said = terminal.did("open", "mug", "--batch", "B1", option, value, by="egon")
    terminal.did("import", "sheet-2.csv", "--batch", "B1", by="ines")

    assert "this is NOT what counts for the process, so its units will not" in said.out
    units = terminal.asked("status", "--batch", "B1")["units"]
    code = f"OTHER_{option.removeprefix('--').replace('-', '_').upper()}"
    assert [[code]] * 7 == [unit["excluded"] for unit in units]
    assert (0, 7) == tuple(
        terminal.asked("status", "mug")["batches"][0][name] for name in ("units", "excluded")
    )


def test_there_is_one_open_batch_at_a_time(tmp_path: Path) -> None:
    """S-25."""
    error = at("open", tmp_path).refused("SL305", "open", "mug", "--batch", "B2", by="egon")

    assert "close it first:  signoff close B1" == error["fix"]


def test_a_batch_key_is_used_once(tmp_path: Path) -> None:
    """S-28."""
    error = at("answered", tmp_path).refused("SL305", "open", "mug", "--batch", "B1", by="egon")

    assert "batch B1 exists already, in mug" == error["what"]


def test_no_batch_opens_without_a_bar(tmp_path: Path) -> None:
    """S-26."""
    error = at("planned", tmp_path).refused("SL308", "open", "mug", "--batch", "B1", by="egon")

    assert "the number to decide on is set before the first unit is built" == error["why"]


def test_no_batch_opens_while_the_design_is_in_question(tmp_path: Path) -> None:
    """S-35."""
    terminal = at("answered", tmp_path)
    terminal.did("change", "mug", *CHANGE[:-1], "yes", by="egon")

    error = terminal.refused("SL308", "open", "mug", "--batch", "B2", by="egon")

    assert "this series of mug is closed: back to design" == error["what"]
    assert "change C-2 touches the design" == error["why"]


def test_a_repeat_confirms_the_changes_since(tmp_path: Path) -> None:
    """S-27."""
    said = at("answered", tmp_path).did("open", "mug", "--batch", "B2", by="egon")

    assert "on process revision 2, to confirm C-1" in said.out


@pytest.mark.parametrize("key", ["", " B1", "B 1", "B\x1b[2J", "B" * 65, "Bär"])
def test_a_batch_key_is_plain(tmp_path: Path, key: str) -> None:
    terminal = at("ready", tmp_path)

    error = terminal.refused("SL106", "open", "mug", "--batch", key, by="egon")

    assert "must be 1 to 64 of A-Z" in error["what"]
