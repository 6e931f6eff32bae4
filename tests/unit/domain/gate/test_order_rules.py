"""The order gate: references, cancellations, and what ends by time alone."""

from datetime import timedelta

import pytest

from signoff_ledger.domain.events.process import (
    OrderAtRisk,
    ProductionOrderCancelled,
    SignOffLapsed,
    SignOffWithdrawn,
)
from signoff_ledger.domain.process_records import Standing
from signoff_ledger.domain.process_state import LONGEST_GAP
from signoff_ledger.domain.unit import NonconformityReport
from signoff_ledger.domain.values import Origin
from signoff_ledger.errors import ConflictError, NotFoundError, RuleRefusedError
from tests.stories import DESIGN, NEW_DESIGN, Story, clear, held, plan, rules_of, signed

AT_RISK = (OrderAtRisk(quantity=500, reference="PO-1"),)


def ordered() -> Story:
    """Begin a story with a standing sign-off and one order under it."""
    story = signed()
    story.order(500, reference="PO-1")
    return story


# --- one reference, one order -------------------------------------------------------------------


@pytest.mark.parametrize("reference", ["PO-1", "po-1", " PO -1"])
def test_the_same_order_again_is_recorded_once(reference: str) -> None:
    story = ordered()
    before = story.process.version
    known = story.process.commit_order(story.stamp("bela"), 500, reference)

    assert known is not None
    assert ("PO-1", 500, "bela", "B1") == (
        known.reference,
        known.quantity,
        known.by,
        known.batch,
    )
    assert before == story.process.version


def test_another_order_under_the_same_reference_is_refused() -> None:
    story = ordered()

    with pytest.raises(ConflictError) as refused:
        story.order(501, reference="po-1")

    assert ("SL606", "the reference PO-1 of bowl is taken") == (
        refused.value.code,
        refused.value.what,
    )
    assert "is of 500 units" in refused.value.why


def test_a_reference_is_taken_whether_the_gate_is_open_or_shut() -> None:
    """What is on record is told before what would be refused."""
    story = ordered()
    story.hold("a complaint")

    with pytest.raises(ConflictError):
        story.order(501, reference="PO-1")
    assert story.process.commit_order(story.stamp("bela"), 500, "PO-1") is not None


def test_an_order_that_was_placed_outside_shares_the_references() -> None:
    """S-22."""
    story = held()
    first = story.process.report_order(story.stamp("bela"), 90, "PO-9", "phoned through")
    again = story.process.report_order(story.stamp("bela"), 90, "po-9", "phoned through")

    assert first is None
    assert again is not None
    with pytest.raises(ConflictError):
        story.process.report_order(story.stamp("bela"), 91, "PO-9", "phoned through")


def test_an_order_that_was_placed_outside_is_not_committed_afterwards() -> None:
    """A script that read "committed already" would go ahead without a sign-off."""
    story = held()
    story.process.report_order(story.stamp("bela"), 90, "PO-9", "phoned through")

    with pytest.raises(ConflictError) as refused:
        story.process.commit_order(story.stamp("bela"), 90, "PO-9")

    assert "was placed without a sign-off" in refused.value.why


# --- cancelling ---------------------------------------------------------------------------------


def test_a_cancelled_order_gives_its_units_back() -> None:
    """S-08."""
    story = signed()
    story.order(1_000, reference="PO-1")
    story.process.cancel_order(story.stamp("bela"), "po-1", "the customer left")
    event = story.last()
    story.order(1_000, reference="PO-2")

    assert (
        ProductionOrderCancelled(quantity=1_000, reason="the customer left", reference="PO-1")
        == event
    )
    assert 1_000 == story.process.ordered


def test_the_reference_of_a_cancelled_order_stays_taken() -> None:
    story = ordered()
    story.process.cancel_order(story.stamp("bela"), "PO-1", "the customer left")

    with pytest.raises(ConflictError) as refused:
        story.order(500, reference="PO-1")

    assert "is cancelled" in refused.value.why


def test_an_order_is_cancelled_once() -> None:
    story = ordered()
    story.process.cancel_order(story.stamp("bela"), "PO-1", "the customer left")

    with pytest.raises(RuleRefusedError) as refused:
        story.process.cancel_order(story.stamp("bela"), "PO-1", "again")

    assert "SL309" == refused.value.code


@pytest.mark.parametrize(("story", "why"), [(signed(), "it has none"), (ordered(), "it has PO-1")])
def test_an_order_that_is_not_there_cannot_be_cancelled(story: Story, why: str) -> None:
    with pytest.raises(NotFoundError) as refused:
        story.process.cancel_order(story.stamp("bela"), "PO-8", "why not")

    assert ("SL209", why) == (refused.value.code, refused.value.why)


# --- the end of a sign-off ----------------------------------------------------------------------


