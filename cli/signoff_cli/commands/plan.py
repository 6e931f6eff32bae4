"""`signoff plan`: publish an inspection plan, and say how many units it takes to show a rate."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from signoff_cli import receipts
from signoff_cli.inputs import fraction, input_text, long_text, seen_so_far
from signoff_cli.output import answer
from signoff_cli.session import Session, reading, recording
from signoff_ledger.application.commands.parts import read_plan
from signoff_ledger.application.commands.plans import CountersignPlan, PublishPlan
from signoff_ledger.bounded_file import PLAN
from signoff_ledger.queries.sample_size import SCHEMA, sample_size

if TYPE_CHECKING:
    from signoff_ledger.queries.sample_size import UnitsToShowAnswer


@click.group
def plan() -> None:
    """Publish an inspection plan, or say how many units it takes to show a rate."""


@plan.command(short_help="Publish the plan of a file.")
@click.argument("file")
@click.option("--reason", help="Why it differs from the plan in force; @FILE reads a file.")
@recording("plan publish")
def publish(session: Session, file: str, reason: str | None) -> None:
    """Publish the plan of FILE; its first publication defines the process.

    \b
    Example:
      signoff new > plan.toml      # fill it in
      signoff plan publish plan.toml
    """
    read = read_plan(*input_text(file, PLAN))
    receipts.give(session, PublishPlan.from_file(read, long_text(reason)))


@plan.command(short_help="Agree to a plan that is looser than before.")
@click.argument("process")
@receipts.gives(CountersignPlan)
def countersign() -> None:
    """Agree, as a second person, to the plan in force of PROCESS where it loosens the last one.

    A plan that passes what earlier results of the design did not takes two people: who published
    it, and an approver or the buyer.

    \b
    Example:
      signoff plan countersign kiln-lid
    """


@plan.command(short_help="Say how many units it takes to show a rate.")
@click.option("--show", required=True, metavar="RATE", help="The reject rate to show, such as 5%.")
@click.option("--confidence", default="95%", show_default=True, metavar="SHARE",
              help="Of the claim, one-sided.")  # fmt: skip
@click.option("--rejects", type=click.IntRange(0, 50), help="Rejects allowed.  [default: 0 to 3]")
@click.option("--lot", type=click.IntRange(1, 10_000_000), metavar="UNITS",
              help="For one lot of so many units.  [default: an endless process]")  # fmt: skip
@click.option("--seen", metavar="X/N", help="Rejects and units inspected so far, such as 1/20.")
@reading
def size(
    session: Session,
    show: str,
    confidence: str,
    rejects: int | None,
    lot: int | None,
    seen: str | None,
) -> None:
    """Say how many units show a reject rate of at most RATE, by the number of rejects among them.

    \b
    Example:
      signoff plan size --show 5% --confidence 95%
      signoff plan size --show 10% --confidence 90% --seen 1/20
    """
    rate, share = fraction("--show", show), fraction("--confidence", confidence)
    so_far = seen_so_far(seen) if seen else None
    data = sample_size(rate, share, rejects=rejects, lot=lot, seen=so_far)
    answer(session, SCHEMA, data, data["needed"], lambda: _size_for_people(data))


def _size_for_people(data: UnitsToShowAnswer) -> str:
    lines = [f"To show {data['claim']}:"]
    for row in data["needed"]:
        rejects = "no reject" if row["rejects"] == 0 else f"at most {row['rejects']} rejects"
        if row["rejects"] == 1:
            rejects = "at most 1 reject"
        if row["units"] is None:
            lines.append(f"  with {rejects}: no number of units shows it")
            continue
        still = "" if row["still"] is None else f", {row['still']:,} more than were seen"
        lines.append(f"  with {rejects}: {row['units']:,} units{still}")
    return "\n".join(lines)
