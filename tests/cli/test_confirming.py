"""Questions before something that a person answers for."""

from pathlib import Path

import pytest

from tests.cli.shops import at
from tests.cli.terminal import needs_a_screen

QUESTIONS = {
    "sign": ("clear", ("sign", "mug"), "Sign off?"),
    "hold": ("clear", ("hold", "mug", "--reason", "it rattles"), "Hold?"),
    "withdraw": ("signed", ("withdraw", "mug", "--reason", "other clay"), "Withdraw?"),
}
each_question = pytest.mark.parametrize(
    ("stage", "args", "question"), QUESTIONS.values(), ids=list(QUESTIONS)
)


@each_question
@pytest.mark.parametrize("answer", ["y\n", "yes\n", "Y\n"])
def test_a_yes_records(
    tmp_path: Path, stage: str, args: tuple[str, ...], question: str, answer: str
) -> None:
    terminal = at(stage, tmp_path)
    before = terminal.events()

    said = terminal(*args, by="anna", stdin=answer, is_terminal=True)

    assert 0 == said.code
    assert f"{question} [y/N]" in said.err
    assert "About to record: " in said.err
    assert before < terminal.events()


@each_question
@pytest.mark.parametrize("answer", ["n\n", "\n", "no\n"])
def test_a_no_or_nothing_records_nothing(
    tmp_path: Path, stage: str, args: tuple[str, ...], question: str, answer: str
) -> None:
    """S-20: holding back is the default."""
    terminal = at(stage, tmp_path)
    before = terminal.events()

    said = terminal(*args, by="anna", stdin=answer, is_terminal=True)

    assert 1 == said.code
    assert said.err.endswith("Nothing was recorded.\n")
    assert "" == said.out
    assert before == terminal.events()


@each_question
def test_where_nobody_can_be_asked_the_answer_must_come_along(
    tmp_path: Path, stage: str, args: tuple[str, ...], question: str
) -> None:
    terminal = at(stage, tmp_path)
    before = terminal.events()

    error = terminal.refused("SL107", *args, by="anna", stdin="y\n")

    assert "look at it with --dry-run, then give it with --yes" == error["fix"]
    assert before == terminal.events()
    assert 0 == terminal(*args, "--yes", by="anna").code


@each_question
def test_the_end_of_the_input_is_no_yes(
    tmp_path: Path, stage: str, args: tuple[str, ...], question: str
) -> None:
    terminal = at(stage, tmp_path)
    before = terminal.events()

    said = terminal(*args, by="anna", is_terminal=True)

    assert 0 != said.code
    assert before == terminal.events()


@each_question
def test_quiet_says_nothing_beside_the_answer(
    tmp_path: Path, stage: str, args: tuple[str, ...], question: str
) -> None:
    said = at(stage, tmp_path)(*args, "--yes", "--quiet", by="anna")

    assert (0, "") == (said.code, said.err)
    assert said.out


@each_question
def test_machines_get_no_talk(
    tmp_path: Path, stage: str, args: tuple[str, ...], question: str
) -> None:
    said = at(stage, tmp_path)(*args, "--yes", "--json", by="anna")

    assert (0, "") == (said.code, said.err)


def test_only_who_may_decide_is_asked(tmp_path: Path) -> None:
    terminal = at("clear", tmp_path)

    said = terminal("sign", "mug", by="bela", stdin="y\n", is_terminal=True)

    assert 4 == said.code
    assert "About to record" not in said.err


def test_typed_words_are_shown_so_that_no_screen_obeys_them(tmp_path: Path) -> None:
    terminal = at("clear", tmp_path)

    said = terminal("hold", "mug", "--reason", "\x1b[2J\x07", by="anna", stdin="y\n",
                    is_terminal=True)  # fmt: skip

    assert 2 == said.code
    assert "\x1b" not in said.err
    assert "\x07" not in said.err


@needs_a_screen
def test_a_question_is_asked_on_a_screen(tmp_path: Path) -> None:
    terminal = at("clear", tmp_path)
    before = terminal.events()

    declined = terminal.typed("--as", "anna", "sign", "mug", keys=["n"], asked="[y/N]: ")
    broken = terminal.typed("--as", "anna", "sign", "mug", keys=["\x03"], asked="[y/N]: ")
    between = terminal.events()
    signed = terminal.typed("--as", "anna", "sign", "mug", keys=["y"], asked="[y/N]: ")

    assert (1, 130, 0) == (declined[0], broken[0], signed[0])
    assert before == between
    assert "Nothing was recorded." in declined[1]
    assert "signoff: interrupted; what was acknowledged is on disk" in broken[1]
    assert "mug SIGNED OFF by Anna Approver" in signed[1]
