"""The golden story at any point of it, through the command lines that `signoff demo` gives.

`play_until` plays the story in a folder up to a step, under the clock and ids of the story, and
gives a terminal that stands there. Tests go on from there by themselves.
"""

from collections.abc import Callable
from datetime import timedelta
from functools import cache
from importlib.resources import files
from pathlib import Path
from tempfile import TemporaryDirectory

from signoff_cli.demo_story import BEGINNING, STEPS, Step, StoryClock, StoryIds
from tests.cli.terminal import LEDGER, Said, Terminal

PROCESS = "kiln-lid"
SHEETS = ("batch-1.csv", "batch-2.csv")
PLAN = files("signoff_cli").joinpath("story", "plan.toml").read_text("utf-8")


def sheet(number: int) -> str:
    """Give the text of one of the story's sheets."""
    return files("signoff_cli").joinpath("story", SHEETS[number - 1]).read_text("utf-8")


def laid_out(folder: Path, plan: str = PLAN) -> Terminal:
    """Give a terminal in a folder with the story's plan and sheets, and no ledger yet."""
    terminal = Terminal(folder, StoryClock(), StoryIds())
    terminal.write("signoff.toml", f'ledger = "{LEDGER}"\n')
    terminal.write("plan.toml", plan)
    for number, name in enumerate(SHEETS, 1):
        terminal.write(name, sheet(number))
    return terminal


def play_until(folder: Path, until: Callable[[Step], bool], plan: str = PLAN) -> Terminal:
    """Play the story up to the first step of a kind, that step left out.

    A story that was played before in this test run is copied, not played again.

    Args:
        folder: Where.
        until: Says at which step to stop, that step left out.
        plan: Another plan file than the story's.
    """
    count = next(n for n, step in enumerate(STEPS) if until(step))
    content, ids = _ledger(plan, count)
    terminal = laid_out(folder, plan)
    terminal.ids = StoryIds(ids)
    terminal.write(LEDGER, content)
    clock = terminal.clock
    assert isinstance(clock, StoryClock)
    clock.move_to(STEPS[count - 1].at)
    return terminal


@cache
def _ledger(plan: str, count: int) -> tuple[bytes, int]:
    """Give the ledger after so many steps, and how many ids were given out by then."""
    with TemporaryDirectory() as name:
        terminal = laid_out(Path(name), plan)
        if count > 1:
            content, ids = _ledger(plan, count - 1)
            terminal.write(LEDGER, content)
            terminal.ids = StoryIds(ids)
        give(terminal, STEPS[count - 1])
        assert isinstance(terminal.ids, StoryIds)
        return terminal.ledger.read_bytes(), terminal.ids.given


def give(terminal: Terminal, step: Step) -> Said:
    """Give one step of the story: its command line, at its time, by its person."""
    clock = terminal.clock
    assert isinstance(clock, StoryClock)
    clock.move_to(step.at)
    return terminal(*step.args, by=step.by)


def goes(*words: str) -> Callable[[Step], bool]:
    """Tell the step whose command line begins with these words."""
    return lambda step: step.args[: len(words)] == words


def at_day(terminal: Terminal, days: int, hours: int = 0) -> None:
    """Move the story's clock."""
    clock = terminal.clock
    assert isinstance(clock, StoryClock)
    clock.moment = BEGINNING + timedelta(days=days, hours=hours)
