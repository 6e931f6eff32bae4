"""How values are written: a comma, words for pass and fail; nothing of it is guessed."""

from decimal import Decimal
from typing import get_args

import pytest
from pydantic import ValidationError

from signoff_cli.choices import ENCODINGS
from signoff_ledger.domain.characteristic import Characteristic, Family, Kind
from signoff_ledger.domain.notation import Encoding, Notation, SheetNotation, notation_of
from signoff_ledger.errors import InputError

GAP = Characteristic(
    decimals=2, family=Family.FIT, id="gap", kind=Kind.VARIABLE, mode="GAP", name="Gap",
    unit="\u00b5m", upper=Decimal("3.2"),
)  # fmt: skip


@pytest.mark.parametrize(
    ("text", "reading"),
    [("0,24", 24), ("-0,24 \u00b5m", -24), ("2", 200), ("2 \u03bcm", 200), ("\u22120,1", -10)],
)
def test_a_comma_is_the_decimal_sign_where_it_is_said_to_be(text: str, reading: int) -> None:
    assert reading == Notation(is_comma=True).read(GAP, text)


@pytest.mark.parametrize("text", ["0.24", "1.234,5", "1,2,3", "1 234,5"])
def test_under_a_comma_a_point_is_refused(text: str) -> None:
    with pytest.raises(ValueError):  # each has its own words
        Notation(is_comma=True).read(GAP, text)


@pytest.mark.parametrize("text", ["1,234.5", "1'234.5", "1.234,5", "1 234.5", "1\u202f234.5"])
def test_separators_of_thousands_are_named_as_that(text: str) -> None:
    with pytest.raises(ValueError, match="has separators of thousands"):
        Notation().read(GAP, text)


@pytest.mark.parametrize(
    ("unit", "shown"),
    [("\u00baC", "\u00baC (U+00BA), the plan says \u00b0C (U+00B0)"), ("MM", "MM, the plan says")],
)
def test_another_unit_is_refused_and_what_differs_is_named(unit: str, shown: str) -> None:
    with pytest.raises(ValueError) as refused:  # the words are compared below
        Notation().read(GAP.model_copy(update={"unit": "\u00b0C"}), f"1 {unit}")

    assert f"is in {shown}" in str(refused.value)


@pytest.mark.parametrize(
    ("planned", "text"),
    [("\u00b5m", "1 \u03bcm"), ("\u03bcm", "1 \u00b5m"), ("\u2126", "1 \u03a9"),
     ("\u00c5", "1 \u212b"),
     ("\u00b0C", "1 \u2103"), ("mm", "1\u00a0mm"), ("mm", "1\u202fmm"), ("mm", "1\u2009m\u200bm")],
    ids=ascii,
)  # fmt: skip
def test_the_same_unit_may_be_spelt_otherwise(planned: str, text: str) -> None:
    assert 100 == Notation().read(GAP.model_copy(update={"unit": planned}), text)


def test_words_for_pass_and_fail_are_named_in_pairs() -> None:
    notation = notation_of(SheetNotation(answers=("OK/NOK",)), None, ["1/0", "ja/nein"])

    assert ["pass", "fail", "pass", "fail", None] == [
        notation.answer(text) for text in ("ok", "NOK ", "1", "Nein", "good")
    ]


@pytest.mark.parametrize("pair", ["OK", "OK/ok", "/NOK", "a/b/c", "fail/NOK", "OK/pass"])
def test_words_that_are_no_pair_are_refused(pair: str) -> None:
    with pytest.raises(InputError) as caught:
        notation_of(None, None, [pair])

    assert "SL109" == caught.value.code


def test_what_the_plan_says_is_checked_when_it_is_read() -> None:
    with pytest.raises(ValidationError, match="must be the word for pass"):
        SheetNotation(answers=("OK",))


def test_a_command_goes_before_the_plan() -> None:
    planned = SheetNotation(decimal="comma")

    assert [True, False] == [notation_of(planned, decimal).is_comma for decimal in (None, "point")]


def test_the_command_line_offers_every_encoding() -> None:
    assert get_args(Encoding) == ENCODINGS
