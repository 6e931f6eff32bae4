"""The modes that units which count show in a batch, and how each of them was answered."""

from typing import NamedTuple

from tests.recount.count import count
from tests.recount.ground import Ground
from tests.recount.log import Line
from tests.recount.origins import origin_of

IN_PLACE = {"accepted", "not-found", "out-of-scope"}
"""Statements in place of a cause, which need no change behind them (S-07)."""


class BatchMode(NamedTuple):
    """One mode in one batch.

    Attributes:
        mode: The mode.
        batch: The batch.
        units: How many units show it.
        origins: Where its nonconformities come from; "" where none is on record.
        closing: The changes behind it that are meant to fix it.
        stated: What kind of cause was stated, or "".
        is_recurrence: Whether it was declared fixed before its batch was opened (G2).
    """

    mode: str
    batch: str
    units: int
    origins: set[str]
    closing: list[Line]
    stated: str
    is_recurrence: bool


def modes_until(ground: Ground, key: str) -> list[BatchMode]:
    """Give the modes of the batches up to one, that one included."""
    batches = [*ground.earlier(key), ground.batches[key]]
    return [mode for batch in batches for mode in _modes_in(ground, batch.key, key)]


def _modes_in(ground: Ground, key: str, deciding: str) -> list[BatchMode]:
    counted = count(ground, key)
    since = ground.batches[key].opened.position
    until = ground.batches[deciding].opened.position
    found: list[BatchMode] = []
    for mode, units in sorted(counted.modes.items()):
        numbers = [f.number for each in counted.found.values() for f in each if f.mode == mode]
        origins = {origin_of(ground, mode, key, number) for number in numbers}
        closing = [c for c in ground.changes(since, until) if mode in c.data["addresses"]]
        fixed = any(mode in c.data["addresses"] for c in ground.changes(before=since))
        stated = _stated(ground, mode, key)
        found.append(BatchMode(mode, key, units, origins, closing, stated, fixed))
    return found


def _stated(ground: Ground, mode: str, batch: str) -> str:
    """Give the kind of the last cause stated for a mode of a batch, or ""."""
    kinds = [
        line.data["kind"]
        for line in ground.of("cause-stated")
        if (line.data["batch"], line.data["mode"]) == (batch, mode)
    ]
    return kinds[-1] if kinds else ""


def is_closed(found: BatchMode, deciding: str) -> bool:
    """Say whether a mode needs nothing more before the deciding batch is signed (S-39, G2)."""
    if found.batch == deciding:
        return bool(found.stated)
    is_measured = found.origins == {"measurement"} and bool(found.stated)
    return bool(found.closing) or found.stated in IN_PLACE or is_measured
