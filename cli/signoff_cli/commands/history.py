"""`signoff history`: everything that happened, one sentence per event."""

from __future__ import annotations

import sys
from typing import Any

import click

from signoff_cli.output import answer, is_unread, page, table, write
from signoff_cli.session import Session, reading
from signoff_ledger.errors import Advice, InputError
from signoff_ledger.queries import history as query

_COUNT = click.IntRange(0, 2**53)


@click.command
@click.argument("process", required=False)
@click.option("--batch", help="Only this batch.")
@click.option("--person", help="Only what this person did.")
@click.option("--after", type=_COUNT, default=0, help="Only after this position.")
@click.option("--limit", type=_COUNT, help="At most so many, the latest ones.")
@click.option("--follow", is_flag=True, help="Go on with what is recorded, until Ctrl-C.")
@click.option("--no-pager", is_flag=True, help="Write straight to the screen.")
@reading
def history(session: Session, /, no_pager: bool, follow: bool, **wanted: Any) -> None:
    """Show the events of PROCESS, or of the whole ledger, in the log's order.

    \b
    Example:
      signoff history kiln-lid
      signoff history --person d.hart --format jsonl
      signoff history --follow --after 85
    """
    asked = query.HistoryFilter(**wanted)
    if follow:
        _follow(session, asked)
        return
    with session.views() as views:
        rows = query.history(views, asked)

    def human() -> str:
        return table(
            ("event", "recorded (UTC)", "by", "what happened"),
            [(f"#{r['position']}", _when(r), r["person"], r["sentence"]) for r in rows],
        )

    if session.output_format == "table" and sys.stdout.isatty() and not no_pager:
        page(human())
    else:
        answer(session, query.SCHEMA, rows, rows, human)


def _follow(session: Session, asked: query.HistoryFilter) -> None:
    """Show what was recorded and what is recorded from now on, a line each."""
    from signoff_ledger.queries.followed_history import followed_history  # loads the write side

    if session.output_format not in {"table", "jsonl"}:
        raise InputError(
            "SL109",
            f"{session.output_format} has an end, and what is followed has none",
            advice=Advice("follow-as-jsonl"),
        )
    with session.open(patient=True) as opened:
        for rows in followed_history(opened.store, opened.views, asked):
            for row in rows:
                if session.output_format == "jsonl":
                    answer(session, query.SCHEMA, row, [row], str)
                else:
                    write(f"#{row['position']}  {_when(row)}  {row['person']}  {row['sentence']}")
                if is_unread():
                    return


def _when(row: query.HistoryRowAnswer) -> str:
    recorded = row["recorded_at"][:16].replace("T", " ")
    observed = row["observed_at"][:16].replace("T", " ")
    return f"{recorded} (seen {observed})" if observed else recorded
