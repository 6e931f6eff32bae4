"""`signoff bar`: register the bar in advance, supersede it, show it, or pick one.

What a bar lets through is said at the moment it is set, when it can still be another one.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from signoff_cli import receipts
from signoff_cli.inputs import input_text, long_text
from signoff_cli.output import answer, keeps_to_ascii, paragraph, table
from signoff_cli.session import pass_session, reading, recording
from signoff_ledger.application.commands.plans import (
    countersign_bar,
    only_process,
    register_bar,
    supersede_bar,
)
from signoff_ledger.bounded_file import PLAN
from signoff_ledger.domain.bar import Bar
from signoff_ledger.domain.values import format_utc
from signoff_ledger.errors import InputError
from signoff_ledger.figures.compute import bar_figures
from signoff_ledger.figures.sentences import bar_sentences
from signoff_ledger.formats.plan_toml import read_plan
from signoff_ledger.reports.certificate import bar_clauses
from signoff_ledger.reports.charts import oc_curve
from signoff_ledger.reports.text_charts import draw
from signoff_ledger.statistics import mil_std_105e

if TYPE_CHECKING:
    from signoff_cli.session import Session
    from signoff_ledger.application.ledger import Receipt


@click.group(short_help="Set, countersign, show or pick the bar.")
def bar() -> None:
    """Register, countersign, supersede or show the bar: the number to decide on, set in advance."""


@bar.command(short_help="Register the first bar of a process.")
@click.argument("file")
@recording("bar register")
@pass_session
def register(session: Session, file: str) -> None:
    """Register the [bar] of a plan file, before the first unit is built.

    \b
    Example:
      signoff bar register plan.toml
    """
    process, read = _bar_of(file)
    with session.open() as opened:
        receipt = register_bar(opened.ledger, session.call(), process, read)
        receipts.show(session, opened.store, receipt, *_lets_through(session, read, receipt))


@bar.command(short_help="Agree to the bar, as whoever will order.")
@click.argument("process")
@recording("bar countersign")
@pass_session
def countersign(session: Session, process: str) -> None:
    """Agree to the bar in force of PROCESS, before a batch is opened under it.

    \b
    Example:
      signoff bar countersign kiln-lid
    """
    with session.open() as opened:
        receipt = countersign_bar(opened.ledger, session.call(), process)
        receipts.show(session, opened.store, receipt)


@bar.command(short_help="Put another bar in force for the next results.")
@click.argument("file")
@click.option("--reason", required=True, help="Why it changes; @FILE reads a file.")
@recording("bar supersede")
@pass_session
def supersede(session: Session, file: str, reason: str) -> None:
    """Put the [bar] of a plan file in force; refused once the open batch has results.

    \b
    Example:
      signoff bar supersede plan.toml --reason "the buyer asked for 50 units"
    """
    process, read = _bar_of(file)
    with session.open() as opened:
        receipt = supersede_bar(
            opened.ledger, session.call(), process, read, long_text(reason) or ""
        )
        receipts.show(session, opened.store, receipt, *_lets_through(session, read, receipt))


@bar.command(short_help="Show every bar, and what it lets through.")
@click.argument("process", required=False)
@reading
@pass_session
def show(session: Session, process: str | None) -> None:
    """Show every bar that PROCESS has had, and what the one in force lets through.

    \b
    Example:
      signoff bar show kiln-lid
    """
    with session.open() as opened:
        key = only_process(opened.ledger.work(), process)
        state = opened.ledger.work().known_process(key)
        rows = [
            {
                "number": each.number,
                "units": each.bar.units,
                "max_rejects": each.bar.max_rejects,
                "clauses": bar_clauses(each.bar),
                "registered_at": format_utc(each.at),
                "position": opened.store.position(state.id, each.version),
                "loosened": list(each.loosened),
                "reason": each.reason,
                "sha256": each.sha256,
                **_curve_data(each.bar),
            }
            for each in state.bars
        ]
    data = {"process": key, "bars": rows}

    def human() -> str:
        if not rows:
            return f"{key} has no bar yet:  signoff bar register FILE"
        shown = [
            (str(r["number"]), f"#{r['position']}", ", ".join(r["loosened"]) or "-",
             "; ".join(r["clauses"]))
            for r in rows
        ]  # fmt: skip
        versions = table(("bar", "event", "loosened", "clauses"), shown)
        return "\n\n".join((versions, _told(session, state.bars[-1].bar)))

    answer(session, "signoff.bar/1", data, rows, human)


@bar.command(short_help="Pick a bar by an acceptable quality level.")
@click.option(
    "--aql", required=True, metavar="LEVEL", help="Acceptable quality level, such as 2.5."
)
@click.option("--level", default="II", show_default=True, type=click.Choice(mil_std_105e.LEVELS),
              help="Inspection level.")  # fmt: skip
@click.option("--lot", required=True, type=click.IntRange(2, 1_000_000_000), metavar="UNITS",
              help="Units in the lot.")  # fmt: skip
@click.option("--inspection", default="normal", show_default=True,
              type=click.Choice([str(each) for each in mil_std_105e.Inspection]),
              help="Severity of inspection.")  # fmt: skip
@reading
@pass_session
def pick(session: Session, aql: str, level: str, lot: int, inspection: str) -> None:
    """Name the single sampling plan of MIL-STD-105E for a lot, and show what it lets through.

    The standard is made for a stream of lots and was cancelled in 1995; for one pilot lot it
    answers another question than yours, so look at the curve before you set the bar.

    \b
    Example:
      signoff bar pick --aql 2.5 --level II --lot 1000
    """
    try:
        found = mil_std_105e.plan(lot, level, aql, mil_std_105e.Inspection(inspection))
    except ValueError as error:
        raise InputError("SL109", "there is no such plan", why=str(error)) from None
    picked = Bar(units=found.units, max_rejects=min(found.max_rejects, found.units - 1))
    data = {
        "standard": "MIL-STD-105E",
        "aql": aql,
        "level": level,
        "lot": lot,
        "inspection": inspection,
        "code_letter": found.code_letter,
        "units": found.units,
        "max_rejects": found.max_rejects,
        "reject_from": found.reject_from,
        "inspect_all": found.inspect_all,
        **_curve_data(picked),
    }

    def human() -> str:
        every = ", which is every unit of the lot" if found.inspect_all else ""
        between = ""
        if found.reject_from > found.max_rejects + 1:
            between = " What lies between passes the lot and ends reduced inspection."
        head = (
            f"MIL-STD-105E, single sampling, {inspection} inspection, level {level}, AQL {aql}, "
            f"lot of {lot:,}: code letter {found.code_letter}, {found.units:,} units{every}, "
            f"Ac {found.max_rejects}, Re {found.reject_from}.{between}"
        )
        file = f"[bar]\nunits = {picked.units}\nmax_rejects = {picked.max_rejects}"
        return "\n\n".join((paragraph(head), _told(session, picked), file))

    answer(session, "signoff.pick/1", data, [data], human)


def _curve_data(bar: Bar) -> dict[str, Any]:
    figures = bar_figures(bar)
    return {
        "lets_through": figures.model_dump(mode="json"),
        "says": list(bar_sentences(figures)),
    }


def _lets_through(session: Session, bar: Bar, receipt: Receipt) -> tuple[dict[str, Any], str]:
    """Say what the bar lets through at the moment it is set, when it can still be another one."""
    new = receipt.recorded or receipt.planned
    return _curve_data(bar), _told(session, bar) + "\n" if new else ""


def _told(session: Session, bar: Bar) -> str:
    """Say what a bar lets through, and draw it."""
    figures = bar_figures(bar)
    lines = [paragraph(sentence) for sentence in bar_sentences(figures)]
    picture = draw(oc_curve(figures), ascii_only=keeps_to_ascii(session))
    return "\n".join((*lines, "", picture))


def _bar_of(file: str) -> tuple[str, Bar]:
    read = read_plan(*input_text(file, PLAN))
    if read.bar is None:
        raise InputError("SL102", f"{file} has no [bar]", fix="signoff new  shows one")
    return read.process, read.bar
