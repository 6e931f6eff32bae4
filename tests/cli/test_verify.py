"""`signoff verify`: what a person typed wrong is told apart from evidence that does not hold."""

import os
from pathlib import Path

import pytest

from tests.cli.shops import at


def test_a_folder_that_is_not_there_is_a_slip_and_no_evidence(tmp_path: Path) -> None:
    terminal = at("exported", tmp_path)

    assert "nowhere" in terminal.refused("SL205", "verify", "nowhere")["what"]


def test_a_name_that_is_no_text_is_spelled_out(tmp_path: Path) -> None:
    said = at("exported", tmp_path)("verify", os.fsdecode(b"\xff"))

    assert 2 == said.code
    assert "there is nothing at \\udcff" in said.err


@pytest.mark.parametrize("name", ["events.ndjson", "checkpoint"])
def test_a_copy_with_other_line_ends_is_named_as_that(tmp_path: Path, name: str) -> None:
    terminal = at("exported", tmp_path)
    file = next(tmp_path.rglob(name))
    file.write_bytes(file.read_bytes().replace(b"\n", b"\r\n"))
    said = terminal("verify", str(file.parent))

    assert 5 == said.code
    assert "was copied as text: its lines end with CR LF" in " ".join(said.out.split())
