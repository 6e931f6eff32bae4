"""Every event as one plain sentence, for people who did not write the software.

A sentence says what happened, with its numbers; who did it and when are columns of their own.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from signoff_ledger.domain.events import batch as b
from signoff_ledger.domain.events import ledger as g
from signoff_ledger.domain.events import person as h
from signoff_ledger.domain.events import process as p
from signoff_ledger.domain.gate.batch_rules import rejects_within_ac
from signoff_ledger.domain.orders import order_list
from signoff_ledger.domain.signature import UNSIGNED
from signoff_ledger.domain.text_checks import escaped
from signoff_ledger.domain.unit import gauges_text
from signoff_ledger.domain.values import CauseKind, Outcome
from signoff_ledger.integrity.ssh.public_key import parse_ssh_public_key

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from signoff_ledger.domain.events.event import Event, EventEnvelope
    from signoff_ledger.projections.subjects import Subject

_CAUSES = {
    CauseKind.FOUND: "Root cause of {} in {} stated",
    CauseKind.NOT_FOUND: "No cause was found for {} in {}",
    CauseKind.ACCEPTED: "{} in {} was accepted",
    CauseKind.OUT_OF_SCOPE: "{} in {} was put out of scope",
}
_OUTCOMES = {Outcome.HELD: "held", Outcome.SIGNED_OFF: "signed off"}


def sentence(entry: EventEnvelope, subject: Subject) -> str:
    """Write an event as a sentence.

    Args:
        entry: The event.
        subject: What its stream is about.
    """
    event = entry.event
    says = _SENTENCES[type(event)](event, subject.key)
    if type(event) not in _SAY_UNSIGNED and getattr(event, "signature", UNSIGNED) != UNSIGNED:
        says += _signature(event)
    return _one_line(says)


def _one_line(text: str) -> str:
    """Keep a text to one line, so that no words can pass for another event's sentence."""
    if text.isprintable():
        return text
    return "".join(" " if c.isspace() else escaped(c) for c in text)


def _plan(e: p.InspectionPlanPublished, key: str) -> str:
    count = len(e.plan.characteristics)
    waived = "".join(f"; {n.family} is not applicable: {n.reason}" for n in e.plan.not_applicable)
    return (
        f"Inspection plan {e.number} of {key} published: {_n(count, 'characteristic')}"
        f"{waived}{_differences(e)}{_because(e.reason)}{_signature(e)}"
    )


def _differences(e: p.InspectionPlanPublished) -> str:
    named = ", ".join(f"{d.item} {d.difference}" for d in e.differences)
    return f"; after results of this design: {named}" if named else ""


def _bar(bar: Any) -> str:  # a Bar; named loosely to keep the table below short
    parts = [f"at most {bar.max_rejects} of {bar.units} units nonconforming"]
    parts.append(f"at most {bar.max_critical} critical nonconformities")
    if bar.build_time_median_max_s is not None:
        parts.append(f"median build time at most {bar.build_time_median_max_s} s")
    if bar.build_time_each_max_s is not None:
        parts.append(f"every build time at most {bar.build_time_each_max_s} s")
    parts += [f"{c.mode} on at most {c.max_units}" for c in bar.modes]
    parts += [f"{c.characteristic} failing on at most {c.max_units}" for c in bar.characteristics]
    return ", ".join(parts)


def _superseded(e: p.BarSuperseded, key: str) -> str:
    loosened = f"; LOOSENED in {', '.join(e.loosened)}" if e.loosened else ""
    return f"Bar {e.number} of {key} supersedes bar {e.number - 1}: {_bar(e.bar)}{loosened}" + (
        _because(e.reason) + _signature(e)
    )


def _opened(e: p.BatchOpened, _: str) -> str:
    confirms = ", ".join(f"C-{n}" for n in e.confirms)
    says = f"Batch {e.batch} opened as attempt {e.attempt} under bar {e.bar} and plan {e.plan}"
    says += f" on process revision {e.process_revision}"
    if e.unchanged:
        return says + ", a repeat WITHOUT a change"
    return says + (f", to confirm {confirms}" if confirms else "")


