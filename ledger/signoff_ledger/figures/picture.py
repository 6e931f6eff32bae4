"""The five pictures of a decision as data: what is shown, what it says, and the table behind it.

A picture states its finding in words and carries every number it shows as a table, so that no
reader needs to see it. How it is drawn is for `svg` and `characters`.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import ClassVar

Row = tuple[str, ...]


class Mark(StrEnum):
    """What a unit shows in the grid; a letter of a mode stands for a reject."""

    CONFORMING = "."
    NOT_INSPECTED = "?"
    EXCLUDED = "-"


@dataclass(frozen=True, slots=True)
class Picture:
    """Base of every picture."""

    name: str  #: Short name, unique on its page; becomes the id.
    title: str  #: What is shown.
    finding: str  #: What it says, in a sentence.
    headings: Row  #: Headings of the data table.
    rows: tuple[Row, ...]  #: The data table.


@dataclass(frozen=True, slots=True)
class UnitGrid(Picture):
    """Every unit in the order built."""

    marks: tuple[str, ...]  #: One per unit: a mode's letter, or a `Mark`.
    legend: tuple[tuple[str, str], ...]  #: Meaning by letter or mark, in order.

    COLUMNS: ClassVar[int] = 20
    COLUMNS_OF_MANY: ClassVar[int] = 40


@dataclass(frozen=True, slots=True)
class RateInterval:
    """One batch's rate with its interval; rates are fractions."""

    label: str
    lower: float
    rate: float
    upper: float


@dataclass(frozen=True, slots=True)
class BeforeAfter(Picture):
    """Intervals of batches above each other, with the bar."""

    intervals: tuple[RateInterval, ...]  #: One per batch, oldest first.
    bar: float  #: The bar's rate.


@dataclass(frozen=True, slots=True)
class OcCurve(Picture):
    """The bar's operating characteristic with the rates that fit the batch shaded."""

    points: tuple[tuple[float, float], ...]  #: Rate and chance of acceptance, from 0 up.
    marked: tuple[tuple[float, float, str], ...]  #: Marked points, as rate, chance and label.
    #: The interval of rates that fit the batch; None when nothing was inspected.
    fits: tuple[float, float] | None


@dataclass(frozen=True, slots=True)
class ParetoChart(Picture):
    """Modes by falling count with their cumulative share."""

    bars: tuple[tuple[str, int, float], ...]  #: Mode, count and cumulative share.


@dataclass(frozen=True, slots=True)
class LimitLine:
    """A line across a run chart; a limit is judged, a reference is not."""

    label: str
    value: float
    judged: bool


@dataclass(frozen=True, slots=True)
class RunChart(Picture):
    """Build times in build order."""

    #: Values of each batch in build order, with the batch's key.
    series: tuple[tuple[str, tuple[float, ...]], ...]
    limits: tuple[LimitLine, ...]  #: Clauses of the bar and the bench.
    #: Value above which a point is marked; None without a clause on every unit.
    beyond: float | None
    unit: str  #: Unit of the values.
