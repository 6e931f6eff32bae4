"""Single sampling plans of MIL-STD-105E, from the rule behind its tables instead of the tables.

MIL-STD-105E (US Department of Defense, 10 May 1989, cancelled 1995): Table I, and the diagonals of
Tables II-A (normal), II-B (tightened) and II-C (reduced). Successive sample sizes and AQLs both
grow by the fifth root of ten, so the acceptance number depends on the sum of their places alone.
The tables were made for a stream of lots with switching between them. For one pilot lot they answer
another question, so the plan is an offer for the bar and goes with its operating characteristic.
AQLs of 15 and above are for nonconformities per 100 units, not for percent nonconforming.
"""

from __future__ import annotations

from bisect import bisect_left
from enum import StrEnum
from typing import TYPE_CHECKING, NamedTuple, TypeVar

if TYPE_CHECKING:
    from collections.abc import Mapping

T = TypeVar("T")

LETTERS = "ABCDEFGHJKLMNPQR"
AQLS = (
    "0.010", "0.015", "0.025", "0.040", "0.065", "0.10", "0.15", "0.25", "0.40", "0.65", "1.0",
    "1.5", "2.5", "4.0", "6.5", "10", "15", "25", "40", "65", "100", "150", "250", "400", "650",
    "1000",
)  # fmt: skip
"""The acceptable quality levels: percent nonconforming, or nonconformities per 100 units."""

LEVELS = ("S-1", "S-2", "S-3", "S-4", "I", "II", "III")

_LOTS_UPTO = (8, 15, 25, 50, 90, 150, 280, 500, 1_200, 3_200, 10_000, 35_000, 150_000, 500_000)
_LETTERS_BY_LEVEL = {
    "S-1": "AAAABBBBCCCCDDD",
    "S-2": "AAABBBCCCDDDEEE",
    "S-3": "AABBCCDDEEFFGGH",
    "S-4": "AABCCDEEFGGHJJK",
    "I": "AABCCDEFGHJKLMN",
    "II": "ABCDEFGHJKLMNPQ",
    "III": "BCDEFGHJKLMNPQR",
}
_SIZES = (2, 3, 5, 8, 13, 20, 32, 50, 80, 125, 200, 315, 500, 800, 1250, 2000, 3150)
_REDUCED_SIZES = (2, 2, 2, 3, 5, 8, 13, 20, 32, 50, 80, 125, 200, 315, 500, 800)

_LAST_SHORT_LETTER = 4
"""Letters up to this place (E) go on to the largest acceptance numbers; longer ones turn back."""


class Inspection(StrEnum):
    """Severity of inspection."""

    NORMAL = "normal"
    TIGHTENED = "tightened"
    REDUCED = "reduced"


class TablePlan(NamedTuple):
    """A plan named by the standard."""

    code_letter: str  #: By size of lot and level, before arrows are followed.
    table_units: int  #: Sample size of the row arrived at.
    units: int  #: Units to inspect; the whole lot where the table asks for as many or more.
    max_rejects: int  #: Acceptance number Ac.
    reject_from: int  #: Rejection number Re; above Ac + 1 on reduced inspection only.
    inspect_all: bool  #: Whether the whole lot is inspected.


def code_letter(lot: int, level: str) -> str:
    """Give the code letter of a lot (Table I).

    Raises:
        ValueError: The lot has fewer than two units, or there is no such level.
    """
    if lot < 2:
        raise ValueError(f"the standard has no plan for a lot of {lot}")
    if level not in _LETTERS_BY_LEVEL:
        raise ValueError(f"{level!r} is not a level of the standard: {', '.join(LEVELS)}")
    return _LETTERS_BY_LEVEL[level][bisect_left(_LOTS_UPTO, lot)]


def plan(lot: int, level: str, aql: str, inspection: Inspection = Inspection.NORMAL) -> TablePlan:
    """Give the single sampling plan for a lot.

    Args:
        lot: Units in the lot.
        level: One of `LEVELS`.
        aql: One of `AQLS`; "2.5", "2.50" and "4" are understood.
        inspection: Severity of inspection.

    Raises:
        ValueError: The standard has no such lot, level or AQL.
    """
    letter = code_letter(lot, level)
    units, accept, reject = cell(letter, aql, inspection)
    return TablePlan(
        code_letter=letter,
        table_units=units,
        units=min(units, lot),
        max_rejects=accept,
        reject_from=reject,
        inspect_all=units >= lot,
    )