def _started(e: b.BatchStarted, key: str) -> str:
    stated, asked = e.made_on, e.required
    made = asked.model_copy(update=stated.model_dump(exclude_none=True, exclude={"parameters"}))
    says = f"Batch {key} is made on {made.tooling} rev {made.tooling_revision}, {made.line}, "
    says += f"{made.site}, fixture {made.fixture}"
    says += "".join(f", {each.name} {each.value}" for each in stated.parameters or ())
    if made != asked:
        says += "; this is NOT what counts for the process, so its units will not"
    given = {each.name for each in stated.parameters or ()}
    unsaid = [
        f"{n.replace('_', ' ')} {getattr(asked, n)}"
        for n in e.demanded
        if getattr(stated, n) is None
    ]
    unsaid += [f"{r.name} {r.value}" for r in e.required_parameters if r.name not in given]
    if unsaid:
        says += f"; a unit counts only where its own record says {', '.join(unsaid)}"
    return says


def _inspected(e: b.UnitInspected, key: str) -> str:
    found = ", ".join(_nonconformity(n) for n in e.nonconformities)
    made = "" if e.build.method == "line" else f", built: {e.build.method}"
    made += f", built by an enrolled {e.builder_enrolled_as}" if e.builder_enrolled_as else ""
    stands_in = f", in place of {e.replaces.serial}: {e.replaces.reason}" if e.replaces else ""
    made += f", {gauges_text(e.gauges)}" if e.gauges else ""
    others = f", said not to be {', '.join(e.distinct_from)}" if e.distinct_from else ""
    return (
        f"Unit {e.serial} of {key} inspected, {_n(len(e.readings), 'reading')}: "
        f"{found or 'conforms'}{made}{stands_in}{others}{_note(e.note)}"
    )


def _nonconformity(n: b.Nonconformity) -> str:
    where = f" at {n.location}" if n.location else ""
    unknown = ", a zone that the plan does not grade" if n.zone_unknown else ""
    return f"D-{n.number} {n.mode}{where} ({n.severity}{unknown})"


def _attributed(e: p.NonconformityAttributed, _: str) -> str:
    what = f"D-{e.number} ({e.mode}) of {e.batch}" if e.number is not None else e.mode
    return f"{what} attributed to {e.origin}: {e.reason}"


def _cause(e: p.CauseStated, _: str) -> str:
    return f"{_CAUSES[e.kind].format(e.mode, e.batch)}: {e.statement}"


def _changed(e: p.ProcessChangeApplied, key: str) -> str:
    parts = [f"Change C-{e.number} to {key} ({e.kind}): {e.what}"]
    if e.parameter:
        parts.append(f"{e.parameter} from {e.old} to {e.new}, required from here on")
    if e.fixture:
        parts.append(f"fixture {e.fixture} is required from here on")
    if e.tooling_revision:
        parts.append(f"tooling revision is now {e.tooling_revision}")
    if e.addresses:
        parts.append(f"addresses {', '.join(e.addresses)}")
    touches = "TOUCHES THE DESIGN" if e.touches_design else "does not touch the design"
    parts += [touches, f"process revision is now {e.process_revision}"]
    return "; ".join(parts) + _because(e.why)


def _held(e: p.ProcessHeld, key: str) -> str:
    by = "by its own bar" if e.automatic else f"by {e.printed_name}"
    on = f" on batch {e.verdict.batch}" if e.verdict.batch else ""
    awaiting = f"; it awaits {e.awaiting}" if e.awaiting else ""
    return f"{key} HELD{on} {by}: {e.reason}{awaiting}{_at_risk(e)}{_signature(e)}"


def _at_risk(e: Any) -> str:  # an event that names orders at risk
    return f"; orders at risk: {order_list(e.orders)}" if e.orders else ""


def _signed(e: p.ProcessSignedOff, key: str) -> str:
    rejects = e.verdict.finding(rejects_within_ac.name).numbers
    return (
        f"{key} SIGNED OFF by {e.printed_name} on batch {e.verdict.batch}: process revision "
        f"{e.process_revision}, tooling {e.tooling} rev {e.tooling_revision}, "
        f"{rejects['rejects']}/{rejects['units']} nonconforming, for a run of {e.run_min} to "
        f"{e.run_max}{_signature(e)}{_note(e.note)}"
    )


