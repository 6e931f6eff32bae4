"""Checking, signing, holding, withdrawing."""

from datetime import timedelta

import pytest

from signoff_ledger.application.commands.decisions import SignOff, Withdraw
from signoff_ledger.application.commands.people import EnrolPerson, GrantRole, RevokeRole
from signoff_ledger.application.ledger import Call
from signoff_ledger.domain.decision import DOES_NOT_SHOW
from signoff_ledger.domain.process_records import Standing
from signoff_ledger.domain.values import Outcome, Role
from signoff_ledger.errors import (
    InputError,
    NotFoundError,
    RuleRefusedError,
    SignoffError,
)
from signoff_ledger.queries.check import judged
from tests.ledgers import Shop, TickingClock, unit, wide


def standing(shop: Shop) -> Standing:
    """Say where the process stands."""
    return shop.ledger.work().process("mug").standing


def later(shop: Shop, **span: int) -> None:
    """Let time pass."""
    assert isinstance(shop.clock, TickingClock)
    shop.clock.time += timedelta(**span)


# --- checking -------------------------------------------------------------------------------------


def test_checking_decides_nothing(shop: Shop) -> None:
    """S-40."""
    shop.build("B1")
    size = shop.store.size()
    case, verdict = judged(shop.ledger.work(), "mug", None, None)

    assert verdict.allows_sign_off
    assert ("B1", "anna") == (verdict.batch, case.signer and case.signer.person)
    assert size == shop.store.size()


def test_checking_finds_the_first_approver_who_may_sign(shop: Shop) -> None:
    """G9: whoever applied the change that a batch confirms may not sign it off."""
    shop.ledger.execute(
        GrantRole(person="egon", role=Role.APPROVER, note="stands in"), Call("olga")
    )
    shop.ledger.execute(
        EnrolPerson(person="adam", printed_name="Adam Approver", roles=(Role.APPROVER,)),
        Call("olga"),
    )
    shop.ledger.execute(
        RevokeRole(person="anna", role=Role.APPROVER, reason="on leave"), Call("olga")
    )
    shop.build("B1", rejects=2)
    shop.answer("B1")
    shop.build("B2")
    case, verdict = judged(shop.ledger.work(), "mug", None, None)

    assert verdict.allows_sign_off
    assert "adam" == (case.signer and case.signer.person)


def test_checking_without_anybody_who_may_sign_says_so(shop: Shop) -> None:
    shop.build("B1")
    shop.ledger.execute(
        RevokeRole(person="anna", role=Role.APPROVER, reason="on leave"), Call("olga")
    )
    case, verdict = judged(shop.ledger.work(), "mug", None, None)

    assert case.signer is None
    assert ["signer-allowed"] == [f.rule for f in verdict.blockers]


def test_checking_with_an_approver_who_may_not_says_why(shop: Shop) -> None:
    """G9."""
    shop.ledger.execute(
        GrantRole(person="egon", role=Role.APPROVER, note="stands in"), Call("olga")
    )
    shop.ledger.execute(
        RevokeRole(person="anna", role=Role.APPROVER, reason="on leave"), Call("olga")
    )
    shop.build("B1", rejects=2)
    shop.answer("B1")
    shop.build("B2")
    _, verdict = judged(shop.ledger.work(), "mug", None, None)

    assert "egon applied C-1, which this sign-off rests on" == verdict.blockers[0].says


@pytest.mark.parametrize("who", ["egon", "stranger"])
def test_checking_for_somebody_who_is_no_approver_says_so(shop: Shop, who: str) -> None:
    shop.build("B1")
    _, verdict = judged(shop.ledger.work(), "mug", "B1", who)

    assert f"{who} is not an approver" == verdict.blockers[0].says


def test_checking_an_earlier_batch_shows_that_it_is_not_the_latest(signed: Shop) -> None:
    """G7."""
    _, verdict = judged(signed.ledger.work(), "mug", "B1", "anna")

    assert not verdict.finding("latest-batch").holds


def test_checking_what_is_not_there_is_refused(shop: Shop) -> None:
    for process, batch, code in (("plate", None, "SL201"), ("mug", "B9", "SL202")):
        with pytest.raises(NotFoundError) as caught:
            judged(shop.ledger.work(), process, batch, None)

        assert code == caught.value.code


# --- signing and holding --------------------------------------------------------------------------


def test_a_sign_off_is_written_on_every_stream_it_rests_on(shop: Shop) -> None:
    """S-08, S-31: on the process, the batch and the person, in one save."""
    shop.build("B1", rejects=1)
    shop.answer("B1")
    shop.build("B2")
    before = shop.store.size()
    receipt = shop.sign()
    signed = receipt.recorded[0].entry.event.model_dump(mode="json")

    assert [
        "process-signed-off",
        "units-handed-over",
        "batch-decided",
        "decision-taken",
    ] == shop.topics(before)
    assert {"B1", "B2"} == signed["heads"]["batches"].keys()
    assert ("Anna Approver", before, 2, 50, 100) == (
        signed["printed_name"],
        signed["heads"]["size"],
        signed["process_revision"],
        signed["run_min"],
        signed["run_max"],
    )
    assert "not show that the design is right" in DOES_NOT_SHOW
    assert Standing.SIGNED_OFF is standing(shop)


