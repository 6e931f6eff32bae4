"""`signoff status`: where processes and batches stand, and what waits for whom."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from signoff_cli import findings
from signoff_cli.output import answer, colored, table
from signoff_cli.session import pass_session, reading
from signoff_ledger.application.commands.decisions import check as ask
from signoff_ledger.application.commands.people import known_person
from signoff_ledger.application.commands.plans import only_process
from signoff_ledger.application.ledger import named_actor
from signoff_ledger.errors import Advice, InputError
from signoff_ledger.projections import batch_state, nonconformities, open_work, process_state
from signoff_ledger.projections.unit_list import units_of

if TYPE_CHECKING:
    from signoff_cli.session import Session
    from signoff_ledger.bootstrap import OpenLedger

_RULES_SAY_NO = 3


@click.command(short_help="Show where processes and batches stand.")
@click.argument("process", required=False)
@click.option("--batch", help="Show the units of this batch.")
@click.option("--mine", is_flag=True, help="Show what waits for you.")
@click.option("--why-not", is_flag=True, help="Show what is missing for a sign-off.")
@click.option("--exit-code", is_flag=True, help="Exit 3 unless PROCESS is signed off.")
@reading
@pass_session
def status(  # click passes every option
    session: Session,
    process: str | None,
    batch: str | None,
    mine: bool,
    why_not: bool,
    exit_code: bool,  # click flags
) -> int:
    """Show every process, or PROCESS with its batches, faults and what waits for whom.

    --why-not and --exit-code are about PROCESS, or about the only process there is.

    \b
    Example:
      signoff status
      signoff status kiln-lid --why-not
    """
    of_process = process is not None or why_not or exit_code
    if sum((of_process, batch is not None, mine)) > 1:
        raise InputError("SL109", "one view at a time", advice=Advice("choose-one-view"))
    with session.open() as opened:
        if batch is not None:
            _units(session, opened, batch)
            return 0
        if mine:
            _mine(session, opened)
            return 0
        if not of_process:
            _overview(session, opened)
            return 0
        key = only_process(opened.ledger.work(), process)
        return _one(session, opened, key, why_not=why_not, exit_code=exit_code)


def _overview(session: Session, opened: OpenLedger) -> None:
    now = opened.ledger.clock.now()
    rows = [process_state.as_of(row, now) for row in opened.views.read(process_state.TABLE)]

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

    answer(session, "signoff.status/1", {"processes": rows}, rows, human)


def _one(
    session: Session, opened: OpenLedger, process: str, *, why_not: bool, exit_code: bool
) -> int:
    of_process = ("process = ?", (process,))
    found = opened.views.read(process_state.TABLE, *of_process)
    batches = opened.views.read(batch_state.TABLE, *of_process, order="attempt")
    faults = opened.views.read(nonconformities.TABLE, *of_process)
    standing = process_state.as_of(found[0], opened.ledger.clock.now())
    waiting = _waiting(opened, *of_process)
    data: dict[str, Any] = {
        **standing,
        "batches": batches,
        "nonconformities": faults,
        "waiting": waiting,
    }
    if why_not:
        _, verdict = ask(opened.ledger.work(), process, None, None)
        data["missing"] = findings.as_data(opened.store, process, verdict.blockers)
    answer(
        session,
        "signoff.process/1",
        data,
        batches,
        lambda: _process_for_people(data, color=colored(session)),
    )
    return _RULES_SAY_NO if exit_code and data["standing"] != "SIGNED_OFF" else 0


def _process_for_people(data: dict[str, Any], *, color: bool) -> str:
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
        faults = [
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
        headings = ("batch", "fault", "units", "severity", "origin", "where")
        lines += ["", table(headings, faults)]
    if data["waiting"]:
        tasks = [(w["role"], w["batch"] or "-", w["task"]) for w in data["waiting"]]
        lines += ["", table(("waits for", "batch", "next step"), tasks)]
    if data.get("missing"):
        missing = findings.for_people(data["missing"], color=color)
        lines += ["", "Missing for a sign-off:", missing]
    return "\n".join(lines)


def _run(data: dict[str, Any]) -> str:
    ordered = f"{data['ordered']} ordered" if data["ordered"] else "nothing ordered"
    before = data["orders_from_before"]
    beside = f"; orders from before, or without it: {before}" if before else ""
    return f"run {data['run_min']} to {data['run_max']}, {ordered}{beside}"


def _mine(session: Session, opened: OpenLedger) -> None:
    actor = named_actor(session.call())
    roles = {str(role) for role in known_person(opened.ledger.work(), actor).roles}
    rows = [row for row in _waiting(opened) if row["role"] in roles and row["not_person"] != actor]

    def human() -> str:
        if not rows:
            return f"Nothing waits for {actor}."
        return table(
            ("process", "batch", "next step"),
            [(r["process"], r["batch"] or "-", r["task"]) for r in rows],
        )

    answer(session, "signoff.waiting/1", {"person": actor, "waiting": rows}, rows, human)


def _waiting(opened: OpenLedger, *of_process: Any) -> list[dict[str, Any]]:
    """Give next steps as of now: a sign-off that time has ended waits for no order (G26)."""
    now = opened.ledger.clock.now()
    processes = opened.views.read(process_state.TABLE, *of_process)
    lapsed = {
        row["process"]
        for row in processes
        if process_state.as_of(row, now)["standing"] != row["standing"]
    }
    return open_work.as_of(opened.views.read(open_work.TABLE, *of_process), lapsed)


def _units(session: Session, opened: OpenLedger, batch: str) -> None:
    rows = units_of(opened.ledger.work().known_batch(batch))

    def human() -> str:
        return table(
            ("unit", "counts", "result", "what was found", "made"),
            [(r["serial"], _counts(r), r["result"], r["found"], r["made"]) for r in rows],
        )

    answer(session, "signoff.batch/1", {"batch": batch, "units": rows}, rows, human)


def _counts(row: dict[str, Any]) -> str:
    return "yes" if row["counts"] else "NO " + ",".join(row["excluded"])