def _unsupported(e: p.SignOffUnsupported, key: str) -> str:
    rules = "; ".join(f"{f.rule}: {f.says}" for f in e.verdict.lost_support)
    says = rules or "every rule holds again, and the gate stays shut until a person decides"
    return f"The sign-off of {key} on {e.batch} is UNSUPPORTED: {says}{_at_risk(e)}"


def _refused(e: p.CommandRefused, _: str) -> str:
    rules = "; ".join(f"{r.rule}: {r.says}" for r in e.rules)
    return f"REFUSED [{e.code}] {e.command} for {e.subject}: {e.what}: {rules}"


def _requested(e: b.CorrectionRequested, key: str) -> str:
    again = f"; measured again: {e.remeasured}" if e.remeasured else ""
    return (
        f"Correction {e.number} of {key} asked for: unit {e.serial}, {e.field}, "
        f"{e.was} should be {e.becomes}{again}{_because(e.reason)}"
    )


def _confirmed(e: b.CorrectionConfirmed, key: str) -> str:
    made = f"; it makes {_nonconformity(e.nonconformity)}" if e.nonconformity else ""
    return f"Correction {e.number} of {key} confirmed by a second person{made}"


def _signature(e: Any) -> str:  # an event that can be signed
    return f" (signature: {e.signature.kind})"


def _n(count: int, noun: str) -> str:
    return f"{count} {noun}" + ("" if count == 1 else "s")


def _because(reason: str | None) -> str:
    return f", because: {reason}" if reason else ""


def _note(note: str | None) -> str:
    return f". Note: {note}" if note else ""


_SAY_UNSIGNED = frozenset(
    {
        h.RoleGranted,
        h.SigningKeyRegistered,
        h.SigningKeyAccepted,
        p.InspectionPlanPublished,
        p.InspectionPlanCountersigned,
        p.BarRegistered,
        p.BarSuperseded,
        p.BarCountersigned,
        p.ProcessHeld,
        p.ProcessSignedOff,
        p.SignOffWithdrawn,
    }
)
"""What a release rests on: a missing signature is stated, too. Of other acts, a signature is."""

