"""Checking, signing, holding, withdrawing, ordering."""

from collections.abc import Callable
from datetime import timedelta

import pytest

from signoff_ledger.application.commands.decisions import Hold, RecordRemark, SignOff, Withdraw
from signoff_ledger.application.commands.orders import CancelOrder, CommitOrder, ReportOrder
from signoff_ledger.application.commands.people import EnrolPerson, GrantRole, RevokeRole
from signoff_ledger.application.ledger import Call
from signoff_ledger.domain.decision import DOES_NOT_SHOW
from signoff_ledger.domain.process_records import Standing
from signoff_ledger.domain.values import Outcome, RemarkKind, Role
from signoff_ledger.errors import (
    ConflictError,
    InputError,
    NotFoundError,
    RuleRefusedError,
    SignoffError,
)
from signoff_ledger.queries.check import judged
from tests.ledgers import Shop, TickingClock, unit, wide


@pytest.fixture
def signed(shop: Shop) -> Shop:
    """Give a ledger whose process is signed off on its second batch."""
    shop.sign_off_a_repeat()
    return shop


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


# --- ordering -------------------------------------------------------------------------------------


def test_an_order_refers_to_the_sign_off_it_stands_on(signed: Shop) -> None:
    """S-04, S-55."""
    receipt = signed.order(quantity=60)
    process = signed.ledger.work().process("mug")

    assert process.sign_off is not None
    assert process.sign_off.version == receipt.recorded[0].entry.event.model_dump()["sign_off"]
    assert 60 == process.ordered


def test_an_order_before_any_sign_off_is_refused_and_the_refusal_recorded(shop: Shop) -> None:
    """S-04, S-22, G13: there is no way round it."""
    before = shop.store.size()
    with pytest.raises(RuleRefusedError) as caught:
        shop.order()

    assert "SL302" == caught.value.code
    assert "mug was never signed off; no pilot batch has been built" == caught.value.why
    assert ["command-refused"] == shop.topics(before)


@pytest.mark.parametrize(("first", "second"), [(49, None), (101, None), (60, 60)])
def test_an_order_stays_within_the_run_that_was_signed(
    signed: Shop, first: int, second: int | None
) -> None:
    """S-08."""
    if second is not None:
        signed.order(quantity=first)
    with pytest.raises(RuleRefusedError) as caught:
        signed.ledger.execute(
            CommitOrder(process="mug", quantity=second or first, reference="PO-2"), Call("bela")
        )

    assert "is outside the signed run of 50 to 100" in caught.value.why


def test_whoever_signed_does_not_order(signed: Shop) -> None:
    """G9."""
    signed.ledger.execute(GrantRole(person="anna", role=Role.BUYER, note="stands in"), Call("olga"))
    with pytest.raises(RuleRefusedError) as caught:
        signed.order(Call("anna"))

    assert "anna signed the process off" == caught.value.why


def test_a_sign_off_that_nobody_used_for_two_years_lapses_with_the_attempt(signed: Shop) -> None:
    """G12, G26."""
    later(signed, days=731)
    before = signed.store.size()
    with pytest.raises(RuleRefusedError) as caught:
        signed.order()

    assert "mug is LAPSED: two years without a production order" == caught.value.why
    assert ["sign-off-lapsed", "command-refused"] == signed.topics(before)
    assert Standing.LAPSED is standing(signed)
    assert signed.store.size() == caught.value.position


def test_an_order_keeps_a_sign_off_alive(signed: Shop) -> None:
    """G12."""
    for reference in ("PO-1", "PO-2"):
        later(signed, days=700)
        signed.ledger.execute(
            CommitOrder(process="mug", quantity=50, reference=reference), Call("bela")
        )

    assert Standing.SIGNED_OFF is standing(signed)


@pytest.mark.parametrize("quantity", [0, -1, 10**9 + 1])
def test_a_quantity_is_one_that_can_be_ordered(signed: Shop, quantity: int) -> None:
    with pytest.raises(InputError) as caught:
        signed.order(quantity=quantity)

    assert "SL103" == caught.value.code


def test_an_order_outside_the_ledger_is_on_record_and_opens_nothing(shop: Shop) -> None:
    """S-22."""
    shop.ledger.execute(
        ReportOrder(process="mug", quantity=1_000, reference="PO-9", note="by phone"), Call("ines")
    )
    with pytest.raises(RuleRefusedError):
        shop.order()

    assert "order-placed-without-sign-off" in shop.topics()
    assert Standing.NOT_DECIDED is standing(shop)


BAD_ORDERS: dict[str, Callable[[Shop], object]] = {
    "SL106 a reference": lambda s: s.ledger.execute(
        CommitOrder(process="mug", quantity=1, reference="\x1b[2J"), Call("bela")
    ),
    "SL106 a reported reference": lambda s: s.ledger.execute(
        ReportOrder(process="mug", quantity=1, reference="", note="why"), Call("bela")
    ),
    "SL105 a note": lambda s: s.ledger.execute(
        ReportOrder(process="mug", quantity=1, reference="PO", note=""), Call("bela")
    ),
    "SL103 a quantity": lambda s: s.ledger.execute(
        ReportOrder(process="mug", quantity=0, reference="PO", note="why"), Call("bela")
    ),
    "SL201 a process": lambda s: s.ledger.execute(
        ReportOrder(process="plate", quantity=1, reference="PO", note="why"), Call("bela")
    ),
}


