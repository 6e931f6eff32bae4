"""`signoff unit`: one unit, whether and why it counts, and everything recorded of it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from signoff_cli.output import answer, paragraph, table
from signoff_cli.session import Session, reading
from signoff_ledger.queries import unit as query

if TYPE_CHECKING:
    from collections.abc import Iterator

    from signoff_ledger.queries.batch import CorrectionAnswer
    from signoff_ledger.queries.unit import UnitStoryAnswer


@click.command
@click.argument("serial")
@click.option("--batch", help="Only in this batch.")
@click.option("--process", help="Only in batches of this process.")
@reading
def unit(session: Session, serial: str, batch: str | None, process: str | None) -> None:
    """Show the unit SERIAL: its readings, nonconformities, whether it counts, and its record.

    A serial may stand in batches of several processes; each of them is shown.

    \b
    Example:
      signoff unit PB-1-003
      signoff unit PB-1-003 --batch PB-1 --format json
    """
    with session.views() as views:
        data = query.unit(views, serial, batch, process)
    answer(
        session,
        query.SCHEMA,
        data,
        data["units"],
        lambda: "\n\n".join("\n".join(_lines(each)) for each in data["units"]),
    )


def _lines(unit: UnitStoryAnswer) -> Iterator[str]:
    yield f"{unit['serial']}  batch {unit['batch']} of {unit['process']}: {unit['result']}"
    because = "; ".join(unit["excluded_because"])
    yield paragraph(f"It does NOT count: {because}." if because else "It counts.")
    released = "may" if unit["releasable"] else "does NOT"
    yield f"It {released} go on to a user."
    if unit["replaces"]:
        yield f"It stands in for {unit['replaces']}."
    if unit["disposition"]:
        yield f"Disposition: {unit['disposition']}."
    yield paragraph(
        f"Made: {unit['method']}, {unit['made']}; inspected by {', '.join(unit['inspectors'])}."
    )
    if unit["found"] != "-":
        yield paragraph(f"Found: {unit['found']}.")
    if unit["readings"]:
        yield ""
        yield table(("characteristic", "reading"), [*unit["readings"].items()])
    if unit["corrections"]:
        yield ""
        yield table(
            ("correction", "entry", "was", "becomes", "answer", "why"),
            [
                (c["number"], c["field"], c["was"], c["becomes"], _answered(c), c["reason"])
                for c in unit["corrections"]
            ],
        )
    yield ""
    rows = [(f"#{e['position']}", e["person"], e["sentence"]) for e in unit["events"]]
    yield table(("event", "by", "what happened"), rows)


def _answered(correction: CorrectionAnswer) -> str:
    if correction["confirmed_by"]:
        return f"confirmed by {correction['confirmed_by']}"
    return f"declined by {correction['declined_by']}" if correction["declined_by"] else "waits"
