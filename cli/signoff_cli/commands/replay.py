"""`signoff replay`: take every decision again from the events, and compare."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from signoff_cli.commands.why import for_people
from signoff_cli.inputs import read_moment
from signoff_cli.output import answer, colored, table
from signoff_cli.replay_stepper import check_terminal, walk
from signoff_cli.session import Session, reading
from signoff_ledger.errors import EvidenceError
from signoff_ledger.queries.replay import SCHEMA, position_of
from signoff_ledger.queries.replay import replay as replay_of
from signoff_ledger.queries.replay_steps import story
from signoff_ledger.queries.what_if import SCHEMA as WHAT_IF_SCHEMA
from signoff_ledger.queries.what_if import past_under_other_bars

if TYPE_CHECKING:
    from datetime import datetime

    from signoff_ledger.queries.what_if import WhatIfAnswer

_DIFFERS = EvidenceError.exit_code
_SIGNATURES = {True: "holds", False: "DOES NOT HOLD", None: "none"}
_LONGEST_POSITION = 15
"""Digits of the largest position; whatever is longer is none."""


@click.command
@click.argument("process", required=False)
@click.option("--until", metavar="POSITION|DATE", help="Show the state as of then.")
@click.option("--step", is_flag=True, help="Walk through the events on a terminal.")
@click.option("--what-if", "question", metavar="CLAUSES",
              help="Judge every past decision under another bar, such as 'ac=0' or 'ac=0..5,n=20'.",
              )  # fmt: skip
@reading
def replay(
    session: Session,
    process: str | None,
    until: str | None,
    step: bool,  # a flag
    question: str | None,
) -> int:
    """Compute every decision on PROCESS again from the events before it, and compare.

    Exits 5 when one does not come out the same. --until rebuilds the state as of a position, or of
    a time with its offset. --step walks event by event: n next, b back, d next decision, q quit.
    --what-if shows every past decision under a bar that was never set; none of them is a
    decision.
    Its clauses: ac, n, critical, each and median (times), severity, confirmation, missing, repeat,
    mode:NAME, characteristic:NAME; a range such as ac=0..5 makes a grid.

    \b
    Example:
      signoff replay kiln-lid
      signoff replay kiln-lid --until 2026-03-09T12:00:00Z
      signoff replay kiln-lid --what-if 'ac=0..5'
    """
    with session.open() as opened:
        ledger = opened.ledger
        end = None if until is None else position_of(ledger, _position_or_moment(until))
        if question is not None:
            _answer_what_if(session, past_under_other_bars(ledger, process, question, end))
            return 0
        if step:
            check_terminal()
            walk(story(ledger, process, end))
            return 0
        data = replay_of(ledger, process, end)
    decisions = data["decisions"]

    def human() -> str:
        shown = [
            (f"#{d['position']}", d["outcome"], d["batch"] or "-", d["rule_set"],
             "same" if d["same"] else "DIFFERENT", _SIGNATURES[d["signature_holds"]])
            for d in decisions
        ]  # fmt: skip
        text = (
            table(("event", "outcome", "batch", "rules", "replayed", "signature"), shown)
            if shown
            else f"No decision has been taken on {data['process']}."
        )
        if "state" in data:
            text += f"\n\nAs of position {end}:\n" + for_people(
                data["state"], color=colored(session)
            )
        return text

    answer(session, SCHEMA, data, decisions, human)
    return 0 if all(d["same"] for d in decisions) else _DIFFERS


def _answer_what_if(session: Session, data: WhatIfAnswer) -> None:
    """Answer with past decisions under other bars, stamped in every format."""
    answers = data["answers"]

    def human() -> str:
        stamp = data["stamp"]
        if not answers:
            return f"{stamp}\n\nNo decision has been taken on a batch of {data['process']}."
        shown = [
            (
                f"#{a['position']}",
                a["batch"],
                a["decided"],
                ", ".join(f"{name}={value}" for name, value in a["bar_you_did_not_set"].items()),
                a["would"] + (" (flips)" if a["flips"] else ""),
                "; ".join(each["rule"] for each in a["missed"])
                or ("met; yet " + ", ".join(a["other_rules"]) if a["other_rules"] else "met"),
            )
            for a in answers
        ]
        headings = ("event", "batch", "decided", "bar you did not set", "would be", "that bar")
        return f"{stamp}\n\n{table(headings, shown)}"

    answer(session, WHAT_IF_SCHEMA, data, answers, human)


def _position_or_moment(until: str) -> int | datetime:
    if until.isdecimal() and len(until) <= _LONGEST_POSITION:
        return int(until)
    return read_moment(
        until if len(until) > len("2026-03-09") else f"{until}T23:59:59.999999+00:00"
    )
