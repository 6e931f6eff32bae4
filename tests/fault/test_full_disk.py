"""A real disk without room, or closed to writes, under a ledger's file and the command line."""

from collections.abc import Iterator
from itertools import count

import pytest

from tests.cli.shops import at
from tests.cli.terminal import Said, Terminal
from tests.fault.small_disk import SmallDisk, small_disk
from tests.ledgers import check_ledger

SIZE_MIB = 4
CELLS = ("gap=0.25", "finish=pass", "function=pass", "build_minutes=11")
BESIDE_THE_VIEWS = (("why", "mug"), ("verify",))
"""Questions that are answered from the events alone."""


@pytest.fixture
def disk() -> Iterator[SmallDisk]:
    """Give a disk that is soon full."""
    with small_disk(SIZE_MIB) as disk:
        yield disk


def on(disk: SmallDisk) -> Terminal:
    """Give a terminal with an open batch on a disk."""
    folder = disk.folder / "here"
    folder.mkdir()
    return at("open", folder)


def record(terminal: Terminal, number: int) -> Said:
    """Record a unit."""
    line = ("record", f"S{number}", "--batch", "B1", "--method", "line", *CELLS)
    return terminal(*line, "--command-id", f"unit-{number}", by="ines")


def refusal(terminal: Terminal) -> tuple[int, str]:
    """Record units until one is refused; gives its number and what was said."""
    for number in count(1):
        said = record(terminal, number)
        if said.code != 0:
            assert 1 == said.code
            assert "" == said.out
            return number, said.err
    raise AssertionError


def test_on_a_full_disk_nothing_is_recorded_and_the_ledger_goes_on_when_there_is_room(
    disk: SmallDisk,
) -> None:
    terminal = on(disk)
    before = terminal.events()
    disk.fill()
    number, said = refusal(terminal)

    assert said.startswith("signoff: the database refused: ")
    assert "[SL703]\n  why: database or disk is full\n  fix: nothing was recorded; " in said
    assert before + number - 1 == terminal.events()
    for words in BESIDE_THE_VIEWS:
        terminal.did(*words)
    disk.free()
    assert 0 == record(terminal, number).code
    assert before + number == terminal.events() == check_ledger(terminal.ledger)
    terminal.did("status")


def test_on_a_disk_that_is_closed_to_writes_everything_is_answered_and_nothing_recorded(
    disk: SmallDisk,
) -> None:
    terminal = on(disk)
    asking = (("status",), ("history", "mug"), *BESIDE_THE_VIEWS)
    answers = [terminal.did(*words).out for words in asking]
    with disk.closed_to_writes():
        said = record(terminal, 1)
        assert answers == [terminal.did(*words).out for words in asking]

    assert 1 == said.code
    assert "[SL703]" in said.err
    assert 0 == record(terminal, 1).code
    check_ledger(terminal.ledger)
