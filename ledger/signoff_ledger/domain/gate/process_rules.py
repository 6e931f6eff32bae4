"""Rules on the process around the batch: bar, plan, changes, nonconformities, and who signs."""

from __future__ import annotations

from typing import TYPE_CHECKING

from signoff_ledger.domain.bar import ConfirmationBatch
from signoff_ledger.domain.batch_modes import BatchMode, is_closed, modes_of
from signoff_ledger.domain.gate.rule import RuleResult, batch_rule, rule
from signoff_ledger.domain.plan import content_sha256
from signoff_ledger.domain.plan_difference import differences
from signoff_ledger.domain.process_records import Standing
from signoff_ledger.domain.values import Outcome, Role
from signoff_ledger.domain.verdict import (
    BAR_BEFORE_RESULTS,
    LATEST_BATCH,
    NO_DESIGN_NONCONFORMITY,
    REPEAT_CITES_CHANGE,
    SETTLING_LIMIT,
)

if TYPE_CHECKING:
    from signoff_ledger.domain.batch import Batch
    from signoff_ledger.domain.case import Case
    from signoff_ledger.domain.process_records import AppliedChange

_ENDED_FOR_GOOD = frozenset({Standing.HELD, Standing.LAPSED, Standing.WITHDRAWN})


@rule("design-approved")
def design_approved(case: Case) -> RuleResult:
    """The design was approved before: the process is proved, not the design (S-12)."""
    design = case.process.design
    if design is None:
        return RuleResult(
            holds=False,
            says="no design approval is referenced: design not proven",
        )
    return RuleResult(
        holds=True,
        says=f"design {design.document} is approved under {design.reference}",
        settled_by=case.in_process(case.process.design_version),
    )


@batch_rule(BAR_BEFORE_RESULTS)
def bar_before_results(case: Case, batch: Batch) -> RuleResult:
    """The bar stood before the first result, by order in the log (S-26, S-37)."""
    if batch.first_result_version is None:
        return RuleResult(holds=False, says=f"batch {batch.key} has no result yet")
    number = batch.started.bar_number
    registered = next((b for b in case.process.bars if b.number == number), None)
    opened, first = case.process.batches[batch.key].version, batch.first_result_version
    return RuleResult(
        holds=registered is not None and registered.version < opened,
        numbers={"bar": number, "first_result_event": first},
        says=f"bar {number} was in force when the batch was opened, the first result is event "
        f"{first} of the batch",
        settled_by=(
            *case.in_process(*([registered.version] if registered else [])),
            *case.in_batch(1, first),
        ),
    )


@batch_rule("plan-and-bar-frozen")
def plan_and_bar_frozen(case: Case, batch: Batch) -> RuleResult:
    """The batch was judged by the plan and the bar that were registered, to the byte (S-03)."""
    started = batch.started
    bars = {b.number: b for b in case.process.bars}
    plans = {p.number: p for p in case.process.plans}
    bar, plan = bars.get(started.bar_number), plans.get(started.plan_number)
    same_bar = bar is not None and bar.sha256 == started.bar_sha256 == content_sha256(started.bar)
    same_plan = plan is not None and plan.plan_sha256 == started.plan_sha256 == content_sha256(
        started.plan
    )
    parts = [
        f"{noun} {number} {'is' if same else 'is NOT'} the one registered ({digest[:12]})"
        for noun, number, same, digest in (
            ("plan", started.plan_number, same_plan, started.plan_sha256),
            ("bar", started.bar_number, same_bar, started.bar_sha256),
        )
    ]
    return RuleResult(
        holds=same_bar and same_plan,
        numbers={"bar": started.bar_number, "plan": started.plan_number},
        says=", ".join(parts),
        settled_by=case.in_batch(1),
    )


