"""`signoff status`: where processes and batches stand, and open tasks."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from signoff_cli import findings
from signoff_cli.output import answer, colored, table
from signoff_cli.session import Session, reading
from signoff_ledger.errors import Advice, InputError
from signoff_ledger.queries import batch as batch_query
from signoff_ledger.queries import process as one_process
from signoff_ledger.queries import status as all_processes
from signoff_ledger.queries import tasks

if TYPE_CHECKING:
    from signoff_ledger.queries.batch import UnitRowAnswer
    from signoff_ledger.queries.process import ProcessAnswer

_RULES_SAY_NO = 3


@click.command
@click.argument("process", required=False)
@click.option("--batch", help="Show the units of this batch.")
@click.option("--mine", is_flag=True, help="Show your open tasks.")
@click.option("--why-not", is_flag=True, help="Show what is missing for a sign-off.")
@click.option("--exit-code", is_flag=True, help="Exit 3 unless PROCESS is signed off.")
@reading
def status(  # click passes every option
    session: Session,
    process: str | None,
    batch: str | None,
    mine: bool,
    why_not: bool,
    exit_code: bool,  # click flags
) -> int:
    """Show every process, or PROCESS with its batches, nonconformities and open tasks.

    --why-not and --exit-code are about PROCESS, or about the only process there is.

    \b
    Example:
      signoff status
      signoff status kiln-lid --why-not
    """
    of_process = process is not None or why_not or exit_code
    if sum((of_process, batch is not None, mine)) > 1:
        raise InputError("SL109", "one view at a time", advice=Advice("choose-one-view"))
    if batch is not None:
        _units(session, batch)
    elif mine:
        _mine(session)
    elif of_process:
        return _one(session, process, why_not=why_not, exit_code=exit_code)
    else:
        _overview(session)
    return 0


def _overview(session: Session) -> None:
    with session.views() as views:
        data = all_processes.status(views, session.now())
    rows = data["processes"]

    def human() -> str:
        if not rows:
            return "No process yet. Publish a plan:  signoff plan publish FILE"
        return table(
            ("process", "standing", "signature", "revision", "attempts", "batch", "name"),
            [
                (
                    r["process"],
                    r["standing"],
                    r["signature"] or "-",
                    r["process_revision"],
                    r["attempts"],
                    r["latest_batch"] or "-",
                    r["name"],
                )
                for r in rows
            ],
        )

    answer(session, all_processes.SCHEMA, data, rows, human)


def _one(session: Session, process: str | None, *, why_not: bool, exit_code: bool) -> int:
    if why_not:
        from signoff_ledger.queries.missing_rules import process_with_missing

        with session.open() as opened:
            data = process_with_missing(opened.ledger, opened.views, process, session.now())
    else:
        with session.views() as views:
            data = one_process.process(views, process, session.now())
    answer(
        session,
        one_process.SCHEMA,
        data,
        data["batches"],
        lambda: _process_for_people(data, color=colored(session)),
    )
    return _RULES_SAY_NO if exit_code and data["standing"] != "SIGNED_OFF" else 0


def _process_for_people(data: ProcessAnswer, *, color: bool) -> str:
    because = f": {data['standing_why']}" if data["standing_why"] else ""
    if data["signature"]:
        because += f" (signature: {data['signature']})"
    lines = [
        f"{data['process']}  {data['name']} ({data['called']}, activity {data['activity']})",
        f"{data['standing']}{because}",
        f"revision {data['process_revision']}, {_run(data)}",
    ]
    if data["at_risk"]:
        lines.append(f"ORDERS AT RISK: {data['at_risk']}")
    if data["batches"]:
        rows = [
            (
                b["batch"],
                b["state"],
                f"{b['units']}/{b['planned']}",
                f"{b['rejects']}/{b['units']}",
                b["ac"],
                b["build_time_median_s"] or "-",
                b["outcome"] or "-",
            )
            for b in data["batches"]
        ]
        columns = ("batch", "state", "units", "rejects", "at most", "median s", "outcome")
        lines += ["", table(columns, rows)]
    if data["nonconformities"]:
        found = [
            (
                n["batch"],
                n["mode"],
                n["units"],
                n["severity"],
                n["origin"],
                " ".join(filter(None, (n["location"], n["tooling"], n["cavity"], n["station"]))),
            )
            for n in data["nonconformities"]
        ]
        headings = ("batch", "mode", "units", "severity", "origin", "where")
        lines += ["", table(headings, found)]
    if data["tasks"]:
        tasks = [(w["role"], w["batch"] or "-", w["task"]) for w in data["tasks"]]
        lines += ["", table(("waits for", "batch", "next step"), tasks)]
    if data.get("missing"):
        missing = findings.for_people(data["missing"], color=color)
        lines += ["", "Missing for a sign-off:", missing]
    return "\n".join(lines)


def _run(data: ProcessAnswer) -> str:
    ordered = f"{data['ordered']} ordered" if data["ordered"] else "nothing ordered"
    before = data["orders_from_before"]
    further = f"; orders from before, or without it: {before}" if before else ""
    return f"run {data['run_min']} to {data['run_max']}, {ordered}{further}"


def _mine(session: Session) -> None:
    actor = session.actor_named()
    with session.views() as views:
        data = tasks.tasks_of(views, actor, session.now())
    rows = data["tasks"]

    def human() -> str:
        if not rows:
            return f"Nothing waits for {actor}."
        return table(
            ("process", "batch", "next step"),
            [(r["process"], r["batch"] or "-", r["task"]) for r in rows],
        )

    answer(session, tasks.SCHEMA, data, rows, human)


def _units(session: Session, key: str) -> None:
    with session.views() as views:
        data = batch_query.batch(views, key)
    rows = data["units"]

    def human() -> str:
        return table(
            ("unit", "counts", "result", "what was found", "made"),
            [(r["serial"], _counts(r), r["result"], r["found"], r["made"]) for r in rows],
        )

    answer(session, batch_query.SCHEMA, data, rows, human)


def _counts(row: UnitRowAnswer) -> str:
    return "yes" if row["counts"] else "NO " + ",".join(row["excluded"])
