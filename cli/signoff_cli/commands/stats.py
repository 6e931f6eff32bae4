"""`signoff stats`: what the batches of a process show, in numbers, words and pictures."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from signoff_cli import decision_text
from signoff_cli.output import answer, keeps_to_ascii, paragraph, table
from signoff_cli.session import Session, reading
from signoff_ledger.queries.stats import SCHEMA, batch_rows
from signoff_ledger.queries.stats import stats as stats_of
from signoff_ledger.reports.text_charts import draw

if TYPE_CHECKING:
    from signoff_ledger.queries.answer_with_pictures import AnswerWithPictures
    from signoff_ledger.queries.measured_values import MeasuredValuesAnswer
    from signoff_ledger.queries.stats import StatsAnswer


@click.command
@click.argument("process", required=False)
@click.option("--batch", help="The batch to show in full.  [default: the latest]")
@reading
def stats(session: Session, process: str | None, batch: str | None) -> None:
    """Say what the batches of PROCESS show: intervals, attempts, forecast, fix effect, capability.

    Statistics describe the evidence; they never decide. Counts come before percentages, and every
    bound says whether it is one- or two-sided.

    \b
    Example:
      signoff stats kiln-lid
      signoff stats kiln-lid --batch PB-1 --json
    """
    with session.open() as opened:
        shown = stats_of(opened.ledger, process, batch)
    answer(
        session,
        SCHEMA,
        shown.data,
        batch_rows(shown.data),
        lambda: _for_people(shown, ascii_only=keeps_to_ascii(session)),
    )


def _for_people(shown: AnswerWithPictures[StatsAnswer], *, ascii_only: bool) -> str:
    data = shown.data
    chosen = next((each for each in data["batches"] if each["batch"] == data["batch"]), None)
    if chosen is None:
        return f"{data['process']} has no batch yet, so there is nothing to show."
    parts = [_summary(data), decision_text.for_people(chosen["says"])]
    parts += [draw(picture, ascii_only=ascii_only) for picture in shown.pictures]
    parts.append("\n".join(map(paragraph, chosen["remarks"])))
    measured = [_measured_row(each) for each in chosen["measured"] if "mean" in each]
    if measured:
        headings = ("measured", "n", "mean", "sd", "limits", "outside", "Ppk", "Ppk at least")
        parts.append("\n".join(("Measured, 95 % one-sided bounds:", table(headings, measured))))
    return "\n\n".join(parts)


def _summary(data: StatsAnswer) -> str:
    headings = (
        "batch",
        "rejects",
        "bar",
        "95 % interval",
        "at most",
        "evidence for the bar's rate",
    )
    rows = [
        (each["batch"], s["rejects"], s["bar"], s["interval"] or "-", s["at_most"] or "-",
         s["evidence"])
        for each in data["batches"]
        for s in [each["summary"]]
    ]  # fmt: skip
    return table(headings, rows)


def _measured_row(data: MeasuredValuesAnswer) -> tuple[str, ...]:
    able = data.get("capability")
    limits = f"{data['lower'] or ''}..{data['upper'] or ''}" if "outside" in data else "none"
    return (
        f"{data['characteristic']} ({data['unit']})",
        str(data["n"]),
        _short(data["mean"]),
        _short(data["sd"]),
        limits,
        str(data.get("outside", "-")),
        _short(able["ppk"]) if able else "-",
        _short(able["ppk_at_least"]) if able else "-",
    )


def _short(text: str | None) -> str:
    return "-" if text is None else f"{float(text):.3g}"
