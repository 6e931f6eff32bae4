"""`signoff status`."""

import re
from pathlib import Path

import pytest

from tests.cli.shops import at


def test_every_process_is_listed_with_its_standing(tmp_path: Path) -> None:
    said = at("signed", tmp_path).did("status")

    assert ["mug", "SIGNED_OFF", "none", "2", "2", "B2", "A", "mug", "with", "a", "lid"] == (
        said.out.splitlines()[1].split()
    )


def test_an_empty_ledger_says_how_to_begin(tmp_path: Path) -> None:
    said = at("begun", tmp_path).did("status")

    assert "No process yet. Publish a plan:  signoff plan publish FILE\n" == said.out


def test_a_process_is_shown_with_its_batches_nonconformities_and_next_steps(tmp_path: Path) -> None:
    """S-29, S-34."""
    said = at("held", tmp_path).did("status", "mug")

    assert "mug  A mug with a lid (production prototype, activity 08.10.06)" in said.out
    assert "\nHELD: 2/7 nonconforming (LID-SEAT 2)" in said.out
    rows = [line.split() for line in said.out.splitlines()]
    assert ["B1", "closed", "7/7", "2/7", "1", "660", "HELD"] in rows
    assert ["B1", "LID-SEAT", "2", "major", "unattributed", "T-1"] in rows
    assert "change the process and open the next batch" in said.out


def test_a_batch_is_shown_unit_by_unit(tmp_path: Path) -> None:
    terminal = at("open", tmp_path)
    line = ("--batch", "B1", "--method")
    made = ("--built-by", "K. Ward", "--operator-role", "assembler", "--station", "ST-3",
            "--cavity", "2", "--gauge", "FG-2")  # fmt: skip
    terminal.did("record", "U-1", "gap=0.50", *line, "line", *made, by="ines")
    terminal.did("record", "U-2", "gap=0.2", *line, "bench", by="ines")

    said = terminal.did("status", "--batch", "B1")

    heading, first, *_ = said.out.splitlines()
    assert ["unit", "counts", "result", "what was found", "made"] == re.split(r"  +", heading)
    assert first.startswith("U-1   yes             reject      D-1 LID-SEAT, no reading of finish,")
    assert "U-2   NO BENCH_BUILT  incomplete  no reading of finish" in said.out
    assert "by K. Ward (assembler), cavity 2, station ST-3, gauge FG-2" in " ".join(
        part.split("  ")[-1].strip() for part in said.out.splitlines()[1:4]
    )


def test_a_breakdown_shows_the_bad_cavity(tmp_path: Path) -> None:
    """S-34: two cavities, one bad."""
    terminal = at("open", tmp_path)
    for number in range(1, 5):
        gap = "gap=0.50" if number % 2 else "gap=0.2"
        terminal.did("record", f"U-{number}", gap, "--batch", "B1", "--method", "line", "--cavity",
                     str(2 - number % 2), by="ines")  # fmt: skip

    found = terminal.asked("status", "mug")["nonconformities"]

    assert [("1", 2)] == [(each["cavity"], each["units"]) for each in found]


@pytest.mark.parametrize(
    ("stage", "person", "task"),
    [
        ("planned", "egon", "register the bar"),
        ("ready", "egon", "open the first batch"),
        ("open", "ines", "inspect 7 more unit(s), 0/7 done"),
        ("built", "ines", "close the batch"),
        ("answered", "egon", "change the process and open the next batch"),
        ("clear", "anna", "sign the process off, or hold it"),
        ("signed", "bela", "commit the production order"),
        ("pending", "ivan", "confirm or decline correction 1 on unit B2-1"),
        ("unsupported", "anna", "hold the process, or withdraw its sign-off"),
    ],
)
def test_what_waits_for_somebody_goes_by_role(
    tmp_path: Path, stage: str, person: str, task: str
) -> None:
    terminal = at(stage, tmp_path)

    mine = terminal.asked("status", "--mine", by=person)

    assert person == mine["person"]
    assert task in [waiting["task"] for waiting in mine["tasks"]]
    assert task in terminal.did("status", "--mine", by=person).out


@pytest.mark.parametrize(
    ("stage", "person"),
    [("clear", "aude"), ("clear", "ines"), ("pending", "ines"), ("ordered", "bela")],
)
def test_what_is_not_for_somebody_does_not_wait_for_them(
    tmp_path: Path, stage: str, person: str
) -> None:
    """S-23: whoever asked for a correction does not confirm it."""
    terminal = at(stage, tmp_path)

    assert [] == terminal.asked("status", "--mine", by=person)["tasks"]
    assert f"Nothing waits for {person}.\n" == terminal.did("status", "--mine", by=person).out


def test_nothing_waits_for_a_stranger_because_nobody_knows_them(tmp_path: Path) -> None:
    terminal = at("clear", tmp_path)

    terminal.refused("SL203", "status", "--mine", by="annna")
    terminal.refused("SL401", "status", "--mine")


def test_what_is_missing_for_a_sign_off_is_a_checklist(tmp_path: Path) -> None:
    """S-40."""
    said = at("held", tmp_path).did("status", "mug", "--why-not")

    assert "Missing for a sign-off:" in said.out
    assert "NO     rejects-within-ac        2/7 nonconforming" in said.out
    assert "Missing" not in at("clear", tmp_path).did("status", "mug", "--why-not").out


@pytest.mark.parametrize(
    ("stage", "code"),
    [("planned", 3), ("held", 3), ("clear", 3), ("signed", 0), ("unsupported", 3)],
)
def test_a_script_learns_from_the_exit_code(tmp_path: Path, stage: str, code: int) -> None:
    terminal = at(stage, tmp_path)

    assert code == terminal("status", "mug", "--exit-code").code
    assert code == terminal("status", "--exit-code").code
    assert 0 == terminal("status", "mug").code


@pytest.mark.parametrize(
    "args",
    [
        ("mug", "--mine"),
        ("mug", "--batch", "B1"),
        ("--mine", "--batch", "B1"),
        ("--mine", "--exit-code"),
        ("--batch", "B1", "--why-not"),
    ],
    ids=" ".join,
)
def test_one_view_is_shown_at_a_time(tmp_path: Path, args: tuple[str, ...]) -> None:
    at("clear", tmp_path).refused("SL109", "status", *args, by="anna")
