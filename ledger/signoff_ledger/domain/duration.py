"""Times that a unit took, as people write them: 7:20, 1:05:30, 440 s, 7 min 20 s, 7.5 min."""

import re
from decimal import Context, Decimal, Inexact, InvalidOperation, Overflow
from functools import reduce

SECONDS = {"s": 1, "min": 60, "h": 3600}
"""Seconds of each unit of time."""

ACCEPTED = "a time to the second, such as 7:20, 0:07:20, 440 s or 7 min 20 s"

_CLOCK = re.compile(r"(?:(\d{1,6}):)?(\d{1,6}):([0-5]\d)", re.ASCII)
_PARTS = re.compile(
    r"(?:(\d{1,15}(?:\.\d{1,15})?) ?h)? ?(?:(\d{1,15}(?:\.\d{1,15})?) ?min)? ?"
    r"(?:(\d{1,15}(?:\.\d{1,15})?) ?s)?",
    re.ASCII,
)
_EXACT = Context(prec=60, traps=[Inexact, InvalidOperation, Overflow])


def seconds_of(text: str, unit: str | None) -> Decimal | None:
    """Read a time that names its units; None for a text of another form, such as a bare number.

    Args:
        text: `mm:ss`, `h:mm:ss`, or numbers with `h`, `min` and `s` in this order.
        unit: The plan's unit. Two parts are minutes and seconds, except under a plan in hours,
            where they could be hours and minutes.

    Raises:
        ValueError: It could be two times, or has more than 59 minutes in an hour.
    """
    if clock := _CLOCK.fullmatch(text):
        hours, minutes, seconds = clock.groups()
        if hours is None and unit == "h":
            msg = "may be hours and minutes, or minutes and seconds"
            raise ValueError(msg)
        if hours is not None and int(minutes) >= 60:
            msg = "has more than 59 minutes in an hour"
            raise ValueError(msg)
        return Decimal(int(hours or 0) * 3600 + int(minutes) * 60 + int(seconds))
    parts = _PARTS.fullmatch(text)
    if parts is None or not any(parts.groups()):
        return None
    given = zip(parts.groups(), (3600, 60, 1), strict=True)
    # 30 digits, and 60 are room enough: nothing is rounded.
    return reduce(_EXACT.add, [_EXACT.multiply(Decimal(n), each) for n, each in given if n])
