"""`signoff bar`: register the bar in advance, supersede it, show it, or pick one.

What a bar lets through is said at the moment it is set, when it can still be another one.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from signoff_cli import receipts
from signoff_cli.inputs import input_text, long_text
from signoff_cli.output import answer, keeps_to_ascii, paragraph, table
from signoff_cli.session import Session, reading, recording
from signoff_ledger.application.commands.bars import CountersignBar, RegisterBar, SupersedeBar
from signoff_ledger.application.commands.parts import read_plan
from signoff_ledger.bounded_file import PLAN
from signoff_ledger.errors import Advice, InputError
from signoff_ledger.queries.bars import SCHEMA, bars, lets_through
from signoff_ledger.queries.receipt import bar_part
from signoff_ledger.queries.standard_plan import INSPECTION_LEVELS, INSPECTIONS, standard_plan
from signoff_ledger.queries.standard_plan import SCHEMA as STANDARD_PLAN_SCHEMA
from signoff_ledger.reports.text_charts import draw

if TYPE_CHECKING:
    from signoff_ledger.application.commands.parts import Bar
    from signoff_ledger.application.ledger import Receipt
    from signoff_ledger.bootstrap import OpenLedger
    from signoff_ledger.queries.answer_with_pictures import AnswerWithPictures
    from signoff_ledger.queries.bars import BarsAnswer, LetsThroughAnswer
    from signoff_ledger.queries.receipt import ReceiptExtra
    from signoff_ledger.queries.standard_plan import StandardPlanAnswer


@click.group
def bar() -> None:
    """Register, countersign, supersede or show the bar: the number to decide on, set in advance."""


@bar.command(short_help="Register the first bar of a process.")
@click.argument("file")
@recording("bar register")
def register(session: Session, file: str) -> None:
    """Register the [bar] of a plan file, before the first unit is built.

    \b
    Example:
      signoff bar register plan.toml
    """
    process, read = _bar_of(file)
    _give(session, RegisterBar(process=process, bar=read))


@bar.command(short_help="Agree to the bar, as the buyer.")
@click.argument("process")
@receipts.gives(CountersignBar)
def countersign() -> None:
    """Agree to the bar in force of PROCESS, before a batch is opened under it.

    \b
    Example:
      signoff bar countersign kiln-lid
    """


@bar.command(short_help="Put another bar in force for the next results.")
@click.argument("file")
@click.option("--reason", required=True, help="Why it changes; @FILE reads a file.")
@recording("bar supersede")
def supersede(session: Session, file: str, reason: str) -> None:
    """Put the [bar] of a plan file in force; refused once the open batch has results.

    \b
    Example:
      signoff bar supersede plan.toml --reason "the buyer asked for 50 units"
    """
    process, read = _bar_of(file)
    _give(session, SupersedeBar(process=process, bar=read, reason=long_text(reason) or ""))


@bar.command(short_help="Show every bar, and what it lets through.")
@click.argument("process", required=False)
@reading
def show(session: Session, process: str | None) -> None:
    """Show every bar that PROCESS has had, and what the one in force lets through.

    \b
    Example:
      signoff bar show kiln-lid
    """
    with session.open() as opened:
        shown = bars(opened.ledger, process)
    rows = shown.data["bars"]

    def human() -> str:
        if not rows:
            return f"{shown.data['process']} has no bar yet:  signoff bar register FILE"
        lines = [
            (str(r["number"]), f"#{r['position']}", ", ".join(r["loosened"]) or "-",
             "; ".join(r["clauses"]))
            for r in rows
        ]  # fmt: skip
        versions = table(("bar", "event", "loosened", "clauses"), lines)
        return "\n\n".join((versions, _told(session, rows[-1], shown)))

    answer(session, SCHEMA, shown.data, rows, human)


@bar.command(short_help="Pick a bar by an acceptable quality level.")
@click.option(
    "--aql", required=True, metavar="LEVEL", help="Acceptable quality level, such as 2.5."
)
@click.option("--level", default="II", show_default=True, type=click.Choice(INSPECTION_LEVELS),
              help="Inspection level.")  # fmt: skip
@click.option("--lot", required=True, type=click.IntRange(2, 1_000_000_000), metavar="UNITS",
              help="Units in the lot.")  # fmt: skip
@click.option("--inspection", default="normal", show_default=True,
              type=click.Choice(INSPECTIONS),
              help="Severity of inspection.")  # fmt: skip
@reading
def pick(session: Session, aql: str, level: str, lot: int, inspection: str) -> None:
    """Name the single sampling plan of MIL-STD-105E for a lot, and show what it lets through.

    The standard is made for a stream of lots and was cancelled in 1995; for one pilot lot it
    answers another question than yours, so look at the curve before you set the bar.

    \b
    Example:
      signoff bar pick --aql 2.5 --level II --lot 1000
    """
    picked = standard_plan(lot, aql, level, inspection)
    answer(
        session,
        STANDARD_PLAN_SCHEMA,
        picked.data,
        [picked.data],
        lambda: _picked_for_people(session, picked),
    )


def _picked_for_people(session: Session, picked: AnswerWithPictures[StandardPlanAnswer]) -> str:
    data = picked.data
    every = ", which is every unit of the lot" if data["inspect_all"] else ""
    between = ""
    if data["reject_from"] > data["max_rejects"] + 1:
        between = " What lies between passes the lot and ends reduced inspection."
    head = (
        f"{data['standard']}, single sampling, {data['inspection']} inspection, "
        f"level {data['level']}, AQL {data['aql']}, lot of {data['lot']:,}: "
        f"code letter {data['code_letter']}, {data['units']:,} units{every}, "
        f"Ac {data['max_rejects']}, Re {data['reject_from']}.{between}"
    )
    file = "\n".join(("[bar]", *(f"{name} = {value}" for name, value in data["bar"].items())))
    return "\n\n".join((paragraph(head), _told(session, data, picked), file))


def _give(session: Session, command: RegisterBar | SupersedeBar) -> None:
    """Say what the bar lets through at the moment it is set, when it can still be another one."""
    shown = lets_through(command.bar)

    def extra(_: OpenLedger, receipt: Receipt) -> tuple[ReceiptExtra, str]:
        new = receipt.recorded or receipt.planned
        return bar_part(shown.data), _told(session, shown.data, shown) + "\n" if new else ""

    receipts.give(session, command, extra)


def _told(
    session: Session,
    data: LetsThroughAnswer,
    shown: AnswerWithPictures[BarsAnswer | LetsThroughAnswer],
) -> str:
    """Say what a bar lets through, and draw it."""
    lines = [paragraph(sentence) for sentence in data["says"]]
    drawn = [draw(each, ascii_only=keeps_to_ascii(session)) for each in shown.pictures]
    return "\n".join((*lines, "", *drawn))


def _bar_of(file: str) -> tuple[str, Bar]:
    read = read_plan(*input_text(file, PLAN))
    if read.bar is None:
        raise InputError("SL102", f"{file} has no [bar]", advice=Advice("show-plan-template"))
    return read.process, read.bar
