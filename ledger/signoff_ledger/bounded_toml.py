"""TOML as people write it, read within limits: plan files and settings.

The standard library's parser takes time with the square of the parts of a dotted key, and numbers
of any size, of which some cannot even be shown. A genuine file has neither.
"""

from __future__ import annotations

import tomllib
from decimal import Decimal
from typing import Any

DOTS_MAX = 64
"""Most dots in a line; the deepest key of ours has three."""

INTEGER_LIMIT = 2**63
"""First magnitude that TOML does not promise to hold."""

EXPONENT_MAX = 400
"""Largest exponent of a number, above that of any binary fraction."""


def read_toml(text: str) -> dict[str, Any]:
    """Read a document; fractions come as decimals, to the digit.

    Raises:
        ValueError: It is not TOML, or no person wrote it; with a clause that says why.
    """
    for number, line in enumerate(text.split("\n"), 1):
        if line.count(".") > DOTS_MAX:
            raise ValueError(f"line {number} has more than {DOTS_MAX} dots")
    try:
        document = tomllib.loads(text, parse_float=_decimal)
        _check(document)
    except RecursionError:
        raise ValueError("it is nested too deeply") from None
    return document


def _decimal(text: str) -> Decimal:
    try:
        number = Decimal(text)
        if abs(number.adjusted()) <= EXPONENT_MAX:
            return number
    except ArithmeticError:  # an exponent that decimals do not hold
        pass
    raise ValueError(f"the number {text[:40]} is out of every range")


def _check(value: object) -> None:
    if isinstance(value, dict):
        for member in value.values():
            _check(member)
    elif isinstance(value, list):
        for member in value:
            _check(member)
    elif isinstance(value, int) and abs(value) >= INTEGER_LIMIT:
        raise ValueError(f"a number of {value.bit_length()} bits is out of every range")
