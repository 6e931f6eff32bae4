"""Between batches: where faults come from, what caused them, and what was changed."""

from __future__ import annotations

from typing import TYPE_CHECKING

from signoff_ledger.domain.decision import reconsider
from signoff_ledger.domain.text_checks import checked_key, checked_label, checked_text
from signoff_ledger.domain.values import CauseKind, Origin, RemarkKind, Role
from signoff_ledger.errors import IdentityError, InputError, NotFoundError

if TYPE_CHECKING:
    from signoff_ledger.application.ledger import Call, Ledger, Receipt, UnitOfWork
    from signoff_ledger.domain.process import Change

_NEEDS_APPROVER = frozenset({CauseKind.ACCEPTED, CauseKind.OUT_OF_SCOPE})


def attribute(
    ledger: Ledger,
    call: Call,
    process: str,
    *,
    mode: str | None,
    origin: Origin,
    reason: str,
    single: tuple[str, int] | None = None,
) -> Receipt:
    """Say where a mode comes from, or a single nonconformity given as batch and number (S-16)."""
    checked_key("the mode", mode)
    checked_text("the reason", reason)

    def decide(work: UnitOfWork) -> None:
        known = work.known_process(process)
        named = _mode_of(work, process, single) if single else mode
        if named is None:
            raise InputError("SL109", "name a mode, or a defect with --batch", fix="--mode CODE")
        known.attribute(work.stamp, named, origin, reason, single)
        reconsider(work.stamp, work.case(process))

    content = {
        "process": process,
        "mode": mode,
        "origin": str(origin),
        "reason": reason,
        "single": list(single) if single else None,
    }
    return ledger.act(call, "defect attribute", content, decide)


def state_cause(
    ledger: Ledger, call: Call, batch: str, mode: str, *, kind: CauseKind, statement: str
) -> Receipt:
    """State the cause of a mode in a batch, or what stands in its place (S-07, S-23)."""
    checked_key("the mode", mode)
    checked_text("the statement", statement)

    def decide(work: UnitOfWork) -> None:
        known = work.known_batch(batch)
        if kind in _NEEDS_APPROVER and Role.APPROVER not in work.person(work.stamp.by).roles:
            raise IdentityError(
                "SL402",
                f"{work.stamp.by} may not declare a fault {kind}",
                why="a fault is accepted or set aside by an approver",
            )
        found = {n.mode for unit in known.units.values() for n in unit.nonconformities.values()}
        if mode not in found:
            raise NotFoundError(
                "SL204",
                f"batch {batch} shows no {mode}",
                why=f"it shows {', '.join(sorted(found)) or 'no nonconformity'}",
            )
        process = work.known_process(known.started.process)
        process.state_cause(work.stamp, batch, mode, kind, statement)
        reconsider(work.stamp, work.case(process.key))

    content = {"batch": batch, "mode": mode, "kind": str(kind), "statement": statement}
    return ledger.act(call, "defect cause", content, decide)


def apply_change(ledger: Ledger, call: Call, process: str, change: Change) -> Receipt:
    """Record a change to the process; a standing sign-off lapses by it (S-08, G12)."""
    checked_text("what was changed", change.what)
    checked_text("why it was changed", change.why)
    for noun in ("fixture", "parameter", "old", "new", "tooling_revision"):
        checked_label(f"the {noun}", getattr(change, noun))
    for mode in change.addresses:
        checked_key("the addressed mode", mode)

    def decide(work: UnitOfWork) -> None:
        work.known_process(process).apply_change(work.stamp, change)

    content = {
        "process": process,
        "kind": str(change.kind),
        "what": change.what,
        "why": change.why,
        "touches_design": change.touches_design,
        "addresses": list(change.addresses),
        "fixture": change.fixture,
        "parameter": change.parameter,
        "old": change.old,
        "new": change.new,
        "tooling_revision": change.tooling_revision,
    }
    return ledger.act(call, "change", content, decide)


def remark(ledger: Ledger, call: Call, process: str, kind: RemarkKind, text: str) -> Receipt:
    """Record dissent, pressure or a note; no outcome changes by it (S-53, S-58)."""
    checked_text("the remark", text)

    def decide(work: UnitOfWork) -> None:
        work.known_process(process).remark(work.stamp, kind, text)

    content = {"process": process, "kind": str(kind), "text": text}
    return ledger.act(call, "dissent", content, decide)


def _mode_of(work: UnitOfWork, process: str, single: tuple[str, int]) -> str:
    batch, number = single
    known = work.case(process, batch).batches[batch]
    for unit in known.units.values():
        if number in unit.nonconformities:
            return unit.nonconformities[number].mode
    if number in known.voided:
        return known.voided[number].mode
    raise NotFoundError(
        "SL204",
        f"batch {batch} has no standing defect D-{number}",
        fix=f"list them with  signoff status --batch {batch}",
    )
