"""Every kind of event has its sentence, with the numbers in it and on one line."""

import unicodedata
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from signoff_ledger.domain.bar import Bar, CharacteristicClause, ModeClause
from signoff_ledger.domain.characteristic import Family
from signoff_ledger.domain.events import batch as b
from signoff_ledger.domain.events import ledger as g
from signoff_ledger.domain.events import person as h
from signoff_ledger.domain.events import process as p
from signoff_ledger.domain.events.catalogue import EVENT_TYPES
from signoff_ledger.domain.events.event import Event, EventEnvelope, EventMetadata, make_envelope
from signoff_ledger.domain.plan import (
    DesignApproval,
    NotApplicable,
    Parameter,
    Provenance,
    StatedProvenance,
    UnitBuild,
)
from signoff_ledger.domain.plan_difference import Difference, PlanDifference
from signoff_ledger.domain.signature import UNSIGNED
from signoff_ledger.domain.values import (
    BuildMethod,
    CauseKind,
    ChangeKind,
    Disposition,
    Origin,
    Outcome,
    RemarkKind,
    Role,
    Severity,
)
from signoff_ledger.domain.verdict import Finding, Verdict
from signoff_ledger.integrity.c2sp.verifier_key import ED25519, VerifierKey
from signoff_ledger.projections.sentences import sentence
from signoff_ledger.projections.subjects import Subject
from tests.ledgers import plan_file
from tests.signers import INES, LOG, ORIGIN, fingerprint_of, line_of

SHA = "0123456789abcdef" * 4
PLAN = plan_file().plan
UNSEEN = PLAN.model_copy(
    update={
        "characteristics": tuple(c for c in PLAN.characteristics if c.family != "finish"),
        "not_applicable": (NotApplicable(family=Family.FINISH, reason="never seen"),),
    }
)
BAR = Bar(units=20, max_rejects=1)
MANY_CLAUSES = Bar(
    units=20,
    max_rejects=2,
    max_critical=3,
    build_time_median_max_s=420,
    build_time_each_max_s=540,
    modes=(ModeClause(mode="CRACK", max_units=4),),
    characteristics=(CharacteristicClause(characteristic="gap", max_units=5),),
)
DESIGN = DesignApproval(document="DRW-1", reference="DS-1", sha256=SHA)
HERE = Provenance(line="Line 1", site="Stoke", tooling="T-1", tooling_revision="A")
ELSEWHERE = StatedProvenance(line="Line 2")
RAMP = Parameter(name="ramp", value="90 C/h")
LOOSER = PlanDifference(difference=Difference.LOOSENED, item="gap", now="to 0.50", was="to 0.40")
AT_RISK = (p.OrderAtRisk(quantity=60, reference="PO-1"),)
CRACK = b.Nonconformity(mode="CRACK", location="rim", number=7, severity=Severity.CRITICAL)
UNKNOWN_ZONE = CRACK.model_copy(update={"location": "lip", "number": 9, "zone_unknown": True})
GAP = b.Nonconformity(characteristic="gap", mode="LID-SEAT", number=8, severity=Severity.MAJOR)
COUNTED = Finding(
    holds=True, numbers={"rejects": 1, "units": 20}, rule="rejects-within-ac", says="1/20"
)
MISSED = Finding(holds=False, rule="no-critical", says="1 critical nonconformities on 20 unit(s)")
PENDING = Finding(holds=False, rule="no-correction-pending", says="1 correction(s) wait")
PRINT = fingerprint_of(INES)
LOG_KEY = VerifierKey.of(ORIGIN, ED25519, LOG).line
HEADS = p.Heads(batches={"B2": 9}, process=12, size=40)
LINE = UnitBuild(method=BuildMethod.LINE)


def verdict(*findings: Finding, batch: str | None = "B2") -> Verdict:
    return Verdict(batch=batch, findings=findings, rule_set="1")


def started(made_on: StatedProvenance, **demands: Any) -> b.BatchStarted:
    return b.BatchStarted(
        **demands, attempt=1, bar=BAR, bar_number=1, bar_set_at=datetime(2026, 3, 2, tzinfo=UTC),
        bar_sha256=SHA, batch="B2", made_on=made_on, plan=PLAN, plan_number=1, plan_sha256=SHA,
        process="mug", process_revision=1, required=HERE,
    )  # fmt: skip


