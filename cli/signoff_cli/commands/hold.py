"""`signoff hold`: hold a process."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from signoff_cli import decision_text, findings, receipts
from signoff_cli.inputs import long_text
from signoff_cli.output import paragraph
from signoff_cli.prompts import confirmed
from signoff_cli.session import pass_session, recording
from signoff_ledger.application.authorization import authorise
from signoff_ledger.application.commands.decisions import check as ask
from signoff_ledger.application.commands.decisions import hold as hold_process
from signoff_ledger.application.ledger import named_actor
from signoff_ledger.domain.decision import HOLD_MEANING, SIGN_OFF_MEANING, heads_of
from signoff_ledger.domain.disclosure import Topic, disclosures
from signoff_ledger.domain.values import format_utc
from signoff_ledger.figures.exhibit import show
from signoff_ledger.projections.explanation import same_processes

if TYPE_CHECKING:
    from signoff_cli.session import Session
    from signoff_ledger.application.ledger import Call
    from signoff_ledger.bootstrap import OpenLedger
    from signoff_ledger.domain.case import Case
    from signoff_ledger.domain.events.process import Heads
    from signoff_ledger.domain.person import Person

_MEANINGS = {"sign": SIGN_OFF_MEANING, "hold": HOLD_MEANING}


@click.command(short_help="Hold a process; a reason is all it needs.")
@click.argument("process")
@click.option("--reason", required=True, help="Why; @FILE reads a file.")
@click.option("--batch", help="The batch in question.  [default: the latest]")
@click.option("--awaiting", help="What it waits for, if not the process; @FILE reads a file.")
@recording("hold")
@pass_session
def hold(
    session: Session, process: str, reason: str, batch: str | None, awaiting: str | None
) -> int:
    """Hold PROCESS: nothing may be ordered until it is signed off.

    The batch is not signed off afterwards: fix the process and run another one. Only a hold that
    is --awaiting something other than the process leaves the batch open to a sign-off.

    \b
    Example:
      signoff hold kiln-lid --reason "two lids rattle, the bar does not see it"
    """
    text = long_text(reason) or ""
    with session.open() as opened:
        call = session.call()
        shown, seen = preview(opened, call, "hold", process, batch, words=text)
        if not confirmed(session, shown, "Hold?"):
            return 1
        receipt = hold_process(
            opened.ledger, call, process, batch, text, seen=seen, awaiting=long_text(awaiting)
        )
        receipts.show(session, opened.store, receipt)
    return 0


def preview(  # everything a signer must see
    opened: OpenLedger,
    call: Call,
    command: str,
    process: str,
    batch: str | None,
    *,
    words: str = "",
) -> tuple[str, Heads]:
    """Write what is about to be recorded: who, what, with which meaning, on which evidence.

    Part 11 11.50 asks for the printed name, the time and the meaning; the time recorded is that of
    signing. Gives the heads looked at, too, so that nothing else can be decided on.
    """
    actor = named_actor(call)
    work = opened.ledger.work(moment=call.signer.moment if call.signer else None)
    person = work.person(actor)
    authorise(person, command)
    case, verdict = ask(work, process, batch, actor)
    rows = findings.as_data(opened.store, process, verdict.findings)
    heads = heads_of(case, person.version, work.reviewed)
    what = f"{command.upper()} {process}" + (f": {words}" if words else "")
    shown = "\n".join(
        (
            f"About to record: {what}",
            f"  by         {person.printed_name} ({actor})",
            f"  at         {format_utc(work.stamp.at)}",
            f"  meaning    {_MEANINGS[command]}",
            f"  on batch   {verdict.batch or 'none'}",
            f"  reviewed   {heads.size} events, root {heads.root}",
            f"  signature  {_signature(person, call)}",
            *_disclosed(opened, case),
            "",
            findings.for_people(rows, color=False),
            "",
            *_spoken(case),
        )
    )
    return shown, heads


def _disclosed(opened: OpenLedger, case: Case) -> list[str]:
    """Name what a signer has to know first."""
    told = [f"{d.topic}: {d.says}" for d in disclosures(case)]
    same = same_processes(opened.store, case.process)
    told += [f"{Topic.SAME_PROCESS}: {says}" for says in same]
    return ["", *(paragraph(line) for line in told)] if told else []


def _spoken(case: Case) -> list[str]:
    """Say rule, evidence and limits apart, as they will be kept with the decision and signed."""
    says = decision_text.as_data(show(case))["says"]
    return [decision_text.for_people(says), ""] if says["rule"] else []


def _signature(person: Person, call: Call) -> str:
    keys = ", ".join(person.keys_in_force)
    wanted = call.signer is not None and not call.signer.only_if_required
    if person.must_sign or wanted:
        return f"by {keys or 'a key, and none is in force'}"
    return "none (your name as authenticated)"
