"""Number format of figures.

Sentences hold counts before percent, two significant digits and bounds rounded outwards.
Events hold estimates as decimals of six significant digits, so that a line holds no float.
"""

from __future__ import annotations

from decimal import ROUND_CEILING, ROUND_FLOOR, ROUND_HALF_UP, Decimal

_HUNDRED = Decimal(100)
_TEN = Decimal(10)
_ONE = Decimal(1)
_DIGITS = 6


def percent(rate: Decimal, rounding: str = ROUND_HALF_UP) -> str:
    """Write a rate as a percentage of two significant digits, below 1 % of one.

    Args:
        rate: A fraction.
        rounding: A rounding mode of `decimal`.
    """
    value = rate * _HUNDRED
    if value == 0:
        return "0 %"
    size = abs(value)
    digits = 1 if size < _ONE else 2
    step = _ONE.scaleb(value.adjusted() - digits + 1)
    if size >= _TEN:
        step = _ONE
    rounded = (value / step).to_integral_value(rounding) * step
    text = f"{rounded.normalize():f}"
    return f"{text} %"


def at_most(rate: Decimal) -> str:
    """Write an upper bound, rounded up."""
    return percent(rate, ROUND_CEILING)


def at_least(rate: Decimal) -> str:
    """Write a lower bound, rounded down."""
    return percent(rate, ROUND_FLOOR)


def points(difference: Decimal) -> str:
    """Write a difference of rates in whole percentage points, with its sign."""
    whole = (difference * _HUNDRED).to_integral_value(ROUND_HALF_UP)
    return f"{whole:+f}".replace("-", "\N{MINUS SIGN}") if whole else "0"


def times_in_100(chance: Decimal) -> str:
    """Write a chance as a natural frequency; the ends are never called certain."""
    whole = int((chance * _HUNDRED).to_integral_value(ROUND_HALF_UP))
    if whole == 0:
        return "fewer than 1 time in 100"
    if whole == 100:
        return "more than 99 times in 100"
    return f"{whole} time{'' if whole == 1 else 's'} in 100"


def one_in(chance: Decimal) -> str:
    """Write a small chance as about one time in so many."""
    if chance <= 0:
        return "practically never"
    many = int((1 / chance).to_integral_value(ROUND_HALF_UP))
    if many <= 1:
        return "nearly every time"
    return f"about 1 time in {grouped(_two_digits(many))}"


def p_value(p: Decimal) -> str:
    """Write a p value to two significant digits, never as zero."""
    if p < Decimal("0.0001"):
        return "p < 0.0001"
    step = _ONE.scaleb(p.adjusted() - 1)
    rounded = (p / step).to_integral_value(ROUND_HALF_UP) * step
    return f"p = {rounded.normalize():f}"


def whole(value: Decimal) -> str:
    """Write what a rate comes to in units of a run, as a whole number."""
    return grouped(int(value.to_integral_value(ROUND_HALF_UP)))


def about(value: Decimal) -> str:
    """Write an estimated count: two significant digits from 100 on, whole below."""
    return grouped(int(rounded(value)))


def rounded(value: Decimal) -> Decimal:
    """Round an estimate to two significant digits, below 100 to a whole number."""
    return Decimal(_two_digits(int(value.to_integral_value(ROUND_HALF_UP))))


def rounded_up(value: int) -> int:
    """Round a bound up to two significant digits."""
    step = int("1".ljust(max(1, len(str(value)) - 1), "0"))
    return -(-value // step) * step


def grouped(value: int) -> str:
    """Write a whole number with a comma at each thousand."""
    return f"{value:,}"


def counted(number: int, noun: str, plural: str | None = None) -> str:
    """Write a number with its noun."""
    return f"{grouped(number)} {noun if number == 1 else plural or noun + 's'}"


def money(amount: Decimal, currency: str) -> str:
    """Write an amount with its currency, without cents where there are none."""
    text = f"{amount:,.2f}".removesuffix(".00")
    return f"{currency} {text}"


def ordinal(number: int) -> str:
    """Write the first ten in words, further ones with their ending."""
    words = (
        "first", "second", "third", "fourth", "fifth", "sixth", "seventh", "eighth", "ninth",
        "tenth",
    )  # fmt: skip
    if 1 <= number <= len(words):
        return words[number - 1]
    last = number % 10 if number % 100 not in {11, 12, 13} else 0
    return f"{number}{({1: 'st', 2: 'nd', 3: 'rd'}).get(last, 'th')}"


def minutes(seconds: Decimal | int) -> str:
    """Write a time of whole or half seconds in minutes, to two decimals at most."""
    value = (Decimal(seconds) / 60).quantize(Decimal("0.01"), ROUND_HALF_UP)
    return f"{value.normalize():f} min"


def _two_digits(value: int) -> int:
    size = len(str(abs(value)))
    return value if size <= 2 else round(value, 2 - size)


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