def held(*, automatic: bool, batch: str | None, **more: Any) -> p.ProcessHeld:
    return p.ProcessHeld(
        **more,
        automatic=automatic, heads=HEADS, meaning="I hold it.", printed_name="Anna Approver",
        process_revision=1, reason="5/20 nonconforming", verdict=verdict(COUNTED, batch=batch),
    )  # fmt: skip


def changed(**more: object) -> p.ProcessChangeApplied:
    fields = {"kind": ChangeKind.PROCESS, "number": 3, "process_revision": 4, "what": "skimmed it"}
    fields |= {"touches_design": False, "why": "it fouled"}
    return p.ProcessChangeApplied.model_validate(fields | more)


CASES: tuple[tuple[Event, str, str], ...] = (
    (g.LedgerFounded(ledger_format=1, name="stoke"), "stoke", "Ledger stoke founded, format 1"),
    (
        g.LogKeyRotated(log_key=LOG_KEY, new_signature=f"{'A' * 86}==", reason="a year"),
        "stoke",
        f"The log of stoke is sealed by {LOG_KEY} from here on, because: a year",
    ),
    (
        g.WitnessAdded(url="http://127.0.0.1:1", verifier_key=LOG_KEY),
        "stoke",
        f"Witness {LOG_KEY} is asked http://127.0.0.1:1",
    ),
    (g.WitnessAdded(verifier_key=LOG_KEY), "stoke", f"Witness {LOG_KEY} is asked by file"),
    (
        g.CheckpointSetAside(note="", reason="x", sha256="0" * 64, size=7),
        "stoke",
        "The note kept as the checkpoint of 7 events was set aside, because: x (signature: none)",
    ),
    (
        h.SigningKeyRegistered(in_force=False, public_key=line_of(INES), signature=UNSIGNED),
        "ines",
        f"ines registered the key {PRINT} (signature: none)",
    ),
    (
        h.SigningKeyRegistered(in_force=True, public_key=line_of(INES), signature=UNSIGNED),
        "ines",
        (f"ines registered the key {PRINT}, in force at once: no other person could accept it "
        "(signature: none)"),
    ),
    (
        h.SigningKeyAccepted(fingerprint=PRINT),
        "ines",
        f"The key {PRINT} of ines was accepted (signature: none)",
    ),
    (
        h.SigningKeyRevoked(fingerprint=PRINT, reason="it was lost"),
        "ines",
        f"The key {PRINT} of ines was revoked, because: it was lost",
    ),
    (
        h.SignatureGiven(fingerprint=PRINT, signed_stream=UUID(int=1), signed_version=2),
        "ines",
        f"ines signed with {PRINT}",
    ),
    (
        h.SignatureRefused(code="SL405", command="hold", what="it is not accepted", why="forged"),
        "ines",
        "REFUSED [SL405] hold: it is not accepted: forged",
    ),
    (
        p.BarCountersigned(bar_sha256=SHA, number=2),
        "mug",
        "Bar 2 of mug countersigned (signature: none)",
    ),
    (
        h.PersonEnrolled(person="anna", printed_name="Anna Approver"),
        "anna",
        "anna enrolled as Anna Approver",
    ),
    (
        h.RoleGranted(note="record 118", role=Role.APPROVER),
        "anna",
        "anna became approver, because: record 118 (signature: none)",
    ),
    (
        h.RoleRevoked(reason="she left", role=Role.OWNER),
        "anna",
        "anna is no longer owner, because: she left",
    ),
    (
        h.DecisionTaken(
            meaning="I approve it.", outcome=Outcome.SIGNED_OFF, process="mug", process_version=12
        ),
        "anna",
        "anna took the decision on mug: signed off. I approve it.",
    ),
    (p.ProcessDefined(process="mug"), "mug", "Process mug defined"),
    (
        p.DesignApprovalReferenced(approval=DESIGN),
        "mug",
        "mug builds DRW-1, approved under DS-1 (SHA-256 0123456789ab...)",
    ),
    (
        p.ToolingApprovalReferenced(reference="T-12", tooling="T-1", note="by phone"),
        "mug",
        "Tooling T-1 was approved under T-12; this is not a process sign-off. Note: by phone",
    ),
    (
        p.InspectionPlanPublished(number=1, plan=PLAN, plan_sha256=SHA),
        "mug",
        "Inspection plan 1 of mug published: 4 characteristics (signature: none)",
    ),
    (
        p.InspectionPlanPublished(number=2, plan=UNSEEN, plan_sha256=SHA, reason="less to see"),
        "mug",
        ("Inspection plan 2 of mug published: 3 characteristics; finish is not applicable: never "
        "seen, because: less to see (signature: none)"),
    ),
    (
        p.InspectionPlanPublished(
            differences=(LOOSER,), number=3, plan=PLAN, plan_sha256=SHA, reason="wider"
        ),
        "mug",
        ("Inspection plan 3 of mug published: 4 characteristics; after results of this design: "
        "gap LOOSENED, because: wider (signature: none)"),
    ),
    (
        p.InspectionPlanCountersigned(number=3, plan_sha256=SHA),
        "mug",
        "Plan 3 of mug, looser than before, countersigned (signature: none)",
    ),
    (
        p.BarRegistered(bar=BAR, bar_sha256=SHA, number=1),
        "mug",
        ("Bar 1 of mug registered: at most 1 of 20 units nonconforming, at most 0 critical "
        "nonconformities (signature: none)"),
    ),
    (
        p.BarSuperseded(
            bar=MANY_CLAUSES, bar_sha256=SHA, number=2, reason="agreed", loosened=("max_rejects",)
        ),
        "mug",
        ("Bar 2 of mug supersedes bar 1: at most 2 of 20 units nonconforming, at most 3 critical "
        "nonconformities, median build time at most 420 s, every build time at most 540 s, CRACK "
        "on at most 4, gap failing on at most 5; LOOSENED in max_rejects, because: agreed "
        "(signature: none)"),
    ),
    (
        p.BarSuperseded(bar=BAR, bar_sha256=SHA, number=3, reason="less is more"),
        "mug",
        ("Bar 3 of mug supersedes bar 2: at most 1 of 20 units nonconforming, at most 0 critical "
        "nonconformities, because: less is more (signature: none)"),
    ),
    (
        p.BatchOpened(attempt=1, bar=1, batch="B1", plan=1, process_revision=1),
        "mug",
        "Batch B1 opened as attempt 1 under bar 1 and plan 1 on process revision 1",
    ),
    (
        p.BatchOpened(attempt=2, bar=3, batch="B2", confirms=(1, 2), plan=4, process_revision=5),
        "mug",
        ("Batch B2 opened as attempt 2 under bar 3 and plan 4 on process revision 5, to confirm "
        "C-1, C-2"),
    ),
    (
        p.BatchOpened(attempt=2, bar=1, batch="B2", plan=1, process_revision=1, unchanged=True),
        "mug",
        ("Batch B2 opened as attempt 2 under bar 1 and plan 1 on process revision 1, a repeat "
        "WITHOUT a change"),
    ),
    (p.BatchFinished(batch="B2", units=20), "mug", "Batch B2 finished"),
    (p.BatchAmended(batch="B2"), "mug", "Finished batch B2 was amended"),
    (
        p.NonconformityAttributed(mode="CRACK", origin=Origin.TOOLING, reason="a burr"),
        "mug",
        "CRACK attributed to tooling: a burr",
    ),
    (
        p.NonconformityAttributed(
            batch="B2", mode="CRACK", number=7, origin=Origin.MEASUREMENT, reason="a slip"
        ),
        "mug",
        "D-7 (CRACK) of B2 attributed to measurement: a slip",
    ),
    (
        p.CauseStated(batch="B2", kind=CauseKind.FOUND, mode="CRACK", statement="too hot"),
        "mug",
        "Root cause of CRACK in B2 stated: too hot",
    ),
    (
        p.CauseStated(batch="B2", kind=CauseKind.NOT_FOUND, mode="CRACK", statement="we looked"),
        "mug",
        "No cause was found for CRACK in B2: we looked",
    ),
    (
        p.CauseStated(batch="B2", kind=CauseKind.ACCEPTED, mode="CRACK", statement="it is small"),
        "mug",
        "CRACK in B2 was accepted: it is small",
    ),
    (
        p.CauseStated(batch="B2", kind=CauseKind.OUT_OF_SCOPE, mode="CRACK", statement="a trial"),
        "mug",
        "CRACK in B2 was put out of scope: a trial",
    ),
    (
        changed(),
        "mug",
        ("Change C-3 to mug (process): skimmed it; does not touch the design; process revision is "
        "now 4, because: it fouled"),
    ),
    (
        changed(
            parameter="ramp", old="150 C/h", new="90 C/h", fixture="JIG-7", tooling_revision="B",
            addresses=("CRACK", "LID-SEAT"), touches_design=True,
        ),
        "mug",
        ("Change C-3 to mug (process): skimmed it; ramp from 150 C/h to 90 C/h, required from here "
        "on; fixture JIG-7 is required from here on; tooling revision is now B; addresses CRACK, "
        "LID-SEAT; TOUCHES THE DESIGN; process revision is now 4, because: it fouled"),
    ),
    (
        held(automatic=True, batch="B2"),
        "mug",
        "mug HELD on batch B2 by its own bar: 5/20 nonconforming (signature: none)",
    ),
    (
        held(automatic=False, batch=None),
        "mug",
        "mug HELD by Anna Approver: 5/20 nonconforming (signature: none)",
    ),
    (
        held(automatic=False, batch="B2", awaiting="a certificate", orders=AT_RISK),
        "mug",
        ("mug HELD on batch B2 by Anna Approver: 5/20 nonconforming; it awaits a certificate; "
        "orders at risk: PO-1 (60) (signature: none)"),
    ),
    (
        p.ProcessSignedOff(
            bar_sha256=SHA, design=DESIGN, heads=HEADS, meaning="I approve it.", note="at last",
            plan_sha256=SHA, printed_name="Anna Approver", process_revision=4, run_max=1_000,
            run_min=500, tooling="T-1", tooling_revision="A", verdict=verdict(COUNTED),
        ),
        "mug",
        ("mug SIGNED OFF by Anna Approver on batch B2: process revision 4, tooling T-1 rev A, 1/20 "
        "nonconforming, for a run of 500 to 1000 (signature: none). Note: at last"),
    ),
    (
        p.UnitsHandedOver(batch="B2", next_activity="08.20.01", serials=("S1", "S2")),
        "mug",
        "2 conforming units of B2 handed over to activity 08.20.01",
    ),
    (
        p.SignOffWithdrawn(printed_name="Anna Approver", reason="a doubt", sign_off=12),
        "mug",
        "Sign-off of mug WITHDRAWN by Anna Approver, because: a doubt (signature: none)",
    ),
    (
        p.SignOffWithdrawn(
            orders=AT_RISK, printed_name="Anna Approver", reason="a doubt", sign_off=12
        ),
        "mug",
        ("Sign-off of mug WITHDRAWN by Anna Approver, because: a doubt; orders at risk: PO-1 (60) "
        "(signature: none)"),
    ),
    (
        p.SignOffLapsed(cause="two years without a production order", sign_off=12),
        "mug",
        "Sign-off of mug LAPSED: two years without a production order",
    ),
    (
        p.SignOffLapsed(cause="another plan", orders=AT_RISK, sign_off=12),
        "mug",
        "Sign-off of mug LAPSED: another plan; orders at risk: PO-1 (60)",
    ),
    (
        p.SignOffUnsupported(batch="B2", sign_off=12, verdict=verdict(COUNTED, MISSED)),
        "mug",
        ("The sign-off of mug on B2 is UNSUPPORTED: no-critical: 1 critical nonconformities on 20 "
        "unit(s)"),
    ),
    (
        p.SignOffUnsupported(
            batch="B2", orders=AT_RISK, sign_off=12, verdict=verdict(COUNTED, PENDING)
        ),
        "mug",
        ("The sign-off of mug on B2 is UNSUPPORTED: every rule holds again, and the gate stays "
        "shut until a person decides; orders at risk: PO-1 (60)"),
    ),
    (
        p.ProductionOrderCommitted(quantity=750, reference="PO-1", sign_off=12),
        "mug",
        "Production order PO-1 for 750 units of mug committed",
    ),
    (
        p.ProductionOrderCancelled(quantity=750, reason="the customer left", reference="PO-1"),
        "mug",
        "Order PO-1 for 750 units of mug CANCELLED, because: the customer left",
    ),
    (
        p.OrderPlacedWithoutSignOff(note="by letter", quantity=999, reference="PO-2"),
        "mug",
        "Order PO-2 for 999 units of mug was PLACED WITHOUT A SIGN-OFF: by letter",
    ),
    (
        p.RemarkRecorded(kind=RemarkKind.DISSENT, text="it costs a week"),
        "mug",
        "Dissent on mug: it costs a week",
    ),
    (
        p.CommandRefused(
            code="SL302", command="order commit", subject="750 as PO-1", what="it is refused",
            rules=(p.RefusedRule(rule="sign-off-stands", says="never signed off"),),
        ),
        "mug",
        ("REFUSED [SL302] order commit for 750 as PO-1: it is refused: sign-off-stands: never "
        "signed off"),
    ),
    (
        started(StatedProvenance()),
        "B2",
        "Batch B2 is made on T-1 rev A, Line 1, Stoke, fixture none specified",
    ),
    (
        started(ELSEWHERE),
        "B2",
        ("Batch B2 is made on T-1 rev A, Line 2, Stoke, fixture none specified; this is NOT what "
        "counts for the process, so its units will not"),
    ),
    (
        started(StatedProvenance(parameters=(RAMP,)), required_parameters=(RAMP,)),
        "B2",
        "Batch B2 is made on T-1 rev A, Line 1, Stoke, fixture none specified, ramp 90 C/h",
    ),
    (
        started(
            StatedProvenance(tooling_revision="A"), demanded=("fixture", "tooling_revision"),
            required_parameters=(RAMP,),
        ),
        "B2",
        ("Batch B2 is made on T-1 rev A, Line 1, Stoke, fixture none specified; a unit counts "
        "only where its own record says fixture none specified, ramp 90 C/h"),
    ),
    (
        b.SheetImported(name="a.csv", rows=1, sha256=SHA, sheet=3),
        "B2",
        "Sheet 3 of B2 read: a.csv, 1 row (SHA-256 0123456789ab...)",
    ),
    (
        b.UnitInspected(build=LINE, readings={"gap": 25, "finish": 1}, serial="S1"),
        "B2",
        "Unit S1 of B2 inspected, 2 readings: conforms",
    ),
    (
        b.UnitInspected(
            build=UnitBuild(method=BuildMethod.BENCH), nonconformities=(CRACK, GAP),
            readings={"gap": 55}, serial="S2", note="by hand",
            replaces=b.Replacement(reason="it was lost", serial="S1"),
        ),
        "B2",
        ("Unit S2 of B2 inspected, 1 reading: D-7 CRACK at rim (critical), D-8 LID-SEAT (major), "
        "built: bench, in place of S1: it was lost. Note: by hand"),
    ),
    (
        b.UnitInspected(
            build=LINE, builder_enrolled_as=Role.ENGINEER, distinct_from=("S-3", "s3"),
            nonconformities=(UNKNOWN_ZONE,), readings={}, serial="S03", typed="S03 ",
        ),
        "B2",
        ("Unit S03 of B2 inspected, 0 readings: D-9 CRACK at lip (critical, a zone that the plan "
        "does not grade), built by an enrolled engineer, said not to be S-3, s3"),
    ),
    (
        b.BuilderIdentified(built_by="pat", enrolled_as=Role.ENGINEER),
        "B2",
        "pat, who built units of B2, is an enrolled engineer: they do not count",
    ),
    (
        b.UnitRetested(attempt=2, readings={"gap": 25}, serial="S1"),
        "B2",
        "Unit S1 of B2 tested again (no. 2); the first result stands",
    ),
    (
        b.NonconformityRecorded(nonconformity=CRACK, serial="S1"),
        "B2",
        "Unit S1 of B2: D-7 CRACK at rim (critical) found later",
    ),
    (
        b.UnitDispositioned(disposition=Disposition.SCRAP, reason="cracked", serial="S1"),
        "B2",
        "Unit S1 of B2 goes to scrap, because: cracked",
    ),
    (
        b.CorrectionRequested(
            becomes="0.25 mm", field="gap", number=4, reading=25, reason="a slip", serial="S1",
            was="0.55 mm", remeasured="with gauge G-2",
        ),
        "B2",
        ("Correction 4 of B2 asked for: unit S1, gap, 0.55 mm should be 0.25 mm; measured again: "
        "with gauge G-2, because: a slip"),
    ),
    (
        b.CorrectionRequested(
            becomes="bench", field="method", number=5, reason="a slip", serial="S1", was="line"
        ),
        "B2",
        "Correction 5 of B2 asked for: unit S1, method, line should be bench, because: a slip",
    ),
    (
        b.CorrectionConfirmed(number=4),
        "B2",
        "Correction 4 of B2 confirmed by a second person",
    ),
    (
        b.CorrectionConfirmed(number=4, nonconformity=GAP),
        "B2",
        "Correction 4 of B2 confirmed by a second person; it makes D-8 LID-SEAT (major)",
    ),
    (
        b.CorrectionDeclined(number=4, reason="it is right"),
        "B2",
        "Correction 4 of B2 declined by a second person, because: it is right",
    ),
    (b.BatchClosed(), "B2", "Batch B2 closed"),
    (b.BatchClosed(note="one was lost"), "B2", "Batch B2 closed. Note: one was lost"),
    (
        b.BatchDecided(outcome=Outcome.HELD, process_version=12),
        "B2",
        "Batch B2 was decided: held",
    ),
)  # fmt: skip


