"""`signoff stats`: what the batches of a process show, in numbers, words and pictures."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import click

from signoff_cli import decision_text
from signoff_cli.output import answer, keeps_to_ascii, paragraph, table
from signoff_cli.session import pass_session, reading
from signoff_ledger.application.commands.plans import only_process
from signoff_ledger.figures.charts import pictures
from signoff_ledger.figures.compute import figures_of
from signoff_ledger.figures.number_format import at_most, counted, percent
from signoff_ledger.queries.stats import evaluation
from signoff_ledger.reports.text_charts import draw

if TYPE_CHECKING:
    from signoff_cli.session import Session
    from signoff_ledger.domain.case import Case


@click.command(short_help="Say what the batches of a process show.")
@click.argument("process", required=False)
@click.option("--batch", help="The batch to tell in full.  [default: the latest]")
@reading
@pass_session
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
        work = opened.ledger.work()
        key = only_process(work, process)
        case = work.case(key, batch)
    each = [evaluation(replace(case, batch_key=name)) for name in case.batches]
    batches = [data for data in each if data is not None]
    answer(
        session,
        "signoff.stats/1",
        {"process": key, "batch": case.batch_key, "batches": batches},
        [_row(data) for data in batches],
        lambda: _for_people(case, batches, ascii_only=keeps_to_ascii(session)),
    )


def _row(data: dict[str, Any]) -> dict[str, Any]:
    rate = data["figures"]["rate"]
    return {
        "batch": data["batch"],
        "attempt": data["attempt"],
        "rejects": rate["rejects"],
        "inspected": rate["inspected"],
        "lower": rate.get("lower"),
        "upper": rate.get("upper"),
        "at_most": rate.get("at_most"),
        "evidence": rate["evidence"],
    }


def _for_people(case: Case, batches: list[dict[str, Any]], *, ascii_only: bool) -> str:
    told = next((data for data in batches if data["batch"] == case.batch_key), None)
    figures = figures_of(case)
    if told is None or figures is None:
        return f"{case.process.key} has no batch yet, so there is nothing to show."
    parts = [_summary(case), decision_text.for_people(told["says"])]
    parts += [draw(picture, ascii_only=ascii_only) for picture in pictures(case, figures)]
    parts.append("\n".join(_beside(told)))
    measured = [_measured_row(data) for data in told["measured"] if "mean" in data]
    if measured:
        headings = ("measured", "n", "mean", "sd", "limits", "outside", "Ppk", "Ppk at least")
        parts.append("\n".join(("Measured, 95 % one-sided bounds:", table(headings, measured))))
    return "\n\n".join(parts)


def _summary(case: Case) -> str:
    rows = []
    for key in case.batches:
        figures = figures_of(replace(case, batch_key=key))
        if figures is None:
            continue
        rate = figures.rate
        fits = most = "-"
        if rate.lower is not None and rate.upper is not None and rate.at_most is not None:
            fits = f"{percent(rate.lower)} to {percent(rate.upper)}"
            most = at_most(rate.at_most)
        bar = f"at most {figures.bar.max_rejects} of {figures.bar.units}"
        rows.append((key, f"{rate.rejects} of {rate.inspected}", bar, fits, most, rate.evidence))
    headings = (
        "batch",
        "rejects",
        "bar",
        "95 % interval",
        "at most",
        "evidence for the bar's rate",
    )
    return table(headings, rows)


def _beside(told: dict[str, Any]) -> list[str]:
    """Say what helps to understand a batch and decides nothing."""
    lines = []
    if told["missed_from_unit"] is not None:
        lines.append(
            f"The bar could no longer be met from unit {told['missed_from_unit']} on; the rest was "
            "worth inspecting for the faults and the rate."
        )
    marks = told["per_unit"]
    if marks is not None:
        lines.append(
            f"{counted(marks['nonconformities'], 'nonconformity', 'nonconformities')} on "
            f"{counted(marks['units'], 'unit')}: {_short(marks['rate'])} per unit, "
            f"{_short(marks['lower'])} to {_short(marks['upper'])} would fit (95 %, Garwood)."
        )
    lines += [
        f"With the {each['prior']} prior, the chance that the rate is at most "
        f"{percent(Decimal(each['rate']))} is {percent(Decimal(each['chance_at_most']))}."
        for each in told["posterior"]
    ]
    coarse = [each["name"] for each in told["measured"] if each["coarse"]]
    if coarse:
        lines.append(
            f"Recorded in steps coarser than a tenth of the tolerance: {', '.join(coarse)}."
        )
    return [paragraph(line) for line in lines]


def _measured_row(data: dict[str, Any]) -> tuple[str, ...]:
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