@batch_rule("plan-agreed")
def plan_agreed(case: Case, batch: Batch) -> RuleResult:
    """A plan that passes what earlier results did not was agreed to by two people (G15)."""
    number = batch.started.plan_number
    plan = next((p for p in case.process.plans if p.number == number), None)
    if plan is None:
        says = f"plan {number} was never published"
        return RuleResult(holds=False, numbers={"plan": number}, says=says)
    before = case.earlier_of_design[-1] if case.earlier_of_design else None
    found = differences(before.plan, batch.plan) if before else ()
    loosened = [d for d in found if d.loosens]
    agreed = plan.countersigned_version
    opened = case.process.batches[batch.key].version
    named = ", ".join(f"{d.item} {d.difference}" for d in loosened)
    if before is None:
        says = "no earlier batch saw results of this design"
    elif not loosened:
        says = f"plan {plan.number} loosens nothing that batch {before.key} was judged by"
    else:
        by = f"{plan.by} and {plan.countersigned_by}" if agreed else f"{plan.by} alone"
        says = f"plan {plan.number} loosens what batch {before.key} was judged by ({named}): {by}"
    return RuleResult(
        holds=not loosened or (agreed is not None and agreed < opened),
        numbers={"differences": len(found), "loosened": len(loosened), "plan": number},
        says=says,
        settled_by=case.in_process(plan.version, *([agreed] if agreed else [])),
    )


@batch_rule("after-last-change")
def after_last_change(case: Case, batch: Batch) -> RuleResult:
    """Every unit was built after the last change of process, plan or design (S-03, S-08, S-28)."""
    process = case.process
    built, now = batch.started.process_revision, process.revision
    opened = process.batches[batch.key]
    later = process.changes[opened.changes_before :]
    parts = [f"the batch was built on process revision {built}, the process is at {now}"]
    if later:
        parts.append(f"{len(later)} change(s) came after the batch opened")
    plan, plan_now = batch.started.plan_number, process.plans[-1].number
    if plan != plan_now:
        parts.append(f"it was inspected by plan {plan}, plan {plan_now} is in force")
    redesigned = opened.version < process.redesign_version
    settling = [opened.version, *(c.version for c in later)]
    if redesigned:
        settling.append(process.redesign_version)
        parts.append("the design was approved again after it opened")
    lapsed = opened.version < process.lapse_version
    if lapsed:
        settling.append(process.lapse_version)
        parts.append("a sign-off has lapsed since it opened")
    return RuleResult(
        holds=built == now and plan == plan_now and not (later or redesigned or lapsed),
        numbers={
            "built_on": built,
            "changes": len(later),
            "plan": plan,
            "plan_in_force": plan_now,
            "revision": now,
        },
        says="; ".join(parts),
        settled_by=case.in_process(*sorted(settling)[:SETTLING_LIMIT]),
    )


@batch_rule(LATEST_BATCH)
def latest_batch(case: Case, batch: Batch) -> RuleResult:
    """The deciding batch is the last one built: no choosing among attempts (G7)."""
    latest, attempts = case.process.latest_batch, case.process.attempts
    return RuleResult(
        holds=latest == batch.key,
        numbers={"attempt": batch.started.attempt, "attempts": attempts},
        says=f"batch {batch.key} is attempt {batch.started.attempt} of {attempts}"
        + ("" if latest == batch.key else f"; {latest} was built after it"),
        settled_by=case.in_process(case.process.batches[batch.key].version),
    )