def entry_of(event: Event) -> EventEnvelope:
    stamp = EventMetadata(datetime(2026, 3, 2, tzinfo=UTC), "anna", "id-1#0123456789abcdef")
    return make_envelope(event, stamp, stream=UUID(int=1), version=1, prev=None)


@pytest.mark.parametrize(
    ("event", "key", "expected"),
    CASES,
    ids=[f"{type(case[0]).__name__}-{number}" for number, case in enumerate(CASES, 1)],
)
def test_an_event_is_reported_with_its_numbers(event: Event, key: str, expected: str) -> None:
    """S-33: a count never stands without what it is out of."""
    assert expected == sentence(entry_of(event), Subject("any", key))


def test_every_kind_of_event_is_reported() -> None:
    assert {*EVENT_TYPES.values()} == {type(event) for event, _, _ in CASES}


@pytest.mark.parametrize("kind", EVENT_TYPES.values())
def test_every_kind_of_event_has_a_sentence(kind: type[Event]) -> None:
    from signoff_ledger.projections import sentences

    assert kind in sentences._SENTENCES


def hidden(text: str) -> list[str]:
    """Name the characters that a screen would obey rather than show."""
    return [c for c in text if unicodedata.category(c) in {"Cc", "Cf", "Cs", "Zl", "Zp"}]


@given(st.text(max_size=60))
def test_nobodys_words_can_repaint_a_screen(text: str) -> None:
    """What can be recorded at all is told on one line, without a character that is obeyed."""
    try:
        remark = p.RemarkRecorded(kind=RemarkKind.NOTE, text=text)
    except ValidationError:
        return
    reported = sentence(entry_of(remark), Subject("process", "mug", "mug"))

    assert [] == hidden(reported)


def test_several_lines_of_words_become_one_line() -> None:
    """A second line could pass for the sentence of another event."""
    forging = "all is well\n#99  anna  mug SIGNED OFF by Anna Approver"
    reported = sentence(entry_of(b.BatchClosed(note=forging)), Subject("batch", "B2", "mug"))

    assert (
        "Batch B2 closed. Note: all is well #99  anna  mug SIGNED OFF by Anna Approver" == reported
    )


def test_a_planted_escape_is_spelt_out() -> None:
    """Lines that no command wrote may hold anything in fields that people do not type."""
    refused = p.CommandRefused(
        code="SL301", command="sign", rules=(), subject="batch B2", what="\x1b[2Jgone"
    )

    assert "\\x1b[2Jgone" in sentence(entry_of(refused), Subject("process", "mug", "mug"))
