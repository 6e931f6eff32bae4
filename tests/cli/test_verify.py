"""`signoff verify`: what a person typed wrong is told apart from evidence that does not hold."""

import os
from pathlib import Path

from tests.cli.shops import at


def test_a_folder_that_is_not_there_is_a_slip_and_no_evidence(tmp_path: Path) -> None:
    terminal = at("exported", tmp_path)

    assert "nowhere" in terminal.refused("SL205", "verify", "nowhere")["what"]


def test_a_name_that_is_no_text_is_spelled_out(tmp_path: Path) -> None:
    said = at("exported", tmp_path)("verify", os.fsdecode(b"\xff"))

    assert 2 == said.code
    assert "there is nothing at \\udcff" in said.err
