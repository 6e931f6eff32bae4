"""TOML within limits; what people write is read to the digit."""

from decimal import Decimal

import pytest

from signoff_ledger.bounded_toml import DOTS_MAX, EXPONENT_MAX, INTEGER_LIMIT, read_toml


def test_what_people_write_is_read_to_the_digit() -> None:
    text = 'a.b.c = 0.10\nd = [1, -2]\ne = true\nf = "1.2.3"\n[[g]]\nh = 1e-7\n'

    assert {
        "a": {"b": {"c": Decimal("0.10")}},
        "d": [1, -2],
        "e": True,
        "f": "1.2.3",
        "g": [{"h": Decimal("1e-7")}],
    } == read_toml(text)


def test_the_limits_themselves_are_taken() -> None:
    dots = "." * DOTS_MAX
    number = INTEGER_LIMIT - 1

    assert {"a": dots} == read_toml(f'a = "{dots}"')
    assert {"a": [number, -number]} == read_toml(f"a = [{number}, -{number}]")
    assert {"a": Decimal(f"1e{EXPONENT_MAX}")} == read_toml(f"a = 1e{EXPONENT_MAX}")


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("a = 1\n" + "b." * (DOTS_MAX + 1) + "c = 1", f"line 2 has more than {DOTS_MAX} dots"),
        (f"a = {INTEGER_LIMIT}", "a number of 64 bits is out of every range"),
        (f"a = [{{b = -{INTEGER_LIMIT}}}]", "a number of 64 bits is out of every range"),
        ("a = 0x" + "f" * 10_000, "a number of 40000 bits"),
        ("a = " + "9" * 10_000, "Exceeds the limit"),
        (f"a = 1e{EXPONENT_MAX + 1}", f"the number 1e{EXPONENT_MAX + 1} is out"),
        (f"a = 1e-{EXPONENT_MAX + 1}", f"the number 1e-{EXPONENT_MAX + 1} is out"),
        ("a = 1e99999999999999999999", "is out of every range"),
        ("a = " + "[" * 100_000, "it is nested too deeply"),
        ("a = " + "[" * 10_000 + "]" * 10_000, "it is nested too deeply"),
        ("a", "Expected '='"),
    ],
    ids=[
        "dots",
        "an integer",
        "an integer inside",
        "hexadecimal",
        "digits",
        "an exponent",
        "a negative exponent",
        "a huge exponent",
        "deep",
        "deep and closed",
        "no TOML",
    ],
)
def test_what_nobody_writes_is_refused(text: str, why: str) -> None:
    with pytest.raises(ValueError, match=r".") as refused:
        read_toml(text)
    assert why in str(refused.value)
