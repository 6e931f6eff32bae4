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
    """Base of every picture.

    Attributes:
        name: Short name, unique on its page; becomes the id.
        title: What is shown.
        finding: What it says, in a sentence.
        headings: Headings of the data table.
        rows: The data table.
    """

    name: str
    title: str
    finding: str
    headings: Row
    rows: tuple[Row, ...]


@dataclass(frozen=True, slots=True)
class UnitGrid(Picture):
    """Every unit in the order built.

    Attributes:
        marks: One per unit: a mode's letter, or a `Mark`.
        legend: Meaning by letter or mark, in order.
    """

    marks: tuple[str, ...]
    legend: tuple[tuple[str, str], ...]

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
    """Intervals of batches above each other, with the bar.

    Attributes:
        intervals: One per batch, oldest first.
        bar: The bar's rate.
    """

    intervals: tuple[RateInterval, ...]
    bar: float


@dataclass(frozen=True, slots=True)
class OcCurve(Picture):
    """The bar's operating characteristic with the rates that fit the batch shaded.

    Attributes:
        points: Rate and chance of acceptance, from 0 up.
        marked: Marked points, as rate, chance and label.
        fits: The interval of rates that fit the batch; None when nothing was inspected.
    """

    points: tuple[tuple[float, float], ...]
    marked: tuple[tuple[float, float, str], ...]
    fits: tuple[float, float] | None


@dataclass(frozen=True, slots=True)
class ParetoChart(Picture):
    """Modes by falling count with their cumulative share.

    Attributes:
        bars: Mode, count and cumulative share.
    """

    bars: tuple[tuple[str, int, float], ...]


@dataclass(frozen=True, slots=True)
class LimitLine:
    """A line across a run chart; a limit is judged, a reference is not."""

    label: str
    value: float
    judged: bool


@dataclass(frozen=True, slots=True)
class RunChart(Picture):
    """Build times in build order.

    Attributes:
        series: Values of each batch in build order, with the batch's key.
        limits: Clauses of the bar and the bench.
        beyond: Value above which a point is marked; None without a clause on every unit.
        unit: Unit of the values.
    """

    series: tuple[tuple[str, tuple[float, ...]], ...]
    limits: tuple[LimitLine, ...]
    beyond: float | None
    unit: str
