"""`signoff approval`."""

from pathlib import Path

import pytest

from tests.cli.shops import CHANGE, at

DIGEST = "ab" * 32
DESIGN = ("--of", "design", "--reference", "DS-2", "--document", "DRW-1 rev C")


def test_an_approval_of_the_tooling_opens_no_gate(tmp_path: Path) -> None:
    """S-43."""
    terminal = at("ready", tmp_path)

    said = terminal.did("approval", "mug", "--of", "tooling", "--reference", "T-12", by="egon")
    error = terminal.refused(
        "SL302", "order", "commit", "mug", "50", "--reference", "PO", by="bela"
    )

    assert "Tooling T-1 was approved under T-12; this is not a process sign-off" in said.out
    assert "the approval T-12 is of the tooling T-1, not of the process" in error["why"]


def test_a_new_design_answers_nonconformities_of_the_old_one(tmp_path: Path) -> None:
    """S-12, S-35."""
    terminal = at("answered", tmp_path)
    terminal.did("change", "mug", *CHANGE[:-1], "yes", by="egon")
    terminal.refused("SL308", "open", "mug", "--batch", "B2", by="egon")

    approval = ("approval", "mug", *DESIGN, "--sha256", DIGEST, "--note", "the face is narrower")
    said = terminal.did(*approval, by="egon")

    assert "mug builds DRW-1 rev C, approved under DS-2" in said.out
    assert "Note: the face is narrower" in said.out
    terminal.did("open", "mug", "--batch", "B2", by="egon")


@pytest.mark.parametrize(
    ("args", "code"),
    [
        (DESIGN, "SL109"),
        ((*DESIGN, "--sha256", "12"), "SL106"),
        ((*DESIGN[:4], "--document", "", "--sha256", DIGEST), "SL106"),
        (("--of", "tooling", "--reference", "T", "--document", "D"), "SL109"),
        (("--of", "tooling", "--reference", ""), "SL106"),
        (("--of", "tooling", "--reference", "T", "--note", "\x07"), "SL105"),
    ],
    ids=["no digest", "short digest", "no document", "tooling with document", "blank", "bell"],
)
def test_an_approval_that_is_none_is_refused(
    tmp_path: Path, args: tuple[str, ...], code: str
) -> None:
    terminal = at("ready", tmp_path)
    before = terminal.events()

    error = terminal.refused(code, "approval", "mug", *args, by="egon")

    assert "Value error" not in error["what"]
    assert before == terminal.events()
