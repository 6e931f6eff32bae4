from datetime import timedelta

import pytest

from signoff_ledger.application.commands.decisions import RecordRemark, Withdraw
from signoff_ledger.application.commands.inspection import DisposeUnit
from signoff_ledger.application.commands.nonconformities import AddNonconformity
from signoff_ledger.application.commands.orders import ReportOrder
from signoff_ledger.application.ledger import Call
from signoff_ledger.domain.disclosure import Topic
from signoff_ledger.domain.process_records import Standing
from signoff_ledger.domain.unit import NonconformityReport
from signoff_ledger.domain.values import Disposition, RemarkKind
from signoff_ledger.errors import NotFoundError, RuleRefusedError
from signoff_ledger.projections.explanation import (
    Explanation,
    explain,
    positions_of,
    recurrences,
)
from tests.ledgers import CUP, PLAN, Shop, TickingClock, long, reading, topic


def said(explanation: Explanation) -> list[str]:
    """Name the kinds of the events in the context of the decision."""
    return [topic(recorded.entry.line) for recorded, _ in explanation.context]


def test_a_process_without_a_batch_is_not_decided(shop: Shop) -> None:
    """S-17: no evidence, and the explanation says so rule by rule."""
    explanation = explain(shop.store, "mug")

    assert ("NOT_DECIDED", None, None, None, ()) == (
        explanation.outcome,
        explanation.batch,
        explanation.decision,
        explanation.held_for_s,
        explanation.handed_over,
    )
    assert "" == explanation.limits
    assert not explanation.verdict.allows_sign_off


def test_an_undecided_batch_is_explained_by_the_rules_as_they_stand(shop: Shop) -> None:
    shop.build("B1")
    explanation = explain(shop.store, "mug")

    assert ("NOT_DECIDED", "B1") == (explanation.outcome, explanation.batch)
    assert ["signer-allowed"] == [f.rule for f in explanation.verdict.blockers]


def test_a_hold_is_explained_by_the_verdict_it_was_taken_on(shop: Shop) -> None:
    """S-42: the numbers of the decision, whatever was recorded since."""
    shop.build("B1", rejects=2)
    shop.answer("B1")
    explanation = explain(shop.store, "mug")
    assert explanation.decision is not None
    finding = explanation.verdict.finding("rejects-within-ac")

    assert ("HELD", "B1") == (explanation.outcome, explanation.batch)
    assert {"ac": 1, "rejects": 2, "units": 7}.items() <= finding.numbers.items()
    assert ["process-change-applied"] == said(explanation)
    assert explanation.held_for_s is None


def test_a_sign_off_is_explained_with_its_hold_and_its_handover(shop: Shop) -> None:
    """S-31, S-36, S-57."""
    assert isinstance(shop.clock, TickingClock)
    shop.build("B1", rejects=2)
    shop.answer("B1")
    shop.clock.time += timedelta(days=7)
    shop.build("B2", rejects=1)
    shop.state_cause("B2")
    shop.sign()
    shop.order()
    explanation = explain(shop.store, "mug")
    assert explanation.held_for_s is not None

    assert ("SIGNED_OFF", "B2") == (explanation.outcome, explanation.batch)
    assert timedelta(days=7) < timedelta(seconds=explanation.held_for_s) < timedelta(days=8)
    assert tuple(f"B2-{n}" for n in range(2, 8)) == explanation.handed_over
    assert "not show that the design is right" in explanation.limits
    assert ["process-change-applied", "production-order-committed"] == said(explanation)


def test_what_was_found_since_takes_a_unit_off_the_list_of_those_handed_over(shop: Shop) -> None:
    """G27: a later retest, a disposition, a nonconformity seen after all."""
    shop.sign_off_a_repeat()
    shop.bring("B2", long([reading("B2-1", "gap", "0.55", attempt="2")]))
    shop.ledger.execute(
        DisposeUnit(batch="B2", serial="B2-2", disposition=Disposition.SCRAP, reason="dropped"),
        Call("egon"),
    )
    explanation = explain(shop.store, "mug")

    assert tuple(f"B2-{n}" for n in range(3, 8)) == explanation.handed_over
    assert [
        "unit B2-1 of batch B2: a retest found gap failing",
        "unit B2-2 of batch B2: it goes to scrap",
    ] == [d.says for d in explanation.disclosures if d.topic == Topic.WITHHELD]


