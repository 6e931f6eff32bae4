"""`signoff dispose`."""

from pathlib import Path

import pytest

from tests.cli.shops import at


@pytest.mark.parametrize(
    "disposition", ["rework", "repair", "regrade", "scrap", "use-as-is", "return"]
)
def test_what_happens_to_a_unit_changes_no_count(tmp_path: Path, disposition: str) -> None:
    """G4."""
    terminal = at("held", tmp_path)
    before = terminal.asked("status", "mug")["batches"]

    said = terminal.did(
        "dispose", "B1-1", disposition, "--batch", "B1", "--reason", "lid ground", by="egon"
    )

    assert f"Unit B1-1 of B1 goes to {disposition}, because: lid ground" in said.out
    assert before == terminal.asked("status", "mug")["batches"]
    unit = terminal.asked("status", "--batch", "B1")["units"][0]
    assert (True, disposition) == (unit["reject"], unit["disposition"])


def test_a_unit_must_be_on_record(tmp_path: Path) -> None:
    terminal = at("held", tmp_path)

    error = terminal.refused(
        "SL204", "dispose", "B1-9", "scrap", "--batch", "B1", "--reason", "x", by="egon"
    )

    assert "list its units:  signoff status --batch B1" == error["fix"]


def test_there_is_no_other_disposition(tmp_path: Path) -> None:
    said = at("held", tmp_path)("dispose", "B1-1", "forget", "--batch", "B1", "--reason", "x",
                                by="egon")  # fmt: skip

    assert 2 == said.code
    assert "'use-as-is'" in said.err