@pytest.mark.parametrize("what", BAD_ORDERS)
def test_an_order_that_cannot_be_recorded_is_refused_plainly(shop: Shop, what: str) -> None:
    with pytest.raises(SignoffError) as caught:
        BAD_ORDERS[what](shop)

    assert what[:5] == caught.value.code


def test_the_same_order_twice_is_one_order(signed: Shop) -> None:
    """S-08: whoever types it again is told that it is on record, also in another spelling."""
    signed.order(quantity=60)
    size = signed.store.size()
    command = CommitOrder(process="mug", quantity=60, reference="po-1")
    receipt = signed.ledger.execute(command, Call("bela"))
    known = receipt.result

    assert () == receipt.recorded
    assert known is not None
    assert ("PO-1", 60, "bela") == (known.reference, known.quantity, known.by)
    assert size == signed.store.size()


@pytest.mark.parametrize("step", ["commit", "report"])
def test_one_reference_is_one_order(signed: Shop, step: str) -> None:
    """S-08, S-22."""
    signed.order(quantity=60)
    size = signed.store.size()
    steps: dict[str, Callable[[], object]] = {
        "commit": lambda: signed.order(quantity=61),
        "report": lambda: signed.ledger.execute(
            ReportOrder(process="mug", quantity=61, reference="PO-1", note="by phone"), Call("bela")
        ),
    }
    with pytest.raises(ConflictError) as caught:
        steps[step]()

    assert "SL606" == caught.value.code
    assert "is of 60 units" in caught.value.why
    assert size == signed.store.size()


def test_a_reported_order_is_reported_once(shop: Shop) -> None:
    """S-22."""
    first, again = (
        shop.ledger.execute(
            ReportOrder(process="mug", quantity=90, reference="PO-9", note="by phone"), Call("ines")
        )
        for _ in range(2)
    )

    assert (1, None) == (len(first.recorded), first.result)
    assert () == again.recorded
    assert "PO-9" == again.result.reference


def test_a_cancelled_order_gives_its_units_back_and_keeps_its_reference(signed: Shop) -> None:
    """S-08."""
    signed.order(quantity=60)
    signed.ledger.execute(
        CancelOrder(process="mug", reference="PO-1", reason="the customer left"), Call("bela")
    )
    with pytest.raises(ConflictError) as taken:
        signed.order(quantity=60)
    signed.ledger.execute(CommitOrder(process="mug", quantity=60, reference="PO-2"), Call("bela"))

    assert "is cancelled" in taken.value.why
    assert 60 == signed.ledger.work().process("mug").ordered


def test_a_lapse_by_time_holds_in_every_view_before_anything_is_recorded(signed: Shop) -> None:
    """G26: from its day, not from the first order that meets it."""
    later(signed, days=731)
    size = signed.store.size()

    assert Standing.LAPSED is signed.ledger.work().known_process("mug").standing
    assert size == signed.store.size()


def test_a_lapse_by_time_is_recorded_before_whatever_is_done_first(signed: Shop) -> None:
    """G26."""
    later(signed, days=731)
    before = signed.store.size()
    signed.ledger.execute(
        RecordRemark(process="mug", kind=RemarkKind.NOTE, text="is it still on?"), Call("bela")
    )

    assert ["sign-off-lapsed", "remark-recorded"] == signed.topics(before)


def test_a_hold_says_what_it_awaits(shop: Shop) -> None:
    """G19."""
    shop.build("B1")
    shop.ledger.execute(
        Hold(process="mug", batch=None, reason="not yet", awaiting="the gauge's certificate"),
        Call("anna"),
    )
    with pytest.raises(InputError) as caught:
        shop.ledger.execute(
            Hold(process="mug", batch=None, reason="not yet", awaiting="\x1b[2J"), Call("anna")
        )
    shop.sign()

    held, _ = shop.ledger.work().process("mug").decisions

    assert ("SL105", "the gauge's certificate") == (caught.value.code, held.awaiting)
    assert Standing.SIGNED_OFF is standing(shop)


# --- racing ---------------------------------------------------------------------------------------


def test_a_sign_off_behind_a_correction_looks_again(
    shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    """G11: nothing a decision was taken on can change underneath it."""
    shop.build("B1")
    plain = shop.store.save

    def correction_first(*given: object) -> list[int]:
        monkeypatch.undo()
        shop.correct("B1", "B1-1", "gap", "0.05")
        return plain(*given)  # type: ignore[arg-type]

    monkeypatch.setattr(shop.store, "save", correction_first)
    with pytest.raises(RuleRefusedError) as caught:
        shop.sign()

    assert "no-correction-pending: 1 correction(s) wait for a second person" in caught.value.why


def test_an_order_behind_a_hold_is_refused(signed: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    """S-04."""
    plain = signed.store.save

    def hold_first(*given: object) -> list[int]:
        monkeypatch.undo()
        signed.hold(reason="stop")
        return plain(*given)  # type: ignore[arg-type]

    monkeypatch.setattr(signed.store, "save", hold_first)
    with pytest.raises(RuleRefusedError) as caught:
        signed.order()

    assert "mug is HELD: stop" == caught.value.why
    assert "production-order-committed" not in signed.topics()


@pytest.mark.parametrize(
    ("rejects", "expected"),
    [(0, Standing.NOT_DECIDED), (1, Standing.NOT_DECIDED), (2, Standing.HELD)],
)
def test_the_bar_decides_before_anybody_can(shop: Shop, rejects: int, expected: Standing) -> None:
    """S-42, S-54: one reject of seven clears, two do not."""
    shop.build("B1", rejects=rejects)

    assert expected is standing(shop)
