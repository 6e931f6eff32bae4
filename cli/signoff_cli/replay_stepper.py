"""Stepping through a story event by event on a terminal."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import click

from signoff_cli.output import is_unread, paragraph, write
from signoff_ledger.errors import Advice, InputError

if TYPE_CHECKING:
    from signoff_ledger.queries.replay_steps import StepAnswer, Story

_KEYS = "n next, b back, d next decision, q quit"


def check_terminal() -> None:
    """Refuse to step through a story where no key can be asked for.

    Raises:
        InputError: SL107.
    """
    if not sys.stdin.isatty():
        raise InputError(
            "SL107",
            "--step needs a terminal",
            advice=Advice("list-events"),
        )


def walk(story: Story) -> None:
    """Show a process's events one by one, each with the state it led to."""
    index = 0
    while not is_unread():
        write(_for_people(story.step(index)))
        key = click.prompt(_KEYS, default="n", show_default=False, prompt_suffix=" > ").strip()
        if key.startswith("q") or (key.startswith("n") and index == len(story) - 1):
            return
        if key.startswith("b"):
            index = max(index - 1, 0)
        elif key.startswith("d"):
            index = story.next_decision(index)
        else:
            index += 1


def _for_people(step: StepAnswer) -> str:
    when = f"{step['at'][:19].replace('T', ' ')}Z"
    lines = [
        "",
        f"{step['number']}/{step['total']}  event #{step['position']}  {when}  by {step['by']}",
        paragraph(step["sentence"], "  "),
        f"  state: {step['standing']}, revision {step['revision']}, {step['batches']} batch(es)",
        f"  rules: {step['rules_held']}/{step['rules']} hold",
    ]
    for each in step["changed"]:
        turned = "now holds" if each["holds"] else "no longer holds"
        lines.append(paragraph(f"{turned}: {each['rule']}: {each['says']}", "    "))
    return "\n".join(lines)
