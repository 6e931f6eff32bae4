"""`signoff replay`: take every decision again from the events, and compare."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from signoff_cli.commands.why import as_data as explanation_data
from signoff_cli.commands.why import for_people
from signoff_cli.inputs import moment
from signoff_cli.output import answer, colored, table
from signoff_cli.replay_stepper import walk
from signoff_cli.session import pass_session, reading
from signoff_ledger.application.commands.plans import only_process
from signoff_ledger.domain.values import format_utc
from signoff_ledger.errors import EvidenceError, NotFoundError
from signoff_ledger.projections.explanation import explain
from signoff_ledger.replay import replay as replaying
from signoff_ledger.replay.what_if import STAMP, what_if

if TYPE_CHECKING:
    from signoff_cli.session import Session
    from signoff_ledger.application.ports import Store
    from signoff_ledger.replay.what_if import WhatIf

_DIFFERS = EvidenceError.exit_code
_SIGNATURES = {True: "holds", False: "DOES NOT HOLD", None: "none"}
_LONGEST_POSITION = 15
"""Digits of the largest position; whatever is longer is none."""


@click.command(short_help="Take every decision again and compare.")
@click.argument("process", required=False)
@click.option("--until", metavar="POSITION|DATE", help="Show the state as of then.")
@click.option("--step", is_flag=True, help="Walk through the events on a terminal.")
@click.option("--what-if", "question", metavar="CLAUSES",
              help="Judge every past decision under another bar, such as 'ac=0' or 'ac=0..5,n=20'.",
              )  # fmt: skip
@reading
@pass_session
def replay(
    session: Session,
    process: str | None,
    until: str | None,
    step: bool,  # a flag
    question: str | None,
) -> int:
    """Take every decision on PROCESS again from the events up to it, and compare with the record.

    Exits 5 when one does not come out the same. --until rebuilds the state as of a position, or of
    a time with its offset. --step walks event by event: n next, b back, d next decision, q quit.
    --what-if shows every past decision under a bar that nobody set; no such answer is a decision.
    Its clauses: ac, n, critical, each and median (times), severity, confirmation, missing, repeat,
    mode:NAME, characteristic:NAME; a range such as ac=0..5 makes a grid.

    \b
    Example:
      signoff replay kiln-lid
      signoff replay kiln-lid --until 2026-03-09T12:00:00Z
      signoff replay kiln-lid --what-if 'ac=0..5'
    """
    with session.open() as opened:
        store = opened.store
        key = only_process(opened.ledger.work(), process)
        end = _position(store, until)
        if question is not None:
            _answer_what_if(session, key, question, list(what_if(store, key, question, end)))
            return 0
        if step:
            walk(store, key, end)
            return 0
        decisions = [_decision(d) for d in replaying.replay_decisions(store, key, end)]
        data: dict[str, Any] = {"process": key, "until": end, "decisions": decisions}
        if end is not None:
            data["state"] = explanation_data(store, key, explain(store, key, until=end))
    same = all(d["same"] for d in decisions)

    def human() -> str:
        shown = [
            (f"#{d['position']}", d["outcome"], d["batch"] or "-", d["rule_set"],
             "same" if d["same"] else "DIFFERENT", _SIGNATURES[d["signature_holds"]])
            for d in decisions
        ]  # fmt: skip
        text = (
            table(("event", "outcome", "batch", "rules", "replayed", "signature"), shown)
            if shown
            else f"No decision has been taken on {key}."
        )
        if "state" in data:
            text += f"\n\nAs of position {end}:\n" + for_people(
                data["state"], color=colored(session)
            )
        return text

    answer(session, "signoff.replay/1", data, decisions, human)
    return 0 if same else _DIFFERS


def _answer_what_if(session: Session, key: str, question: str, answers: list[WhatIf]) -> None:
    """Answer with past decisions under other bars, stamped in every format."""
    rows = [
        {
            "counterfactual": True,
            "position": a.position,
            "batch": a.batch,
            "decided": str(a.decided),
            "bar_you_did_not_set": dict(a.changed),
            "would": str(a.would),
            "flips": a.flips,
            "missed": [{"rule": rule, "says": says} for rule, says in a.missed],
            "beside": list(a.beside),
        }
        for a in answers
    ]
    data = {
        "counterfactual": True,
        "stamp": STAMP,
        "process": key,
        "what_if": question,
        "answers": rows,
    }

    def human() -> str:
        if not answers:
            return f"{STAMP}\n\nNo decision has been taken on a batch of {key}."
        shown = [
            (
                f"#{a.position}",
                a.batch,
                str(a.decided),
                ", ".join(f"{name}={value}" for name, value in a.changed.items()),
                str(a.would) + (" (flips)" if a.flips else ""),
                "; ".join(rule for rule, _ in a.missed)
                or ("met; yet " + ", ".join(a.beside) if a.beside else "met"),
            )
            for a in answers
        ]
        headings = ("event", "batch", "decided", "bar you did not set", "would be", "that bar")
        return f"{STAMP}\n\n{table(headings, shown)}"

    answer(session, "signoff.whatif/1", data, rows, human)


def _decision(replayed: replaying.ReplayedDecision) -> dict[str, Any]:
    return {
        "position": replayed.position,
        "at": format_utc(replayed.at),
        "by": replayed.by,
        "automatic": replayed.automatic,
        "batch": replayed.recorded.batch,
        "outcome": str(replayed.outcome),
        "rule_set": replayed.recorded.rule_set,
        "recorded": replayed.recorded.model_dump(mode="json", exclude_none=True),
        "replayed": replayed.replayed.model_dump(mode="json", exclude_none=True),
        "same": replayed.same,
        "figures_same": replayed.figures_same,
        "signature_holds": replayed.signature_holds,
    }


def _position(store: Store, until: str | None) -> int | None:
    if until is None:
        return None
    if until.isdecimal() and len(until) <= _LONGEST_POSITION:
        return replaying.checked_position(store, int(until))
    text = until if len(until) > len("2026-03-09") else f"{until}T23:59:59.999999+00:00"
    when = moment(text)
    position = replaying.position_at(store, when) if when else 0
    if position == 0:
        raise NotFoundError(
            "SL206",
            f"nothing was recorded by {until}",
            fix="signoff history  shows when the first event was",
        )
    return position
