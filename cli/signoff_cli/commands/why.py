"""`signoff why`: outcome, rules with their numbers, and the events that settle them."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

import click

from signoff_cli import decision_text, findings
from signoff_cli.color import paint, style_of
from signoff_cli.output import answer, colored, paragraph, table
from signoff_cli.session import Session, reading
from signoff_ledger.queries import why as query
from signoff_ledger.queries.subjects import process_named

if TYPE_CHECKING:
    from signoff_ledger.queries.why import DecisionAnswer, WhyAnswer


@click.command
@click.argument("process", required=False)
@click.option("--batch", help="Explain the decision on this batch.")
@reading
def why(session: Session, process: str | None, batch: str | None) -> None:
    """Say why PROCESS is signed off or held: outcome, each rule, and the events that settle it.

    \b
    Example:
      signoff why kiln-lid
      signoff why kiln-lid --batch PB-1
    """
    with session.views() as views:
        data = query.why(views, process, batch, session.now())
    if data is None:
        from signoff_ledger.queries.why_undecided import why_undecided  # asks the rules

        with session.open() as opened:
            key = process_named(opened.views, process)
            data = why_undecided(opened.store, key, batch, now=session.now())
    answer(
        session,
        query.SCHEMA,
        data,
        data["rules"],
        partial(for_people, data, color=colored(session)),
    )


def for_people(data: WhyAnswer, *, color: bool) -> str:
    """Write an explanation for a person."""
    outcome = paint(data["outcome"], style_of(data["outcome"]), on=color)
    about = f" on batch {data['batch']}" if data["batch"] else ""
    lines = [f"{data['process']}  {data['name']}", f"{outcome}{about}{_who(data['decision'])}"]
    if data["standing"] != data["outcome"]:
        standing = f"The process is {data['standing']}"
        because = f": {data['standing_why']}" if data["standing_why"] else ""
        lines.append(paragraph(standing + because))
    if data["orders_at_risk"]:
        orders = (f"{o['reference']} ({o['quantity']})" for o in data["orders_at_risk"])
        lines.append(paragraph(f"ORDERS AT RISK: {', '.join(orders)}"))
    lines += [paragraph(f"{d['topic']}: {d['says']}") for d in data["disclosures"]]
    if data["held_for_s"] is not None:
        lines.append(f"It was held for {_duration(data['held_for_s'])} before that.")
    as_of = "as of the decision; signoff check shows today's" if data["decision"] else "today"
    lines += ["", f"The rules, {as_of}:", findings.for_people(data["rules"], color=color)]
    if data["says"]["rule"]:
        lines += ["", decision_text.for_people(data["says"])]
    if data["modes"]:
        batches = list(next(iter(data["modes"].values())))
        rows = [(mode, *counts.values()) for mode, counts in data["modes"].items()]
        lines += ["", "Units with each mode:", table(("mode", *batches), rows)]
    lines += [f"RECURRENCE: {mode} was declared fixed before." for mode in data["recurrences"]]
    if data["context"]:
        rows = [(f"#{b['position']}", b["by"], b["says"]) for b in data["context"]]
        lines += ["", "Context of the decision:", table(("event", "by", "what happened"), rows)]
    if data["handover"]["serials"]:
        handover = data["handover"]
        lines += [
            "",
            f"{len(handover['serials'])} conforming units went to {handover['activity']}.",
        ]
    if data["does_not_show"]:
        lines += ["", paragraph(data["does_not_show"])]
    return "\n".join(lines)


def _duration(seconds: int) -> str:
    days, rest = divmod(seconds, 86_400)
    hours, rest = divmod(rest, 3_600)
    parts = [(days, "day"), (hours, "hour"), (rest // 60, "minute")]
    said = [f"{count} {noun}" + ("s" if count != 1 else "") for count, noun in parts if count]
    return " ".join(said[:2]) or "less than a minute"


def _who(decision: DecisionAnswer | None) -> str:
    if decision is None:
        return ""
    when = decision["at"][:16].replace("T", " ") + "Z"
    return (
        f" by {decision['printed_name']}, {when}, event #{decision['position']} "
        f"(signature: {decision['signature']})"
    )
