"""Deciding and ordering: check, sign, hold, withdraw, commit a run."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from signoff_ledger.application.commands.people import everybody
from signoff_ledger.domain import decision
from signoff_ledger.domain.case import Case, Signer
from signoff_ledger.domain.gate.process_rules import signer_allowed
from signoff_ledger.domain.gate.rule_sets import judge
from signoff_ledger.domain.text_checks import checked_label, checked_text
from signoff_ledger.domain.values import Role
from signoff_ledger.errors import ConflictError, InputError
from signoff_ledger.figures.exhibit import show

if TYPE_CHECKING:
    from signoff_ledger.application.ledger import Call, Ledger, Receipt, UnitOfWork
    from signoff_ledger.domain.events.process import Heads
    from signoff_ledger.domain.orders import Order
    from signoff_ledger.domain.verdict import Verdict


def check(
    work: UnitOfWork, process: str, batch: str | None, signer: str | None
) -> tuple[Case, Verdict]:
    """Ask the gate without deciding anything.

    Args:
        work: A view of the ledger.
        process: The process.
        batch: The batch in question; the latest by default.
        signer: Who would sign; by default the first enrolled approver who may.
    """
    if signer is not None:
        case = work.case(process, batch, work.person(signer))
        return case, judge(case)
    case = tried = work.case(process, batch)
    for person in everybody(work):
        if Role.APPROVER not in person.roles:
            continue
        who = Signer(person.key, person.printed_name, frozenset(person.roles))
        tried = replace(case, signer=who)
        # The other rules say the same whoever signs, so all of them are asked once.
        if signer_allowed(tried).holds:
            return tried, judge(tried)
    return case, judge(tried)


def sign(
    ledger: Ledger,
    call: Call,
    process: str,
    batch: str | None,
    note: str | None,
    *,
    seen: Heads | None = None,
) -> Receipt:
    """Sign a process off; refused and recorded as refused unless every rule holds (S-20, G13).

    Args:
        ledger: The ledger.
        call: By whom.
        process: The process.
        batch: The deciding batch; the latest by default.
        note: Words kept with the decision.
        seen: What the signer was shown; refused when anything has moved since.

    Raises:
        ConflictError: SL603, the record moved.
    """
    checked_text("the note", note)

    def decide(work: UnitOfWork) -> None:
        # Before anything is loaded: whatever is decided on is then at least as new as the tree.
        reviewed = work.reviewed
        person = work.person(work.stamp.by)
        case = work.case(process, batch, person)
        _check_seen(work, case, seen)
        shown = show(case)
        decision.sign_off(work.stamp, case, person, reviewed=reviewed, note=note, shown=shown)

    content = {"process": process, "batch": batch, "note": note}
    return ledger.act(call, "sign", content, decide)


def hold(
    ledger: Ledger,
    call: Call,
    process: str,
    batch: str | None,
    reason: str,
    *,
    seen: Heads | None = None,
    awaiting: str | None = None,
) -> Receipt:
    """Hold a process; a reason is all it needs (S-20).

    Args:
        ledger: The ledger.
        call: By whom.
        process: The process.
        batch: The batch in question; the latest by default.
        reason: Why.
        seen: As for `sign`.
        awaiting: What the hold waits for, where that is not the process; only then may the same
            batch be signed off later (G19).
    """
    checked_text("the reason", reason)
    checked_text("what is awaited", awaiting)

    def decide(work: UnitOfWork) -> None:
        # Before anything is loaded: whatever is decided on is then at least as new as the tree.
        reviewed = work.reviewed
        person = work.person(work.stamp.by)
        case = work.case(process, batch, person)
        _check_seen(work, case, seen)
        shown = show(case)
        decision.hold(
            work.stamp,
            case,
            person,
            reviewed=reviewed,
            reason=reason,
            awaiting=awaiting,
            shown=shown,
        )

    content = {"process": process, "batch": batch, "reason": reason, "awaiting": awaiting}
    return ledger.act(call, "hold", content, decide)


def withdraw(ledger: Ledger, call: Call, process: str, reason: str) -> Receipt:
    """Withdraw the sign-off of a process (G12)."""
    checked_text("the reason", reason)

    def decide(work: UnitOfWork) -> None:
        name = work.person(work.stamp.by).printed_name
        work.known_process(process).withdraw(work.stamp, name, reason)

    return ledger.act(call, "withdraw", {"process": process, "reason": reason}, decide)


def commit_order(
    ledger: Ledger, call: Call, process: str, *, quantity: int, reference: str
) -> tuple[Receipt, Order | None]:
    """Commit a production run, if a standing sign-off allows it (S-04).

    Gives the order beside the receipt where it is on record already.
    """
    _check_order(quantity, reference)
    known: Order | None = None

    def decide(work: UnitOfWork) -> None:
        nonlocal known
        known = work.known_process(process).commit_order(work.stamp, quantity, reference)

    content = {"process": process, "quantity": quantity, "reference": reference}
    return ledger.act(call, "order commit", content, decide), known


def cancel_order(
    ledger: Ledger, call: Call, process: str, *, reference: str, reason: str
) -> Receipt:
    """Record that an order will not be built; its reference stays taken."""
    checked_label("the order's reference", reference)
    checked_text("the reason", reason)

    def decide(work: UnitOfWork) -> None:
        work.known_process(process).cancel_order(work.stamp, reference, reason)

    content = {"process": process, "reference": reference, "reason": reason}
    return ledger.act(call, "order cancel", content, decide)


def report_order(
    ledger: Ledger, call: Call, process: str, *, quantity: int, reference: str, note: str
) -> tuple[Receipt, Order | None]:
    """Record an order that somebody placed outside the ledger (S-22).

    Gives the order beside the receipt where it is on record already.
    """
    _check_order(quantity, reference)
    checked_text("the note", note)
    known: Order | None = None

    def decide(work: UnitOfWork) -> None:
        nonlocal known
        known = work.known_process(process).report_order(work.stamp, quantity, reference, note)

    content = {"process": process, "quantity": quantity, "reference": reference, "note": note}
    return ledger.act(call, "order report", content, decide), known


def _check_seen(work: UnitOfWork, case: Case, seen: Heads | None) -> None:
    """Refuse to decide on anything but what was looked at."""
    if seen is None:
        return
    now = {key: batch.version for key, batch in case.batches.items()}
    if (seen.process, seen.batches) == (case.process.version, now):
        return
    raise ConflictError(
        "SL603",
        f"the record of {case.process.key} moved while you were looking",
        why=work.recorded_since(seen.size),
        fix="nothing was decided; look again, then decide",
    )


def _check_order(quantity: int, reference: str) -> None:
    checked_label("the order's reference", reference)
    if not 1 <= quantity <= 10**9:
        raise InputError(
            "SL103",
            f"a quantity of {quantity} is not one that can be ordered",
            why="it must be from 1 to 1,000,000,000 units",
        )