def cell(letter: str, aql: str, inspection: Inspection = Inspection.NORMAL) -> tuple[int, int, int]:
    """Give sample size, Ac and Re of one cell, arrows followed.

    Raises:
        ValueError: There is no such letter or AQL.
    """
    if letter not in LETTERS:
        raise ValueError(f"{letter!r} is not a code letter of the standard")
    row, column = LETTERS.index(letter), aql_place(aql)
    if inspection is Inspection.REDUCED:
        return _reduced(row, column)
    row, accept = _settle(row, column, inspection)
    return _SIZES[row], accept, accept + 1


def aql_place(aql: str) -> int:
    """Give the place of an AQL in the standard's series.

    Raises:
        ValueError: It is not one of them.
    """
    try:
        wanted = float(aql)
    except ValueError:
        wanted = -1.0
    for place, known in enumerate(AQLS):
        if float(known) == wanted:
            return place
    raise ValueError(f"{aql!r} is not an AQL of the standard: {', '.join(AQLS)}")


_NORMAL = {14: 0, 17: 1, 18: 2, 19: 3, 20: 5, 21: 7, 22: 10, 23: 14, 24: 21, 25: 30, 26: 44}
_TIGHTENED = {15: 0, 18: 1, 19: 2, 20: 3, 21: 5, 22: 8, 23: 12, 24: 18, 25: 27, 26: 41}
_REDUCED = {
    14: (0, 1), 17: (0, 2), 18: (1, 3), 19: (1, 4), 20: (2, 5), 21: (3, 6), 22: (5, 8),
    23: (7, 10), 24: (10, 13), 25: (14, 17), 26: (21, 24), 27: (30, 31),
}  # fmt: skip


def _settle(row: int, column: int, inspection: Inspection) -> tuple[int, int]:
    """Follow the arrows of Table II-A or II-B: down to more units, or up to fewer."""
    if inspection is Inspection.TIGHTENED:
        if (row, column) == _OFF_THE_DIAGONAL:
            return 3, 1
        return _follow(row, column, _TIGHTENED, down={16, 17}, rows=len(_SIZES))
    return _follow(row, column, _NORMAL, down={16}, rows=len(LETTERS))


_OFF_THE_DIAGONAL = (0, 15)
"""The one cell of II-B off its diagonal: letter A at AQL 10 leads to n = 8 with Ac 1."""


def _follow(
    row: int, column: int, cells: Mapping[int, T], *, down: set[int], rows: int
) -> tuple[int, T]:
    """Go down to more units or up to fewer until a cell of the diagonal is met.

    Args:
        row: Place of the code letter.
        column: Place of the AQL.
        cells: What stands on each diagonal.
        down: Diagonals, besides those before the first, whose arrow points down.
        rows: Rows of the table; running off its end leads up instead.
    """
    first, step = min(cells), 0
    while True:
        place = row + column
        if place in cells and place <= _last(row, cells):
            return row, cells[place]
        if step == 0 or row == 0:
            step = 1 if place < first or place in down or row == 0 else -1
        row += step
        if row == rows:
            row, step = row - 2, -1


def _last(row: int, cells: Mapping[int, object]) -> int:
    if row > _LAST_SHORT_LETTER:
        return 24
    return max(cells) if row <= 2 else 26


_REDUCED_A = ((1, 2), (2, 3), (3, 4), (5, 6), (7, 8), (10, 11), (14, 15), (21, 22), (30, 31))
_REDUCED_B = ((1, 3), (2, 4), (3, 5), *_REDUCED_A[3:])
_REDUCED_SHORT = {0: _REDUCED_A, 1: _REDUCED_B}
_FIRST_SHORT_COLUMN = 17


def _reduced(row: int, column: int) -> tuple[int, int, int]:
    """Follow Table II-C; letters A and B have numbers of their own from AQL 25 on."""
    short = _REDUCED_SHORT.get(row)
    if short is not None and column >= _FIRST_SHORT_COLUMN:
        return (_REDUCED_SIZES[row], *short[column - _FIRST_SHORT_COLUMN])
    row, found = _follow(row, column, _REDUCED, down={16}, rows=len(LETTERS))
    return (_REDUCED_SIZES[row], *found)
