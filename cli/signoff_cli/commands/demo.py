"""`signoff demo`: play the whole story on a throw-away ledger."""

from __future__ import annotations

import shlex
import sys
import tempfile
from contextlib import ExitStack, chdir, redirect_stderr
from dataclasses import replace
from importlib.resources import files
from pathlib import Path

import click

from signoff_cli.demo_story import STEPS, Step, StoryClock, StoryIds, story_key
from signoff_cli.output import is_unread, paragraph, write
from signoff_cli.session import Session, reading
from signoff_ledger.errors import Advice, StoreError

_FILES = ("plan.toml", "batch-1.csv", "batch-2.csv")
_PROJECT = 'ledger = "ledger.db"\nkeys = "keys"\n'


@click.command
@click.option("--keep", metavar="DIR", type=click.Path(path_type=Path),
              help="Leave the ledger, the plan and the sheets in DIR.")  # fmt: skip
@reading
def demo(session: Session, keep: Path | None) -> None:
    """Play the story of a lid that did not seat, through the commands that people type.

    A bar is set, twenty units are built, five fail, the bar holds the process, three fixes are
    made, a fresh batch clears the bar, the process is signed off and a run is ordered.

    \b
    Example:
      signoff demo --keep story && cd story && signoff history
    """
    if keep is not None:
        session.done = f"the story is kept in {keep}"
    with ExitStack() as stack:
        folder = keep or Path(stack.enter_context(tempfile.TemporaryDirectory()))
        _lay_out(folder)
        stack.enter_context(chdir(folder))
        stack.enter_context(redirect_stderr(sys.stdout))
        clock, ids = StoryClock(), StoryIds()
        # A ledger that is kept has an owner: its key must be theirs alone.
        new_key = story_key if keep is None else None
        for step in STEPS:
            if keep is None and is_unread():
                return
            clock.move_to(step.at)
            _play(step, Session(clock=clock, ids=ids, new_key=new_key))
    if keep is None:
        write("\nKeep the files and go on by yourself:  signoff demo --keep DIR")
    else:
        write(
            f"\nThe ledger is {keep / 'ledger.db'}. Go on:  cd {keep} && signoff history kiln-lid"
        )


def _lay_out(folder: Path) -> None:
    try:
        folder.mkdir(parents=True, exist_ok=True)
        if (folder / "ledger.db").exists():
            raise StoreError(
                "SL704",
                f"there is a file already: {folder / 'ledger.db'}",
                why="a ledger is never overwritten",
                advice=Advice("name-new-folder"),
            )
        for name in _FILES:
            text = files("signoff_cli").joinpath("story", name).read_text("utf-8")
            (folder / name).write_text(text, "utf-8")
        (folder / "signoff.toml").write_text(_PROJECT, "utf-8")
    except OSError as error:
        raise StoreError(
            "SL703", f"the story cannot be laid out in {folder}", why=str(error.strerror)
        ) from None


def _play(step: Step, session: Session) -> None:
    from signoff_cli.main import run  # main knows this module by name only

    if step.intro:
        write("\n" + paragraph(step.intro))
    write(f"\n$ signoff --as {step.by} {shlex.join(step.args)}")
    # As typed in that folder: what is set in this shell has no part in the story.
    session = replace(session, actor=step.by, format="table", ledger="ledger.db")
    code = run(["--color", "never", "--as", step.by, *step.args], session)
    if code:
        write(f"(exit code {code})")