def test_time_alone_ends_a_sign_off_in_its_explanation(shop: Shop) -> None:
    """G26: and its orders are at risk from that day."""
    shop.sign_off_a_repeat()
    shop.order(quantity=60)
    last = shop.clock.now() + timedelta(days=731)
    then, now = explain(shop.store, "mug"), explain(shop.store, "mug", now=last)

    assert (Standing.SIGNED_OFF, ()) == (then.standing, then.orders_at_risk)
    assert (Standing.LAPSED, "two years without a production order") == (
        now.standing,
        now.standing_why,
    )
    assert [("PO-1", 60)] == [(o.reference, o.quantity) for o in now.orders_at_risk]


@pytest.mark.parametrize(
    ("old", "new", "shared"),
    [
        ("Line 1", "Line 9", "tooling and design"),
        ('tooling = "T-1"', 'tooling = "T-2"', "design"),
        ("DRW-1 rev B", "DRW-9", "tooling"),
    ],
)
def test_another_process_on_the_same_tooling_or_design_is_named(
    shop: Shop, old: str, new: str, shared: str
) -> None:
    """G21: with its attempts and decisions."""
    shop.build("B1", rejects=2)
    digest = {"0" * 64: "a" * 64} if shared == "tooling" else {}
    other = CUP.replace(old, new)
    for was, now in digest.items():
        other = other.replace(was, now)
    shop.publish(other)
    reported = [d.says for d in explain(shop.store, "cup").disclosures if d.topic == "SAME PROCESS"]

    (says,) = reported

    assert (
        f"process mug has the same {shared}: 1 attempt(s), HELD on B1, 2026-03-02; it stands at "
        "HELD"
    ) == says


def test_a_process_of_another_design_on_other_tooling_is_not_named(shop: Shop) -> None:
    """G21."""
    other = CUP.replace('tooling = "T-1"', 'tooling = "T-2"').replace("DRW-1 rev B", "DRW-9")
    shop.publish(other.replace("0" * 64, "a" * 64))

    assert () == explain(shop.store, "mug").disclosures


def test_a_hold_before_an_earlier_sign_off_does_not_count(shop: Shop) -> None:
    """S-57: a second sign-off was held since the first, or not at all."""
    shop.sign_off_a_repeat()
    shop.change()
    shop.build("B3")
    shop.sign()

    assert explain(shop.store, "mug", "B2").held_for_s is not None
    assert explain(shop.store, "mug").held_for_s is None


def test_an_earlier_batch_can_be_explained(shop: Shop) -> None:
    shop.sign_off_a_repeat()
    explanation = explain(shop.store, "mug", "B1")

    assert ("HELD", "B1", ()) == (explanation.outcome, explanation.batch, explanation.handed_over)


def test_a_batch_opened_after_the_decision_is_the_question_then(shop: Shop) -> None:
    """The latest decision is about units that no longer stand for the process."""
    shop.build("B1", rejects=2)
    shop.change("LID-SEAT")
    shop.open("B2")

    assert ("NOT_DECIDED", "B2") == (
        explain(shop.store, "mug").outcome,
        explain(shop.store, "mug").batch,
    )
    assert "HELD" == explain(shop.store, "mug", "B1").outcome


def test_a_hold_without_a_batch_stays_the_answer(shop: Shop) -> None:
    shop.hold(reason="the kiln is being moved")
    shop.open("B1")
    explanation = explain(shop.store, "mug")

    assert ("HELD", None) == (explanation.outcome, explanation.batch)


def test_a_position_shows_what_was_known_then(shop: Shop) -> None:
    """The state as of any event can be had again."""
    shop.sign_off_a_repeat()
    end = shop.store.size()
    shop.hold()
    defined = 1 + next(n for n, line in enumerate(shop.lines(), 1) if topic(line) == "batch-opened")
    states = [explain(shop.store, "mug", until=at).outcome for at in (defined, end, end + 3)]

    assert ["NOT_DECIDED", "SIGNED_OFF", "HELD"] == states


