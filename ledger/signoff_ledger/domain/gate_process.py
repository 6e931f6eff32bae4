"""Rules on the process around the batch: bar, plan, changes, faults, and who signs."""

from __future__ import annotations

from typing import TYPE_CHECKING

from signoff_ledger.domain.bar import ConfirmationBatch
from signoff_ledger.domain.faults import Fault, faults_of, is_closed
from signoff_ledger.domain.gate_batch import no_batch
from signoff_ledger.domain.plan import content_sha256
from signoff_ledger.domain.values import Origin, Role
from signoff_ledger.domain.verdict import SETTLING_LIMIT, Finding

if TYPE_CHECKING:
    from signoff_ledger.domain.case import Case


def design_approved(case: Case) -> Finding:
    """The design was approved before: the process is proved, not the design (S-12)."""
    design = case.process.design
    if design is None:
        return Finding(
            holds=False,
            rule="design-approved",
            says="no design approval is referenced: design not proven",
        )
    return Finding(
        holds=True,
        rule="design-approved",
        says=f"design {design.document} is approved under {design.reference}",
        settled_by=case.in_process(case.process.design_version),
    )


def bar_before_results(case: Case) -> Finding:
    """The bar stood before the first result, by order in the log (S-26, S-37)."""
    rule = "bar-before-results"
    batch = case.batch
    if batch is None:
        return no_batch(rule)
    if batch.first_result_version is None:
        return Finding(holds=False, rule=rule, says=f"batch {batch.key} has no result yet")
    number = batch.started.bar_number
    registered = next((b for b in case.process.bars if b.number == number), None)
    in_force, first = batch.bar_version, batch.first_result_version
    holds = registered is not None and in_force < first
    return Finding(
        holds=holds,
        numbers={"bar": number, "bar_event": in_force, "first_result_event": first},
        rule=rule,
        says=f"bar {number} was in force at event {in_force} of the batch, the first result is "
        f"event {first}",
        settled_by=(
            *case.in_process(*([registered.version] if registered else [])),
            *case.in_batch(in_force, first),
        ),
    )


def plan_and_bar_frozen(case: Case) -> Finding:
    """The batch was judged by the plan and the bar that were registered, to the byte (S-03)."""
    rule = "plan-and-bar-frozen"
    batch = case.batch
    if batch is None:
        return no_batch(rule)
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
    return Finding(
        holds=same_bar and same_plan,
        rule=rule,
        says=", ".join(parts),
        settled_by=case.in_batch(*sorted({1, batch.bar_version})),
    )


def after_last_change(case: Case) -> Finding:
    """Every unit was built after the last change of process, plan or design (S-03, S-08, S-28)."""
    rule = "after-last-change"
    batch = case.batch
    if batch is None:
        return no_batch(rule)
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
    redesigned = opened.version < process.design_version
    if redesigned:
        parts.append("the design was approved anew after it opened")
    lapsed = opened.version < process.lapse_version
    if lapsed:
        parts.append("a sign-off has lapsed since it opened")
    return Finding(
        holds=built == now and plan == plan_now and not (later or redesigned or lapsed),
        numbers={"built_on": built, "plan": plan, "plan_in_force": plan_now, "revision": now},
        rule=rule,
        says="; ".join(parts),
        settled_by=case.in_process(opened.version, *(c.version for c in later[:SETTLING_LIMIT])),
    )


def latest_batch(case: Case) -> Finding:
    """The deciding batch is the last one built: no choosing among attempts (G7)."""
    rule = "latest-batch"
    batch = case.batch
    if batch is None:
        return no_batch(rule)
    latest = case.process.latest_batch
    attempts = len(case.process.batches)
    return Finding(
        holds=latest == batch.key,
        numbers={"attempt": batch.started.attempt, "attempts": attempts},
        rule=rule,
        says=f"batch {batch.key} is attempt {batch.started.attempt} of {attempts}"
        + ("" if latest == batch.key else f"; {latest} was built after it"),
        settled_by=case.in_process(case.process.batches[batch.key].version),
    )


def confirmation_batch(case: Case) -> Finding:
    """A repeat where the bar demands one even of a first batch that clears it (G1)."""
    rule = "confirmation-batch"
    batch, bar = case.batch, case.bar
    if batch is None or bar is None:
        return no_batch(rule)
    attempt = batch.started.attempt
    if bar.confirmation_batch is ConfirmationBatch.AFTER_CHANGE:
        says = "the bar asks for a fresh batch after each change, and for no other repeat"
        return Finding(holds=True, numbers={"attempt": attempt}, rule=rule, says=says)
    return Finding(
        holds=attempt > 1,
        numbers={"attempt": attempt},
        rule=rule,
        says=f"the bar always asks for a repeat batch; this is attempt {attempt}",
    )


