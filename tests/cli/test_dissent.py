"""`signoff dissent`."""

from pathlib import Path

import pytest

from tests.cli.shops import at


@pytest.mark.parametrize("kind", ["dissent", "pressure", "note"])
def test_a_remark_is_kept_with_its_author_and_decides_nothing(tmp_path: Path, kind: str) -> None:
    """S-53, S-58."""
    terminal = at("clear", tmp_path)
    before = terminal("check", "mug", "--json").data

    said = terminal.did("dissent", "mug", "a week costs us the fair", "--kind", kind, by="bela")

    assert f"{kind.capitalize()} on mug: a week costs us the fair" in said.out
    assert before == terminal("check", "mug", "--json").data
    (remark,) = (b for b in terminal.asked("why", "mug")["context"] if "remark" in b["type"])
    assert "bela" == remark["by"]


def test_a_long_remark_comes_from_a_file(tmp_path: Path) -> None:
    terminal = at("clear", tmp_path)
    terminal.write("words.txt", "a week\ncosts us the fair\n")

    terminal.did("dissent", "mug", "@words.txt", by="bela")

    assert b"a week\\ncosts us the fair" in terminal.lines()[-1]


@pytest.mark.parametrize("text", ["", " ", "\x00", "\x1b[2J", "x" * 2_001, "a\u202eb"])
def test_a_remark_holds_nothing_that_a_screen_obeys(tmp_path: Path, text: str) -> None:
    terminal = at("clear", tmp_path)
    before = terminal.events()

    terminal.refused("SL105", "dissent", "mug", text, by="bela")

    assert before == terminal.events()