def test_a_sign_off_lapses_from_its_day_in_every_view() -> None:
    """G26: nothing is recorded, and it has ended."""
    story = signed()
    last = story.process.lapses_at
    assert last is not None

    assert (Standing.SIGNED_OFF, "") == story.process.standing_at(last)
    assert (Standing.LAPSED, "two years without a production order") == (
        story.process.standing_at(last + timedelta(microseconds=1))
    )
    assert Standing.SIGNED_OFF is story.process.standing


def test_only_an_order_that_stands_begins_the_two_years_anew() -> None:
    """G12, G26: one that was cancelled, or placed without the sign-off, keeps nothing alive."""
    story = signed()
    began = story.process.sign_off
    assert began is not None
    story.wait(days=300)
    story.process.report_order(story.stamp("bela"), 90, "PO-9", "phoned through")
    reported = story.process.lapses_at
    story.order(500, reference="PO-1")
    committed = story.process.lapses_at
    story.process.cancel_order(story.stamp("bela"), "PO-1", "the customer left")

    assert began.at + LONGEST_GAP == reported == story.process.lapses_at
    assert committed is not None
    assert committed > began.at + LONGEST_GAP + timedelta(days=299)


def test_a_lapse_names_the_orders_at_risk() -> None:
    """S-22, G12."""
    story = ordered()
    sign_off = story.process.sign_off
    assert sign_off is not None
    story.wait(days=731)
    story.process.lapse_by_gap(story.stamp())

    assert (
        SignOffLapsed(
            cause="two years without a production order",
            orders=AT_RISK,
            sign_off=sign_off.version,
        )
        == story.last()
    )
    (ending,) = story.process.endings
    assert (Standing.LAPSED, "B1") == (ending.standing, ending.batch)


def test_a_withdrawal_names_the_orders_at_risk() -> None:
    """S-22, G12."""
    story = ordered()
    story.process.withdraw(story.stamp("anna"), "Anna Approver", "a customer rang")

    event = story.last()

    assert isinstance(event, SignOffWithdrawn)
    assert AT_RISK == event.orders


def test_a_sign_off_that_time_ended_is_not_withdrawn() -> None:
    """G26."""
    story = signed()
    story.wait(days=731)

    with pytest.raises(RuleRefusedError) as refused:
        story.process.withdraw(story.stamp("anna"), "Anna Approver", "a customer rang")

    assert ("SL309", "it is LAPSED") == (refused.value.code, refused.value.why)


@pytest.mark.parametrize("single", [{}, {"B1": 1}])
def test_a_design_nonconformity_ends_a_standing_sign_off(single: dict[str, int]) -> None:
    """G14: by mode or by unit."""
    story = clear(max_rejects=1)
    story.batch.record_nonconformity(story.stamp(), "B1-01", unit_nonconformity(), None)
    story.attribute("PINHOLE")
    story.cause("PINHOLE")
    story.sign()
    story.attribute("PINHOLE", Origin.DESIGN, "egon", **single)

    with pytest.raises(RuleRefusedError) as refused:
        story.order()

    assert Standing.LAPSED is story.process.standing
    assert "PINHOLE was attributed to the design: by its looks" == story.process.standing_why
    assert {"sign-off-stands"} == rules_of(refused.value)


def unit_nonconformity() -> NonconformityReport:
    """Give a nonconformity of the top face."""
    return NonconformityReport("PINHOLE", "base")


def test_a_design_question_shuts_the_gate_whatever_the_sign_off_says() -> None:
    """G14: the gate does not rely on the lapse."""
    story = signed()
    sign_off, standing = story.process.sign_off, story.process.standing
    story.attribute("LID-SEAT", Origin.DESIGN)
    story.process.sign_off, story.process.standing = sign_off, standing

    with pytest.raises(RuleRefusedError) as refused:
        story.order()

    assert {"no-design-nonconformity"} == rules_of(refused.value)
    assert "LID-SEAT comes from the design" == refused.value.why


def test_the_same_digest_under_another_reference_ends_nothing() -> None:
    """G14: the same digest is the same design."""
    story = signed()
    story.publish(design=DESIGN.model_copy(update={"reference": "DA-9"}))

    assert Standing.SIGNED_OFF is story.process.standing
    assert "DA-9" == (story.process.design and story.process.design.reference)


def test_a_design_that_comes_back_brings_its_nonconformities_with_it() -> None:
    """G14: approving another one in between resets nothing."""
    story = held()
    story.attribute("LID-SEAT", Origin.DESIGN)
    story.publish(design=NEW_DESIGN)
    in_between = story.process.design_questions
    story.publish(plan(), DESIGN)

    assert [] == in_between
    assert ["LID-SEAT comes from the design"] == [q for q, _ in story.process.design_questions]
