"""Estimates as decimals: six significant digits, so that a line holds no float."""

from __future__ import annotations

from decimal import Decimal

_DIGITS = 6


def estimate(value: float | Decimal) -> Decimal:
    """Round an estimate to six significant digits, without an exponent where it can be read."""
    rounded = Decimal(f"{value:.{_DIGITS}g}")
    if rounded == 0:
        return Decimal(0)
    plain = rounded.normalize()
    readable = -_DIGITS * 2 < plain.adjusted() < _DIGITS * 2
    return Decimal(f"{plain:f}") if readable else plain


def maybe(value: float | None) -> Decimal | None:
    """Round an estimate that may not exist."""
    return None if value is None else estimate(value)