def repeat_cites_change(case: Case) -> Finding:
    """A repeat confirms at least one change; without one it is batch shopping (S-27, G7)."""
    rule = "repeat-cites-change"
    batch = case.batch
    if batch is None:
        return no_batch(rule)
    opened = case.process.batches[batch.key]
    confirms, attempt = opened.opened.confirms, opened.opened.attempt
    cited = [c for c in case.process.changes if c.applied.number in confirms]
    batches, design = case.process.batches, case.process.design_version
    first = not any(b.units and batches[b.key].version > design for b in case.earlier)
    if attempt == 1:
        says = "the first batch of this process"
    elif first:
        says = "no earlier batch saw results of this design"
    elif confirms:
        says = f"attempt {attempt} confirms change(s) " + ", ".join(f"C-{n}" for n in confirms)
    else:
        says = f"attempt {attempt} is a repeat WITHOUT a change, which the bar allowed"
    return Finding(
        holds=first or bool(cited) or opened.opened.unchanged,
        numbers={"attempt": attempt, "changes": len(cited)},
        rule=rule,
        says=says,
        settled_by=case.in_process(
            *sorted([opened.version, *(c.version for c in cited[:SETTLING_LIMIT])])
        ),
    )


def faults_closed(case: Case) -> Finding:
    """Every process fault is closed by a change this batch confirms, or answered (S-39, G2)."""
    rule = "faults-closed"
    if case.batch is None:
        return no_batch(rule)
    faults = faults_of(case)
    still_open = [fault for fault in faults if not is_closed(fault, case)]
    recurring = [f for f in faults if f.is_recurrence]
    parts = [f"{len(faults) - len(still_open)}/{len(faults)} fault(s) are closed"]
    parts += [f"{f.mode} of batch {f.batch} is open: {_needs(f, case)}" for f in still_open]
    parts += [f"{f.mode} is a RECURRENCE: it was declared fixed before" for f in recurring]
    return Finding(
        counts={f"{f.mode} in {f.batch}": f.units for f in faults},
        holds=not still_open,
        numbers={
            "closed": len(faults) - len(still_open),
            "faults": len(faults),
            "recurrences": len(recurring),
        },
        rule=rule,
        says="; ".join(parts),
        settled_by=case.in_process(
            *sorted({v for f in faults for v in f.answers})[:SETTLING_LIMIT]
        ),
    )


def no_design_fault(case: Case) -> Finding:
    """No fault comes from the design, and each one's origin is on record (S-16, S-35)."""
    rule = "no-design-fault"
    if case.batch is None:
        return no_batch(rule)
    design_version = case.process.design_version
    unattributed: set[str] = set()
    design: list[tuple[str, int]] = []
    faults = faults_of(case)
    for fault in faults:
        for origin in fault.origins:
            if origin is None:
                unattributed.add(fault.mode)
            elif origin.origin is Origin.DESIGN and origin.version > design_version:
                design.append((fault.mode, origin.version))
    touching = [
        c for c in case.process.changes if c.applied.touches_design and c.version > design_version
    ]
    parts = [f"{len(faults)} fault(s) looked at"]
    if design:
        modes = ", ".join(sorted({mode for mode, _ in design}))
        parts.append(f"{modes} comes from the design: back to design, this series is closed")
    parts += [f"change C-{c.applied.number} touches the design" for c in touching]
    if unattributed:
        parts.append(f"the origin of {', '.join(sorted(unattributed))} is not on record")
    settling = sorted({v for _, v in design} | {c.version for c in touching})
    return Finding(
        holds=not (design or touching or unattributed),
        numbers={
            "design": len({mode for mode, _ in design}) + len(touching),
            "faults": len(faults),
            "unattributed": len(unattributed),
        },
        rule=rule,
        says="; ".join(parts) if len(parts) > 1 else parts[0] + ", none of them from the design",
        settled_by=case.in_process(*settling[:SETTLING_LIMIT]),
    )


def signer_allowed(case: Case) -> Finding:
    """The signer is an approver, not the only inspector, and fixed none of it (G9)."""
    rule = "signer-allowed"
    signer = case.signer
    if signer is None:
        return Finding(holds=False, rule=rule, says="nobody is named who would sign")
    problems = []
    if Role.APPROVER not in signer.roles:
        problems.append(f"{signer.person} is not an approver")
    if case.batch is not None and case.tally is not None:
        units = [case.batch.units[serial] for serial in case.tally.representative]
        if units and all(unit.inspectors == (signer.person,) for unit in units):
            problems.append(f"{signer.person} is the only inspector of batch {case.batch_key}")
        confirms = case.process.batches[case.batch.key].opened.confirms
        applied = [
            c
            for c in case.process.changes
            if c.applied.number in confirms and c.by == signer.person
        ]
        if applied:
            shown = ", ".join(f"C-{c.applied.number}" for c in applied)
            problems.append(f"{signer.person} applied {shown}, which this batch confirms")
    return Finding(
        holds=not problems,
        rule=rule,
        says="; ".join(problems)
        or f"{signer.person} ({signer.printed_name}) is an approver, not the only inspector, and "
        "applied none of the changes",
    )


def _needs(fault: Fault, case: Case) -> str:
    if fault.batch == case.batch_key:
        return "state its cause, or that none was found"
    return "no change addressing it was applied before this batch, and it is not answered"