def test_a_sign_off_that_a_rule_refuses_does_not_persist_and_the_refusal_does(shop: Shop) -> None:
    """S-20, S-24, G13."""
    shop.build("B1", rejects=2)
    before = shop.store.size()
    with pytest.raises(RuleRefusedError) as caught:
        shop.sign()

    assert "SL301" == caught.value.code
    assert "rejects-within-ac: 2/7 nonconforming" in caught.value.why
    assert ["command-refused"] == shop.topics(before)
    assert Standing.HELD is standing(shop)


def test_no_batch_is_no_evidence(shop: Shop) -> None:
    """S-17."""
    with pytest.raises(RuleRefusedError) as caught:
        shop.sign()

    assert "mug cannot be signed off on no batch" == caught.value.what
    assert "no batch has been built; there is no evidence" in caught.value.why


def test_a_hold_needs_a_reason_and_nothing_else(shop: Shop) -> None:
    """S-20."""
    shop.hold(Call("ines"), "the kiln sounded odd")

    assert ["process-held", "decision-taken"] == shop.topics()[-2:]
    assert Standing.HELD is standing(shop)
    with pytest.raises(InputError):
        shop.hold(reason="")


def test_a_hold_on_a_batch_is_noted_on_the_batch(signed: Shop) -> None:
    signed.hold(reason="a complaint")

    assert ["process-held", "batch-decided", "decision-taken"] == signed.topics()[-3:]
    assert [Outcome.SIGNED_OFF, Outcome.HELD] == signed.ledger.work().batch("B2").outcomes


def test_a_note_on_a_sign_off_is_kept_and_checked(shop: Shop) -> None:
    """S-58."""
    shop.build("B1")
    with pytest.raises(InputError):
        shop.ledger.execute(SignOff(process="mug", batch=None, note="\x1b[2J"), Call("anna"))
    receipt = shop.ledger.execute(
        SignOff(process="mug", batch="B1", note="well done"), Call("anna")
    )

    assert "well done" == receipt.recorded[0].entry.event.model_dump()["note"]


# --- who built it ---------------------------------------------------------------------------------


def built_by_pat(shop: Shop, *, units: int = 7) -> None:
    """Record a batch of which pat built one unit, and enrol pat as an engineer afterwards."""
    shop.open("B1")
    shop.bring(
        "B1", wide([unit(f"S{n}", operator_id="Pat" if n == 0 else "") for n in range(units)])
    )
    shop.close("B1")
    shop.ledger.execute(
        EnrolPerson(person="pat", printed_name="Pat Planner", roles=(Role.ENGINEER,)), Call("olga")
    )


def test_a_builder_who_was_enrolled_after_the_units_is_met_at_the_decision(shop: Shop) -> None:
    """G23: the check, the refusal and the record agree."""
    built_by_pat(shop)
    size = shop.store.size()
    _, verdict = judged(shop.ledger.work(), "mug", None, None)
    looked_at = shop.store.size()
    with pytest.raises(RuleRefusedError) as caught:
        shop.sign()

    assert "S0 does not: ENGINEER_ASSISTED" in verdict.finding("representative-units").says
    assert size == looked_at
    assert "representative-units: 6/7 planned units count" in caught.value.why


def test_a_builder_who_is_enrolled_later_is_found_at_once_and_the_bar_holds(shop: Shop) -> None:
    """G23, S-42: the batch is one unit short by it."""
    built_by_pat(shop)
    topics = shop.topics()

    found = topics.index("builder-identified")
    assert ["builder-identified", "batch-amended", "process-held"] == topics[found : found + 3]
    assert {"S0": ("ENGINEER_ASSISTED",)} == shop.ledger.work().batch("B1").tally().excluded


def test_a_builder_of_units_that_were_signed_stays_who_they_were(shop: Shop) -> None:
    """G11, G23: nobody becomes an engineer of what was decided."""
    shop.open("B1")
    shop.bring("B1", wide([unit(f"S{n}", operator_id="pat") for n in range(7)]))
    shop.close("B1")
    shop.sign()
    shop.ledger.execute(
        EnrolPerson(person="pat", printed_name="Pat Planner", roles=(Role.ENGINEER,)), Call("olga")
    )
    judged(shop.ledger.work(), "mug", None, None)

    assert Standing.SIGNED_OFF is standing(shop)
    assert () == tuple(shop.ledger.work().batch("B1").tally().excluded)


# --- withdrawing ----------------------------------------------------------------------------------


def test_a_sign_off_is_withdrawn_with_a_reason_and_not_deleted(signed: Shop) -> None:
    """G12."""
    signed.ledger.execute(Withdraw(process="mug", reason="a complaint"), Call("anna"))
    with pytest.raises(RuleRefusedError) as caught:
        signed.order()

    assert Standing.WITHDRAWN is standing(signed)
    assert "mug is WITHDRAWN: a complaint" == caught.value.why
    assert "process-signed-off" in signed.topics()


def test_there_must_be_a_sign_off_and_a_reason_to_withdraw(shop: Shop) -> None:
    for process, reason, code in (
        ("mug", "why", "SL309"),
        ("mug", "", "SL105"),
        ("plate", "why", "SL201"),
    ):
        with pytest.raises(SignoffError) as caught:
            shop.ledger.execute(Withdraw(process=process, reason=reason), Call("anna"))

        assert code == caught.value.code
