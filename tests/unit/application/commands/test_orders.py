"""Production orders, committed, reported and cancelled, and races with decisions."""

from collections.abc import Callable

import pytest

from signoff_ledger.application.commands.decisions import Hold, RecordRemark
from signoff_ledger.application.commands.orders import CancelOrder, CommitOrder, ReportOrder
from signoff_ledger.application.commands.people import GrantRole
from signoff_ledger.application.ledger import Call
from signoff_ledger.domain.process_records import Standing
from signoff_ledger.domain.values import RemarkKind, Role
from signoff_ledger.errors import (
    ConflictError,
    InputError,
    RuleRefusedError,
    SignoffError,
)
from tests.ledgers import Shop
from tests.unit.application.commands.test_decisions import later, standing

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
    """S-08: a unit that is typed again is reported as on record, also in another spelling."""
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
