"""Corrections: asked for by one person, answered by another, visible permanently."""

import pytest

from signoff_ledger.application.commands.corrections import ConfirmCorrection, DeclineCorrection
from signoff_ledger.application.ledger import Call
from signoff_ledger.domain.process_records import Standing
from signoff_ledger.domain.values import BuildMethod
from signoff_ledger.errors import InputError, NotFoundError, RuleRefusedError, SignoffError
from tests.ledgers import Shop

EGON, INES = Call("egon"), Call("ines")


@pytest.fixture
def asked(shop: Shop) -> Shop:
    """Give a ledger with a correction asked for by ines: a gap that was typed wrong."""
    shop.build("B1", rejects=1)
    shop.correct("B1", "B1-1", "gap", "0.05", remeasured=None)
    return shop


def test_nothing_counts_differently_until_a_second_person_confirms(asked: Shop) -> None:
    """S-23."""
    before = asked.ledger.work().batch("B1").units["B1-1"].readings["gap"]
    asked.ledger.execute(ConfirmCorrection(batch="B1", number=1), EGON)
    after = asked.ledger.work().batch("B1").units["B1-1"].readings["gap"]

    assert (50, 5) == (before, after)
    assert ["correction-confirmed", "batch-amended"] == asked.topics()[-2:]


def test_a_correction_that_is_declined_changes_nothing(asked: Shop) -> None:
    asked.ledger.execute(
        DeclineCorrection(batch="B1", number=1, reason="the sheet says 0.50"), EGON
    )
    batch = asked.ledger.work().batch("B1")

    assert 50 == batch.units["B1-1"].readings["gap"]
    assert () == batch.pending_corrections
    assert ["correction-declined", "batch-amended"] == asked.topics()[-2:]


def test_who_asked_for_a_correction_cannot_answer_it(asked: Shop) -> None:
    """S-23: two people."""
    size = asked.store.size()
    with pytest.raises(RuleRefusedError) as confirmed:
        asked.ledger.execute(ConfirmCorrection(batch="B1", number=1), INES)
    with pytest.raises(RuleRefusedError) as declined:
        asked.ledger.execute(
            DeclineCorrection(batch="B1", number=1, reason="changed my mind"), INES
        )

    assert "SL307" == confirmed.value.code == declined.value.code
    assert size == asked.store.size()


def test_a_correction_is_answered_once(asked: Shop) -> None:
    asked.ledger.execute(ConfirmCorrection(batch="B1", number=1), EGON)
    for number in (1, 2):
        with pytest.raises(NotFoundError):
            asked.ledger.execute(ConfirmCorrection(batch="B1", number=number), EGON)


def test_a_reject_is_taken_back_only_where_something_was_measured_again(shop: Shop) -> None:
    """S-23: not by a word."""
    shop.build("B1", rejects=1)
    with pytest.raises(RuleRefusedError) as caught:
        shop.correct("B1", "B1-1", "gap", "0.25")
    shop.correct("B1", "B1-1", "gap", "0.25", remeasured="with the calibrated feeler gauge")
    shop.ledger.execute(ConfirmCorrection(batch="B1", number=1), EGON)
    unit = shop.ledger.work().batch("B1").units["B1-1"]

    assert "SL307" == caught.value.code
    assert (25, 0) == (unit.readings["gap"], len(unit.nonconformities))


def test_the_words_on_measuring_again_can_be_recorded(shop: Shop) -> None:
    shop.build("B1", rejects=1)
    with pytest.raises(InputError) as caught:
        shop.correct("B1", "B1-1", "gap", "0.25", remeasured="\x1b[2J")

    assert "SL105" == caught.value.code
    assert all(line.isprintable() for line in str(caught.value).splitlines())


def test_a_correction_may_make_a_reject_and_hold_the_process(shop: Shop) -> None:
    """S-42, G11."""
    shop.build("B1", rejects=1)
    shop.correct("B1", "B1-2", "gap", "0.5")
    before = shop.store.size()
    shop.ledger.execute(ConfirmCorrection(batch="B1", number=1), EGON)

    assert [
        "correction-confirmed",
        "batch-amended",
        "process-held",
        "batch-decided",
    ] == shop.topics(before)


def test_a_correction_may_take_the_support_of_a_sign_off_away(shop: Shop) -> None:
    """G11: nothing reopens, and the order gate shuts."""
    shop.sign_off_a_repeat()
    for serial in ("B2-1", "B2-2"):
        shop.correct("B2", serial, "gap", "0.5")
    shop.ledger.execute(ConfirmCorrection(batch="B2", number=1), EGON)
    still = shop.ledger.work().process("mug").standing
    shop.ledger.execute(ConfirmCorrection(batch="B2", number=2), EGON)

    assert Standing.UNSUPPORTED is shop.ledger.work().process("mug").standing
    assert still in {Standing.SIGNED_OFF, Standing.UNSUPPORTED}
    with pytest.raises(RuleRefusedError):
        shop.order()


def test_the_make_of_a_unit_can_be_corrected(shop: Shop) -> None:
    shop.build("B1")
    shop.correct("B1", "B1-1", "method", "bench")
    shop.ledger.execute(ConfirmCorrection(batch="B1", number=1), EGON)

    assert BuildMethod.BENCH is shop.ledger.work().batch("B1").units["B1-1"].build.method


@pytest.mark.parametrize(
    ("batch", "serial", "field", "becomes", "code"),
    [
        ("B9", "B1-1", "gap", "0.3", "SL202"),
        ("B1", "S9", "gap", "0.3", "SL204"),
        ("B1", "\x1b[2J", "gap", "0.3", "SL106"),
        ("B1", "B1-1", "colour", "red", "SL204"),
        ("B1", "B1-1", "\x1b[2J", "red", "SL106"),
        ("B1", "B1-1", "gap", "0,3", "SL103"),
        ("B1", "B1-1", "gap", "\x1b[2J", "SL106"),
        ("B1", "B1-1", "gap", "0.25", "SL109"),
        ("B1", "B1-1", "D-7", "void", "SL204"),
        ("B1", "B1-1", "method", "lathe", "SL103"),
        ("B1", "B1-1", "process_revision", "99999999999999999999", "SL103"),
    ],
    ids=ascii,
)
def test_a_correction_that_cannot_be_is_refused_plainly(
    shop: Shop, batch: str, serial: str, field: str, *, becomes: str, code: str
) -> None:
    shop.build("B1")
    size = shop.store.size()
    with pytest.raises(SignoffError) as caught:
        shop.correct(batch, serial, field, becomes)

    assert code == caught.value.code
    assert all(line.isprintable() for line in str(caught.value).splitlines())
    assert size == shop.store.size()


def test_an_answer_needs_a_batch_and_a_reason_to_decline(asked: Shop) -> None:
    with pytest.raises(NotFoundError):
        asked.ledger.execute(ConfirmCorrection(batch="B9", number=1), EGON)
    with pytest.raises(SignoffError) as caught:
        asked.ledger.execute(DeclineCorrection(batch="B1", number=1, reason=" "), EGON)

    assert "SL105" == caught.value.code