_SENTENCES: Mapping[type[Event], Callable[[Any, str], str]] = {
    g.LedgerFounded: lambda e, _: f"Ledger {e.name} founded, format {e.ledger_format}",
    g.LogKeyRotated: lambda e, key: (
        f"The log of {key} is sealed by {e.log_key} from here on{_because(e.reason)}"
    ),
    g.WitnessAdded: lambda e, _: f"Witness {e.verifier_key} is asked {e.url or 'by file'}",
    g.CheckpointSetAside: lambda e, _: (
        f"The note kept as the checkpoint of {e.size} events was set aside{_because(e.reason)}"
        f"{_signature(e)}"
    ),
    h.PersonEnrolled: lambda e, _: f"{e.person} enrolled as {e.printed_name}",
    h.RoleGranted: lambda e, key: f"{key} became {e.role}{_because(e.note)}{_signature(e)}",
    h.RoleRevoked: lambda e, key: f"{key} is no longer {e.role}{_because(e.reason)}",
    h.SigningKeyRegistered: lambda e, key: (
        f"{key} registered the key {parse_ssh_public_key(e.public_key).fingerprint}"
        + (", in force at once: no other person could accept it" if e.in_force else "")
        + _signature(e)
    ),
    h.SigningKeyAccepted: lambda e, key: (
        f"The key {e.fingerprint} of {key} was accepted{_signature(e)}"
    ),
    h.SigningKeyRevoked: lambda e, key: (
        f"The key {e.fingerprint} of {key} was revoked{_because(e.reason)}"
    ),
    h.SignatureGiven: lambda e, key: f"{key} signed with {e.fingerprint}",
    h.SignatureRefused: lambda e, _: f"REFUSED [{e.code}] {e.command}: {e.what}: {e.why}",
    h.DecisionTaken: lambda e, key: (
        f"{key} took the decision on {e.process}: {_OUTCOMES[e.outcome]}. {e.meaning}"
    ),
    p.ProcessDefined: lambda e, _: f"Process {e.process} defined",
    p.DesignApprovalReferenced: lambda e, key: (
        f"{key} builds {e.approval.document}, approved "
        f"under {e.approval.reference} (SHA-256 {e.approval.sha256[:12]}...){_note(e.note)}"
    ),
    p.ToolingApprovalReferenced: lambda e, _: (
        f"Tooling {e.tooling} was approved under "
        f"{e.reference}; this is not a process sign-off{_note(e.note)}"
    ),
    p.InspectionPlanPublished: _plan,
    p.InspectionPlanCountersigned: lambda e, key: (
        f"Plan {e.number} of {key}, looser than before, countersigned{_signature(e)}"
    ),
    p.BarRegistered: lambda e, key: (
        f"Bar {e.number} of {key} registered: {_bar(e.bar)}{_signature(e)}"
    ),
    p.BarSuperseded: _superseded,
    p.BarCountersigned: lambda e, key: f"Bar {e.number} of {key} countersigned{_signature(e)}",
    p.BatchOpened: _opened,
    p.BatchFinished: lambda e, _: f"Batch {e.batch} finished",
    p.BatchAmended: lambda e, _: f"Finished batch {e.batch} was amended",
    p.NonconformityAttributed: _attributed,
    p.CauseStated: _cause,
    p.ProcessChangeApplied: _changed,
    p.ProcessHeld: _held,
    p.ProcessSignedOff: _signed,
    p.UnitsHandedOver: lambda e, _: (
        f"{_n(len(e.serials), 'conforming unit')} of {e.batch} "
        f"handed over to activity {e.next_activity}"
    ),
    p.SignOffWithdrawn: lambda e, key: (
        f"Sign-off of {key} WITHDRAWN by {e.printed_name}{_because(e.reason)}"
        f"{_at_risk(e)}{_signature(e)}"
    ),
    p.SignOffLapsed: lambda e, key: f"Sign-off of {key} LAPSED: {e.cause}{_at_risk(e)}",
    p.SignOffUnsupported: _unsupported,
    p.ProductionOrderCommitted: lambda e, key: (
        f"Production order {e.reference} for {e.quantity} units of {key} committed"
    ),
    p.ProductionOrderCancelled: lambda e, key: (
        f"Order {e.reference} for {e.quantity} units of {key} CANCELLED{_because(e.reason)}"
    ),
    p.OrderPlacedWithoutSignOff: lambda e, key: (
        f"Order {e.reference} for {e.quantity} units of "
        f"{key} was PLACED WITHOUT A SIGN-OFF: {e.note}"
    ),
    p.RemarkRecorded: lambda e, key: f"{e.kind.capitalize()} on {key}: {e.text}",
    p.CommandRefused: _refused,
    b.BatchStarted: _started,
    b.SheetImported: lambda e, key: (
        f"Sheet {e.sheet} of {key} read: {e.name}, {_n(e.rows, 'row')} (SHA-256 {e.sha256[:12]}...)"
    ),
    b.UnitInspected: _inspected,
    b.BuilderIdentified: lambda e, key: (
        f"{e.built_by}, who built units of {key}, is an enrolled {e.enrolled_as}: they do not count"
    ),
    b.UnitRetested: lambda e, key: (
        f"Unit {e.serial} of {key} tested again (no. {e.attempt}); "
        f"the first result stands{_note(e.note)}"
    ),
    b.NonconformityRecorded: lambda e, key: (
        f"Unit {e.serial} of {key}: {_nonconformity(e.nonconformity)} found later"
    ),
    b.UnitDispositioned: lambda e, key: (
        f"Unit {e.serial} of {key} goes to {e.disposition}{_because(e.reason)}"
    ),
    b.CorrectionRequested: _requested,
    b.CorrectionConfirmed: _confirmed,
    b.CorrectionDeclined: lambda e, key: (
        f"Correction {e.number} of {key} declined by a second person{_because(e.reason)}"
    ),
    b.BatchClosed: lambda e, key: f"Batch {key} closed{_note(e.note)}",
    b.BatchDecided: lambda e, key: f"Batch {key} was decided: {_OUTCOMES[e.outcome]}",
}
