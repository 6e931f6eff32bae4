"""`signoff why`: outcome, rules with their numbers, and the events that settle them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from signoff_cli import decision_text, findings
from signoff_cli.color import paint, style_of
from signoff_cli.output import answer, colored, paragraph, table
from signoff_cli.session import pass_session, reading
from signoff_ledger.application.commands.plans import only_process
from signoff_ledger.domain.events.process import ProcessDecision, ProcessSignedOff
from signoff_ledger.domain.values import format_utc
from signoff_ledger.projections.explanation import explain, modes_by_batch, recurrences
from signoff_ledger.projections.unit_list import units_of

if TYPE_CHECKING:
    from signoff_cli.session import Session
    from signoff_ledger.application.ports import Store
    from signoff_ledger.domain.batch import Batch
    from signoff_ledger.projections.explanation import Explanation


@click.command(short_help="Say why a process is signed off or held.")
@click.argument("process", required=False)
@click.option("--batch", help="Explain the decision on this batch.")
@reading
@pass_session
def why(session: Session, process: str | None, batch: str | None) -> None:
    """Say why PROCESS is signed off or held: outcome, each rule, and the events that settle it.

    \b
    Example:
      signoff why kiln-lid
      signoff why kiln-lid --batch PB-1
    """
    with session.open() as opened:
        key = only_process(opened.ledger.work(), process)
        explanation = explain(opened.store, key, batch, now=opened.ledger.clock.now())
        data = as_data(opened.store, key, explanation)
    answer(
        session,
        "signoff.why/1",
        data,
        data["rules"],
        lambda: for_people(data, color=colored(session)),
    )


def as_data(store: Store, key: str, explanation: Explanation) -> dict[str, Any]:
    """Write an explanation as plain data."""
    process = explanation.case.process
    identity = process.plans[-1].plan.identity
    return {
        "process": key,
        "name": identity.name,
        "called": identity.called,
        "activity": identity.activity,
        "standing": str(explanation.standing),
        "standing_why": explanation.standing_why,
        "orders_at_risk": [o.model_dump() for o in explanation.orders_at_risk],
        "disclosures": [{"topic": d.topic, "says": d.says} for d in explanation.disclosures],
        "batch": explanation.batch,
        "outcome": explanation.outcome,
        "decision": _decision(explanation),
        "rule_set": explanation.verdict.rule_set,
        "rules": findings.as_data(store, key, explanation.verdict.findings),
        "bars": [
            {
                "number": b.number,
                "units": b.bar.units,
                "max_rejects": b.bar.max_rejects,
                "registered_at": format_utc(b.at),
                "loosened": list(b.loosened),
                "reason": b.reason,
                "sha256": b.sha256,
                "position": store.position(process.id, b.version),
            }
            for b in process.bars
        ],
        "batches": [_batch(batch) for batch in explanation.case.batches.values()],
        "units": units_of(explanation.case.batch) if explanation.case.batch else [],
        "modes": modes_by_batch(explanation.case),
        "recurrences": recurrences(explanation.case),
        "held_for_s": explanation.held_for_s,
        "handover": {"activity": identity.next_activity, "serials": list(explanation.handed_over)},
        "beside": [
            {"position": r.position, "by": r.entry.by, "type": r.entry.event.TOPIC, "says": says}
            for r, says in explanation.beside
        ],
        "does_not_show": explanation.limits,
        **decision_text.as_data(explanation.shown),
    }


def _decision(explanation: Explanation) -> dict[str, Any] | None:
    recorded = explanation.decision
    if recorded is None:
        return None
    event = recorded.entry.event
    data: dict[str, Any] = {
        "position": recorded.position,
        "at": format_utc(recorded.entry.at),
        "by": recorded.entry.by,
    }
    if isinstance(event, ProcessDecision):
        data |= {
            "automatic": event.is_automatic,
            "reason": event.words,
            "printed_name": event.printed_name,
            "meaning": event.meaning,
            "signature": event.signature.kind,
            "process_revision": event.process_revision,
        }
    if isinstance(event, ProcessSignedOff):
        data |= {
            "run_min": event.run_min,
            "run_max": event.run_max,
            "plan_sha256": event.plan_sha256,
            "bar_sha256": event.bar_sha256,
            "design": event.design.model_dump(),
            "tooling": event.tooling,
            "tooling_revision": event.tooling_revision,
        }
    return data


def _batch(batch: Batch) -> dict[str, Any]:
    count = batch.tally()
    time, median = batch.plan.build_time, count.median_build_time_s
    reference = time.scaled_reference if time else None
    ratio = f"{median / reference:.2f}" if median is not None and reference else None
    return {
        "batch": batch.key,
        "attempt": batch.started.attempt,
        "process_revision": batch.started.process_revision,
        "bar": batch.started.bar_number,
        "planned": count.planned,
        "units": len(count.representative),
        "rejects": len(count.rejects),
        "nonconformities": count.nonconformities,
        "excluded": {serial: list(codes) for serial, codes in count.excluded.items()},
        "incomplete": {serial: list(ids) for serial, ids in count.incomplete.items()},
        "build_time": {
            "timed": len(count.build_times_s),
            "median_s": None if median is None else f"{median:f}",
            "reference_s": reference,
            "ratio": ratio,
        },
        "retests": sum(unit.retests for unit in batch.units.values()),
        "corrections": sum(1 for c in batch.corrections.values() if c.confirmed_by),
        "outcomes": [*map(str, batch.outcomes)],
    }


def for_people(data: dict[str, Any], *, color: bool) -> str:
    """Write an explanation for a person."""
    outcome = paint(data["outcome"], style_of(data["outcome"]), on=color)
    about = f" on batch {data['batch']}" if data["batch"] else ""
    lines = [f"{data['process']}  {data['name']}", f"{outcome}{about}{_who(data['decision'])}"]
    if data["standing"] != data["outcome"]:
        standing = f"The process is {data['standing']}"
        because = f": {data['standing_why']}" if data["standing_why"] else ""
        lines.append(paragraph(standing + because))
    if data["orders_at_risk"]:
        orders = (f"{o['reference']} ({o['quantity']})" for o in data["orders_at_risk"])
        lines.append(paragraph(f"ORDERS AT RISK: {', '.join(orders)}"))
    lines += [paragraph(f"{d['topic']}: {d['says']}") for d in data["disclosures"]]
    if data["held_for_s"] is not None:
        lines.append(f"It was held for {_duration(data['held_for_s'])} before that.")
    as_of = "as of the decision; signoff check shows today's" if data["decision"] else "today"
    lines += ["", f"The rules, {as_of}:", findings.for_people(data["rules"], color=color)]
    if data["says"]["rule"]:
        lines += ["", decision_text.for_people(data["says"])]
    if data["modes"]:
        batches = list(next(iter(data["modes"].values())))
        rows = [(mode, *counts.values()) for mode, counts in data["modes"].items()]
        lines += ["", "Units with each fault:", table(("mode", *batches), rows)]
    lines += [f"RECURRENCE: {mode} was declared fixed before." for mode in data["recurrences"]]
    if data["beside"]:
        rows = [(f"#{b['position']}", b["by"], b["says"]) for b in data["beside"]]
        lines += ["", "Beside the decision:", table(("event", "by", "what happened"), rows)]
    if data["handover"]["serials"]:
        handover = data["handover"]
        lines += [
            "",
            f"{len(handover['serials'])} conforming units went to {handover['activity']}.",
        ]
    if data["does_not_show"]:
        lines += ["", paragraph(data["does_not_show"])]
    return "\n".join(lines)


def _duration(seconds: int) -> str:
    days, rest = divmod(seconds, 86_400)
    hours, rest = divmod(rest, 3_600)
    parts = [(days, "day"), (hours, "hour"), (rest // 60, "minute")]
    said = [f"{count} {noun}" + ("s" if count != 1 else "") for count, noun in parts if count]
    return " ".join(said[:2]) or "less than a minute"


def _who(decision: dict[str, Any] | None) -> str:
    if decision is None:
        return ""
    when = decision["at"][:16].replace("T", " ") + "Z"
    return (
        f" by {decision['printed_name']}, {when}, event #{decision['position']} "
        f"(signature: {decision['signature']})"
    )
