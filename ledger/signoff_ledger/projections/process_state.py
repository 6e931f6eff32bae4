"""The current state of each process: where it stands, under which bar, for which run."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from signoff_ledger.domain.orders import from_before, named
from signoff_ledger.domain.process_records import Standing
from signoff_ledger.domain.process_state import NOTHING_ORDERED
from signoff_ledger.domain.values import Outcome, format_utc
from signoff_ledger.projections.table import ViewTable

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime

    from signoff_ledger.domain.case import Case
    from signoff_ledger.domain.process_records import Decision

TABLE = ViewTable(
    "view_processes",
    (
        ("process", "TEXT NOT NULL"),
        ("name", "TEXT NOT NULL"),
        ("called", "TEXT NOT NULL"),
        ("activity", "TEXT NOT NULL"),
        ("stage", "TEXT NOT NULL"),
        ("next_activity", "TEXT NOT NULL"),
        ("standing", "TEXT NOT NULL"),
        ("standing_why", "TEXT NOT NULL"),
        ("signature", "TEXT NOT NULL"),
        ("process_revision", "INTEGER NOT NULL"),
        ("signed_revision", "INTEGER"),
        ("run_min", "INTEGER NOT NULL"),
        ("run_max", "INTEGER NOT NULL"),
        ("ordered", "INTEGER NOT NULL"),
        ("orders", "TEXT NOT NULL"),
        ("orders_from_before", "TEXT NOT NULL"),
        ("lapses_at", "TEXT NOT NULL"),
        ("plan", "INTEGER NOT NULL"),
        ("bar", "INTEGER"),
        ("planned", "INTEGER"),
        ("ac", "INTEGER"),
        ("attempts", "INTEGER NOT NULL"),
        ("open_batch", "TEXT NOT NULL"),
        ("latest_batch", "TEXT NOT NULL"),
        ("changes", "INTEGER NOT NULL"),
        ("decisions", "INTEGER NOT NULL"),
        ("held_since", "TEXT NOT NULL"),
    ),
    key=("process",),
)


def rows(case: Case) -> Iterator[tuple[object, ...]]:
    """Write a process as one row."""
    process = case.process
    identity = process.plans[-1].plan.identity
    signed, bar = process.sign_off, process.bar
    yield (
        process.key,
        identity.name,
        identity.called,
        identity.activity,
        identity.stage,
        identity.next_activity,
        str(process.standing),
        process.standing_why,
        process.decisions[-1].signature if process.decisions else "",
        process.revision,
        signed.signed.process_revision if signed else None,
        identity.run_min,
        identity.run_max,
        process.ordered if signed else sum(o.quantity for o in process.orders_at_risk),
        named(process.orders_at_risk),
        named(from_before(process.orders.values(), signed.batch)) if signed else "",
        format_utc(process.lapses_at) if process.lapses_at else "",
        process.plans[-1].number,
        bar.number if bar else None,
        bar.bar.units if bar else None,
        bar.bar.max_rejects if bar else None,
        process.attempts,
        process.open_batch or "",
        process.latest_batch or "",
        len(process.changes),
        len(process.decisions),
        _held_since(process.decisions),
    )


def as_of(row: dict[str, Any], moment: datetime) -> dict[str, Any]:
    """Give a process's row as it stands at a moment: time alone ends a sign-off (G26).

    `at_risk` names the orders that stand while the process is not signed off.
    """
    if row["lapses_at"] and format_utc(moment) > row["lapses_at"]:
        row = {**row, "standing": str(Standing.LAPSED), "standing_why": NOTHING_ORDERED}
    at_risk = row["orders"] if row["standing"] != Standing.SIGNED_OFF else ""
    return {**row, "at_risk": at_risk}


def _held_since(decisions: list[Decision]) -> str:
    """Give when the present hold began; "" where the last decision was a sign-off, or none."""
    began = ""
    for decision in decisions:
        if decision.outcome is Outcome.SIGNED_OFF:
            began = ""
        elif not began:
            began = format_utc(decision.at)
    return began
