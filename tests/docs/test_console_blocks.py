"""Every console block of every page does what the page says.

The blocks of a page run in order in one folder, and a file that the page shows under a title is
written when its block is reached.
"""

import shutil
from collections.abc import Iterator
from pathlib import Path
from pprint import pformat

import pytest

from tests.docs.console import (
    Answer,
    Command,
    Console,
    MissingToolError,
    commands,
    matches,
    said_of,
)
from tests.docs.markdown import Block, blocks, pages
from tests.tree import relative

WITH_BLOCKS = [page for page in pages() if any(b.language == "console" for b in blocks(page))]


@pytest.fixture(scope="session")
def stories(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Give a folder for what the demo made."""
    return tmp_path_factory.mktemp("stories")


def test_there_are_pages_to_run() -> None:
    """Every other test here would hold for an empty folder."""
    assert {"tutorial", "how-to", "reference"} <= {page.parent.name for page in WITH_BLOCKS}


@pytest.mark.parametrize("page", WITH_BLOCKS, ids=relative)
def test_a_page_shows_what_happens(
    page: Path, tmp_path: Path, stories: Path, request: pytest.FixtureRequest
) -> None:
    if shutil.which("sh") is None:
        pytest.skip("sh is not on this machine")
    folder = tmp_path / "here"
    folder.mkdir()
    console = Console(folder, tmp_path / "tools", stories)
    if "postgresql://" in "".join(b.text for b in blocks(page) if b.language == "console"):
        console.join(request.getfixturevalue("postgres_for_readers"))
    wrong: list[object] = []
    for block in blocks(page):
        if block.title:
            console.write(block.title, block.text)
        try:
            if block.language == "console":
                wrong += run_block(console, block.text)
            elif block.run:
                wrong += run_input(console, block)
        except MissingToolError as error:
            pytest.skip(f"{error} is not on this machine")
        if wrong:
            break

    assert [] == wrong, pformat(wrong, width=120)


def run_input(console: Console, block: Block) -> Iterator[object]:
    """Give a block to the command whose input it is, and yield what that refuses."""
    answer = console.feed(block.run, block.text)
    if answer.code != 0:
        yield said_of(Command(f"{block.run} < line {block.line}", []), answer)


def run_block(console: Console, text: str) -> Iterator[object]:
    """Type a block's commands and yield what does not come out as written."""
    failed = False
    for command in commands(text):
        if failed and command.line != "echo $?":
            yield f"before {command.line!r}: a code other than 0 is shown with  $ echo $?"
        answer = console.type(command.line)
        failed = answer.code != 0
        if not matches(command.expected, answer.printed):
            yield said_of(command, answer)
            return
    if failed:
        yield "at the end of the block: a code other than 0 is shown with  $ echo $?"


@pytest.mark.parametrize(
    ("expected", "printed", "same"),
    [
        (["a"], "a\n", True),
        (["a"], "b\n", False),
        ([], "a\n", False),
        (["..."], "", True),
        (["a", "...", "z"], "a\nb\nc\nz\n", True),
        (["a", "...", "z"], "a\nb\nc\n", False),
        (["at ... by m"], "at 10:12 by m\n", True),
        (["at ... by m"], "at 10:12\nby m\n", False),
        (["a.b"], "axb\n", False),
    ],
)
def test_wildcards_stand_for_what_they_should(
    expected: list[str], printed: str, *, same: bool
) -> None:
    assert same is matches(expected, printed)


def test_a_block_is_split_into_commands() -> None:
    text = '$ signoff status\nno process\n$ signoff hold \\\n    x --reason "y"\n'

    assert [
        Command("signoff status", ["no process"]),
        Command('signoff hold x --reason "y"', []),
    ] == list(commands(text))


def test_an_empty_argument_is_not_taken_for_the_end_of_a_command(tmp_path: Path) -> None:
    console = Console(tmp_path, tmp_path / "tools", tmp_path / "stories")

    assert Answer("-x", 0) == console.type("printf '%s%s' \"\" -x")


def test_a_difference_is_shown_with_both_sides() -> None:
    shown = said_of(Command("signoff x", ["a"]), Answer("b\n", 2))

    assert {
        "command": "signoff x",
        "exit code": 2,
        "the page says": ["a"],
        "it printed": ["b"],
    } == (shown)