@batch_rule("not-decided-before")
def not_decided_before(case: Case, batch: Batch) -> RuleResult:
    """The batch was neither held nor withdrawn: one that was is not signed again (G19).

    A hold that awaits something other than the process is no verdict on the batch.
    """
    process = case.process
    holds = [d for d in process.decisions if d.batch == batch.key and d.outcome is Outcome.HELD]
    final = [d for d in holds if d.awaiting is None]
    ended = [e for e in process.endings if e.batch == batch.key and e.standing in _ENDED_FOR_GOOD]
    # The bar's own reason is what the other rules say.
    parts = [f"held by {d.printed_name}{f': {d.reason}' * (not d.is_automatic)}" for d in final]
    parts += [f"the sign-off on it is {e.standing}: {e.why}" for e in ended]
    settling = sorted([*(d.version for d in holds), *(e.version for e in ended)])
    says = f"no earlier decision ended batch {batch.key}"
    if parts:
        says = f"batch {batch.key} was decided before: {'; '.join(parts)}; fix it, run another"
    return RuleResult(
        holds=not parts,
        numbers={"awaiting": len(holds) - len(final), "ended": len(ended), "held": len(final)},
        says=says,
        settled_by=case.in_process(*settling[:SETTLING_LIMIT]),
    )


@batch_rule("confirmation-batch")
def confirmation_batch(case: Case, batch: Batch) -> RuleResult:
    """A repeat where the bar demands one even of a first batch that clears it (G1, G25)."""
    bar = case.bar_instead or batch.bar
    attempt = batch.started.attempt
    if bar.confirmation_batch is ConfirmationBatch.AFTER_CHANGE:
        says = "the bar asks for a fresh batch after each change, and for no other repeat"
        return RuleResult(holds=True, numbers={"attempt": attempt}, says=says)
    whole = [b for b in case.earlier_of_design if b.tally().is_complete]
    return RuleResult(
        holds=bool(whole),
        numbers={"attempt": attempt, "complete_before": len(whole)},
        says=f"the bar always asks for a repeat batch; {len(whole)} complete batch(es) of this "
        f"design came before attempt {attempt}",
    )


@batch_rule(REPEAT_CITES_CHANGE)
def repeat_cites_change(case: Case, batch: Batch) -> RuleResult:
    """A repeat confirms at least one change; without one it is batch shopping (S-27, G7)."""
    opened = case.process.batches[batch.key]
    confirms, attempt = opened.opened.confirms, opened.opened.attempt
    cited = [c for c in case.process.changes if c.applied.number in confirms]
    first = not case.earlier_of_design
    if attempt == 1:
        says = "the first batch of this process"
    elif first:
        says = "no earlier batch saw results of this design"
    elif confirms:
        says = f"attempt {attempt} confirms change(s) " + ", ".join(f"C-{n}" for n in confirms)
    else:
        says = f"attempt {attempt} is a repeat WITHOUT a change, which the bar allowed"
    return RuleResult(
        holds=first or bool(cited) or opened.opened.unchanged,
        numbers={"attempt": attempt, "changes": len(cited)},
        says=says,
        settled_by=case.in_process(
            *sorted([opened.version, *(c.version for c in cited[:SETTLING_LIMIT])])
        ),
    )


@batch_rule("nonconformities-closed")
def nonconformities_closed(case: Case, _: Batch) -> RuleResult:
    """Each nonconformity is closed by a change this batch confirms, or answered (S-39, G2)."""
    modes = modes_of(case)
    still_open = [mode for mode in modes if not is_closed(mode, case)]
    recurring = [m for m in modes if m.is_recurrence]
    parts = [f"{len(modes) - len(still_open)}/{len(modes)} nonconformity mode(s) are closed"]
    parts += [f"{m.mode} of batch {m.batch} is open: {_needs(m, case)}" for m in still_open]
    parts += [f"{m.mode} is a RECURRENCE: it was declared fixed before" for m in recurring]
    return RuleResult(
        counts={f"{m.mode} in {m.batch}": m.units for m in modes},
        holds=not still_open,
        numbers={
            "closed": len(modes) - len(still_open),
            "modes": len(modes),
            "recurrences": len(recurring),
        },
        says="; ".join(parts),
        settled_by=case.in_process(*sorted({v for m in modes for v in m.answers})[:SETTLING_LIMIT]),
    )


