"""`signoff compare`: two batches, before and after; did the fix hold?"""

from __future__ import annotations

import click

from signoff_cli.output import answer, keeps_to_ascii, paragraph
from signoff_cli.session import Session, reading
from signoff_ledger.queries.compare import SCHEMA, mode_rows
from signoff_ledger.queries.compare import compare as compare_batches
from signoff_ledger.reports.text_charts import draw


@click.command
@click.argument("before")
@click.argument("after")
@reading
def compare(session: Session, before: str, after: str) -> None:
    """Compare batch BEFORE with batch AFTER, overall and mode by mode.

    Boschloo's exact test is the headline, Fisher's is given too, modes that a change was meant
    to fix are adjusted after Holm. It says whether the batches could have shown an improvement.

    \b
    Example:
      signoff compare PB-1 PB-2
    """
    with session.open() as opened:
        compared = compare_batches(opened.ledger, before, after)

    def human() -> str:
        ascii_only = keeps_to_ascii(session)
        drawn = [draw(each, ascii_only=ascii_only) for each in compared.pictures]
        return "\n\n".join((*drawn, *map(paragraph, compared.data["says"])))

    answer(session, SCHEMA, compared.data, mode_rows(compared.data), human)
