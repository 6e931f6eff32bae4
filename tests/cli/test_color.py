"""When answers are coloured, and that colour is never alone."""

import re
from pathlib import Path

import pytest

from tests.cli.shops import at

GREEN = "\x1b[32m"


@pytest.mark.parametrize(
    ("args", "variables", "is_terminal", "colored"),
    [
        ((), {}, True, True),
        ((), {}, False, False),
        (("--color", "always"), {}, False, True),
        (("--color", "always"), {"NO_COLOR": "1", "TERM": "dumb"}, False, True),
        (("--color", "never"), {"FORCE_COLOR": "1"}, True, False),
        (("--color", "auto"), {}, True, True),
        ((), {"NO_COLOR": "1"}, True, False),
        ((), {"NO_COLOR": ""}, True, True),
        ((), {"FORCE_COLOR": "1"}, False, True),
        ((), {"NO_COLOR": "1", "FORCE_COLOR": "1"}, True, False),
        ((), {"TERM": "dumb"}, True, False),
        ((), {"TERM": "dumb", "FORCE_COLOR": "1"}, False, True),
        ((), {"SIGNOFF_COLOR": "always"}, False, True),
        ((), {"SIGNOFF_COLOR": "never"}, True, False),
        (("--json",), {"FORCE_COLOR": "1"}, True, False),
    ],
    ids=str,
)
def test_it_is_as_people_have_set_it(
    tmp_path: Path,
    args: tuple[str, ...],
    variables: dict[str, str],
    is_terminal: bool,
    colored: bool,
) -> None:
    terminal = at("signed", tmp_path)
    terminal.variables = variables

    said = terminal("why", "mug", *args, is_terminal=is_terminal)

    assert colored == ("\x1b[" in said.out)


@pytest.mark.parametrize(
    "args",
    [
        ("why", "mug"),
        ("check", "--list"),
        ("status", "mug", "--why-not"),
        ("replay", "--until", "20"),
    ],
)
def test_the_words_say_it_without_the_colour(tmp_path: Path, args: tuple[str, ...]) -> None:
    terminal = at("held", tmp_path)

    plain = terminal(*args)
    colored = terminal("--color", "always", *args)

    assert plain.out != colored.out
    assert plain.out == re.sub(r"\x1b\[[0-9;]+m", "", colored.out)


def test_a_persons_own_file_may_ask_for_colour(tmp_path: Path) -> None:
    terminal = at("signed", tmp_path)
    terminal.settings_file().write_text('color = "always"\n', "utf-8")

    assert GREEN in terminal.did("why", "mug").out
    assert GREEN not in terminal.did("why", "mug", "--color", "never").out
