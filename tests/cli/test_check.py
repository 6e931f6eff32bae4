"""`signoff check`."""

from pathlib import Path

import pytest

from tests.cli.shops import STAGES, WITHOUT_A_PROCESS, at


def test_nothing_is_said_where_the_process_could_be_signed(tmp_path: Path) -> None:
    said = at("clear", tmp_path)("check", "mug")

    assert (0, "", "") == (said.code, said.out, said.err)


def test_what_is_missing_is_named_and_the_exit_code_is_3(tmp_path: Path) -> None:
    said = at("held", tmp_path)("check", "mug")

    assert 3 == said.code
    assert "NO     rejects-within-ac" in said.out
    assert "2/7 nonconforming (LID-SEAT 2)" in said.out
    assert "\nyes" not in said.out


def test_the_whole_checklist_can_be_listed(tmp_path: Path) -> None:
    """S-40."""
    terminal = at("clear", tmp_path)

    said = terminal("check", "mug", "--list")

    assert 0 == said.code
    rules = [rule["rule"] for rule in terminal.asked("check", "mug", "--list")["rules"]]
    assert 20 == len(rules)
    assert all(f"yes    {rule}" in said.out for rule in rules)


def test_each_rule_shows_its_numbers_and_its_events(tmp_path: Path) -> None:
    """S-33: x of n, never only a percentage."""
    terminal = at("clear", tmp_path)

    rules = {rule["rule"]: rule for rule in terminal.asked("check")["rules"]}

    assert {
        "ac": 1,
        "nonconforming": 0,
        "nonconformities": 0,
        "planned": 7,
        "re": 2,
        "rejects": 0,
        "units": 7,
    } == rules["rejects-within-ac"]["numbers"]
    position = rules["batch-closed"]["events"]
    assert [b"signoff.batch-closed.v1" in terminal.lines()[p - 1] for p in position] == [True]


@pytest.mark.parametrize(
    ("signer", "says"),
    [
        ("ines", "ines is not an approver; ines is the only inspector of batch B2"),
        ("egon", "egon is not an approver; egon applied C-1, which this sign-off rests on"),
        ("nobody", "nobody is not an approver"),
    ],
)
def test_a_signer_can_be_tried(tmp_path: Path, signer: str, says: str) -> None:
    """G9."""
    said = at("clear", tmp_path)("check", "mug", "--signer", signer, "--json")

    assert 3 == said.code
    assert [says] == [rule["says"] for rule in said.data["rules"] if not rule["holds"]]


def test_an_earlier_batch_cannot_be_chosen(tmp_path: Path) -> None:
    """G7: no choosing among attempts."""
    said = at("clear", tmp_path)("check", "mug", "--batch", "B1", "--json")

    assert 3 == said.code
    assert "latest-batch" in {rule["rule"] for rule in said.data["rules"] if not rule["holds"]}


@pytest.mark.parametrize("stage", [s for s in STAGES if s not in WITHOUT_A_PROCESS])
def test_nothing_is_missing_exactly_where_a_sign_off_is_allowed(tmp_path: Path, stage: str) -> None:
    """S-40: `status --why-not` is empty if and only if the process can be signed off."""
    terminal = at(stage, tmp_path)

    checked = terminal("check", "mug", "--json")
    missing = terminal.asked("status", "mug", "--why-not")["missing"]
    signed = terminal("sign", "mug", "--yes", "--dry-run", by="anna")

    assert checked.data["may_be_signed"] == (checked.code == 0)
    assert (checked.code == 0) == (missing == [])
    if terminal.asked("status", "mug")["standing"] == "SIGNED_OFF":
        assert "mug is SIGNED OFF already [SL309]" in signed.err
    else:
        assert (signed.code == 0) == (missing == [])
    assert [rule for rule in checked.data["rules"] if not rule["holds"]] == missing
