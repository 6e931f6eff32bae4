"""`signoff change`."""

from pathlib import Path

import pytest

from tests.cli.shops import CHANGE, at
from tests.cli.terminal import Terminal


def standing(terminal: Terminal) -> tuple[str, int]:
    """Give the standing and the revision of the process."""
    data = terminal.asked("status", "mug")
    return data["standing"], data["process_revision"]


@pytest.mark.parametrize("kind", ["process", "tooling", "material", "site", "source", "inspection"])
def test_any_change_ends_a_standing_sign_off(tmp_path: Path, kind: str) -> None:
    """S-08, G12."""
    terminal = at("signed", tmp_path)

    said = terminal.did("change", "mug", *CHANGE, "--kind", kind, by="egon")

    assert ("LAPSED", 3) == standing(terminal)
    assert f"Sign-off of mug LAPSED: process change C-2 ({kind}): skimmed the face" in said.out
    error = terminal.refused(
        "SL302", "order", "commit", "mug", "50", "--reference", "PO", by="bela"
    )
    assert ["sign-off-stands"] == [rule["rule"] for rule in error["rules"]]


def test_a_change_is_reported_with_all_it_says(tmp_path: Path) -> None:
    """S-50, S-51, S-52."""
    terminal = at("held", tmp_path)

    said = terminal.did(
        "change", "mug", *CHANGE, "--parameter", "ramp:150 C/h:90 C/h", "--fixture", "JIG-7",
        "--tooling-revision", "B", "--addresses", "LID-SEAT", "--addresses", "build_minutes",
        by="egon",
    )  # fmt: skip

    for part in (
        "Change C-1 to mug (process): skimmed the face",
        "ramp from 150 C/h to 90 C/h",
        "fixture JIG-7 is required from here on",
        "tooling revision is now B",
        "addresses LID-SEAT, build_minutes",
        "does not touch the design",
        "process revision is now 2, because: it fouled",
    ):
        assert part in said.out


def test_a_new_jig_is_required_of_later_units(tmp_path: Path) -> None:
    """S-51."""
    terminal = at("answered", tmp_path)
    terminal.did("change", "mug", *CHANGE, "--fixture", "JIG-7", by="egon")
    terminal.did("open", "mug", "--batch", "B2", "--fixture", "none specified", by="egon")

    terminal.did("import", "sheet-2.csv", "--batch", "B2", by="ines")

    units = terminal.asked("status", "--batch", "B2")["units"]
    assert [["OTHER_FIXTURE"]] * 7 == [unit["excluded"] for unit in units]


@pytest.mark.parametrize("parameter", ["ramp", "ramp:150", "ramp:150:", ":150:90", "a:b:c:d"])
def test_a_parameter_has_a_name_an_old_and_a_new_value(tmp_path: Path, parameter: str) -> None:
    """S-50."""
    terminal = at("held", tmp_path)

    error = terminal.refused("SL109", "change", "mug", *CHANGE, "--parameter", parameter, by="egon")

    assert f"'{parameter}' is not NAME:OLD:NEW" == error["what"]


def test_a_change_addresses_what_the_plan_knows(tmp_path: Path) -> None:
    terminal = at("held", tmp_path)

    error = terminal.refused("SL204", "change", "mug", *CHANGE, "--addresses", "DENT", by="egon")

    assert "mug knows no mode or characteristic DENT" == error["what"]


def test_whether_it_touches_the_design_is_always_said(tmp_path: Path) -> None:
    """S-52."""
    said = at("held", tmp_path)("change", "mug", "--what", "x", "--why", "y", by="egon")

    assert 2 == said.code
    assert "--touches-design" in said.err
