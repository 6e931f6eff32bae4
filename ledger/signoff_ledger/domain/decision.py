"""Deciding: hold or sign off, on every stream the decision rests on, in one save.

A decision writes on the process, on the batch and on the person, so that nothing it was taken on
can change underneath: the store refuses the save when any of the three has moved.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, NamedTuple

from signoff_ledger.domain.case import Case, Signer
from signoff_ledger.domain.events import process as events
from signoff_ledger.domain.events.batch import BatchDecided
from signoff_ledger.domain.events.person import DecisionTaken
from signoff_ledger.domain.figures import NOTHING_SHOWN, Exhibit
from signoff_ledger.domain.gate.batch_rules import build_time
from signoff_ledger.domain.gate.rule_sets import CURRENT_RULE_SET, judge, misses_the_bar
from signoff_ledger.domain.process_records import Standing
from signoff_ledger.domain.values import Outcome, Role, facts
from signoff_ledger.errors import Advice, Attempt, RuleRefusedError
from signoff_ledger.integrity.signed_acts import SIGNED

if TYPE_CHECKING:
    from collections.abc import Callable

    from signoff_ledger.domain.batch import Batch
    from signoff_ledger.domain.events.event import EventMetadata
    from signoff_ledger.domain.person import Person
    from signoff_ledger.domain.process import Process
    from signoff_ledger.domain.verdict import Finding, Verdict

SIGN_OFF_MEANING = SIGNED[events.ProcessSignedOff.TOPIC].meaning
HOLD_MEANING = SIGNED[events.ProcessHeld.TOPIC].meaning
AUTOMATIC_MEANING = "Held by the registered bar, without a person's decision."
AUTOMATIC_NAME = "the registered bar"

DOES_NOT_SHOW = (
    "A sign-off shows that the process built what the design asks for, on these units. It does "
    "not show that the design is right, nor that a customer wants to buy it."
)
"""Statement of every sign-off on its own limits (S-36)."""


class TreeHead(NamedTuple):
    """The tree that could be reviewed before a decision."""

    root: str | None  #: Its root, 64 hexadecimal digits; None where the log has no tree.
    size: int  #: Events in it.


_SERIALS_PER_EVENT = 5_000


def sign_off(
    stamp: EventMetadata,
    case: Case,
    person: Person,
    *,
    reviewed: TreeHead,
    note: str | None = None,
    rule_set: str = CURRENT_RULE_SET,
    shown: Exhibit = NOTHING_SHOWN,
) -> Verdict:
    """Sign a process off on a batch; every rule must hold (S-20).

    Args:
        stamp: Who, when, under which command.
        case: The case; its signer is the person.
        person: The signer, whose own stream notes the decision.
        reviewed: What the signer could review.
        note: Free words kept with the decision.
        rule_set: The rules; others than the current ones only to take an old decision again.
        shown: Figures and sentences shown with the verdict; kept with it, read by no rule.

    Raises:
        RuleRefusedError: A rule does not hold; the attempt is to be recorded (G13).
    """
    _check_is_real(case)
    process = case.process
    process.lapse_by_gap(stamp)
    process.check_not_signed_off()
    verdict = judge(case, rule_set)
    if not verdict.allows_sign_off:
        raise _refusal(case, verdict)
    batch, count, design = case.batch, case.tally, process.design
    assert batch is not None  # noqa: S101  # the rules have just said so
    assert count is not None  # noqa: S101  # nor without its units
    assert design is not None  # noqa: S101  # nor without a design
    identity = batch.plan.identity
    signed = process.emit(
        stamp,
        events.ProcessSignedOff(
            bar_sha256=batch.started.bar_sha256,
            design=design,
            figures=shown.figures,
            heads=heads_of(case, person.version, reviewed),
            meaning=SIGN_OFF_MEANING,
            note=note,
            plan_sha256=batch.started.plan_sha256,
            printed_name=person.printed_name,
            process_revision=process.revision,
            run_max=identity.run_max,
            run_min=identity.run_min,
            says=shown.says,
            tooling=batch.started.required.tooling,
            tooling_revision=batch.started.required.tooling_revision,
            verdict=verdict,
        ),
    )
    _hand_over(stamp, process, batch, count.releasable)
    _note(
        stamp,
        case,
        person,
        outcome=Outcome.SIGNED_OFF,
        meaning=SIGN_OFF_MEANING,
        version=signed.version,
    )
    return verdict


def hold(
    stamp: EventMetadata,
    case: Case,
    person: Person,
    *,
    reviewed: TreeHead,
    reason: str,
    awaiting: str | None = None,
    rule_set: str = CURRENT_RULE_SET,
    shown: Exhibit = NOTHING_SHOWN,
) -> Verdict:
    """Hold a process; a reason is all it needs (S-20).

    The same batch is not signed off afterwards, unless the hold awaits something other than the
    process (G19).

    Args:
        stamp: Who, when, under which command.
        case: The case.
        person: Who holds it.
        reviewed: What they could review.
        reason: Why.
        awaiting: What the hold waits for, where that is not the process.
        rule_set: The rules; others than the current ones only to take an old decision again.
        shown: Figures and sentences shown with the verdict.
    """
    _check_is_real(case)
    case.process.made_on()
    case.process.lapse_by_gap(stamp)
    verdict = judge(case, rule_set)
    held = case.process.emit(
        stamp,
        events.ProcessHeld(
            awaiting=awaiting,
            figures=shown.figures,
            heads=heads_of(case, person.version, reviewed),
            meaning=HOLD_MEANING,
            orders=case.process.orders_at_risk,
            printed_name=person.printed_name,
            process_revision=case.process.revision,
            reason=reason,
            says=shown.says,
            verdict=verdict,
        ),
    )
    _note(stamp, case, person, outcome=Outcome.HELD, meaning=HOLD_MEANING, version=held.version)
    return verdict


def hold_if_missed(
    stamp: EventMetadata,
    case: Case,
    *,
    reviewed: TreeHead,
    rule_set: str = CURRENT_RULE_SET,
    show: Callable[[Case], Exhibit] = lambda _: NOTHING_SHOWN,
) -> Verdict | None:
    """Hold the process by itself when its batch has missed the bar (S-42).

    Happens to a batch without a decision, as soon as every planned unit has every
    reading or the batch is closed, in the same save as the event that made it so. A batch that
    was decided on stays decided: what a later correction does is for `reconsider` (G11).
    """
    batch, count = case.batch, case.tally
    if batch is None or count is None or batch.is_empty or _is_decided(case):
        return None
    if batch.is_open and not count.is_complete:
        return None
    verdict = judge(replace(case, signer=None), rule_set)
    missed = misses_the_bar(verdict, closed=not batch.is_open)
    if not missed:
        return None
    shown = show(case)
    held = case.process.emit(
        stamp,
        events.ProcessHeld(
            automatic=True,
            figures=shown.figures,
            heads=heads_of(case, None, reviewed),
            meaning=AUTOMATIC_MEANING,
            orders=case.process.orders_at_risk,
            printed_name=AUTOMATIC_NAME,
            process_revision=case.process.revision,
            reason=_missed_reason(missed, verdict),
            says=shown.says,
            verdict=verdict,
        ),
    )
    batch.emit(stamp, BatchDecided(outcome=Outcome.HELD, process_version=held.version))
    return verdict


def _is_decided(case: Case) -> bool:
    """Say whether a person or the bar has decided on the batch, holds that only await left out."""
    decisions = case.process.decisions
    return any(d.batch == case.batch_key and d.awaiting is None for d in decisions)


def reconsider(stamp: EventMetadata, case: Case) -> Verdict | None:
    """Ask again, after anything that bears on it, whether the sign-off still follows (G11).

    Nothing reopens by itself: where it no longer follows it is marked unsupported, which shuts the
    order gate until a person holds or withdraws it. What does not hold is recorded again whenever
    it is something else than was recorded last, with the numbers of that moment.
    """
    process = case.process
    sign_off_ = process.sign_off
    if sign_off_ is None or process.standing_at(stamp.at)[0] is Standing.LAPSED:
        return None
    signer = Signer(sign_off_.by, sign_off_.signed.printed_name, frozenset({Role.APPROVER}))
    batch = sign_off_.batch
    verdict = judge(replace(case, batch_key=batch, signer=signer))
    before = process.lost if process.standing is Standing.UNSUPPORTED else ()
    if batch is None or facts(verdict.lost_support) == facts(before):
        return None
    process.emit(
        stamp,
        events.SignOffUnsupported(
            batch=batch,
            orders=process.orders_at_risk,
            sign_off=sign_off_.version,
            verdict=verdict,
        ),
    )
    return verdict


def _check_is_real(case: Case) -> None:
    """Refuse a case under a bar that was never set: a what-if answer never becomes a decision."""
    if case.bar_instead is not None:
        raise ValueError("a case under another bar than the one set cannot be decided")


def _note(
    stamp: EventMetadata,
    case: Case,
    person: Person,
    *,
    outcome: Outcome,
    meaning: str,
    version: int,
) -> None:
    if case.batch is not None:
        case.batch.emit(stamp, BatchDecided(outcome=outcome, process_version=version))
    person.emit(
        stamp,
        DecisionTaken(
            meaning=meaning, outcome=outcome, process=case.process.key, process_version=version
        ),
    )


def _hand_over(
    stamp: EventMetadata, process: Process, batch: Batch, serials: tuple[str, ...]
) -> None:
    """Release the conforming units to the next activity, in events of a bounded size (S-31)."""
    for start in range(0, len(serials), _SERIALS_PER_EVENT):
        process.emit(
            stamp,
            events.UnitsHandedOver(
                batch=batch.key,
                next_activity=batch.plan.identity.next_activity,
                serials=serials[start : start + _SERIALS_PER_EVENT],
            ),
        )


def heads_of(case: Case, person_version: int | None, reviewed: TreeHead) -> events.Heads:
    """Name everything a decision is taken on."""
    return events.Heads(
        batches={key: batch.version for key, batch in case.batches.items()},
        person=person_version,
        process=case.process.version,
        root=reviewed.root,
        size=reviewed.size,
    )


def _refusal(case: Case, verdict: Verdict) -> RuleRefusedError:
    findings = [(f.rule, f.says) for f in verdict.blockers]
    subject = f"batch {case.batch_key}" if case.batch_key else "no batch"
    return RuleRefusedError(
        "SL301",
        f"{case.process.key} cannot be signed off on {subject}",
        why="; ".join(f"{rule}: {says}" for rule, says in findings),
        advice=Advice("see-rules", process=case.process.key),
        attempt=Attempt(case.process.key, "sign", subject, findings),
    )


def _missed_reason(missed: tuple[Finding, ...], verdict: Verdict) -> str:
    """Say which rules were missed, and the build time even where no rule judges it."""
    said = [f.says for f in missed]
    time = verdict.finding(build_time.name)
    if time not in missed and "median_s" in time.numbers:
        said.append(f"build time: {time.says}")
    return "; ".join(said)[:2_000]
