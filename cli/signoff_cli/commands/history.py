"""`signoff history`: everything that happened, one sentence per event."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Any

import click

from signoff_cli.output import answer, is_unread, page, table, write
from signoff_cli.session import pass_session, reading
from signoff_ledger.application.commands.people import known_person
from signoff_ledger.errors import Advice, InputError
from signoff_ledger.projections import follower
from signoff_ledger.projections import history as view

if TYPE_CHECKING:
    from signoff_cli.session import Session
    from signoff_ledger.application.unit_of_work import UnitOfWork
    from signoff_ledger.bootstrap import OpenLedger

_COUNT = click.IntRange(0, 2**53)
_CONDITIONS = {
    "process": "process = ?",
    "batch": "kind = 'batch' AND subject = ?",
    "person": "person = ?",
}


@click.command(short_help="Tell everything that happened.")
@click.argument("process", required=False)
@click.option("--batch", help="Only this batch.")
@click.option("--person", help="Only what this person did.")
@click.option("--after", type=_COUNT, default=0, help="Only behind this position.")
@click.option("--limit", type=_COUNT, help="At most so many, the latest ones.")
@click.option("--follow", is_flag=True, help="Go on with what is recorded, until Ctrl-C.")
@click.option("--no-pager", is_flag=True, help="Write straight to the screen.")
@reading
@pass_session
def history(session: Session, /, no_pager: bool, follow: bool, **wanted: Any) -> None:
    """Tell everything that happened to PROCESS, or in the whole ledger, in the log's order.

    \b
    Example:
      signoff history kiln-lid
      signoff history --person d.hart --format jsonl
      signoff history --follow --after 85
    """
    chosen = {c: wanted[option] for option, c in _CONDITIONS.items() if wanted[option] is not None}
    where, parameters = " AND ".join(["position > ?", *chosen]), [wanted["after"], *chosen.values()]
    with session.open(patient=follow) as opened:
        _check_known(opened.ledger.work(), wanted)
        if follow:
            _follow(session, opened, where, parameters)
            return
        rows = opened.views.read(view.TABLE, where, parameters)
    if wanted["limit"] is not None:
        rows = rows[-wanted["limit"] :] if wanted["limit"] > 0 else []

    def human() -> str:
        return table(
            ("event", "recorded (UTC)", "by", "what happened"),
            [(f"#{r['position']}", _when(r), r["person"], r["sentence"]) for r in rows],
        )

    if session.output_format == "table" and sys.stdout.isatty() and not no_pager:
        page(human())
    else:
        answer(session, "signoff.history/1", rows, rows, human)


def _follow(session: Session, opened: OpenLedger, where: str, parameters: list[Any]) -> None:
    """Tell what was recorded, and what is, a line each."""
    if session.output_format not in {"table", "jsonl"}:
        raise InputError(
            "SL109",
            f"{session.output_format} has an end, and what is followed has none",
            advice=Advice("follow-as-jsonl"),
        )
    for rows in follower.follow(opened.store, opened.views, where, parameters):
        for row in rows:
            if session.output_format == "jsonl":
                answer(session, "signoff.history/1", rows, [row], str)
            else:
                write(f"#{row['position']}  {_when(row)}  {row['person']}  {row['sentence']}")
            if is_unread():
                return


def _check_known(work: UnitOfWork, wanted: dict[str, Any]) -> None:
    """Refuse a name that is on no record: an empty answer would look like an empty past."""
    if wanted["process"] is not None:
        work.known_process(wanted["process"])
    if wanted["batch"] is not None:
        work.known_batch(wanted["batch"])
    if wanted["person"] is not None:
        known_person(work, wanted["person"])


def _when(row: dict[str, Any]) -> str:
    recorded = row["recorded_at"][:16].replace("T", " ")
    observed = row["observed_at"][:16].replace("T", " ")
    return f"{recorded} (seen {observed})" if observed else recorded
