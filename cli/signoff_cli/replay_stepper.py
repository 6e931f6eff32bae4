"""Walking through a story event by event on a terminal."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import click

from signoff_cli.output import is_unread, paragraph, write
from signoff_ledger.errors import InputError
from signoff_ledger.projections.sentences import sentence
from signoff_ledger.projections.subjects import Subject
from signoff_ledger.replay.replay import Walk, steps

if TYPE_CHECKING:
    from signoff_ledger.application.ports import Store
    from signoff_ledger.replay.replay import Step

_KEYS = "n next, b back, d next decision, q quit"


def walk(store: Store, process: str, until: int | None) -> None:
    """Show a process's events one by one, each with the state it led to.

    Raises:
        InputError: SL107 where there is no terminal to ask on.
    """
    if not sys.stdin.isatty():
        raise InputError(
            "SL107",
            "--step needs a terminal",
            fix="signoff history  tells the same events;  --until POSITION  shows a state",
        )
    story = Walk(process, steps(store, process, until))
    index = 0
    while not is_unread():
        write(_shown(story.at(index), process, index + 1, len(story)))
        key = click.prompt(_KEYS, default="n", show_default=False, prompt_suffix=" > ").strip()
        if key.startswith("q") or (key.startswith("n") and index == len(story) - 1):
            return
        if key.startswith("b"):
            index = max(index - 1, 0)
        elif key.startswith("d"):
            index = story.next_decision(index)
        else:
            index += 1


def _shown(step: Step, process: str, number: int, total: int) -> str:
    recorded, state = step.recorded, step.case.process
    subject = Subject("process", process, process)
    for batch in step.case.batches.values():
        if batch.id == recorded.entry.stream:
            subject = Subject("batch", batch.key, process)
    when = f"{recorded.entry.at:%Y-%m-%d %H:%M:%S}Z"
    lines = [
        "",
        f"{number}/{total}  event #{recorded.position}  {when}  by {recorded.entry.by}",
        paragraph(sentence(recorded.entry, subject), "  "),
        f"  state: {state.standing}, revision {state.revision}, {len(state.batches)} batch(es)",
    ]
    failing = len(step.verdict.blockers)
    total_rules = len(step.verdict.findings)
    lines.append(f"  rules: {total_rules - failing}/{total_rules} hold")
    for rule, holds in step.changed:
        finding = step.verdict.finding(rule)
        lines.append(paragraph(f"{'now holds' if holds else 'no longer holds'}: {rule}: "
                               f"{finding.says}", "    "))  # fmt: skip
    return "\n".join(lines)
