"""The current state of each process: where it stands, under which bar, for which run."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from signoff_ledger.domain.orders import from_before, order_list
from signoff_ledger.domain.process_state import NOTHING_ORDERED
from signoff_ledger.domain.spelling import folded
from signoff_ledger.domain.values import Outcome, format_utc

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from signoff_ledger.domain.process import Process
    from signoff_ledger.domain.process_records import Decision


def row(process: Process) -> tuple[object, ...]:
    """Write a process as one row."""
    identity = process.plans[-1].plan.identity
    signed, bar = process.sign_off, process.bar
    return (
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
        order_list(process.orders_at_risk),
        order_list(from_before(process.orders.values(), signed.batch)) if signed else "",
        format_utc(process.lapses_at) if process.lapses_at else "",
        NOTHING_ORDERED if process.lapses_at else "",
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
        json.dumps(made_of(process)),
        seen_by_others(process),
    )


def bars(process: Process, positions: Mapping[int, int]) -> Iterator[tuple[object, ...]]:
    """List every bar of a process.

    Args:
        process: The process.
        positions: Where the events of its stream stand in the log, by version.
    """
    for each in process.bars:
        yield (
            process.key,
            each.number,
            each.bar.units,
            each.bar.max_rejects,
            format_utc(each.at),
            json.dumps(list(each.loosened)),
            each.reason,
            each.sha256,
            positions[each.version],
        )


def orders(process: Process, positions: Mapping[int, int]) -> Iterator[tuple[object, ...]]:
    """List every production order of a process, in the order recorded.

    Args:
        process: The process.
        positions: Where the events of its stream stand in the log, by version.
    """
    for place, order in enumerate(process.orders.values()):
        yield (
            process.key,
            place,
            order.reference,
            order.quantity,
            order.batch,
            order.by,
            format_utc(order.at),
            positions[order.version],
            int(order.is_cancelled),
        )


def made_of(process: Process) -> dict[str, list[str]]:
    """Name by what another process is recognised as the same one (G21)."""
    return {
        "tooling": sorted({folded(each.plan.provenance.tooling) for each in process.plans}),
        "documents": sorted(process.documents),
        "designs": sorted(process.designs),
    }


def seen_by_others(process: Process) -> str:
    """Say what was tried on a process, for those that have the same tooling or design."""
    decided = [
        f"{d.outcome.replace('_', ' ')} on {d.batch or 'no batch'}, {d.at:%Y-%m-%d}"
        for d in process.decisions
    ]
    in_question = "; ".join(question for question, _ in process.design_questions)
    return (
        f"{process.attempts} attempt(s), {'; '.join(decided) or 'nothing decided'}; "
        f"it stands at {process.standing}" + (f"; {in_question}" if in_question else "")
    )


def _held_since(decisions: list[Decision]) -> str:
    """Give when the present hold began; "" where the last decision was a sign-off, or none."""
    began = ""
    for decision in decisions:
        if decision.outcome is Outcome.SIGNED_OFF:
            began = ""
        elif not began:
            began = format_utc(decision.at)
    return began
