"""What is kept of the latest decision on each batch, as `why` shows it."""

from datetime import timedelta

from signoff_ledger.projections.views import Views
from signoff_ledger.queries.why import DecisionAnswer, WhyAnswer, why
from tests.ledgers import START, Shop, TickingClock


def explained(views: Views, batch: str | None = None) -> WhyAnswer:
    """Ask why the process stands where it stands, of the views alone."""
    answer = why(views, "mug", batch, START)
    assert answer is not None
    return answer


def decided(views: Views, batch: str | None = None) -> DecisionAnswer:
    """Give the decision that is explained."""
    decision = explained(views, batch)["decision"]
    assert decision is not None
    return decision


def test_an_automatic_hold_names_the_bar(shop: Shop, views: Views) -> None:
    """S-42: nobody decided it, and nobody is named."""
    shop.build("B1", rejects=2)
    answer, decision = explained(views), decided(views)

    assert ("mug", "B1", "HELD", "1", None) == (
        answer["process"],
        answer["batch"],
        answer["outcome"],
        answer["rule_set"],
        answer["held_for_s"],
    )
    assert (True, "ines", "the registered bar", "none", 1) == (
        decision["automatic"],
        decision["by"],
        decision["printed_name"],
        decision["signature"],
        decision["process_revision"],
    )
    assert (decision["reason"] or "").startswith("2/7 nonconforming")


def test_a_sign_off_says_how_long_the_process_was_held_before(shop: Shop, views: Views) -> None:
    """S-57: from the first hold since the last sign-off, by the ledger's clock."""
    assert isinstance(shop.clock, TickingClock)
    shop.build("B1", rejects=2)
    automatic = explained(views)
    shop.clock.time += timedelta(days=7)
    shop.hold()
    held = explained(views)
    shop.answer("B1")
    shop.build("B2")
    shop.sign()
    signed, decision = explained(views), decided(views)

    assert [("HELD", True, None), ("HELD", False, None)] == [
        (each["outcome"], each["decision"] and each["decision"]["automatic"], each["held_for_s"])
        for each in (automatic, held)
    ]
    assert ("SIGNED_OFF", "B2", False, None) == (
        signed["outcome"],
        signed["batch"],
        decision["automatic"],
        decision["reason"],
    )
    assert signed["held_for_s"] is not None
    held_for = timedelta(seconds=signed["held_for_s"])
    assert timedelta(days=7) < held_for < timedelta(days=7, minutes=1)


def test_a_sign_off_after_another_counts_holds_in_between_only(shop: Shop, views: Views) -> None:
    shop.sign_off_a_repeat()
    before = explained(views)
    shop.change()
    shop.build("B3")
    shop.sign()
    after = explained(views)

    assert ("SIGNED_OFF", None) == (after["outcome"], after["held_for_s"])
    assert "SIGNED_OFF" == before["outcome"]
    assert before["held_for_s"] is not None
    assert (before["decision"], before["rules"]) == (
        explained(views, "B2")["decision"],
        explained(views, "B2")["rules"],
    )


def test_a_hold_without_a_batch_is_shown_without_one(shop: Shop, views: Views) -> None:
    """S-20: a hold needs a reason and nothing else."""
    shop.hold(reason="the kiln is being moved")
    decision = decided(views)

    assert (None, "the kiln is being moved", False) == (
        explained(views)["batch"],
        decision["reason"],
        decision["automatic"],
    )


def test_every_finding_of_a_decision_is_kept_in_order(shop: Shop, views: Views) -> None:
    """S-33: the numbers that were compared are data, not only words."""
    shop.build("B1", rejects=2)
    rules = explained(views)["rules"]
    rejects = next(each for each in rules if each["rule"] == "rejects-within-ac")
    position = {
        version: shop.store.position(shop.ledger.work().batch("B1").id, version)
        for version in (3, 4)
    }

    assert 20 == len(rules)
    assert not rejects["holds"]
    assert {
        "ac": 1,
        "nonconforming": 2,
        "nonconformities": 2,
        "planned": 7,
        "re": 2,
        "rejects": 2,
        "units": 7,
    } == rejects["numbers"]
    assert {"LID-SEAT": 2} == rejects["counts"]
    assert [*position.values()] == rejects["events"]