@batch_rule(NO_DESIGN_NONCONFORMITY)
def no_design_nonconformity(case: Case, _: Batch) -> RuleResult:
    """No nonconformity comes from the design, and each one's origin is on record (S-16, S-35, G14).

    A nonconformity on record that comes from the design counts whether its unit does or not, and
    whatever one person alone has said since.
    """
    modes = modes_of(case)
    unattributed = sorted({m.mode for m in modes if None in m.origins})
    questions = case.process.design_questions
    parts = [f"{len(modes)} nonconformity mode(s) looked at"]
    if questions:
        asked = "; ".join(question for question, _ in questions)
        parts.append(f"{asked}: back to design, this series is closed")
    if unattributed:
        parts.append(f"the origin of {', '.join(unattributed)} is not on record")
    return RuleResult(
        holds=not (questions or unattributed),
        numbers={
            "design": len(questions),
            "modes": len(modes),
            "unattributed": len(unattributed),
        },
        says="; ".join(parts) if len(parts) > 1 else parts[0] + ", none of them from the design",
        settled_by=case.in_process(*sorted(version for _, version in questions)[:SETTLING_LIMIT]),
    )


@rule("signer-allowed")
def signer_allowed(case: Case) -> RuleResult:
    """The signer is an approver who inspected none of it and fixed none of it (G9, G24)."""
    signer = case.signer
    if signer is None:
        return RuleResult(holds=False, says="no signer is named")
    problems = []
    if Role.APPROVER not in signer.roles:
        problems.append(f"{signer.person} is not an approver")
    read, counted = inspected_by_signer(case)
    alone = bool(counted) and all(
        case.batch is not None and case.batch.units[serial].inspectors == (signer.person,)
        for serial in counted
    )
    applied = _fixed_by_signer(case)
    if alone:
        problems.append(f"{signer.person} is the only inspector of batch {case.batch_key}")
    elif read and not (case.batch and case.batch.plan.signer_may_inspect):
        problems.append(f"{signer.person} recorded {len(read)}/{len(counted)} units that count")
    if applied:
        shown = ", ".join(f"C-{c.applied.number}" for c in applied)
        problems.append(f"{signer.person} applied {shown}, which this sign-off rests on")
    inspected = (
        f"inspected {len(read)}/{len(counted)} units, as the plan allows,"
        if read
        else ("inspected none of the units that count")
    )
    return RuleResult(
        holds=not problems,
        numbers={"applied": len(applied), "inspected": len(read), "units": len(counted)},
        says="; ".join(problems)
        or f"{signer.person} ({signer.printed_name}) is an approver, {inspected} and applied "
        "none of the changes",
        settled_by=case.in_process(*(c.version for c in applied[:SETTLING_LIMIT])),
    )


def inspected_by_signer(case: Case) -> tuple[list[str], tuple[str, ...]]:
    """Give the units of which the signer recorded a reading, and all that count."""
    batch, count, signer = case.batch, case.tally, case.signer
    if batch is None or count is None or signer is None:
        return [], ()
    counted = count.representative
    return [s for s in counted if signer.person in batch.units[s].inspectors], counted


def _fixed_by_signer(case: Case) -> list[AppliedChange]:
    """Give the signer's changes since the last sign-off that this one would rest on (G24).

    It rests on the changes that its batch confirms, and on those that close a nonconformity.
    """
    batch, signer, process = case.batch, case.signer, case.process
    if batch is None or signer is None:
        return []
    opened = process.batches[batch.key]
    signed = [d.version for d in process.decisions if d.outcome is Outcome.SIGNED_OFF]
    last = max((v for v in signed if v < opened.version), default=0)
    closing = {version for mode in modes_of(case) for version in mode.answers}
    return [
        c
        for c in process.changes
        if c.by == signer.person
        and c.version > last
        and (c.applied.number in opened.opened.confirms or c.version in closing)
    ]


def _needs(mode: BatchMode, case: Case) -> str:
    if mode.batch == case.batch_key:
        return "state its cause, or that none was found"
    return "no change addressing it was applied before this batch, and it is not answered"