def test_every_position_can_be_explained(shop: Shop) -> None:
    """Also those between two events that were saved together."""
    shop.sign_off_a_repeat()
    shop.order()
    planned = 1 + next(
        n for n, line in enumerate(shop.lines()) if topic(line) == "inspection-plan-published"
    )
    explained = [
        explain(shop.store, "mug", until=at).case.process.key
        for at in range(planned, shop.store.size() + 1)
    ]

    assert {"mug"} == {*explained}


@pytest.mark.parametrize("kind", ["process-defined", "design-approval-referenced"])
def test_a_process_is_there_from_its_plan_on(shop: Shop, kind: str) -> None:
    at = 1 + next(n for n, line in enumerate(shop.lines()) if topic(line) == kind)
    with pytest.raises(NotFoundError) as refused:
        explain(shop.store, "mug", until=at)

    assert "SL201" == refused.value.code


def test_every_kind_of_thing_beside_a_decision_is_reported(shop: Shop) -> None:
    """G12, G13, S-22, S-53: refusals, remarks, orders and endings, oldest first."""
    with pytest.raises(RuleRefusedError):
        shop.order()
    shop.ledger.execute(
        RecordRemark(process="mug", kind=RemarkKind.PRESSURE, text="it is late"), Call("bela")
    )
    shop.ledger.execute(
        ReportOrder(process="mug", quantity=70, reference="PO-9", note="by letter"), Call("bela")
    )
    shop.sign_off_a_repeat()
    shop.order()
    shop.ledger.execute(
        AddNonconformity(batch="B2", serial="B2-1", nonconformity=NonconformityReport("CRACK")),
        Call("ines"),
    )
    shop.ledger.execute(Withdraw(process="mug", reason="a doubt"), Call("anna"))
    explanation = explain(shop.store, "mug")

    assert [
        "command-refused",
        "remark-recorded",
        "order-placed-without-sign-off",
        "process-change-applied",
        "production-order-committed",
        "sign-off-unsupported",
        "sign-off-withdrawn",
    ] == said(explanation)
    assert "Pressure on mug: it is late" == explanation.context[1][1]


def test_another_process_is_not_looked_at(shop: Shop) -> None:
    shop.publish(PLAN.replace('id = "mug"', 'id = "jug"'))
    shop.ledger.execute(
        RecordRemark(process="jug", kind=RemarkKind.NOTE, text="another one"), Call("bela")
    )

    assert () == explain(shop.store, "mug").context


@pytest.mark.parametrize(("batches", "reported"), [([], "it has none"), (["B1"], "it has B1")])
def test_a_batch_that_is_not_of_the_process_is_refused(
    shop: Shop, batches: list[str], reported: str
) -> None:
    for batch in batches:
        shop.open(batch)
    with pytest.raises(NotFoundError) as refused:
        explain(shop.store, "mug", "B9")

    assert ("SL202", reported) == (refused.value.code, refused.value.why)


def test_a_process_that_is_not_there_is_refused(shop: Shop) -> None:
    with pytest.raises(NotFoundError) as refused:
        explain(shop.store, "jug")

    assert "SL201" == refused.value.code


def test_a_finding_points_at_the_events_that_settle_it(shop: Shop) -> None:
    """Any line can be looked up by its position, in the history and in the file."""
    shop.build("B1", rejects=2)
    explanation = explain(shop.store, "mug")
    lines = shop.lines()

    def settling(rule: str) -> list[str]:
        finding = explanation.verdict.finding(rule)
        (positions,) = positions_of(shop.store, "mug", [finding])
        return [topic(lines[p - 1]) for p in positions]

    assert ["unit-inspected", "unit-inspected"] == settling("rejects-within-ac")
    assert ["bar-registered", "batch-started", "unit-inspected"] == settling("bar-before-results")
    assert [] == settling("no-critical")


def test_a_mode_that_was_declared_fixed_is_named_when_it_comes_back(shop: Shop) -> None:
    """G2: also where the total clears the bar."""
    shop.build("B1", rejects=2)
    before = recurrences(explain(shop.store, "mug").case)
    shop.answer("B1")
    shop.build("B2", rejects=1)

    assert [] == before
    assert ["LID-SEAT"] == recurrences(explain(shop.store, "mug").case)
