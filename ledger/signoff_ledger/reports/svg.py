"""Pictures as inline SVG: no script, no colour that carries a meaning, the same bytes each time.

Shapes carry presentation attributes only, so that a strict content security policy lets them
through. Greys are chosen so that a photocopy still tells them apart.
"""

from __future__ import annotations

from html import escape
from itertools import pairwise
from math import ceil
from typing import TYPE_CHECKING, Any

from signoff_ledger.figures.picture import (
    BeforeAfter,
    Mark,
    OcCurve,
    ParetoChart,
    RunChart,
    UnitGrid,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from signoff_ledger.figures.picture import Picture

    Scale = Callable[[float], float]

WIDTH = 640
INK, SOFT, PALE, PAPER = "#111", "#595959", "#d9d9d9", "#fff"
_LEFT, _RIGHT = 64, 24


class Canvas:
    """Collects shapes; coordinates are written with one decimal at most."""

    def __init__(self) -> None:
        self.parts: list[str] = []

    def line(
        self, x1: float, y1: float, x2: float, y2: float, *, dash: str = "", w: float = 1
    ) -> None:
        """Draw a straight line."""
        dashed = f' stroke-dasharray="{dash}"' if dash else ""
        self.parts.append(
            f'<line x1="{_n(x1)}" y1="{_n(y1)}" x2="{_n(x2)}" y2="{_n(y2)}" '
            f'stroke="{INK}" stroke-width="{_n(w)}"{dashed}/>'
        )

    def box(
        self, x: float, y: float, w: float, h: float, *, fill: str = PAPER, edge: str = INK
    ) -> None:
        """Draw a rectangle."""
        self.parts.append(
            f'<rect x="{_n(x)}" y="{_n(y)}" width="{_n(w)}" height="{_n(h)}" fill="{fill}" '
            f'stroke="{edge}"/>'
        )

    def path(
        self, data: str, *, fill: str = "none", w: float = 1, dash: str = "", edge: str = INK
    ) -> None:
        """Draw a path."""
        dashed = f' stroke-dasharray="{dash}"' if dash else ""
        self.parts.append(
            f'<path d="{data}" fill="{fill}" stroke="{edge}" stroke-width="{_n(w)}"{dashed}/>'
        )

    def dot(self, x: float, y: float, r: float = 4) -> None:
        """Draw a filled circle."""
        self.parts.append(f'<circle cx="{_n(x)}" cy="{_n(y)}" r="{_n(r)}" fill="{INK}"/>')

    def text(
        self,
        x: float,
        y: float,
        words: str,
        *,
        anchor: str = "start",
        fill: str = INK,
        size: int = 13,
    ) -> None:
        """Write words; their background is kept clear so that no line runs through them."""
        self.parts.append(
            f'<text x="{_n(x)}" y="{_n(y)}" text-anchor="{anchor}" font-size="{size}" '
            f'fill="{fill}">{escape(words)}</text>'
        )


def draw(picture: Picture) -> str:
    """Draw a picture as an SVG element with its title and its finding."""
    canvas = Canvas()
    height = _SHAPES[type(picture)](canvas, picture)
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" role="img" viewBox="0 0 {WIDTH} {_n(height)}" '
        f'aria-labelledby="{picture.name}-title {picture.name}-finding" '
        f'font-family="system-ui, sans-serif">'
        f'<title id="{picture.name}-title">{escape(picture.title)}</title>'
        f'<desc id="{picture.name}-finding">{escape(picture.finding)}</desc>'
        f"{''.join(canvas.parts)}</svg>"
    )


def _unit_grid(canvas: Canvas, grid: UnitGrid) -> float:
    many = len(grid.marks) > 10 * UnitGrid.COLUMNS
    columns = UnitGrid.COLUMNS_OF_MANY if many else UnitGrid.COLUMNS
    pitch = (WIDTH - 16) / columns
    side, size = pitch * 0.86, 9 if many else 15
    plain: list[str] = []
    for place, mark in enumerate(grid.marks):
        x, y = 8 + place % columns * pitch, 8 + place // columns * pitch
        if mark == Mark.CONFORMING:
            plain.append(f"M{_n(x)} {_n(y)}h{_n(side)}v{_n(side)}h-{_n(side)}z")
            continue
        reject = mark not in {Mark.NOT_INSPECTED, Mark.EXCLUDED}
        canvas.box(x, y, side, side, fill=INK if reject else PAPER)
        canvas.text(x + side / 2, y + side / 2 + size * 0.36, mark, anchor="middle",
                    fill=PAPER if reject else INK, size=size)  # fmt: skip
    if plain:
        canvas.path("".join(plain), edge=SOFT)
    top = 8 + ceil(len(grid.marks) / columns) * pitch + 18
    for sign, meaning in grid.legend:
        if sign == Mark.CONFORMING:
            canvas.box(11, top - 11, 12, 12, edge=SOFT)
        else:
            canvas.text(12, top, sign)
        canvas.text(34, top, meaning)
        top += 19
    return top


def _before_after(canvas: Canvas, chart: BeforeAfter) -> float:
    left, right, row = 150, WIDTH - _RIGHT - 16, 46
    high = _nice(max([chart.bar, *(i.upper for i in chart.intervals)]))
    bottom = 34 + row * len(chart.intervals)

    def across(rate: float) -> float:
        return left + (right - left) * rate / high

    for tick in range(6):
        rate = high * tick / 5
        canvas.line(across(rate), bottom, across(rate), bottom + 5)
        canvas.text(across(rate), bottom + 20, _percent(rate), anchor="middle")
    canvas.line(left, bottom, right, bottom)
    canvas.line(across(chart.bar), 22, across(chart.bar), bottom, dash="6 4", w=2)
    canvas.text(
        across(chart.bar),
        15,
        f"the bar: {_percent(chart.bar)}",
        anchor="middle" if chart.bar > high / 8 else "start",
    )
    for place, each in enumerate(chart.intervals):
        y = 34 + row * place + row / 2
        canvas.text(left - 12, y + 4, each.label, anchor="end")
        canvas.line(across(each.lower), y, across(each.upper), y, w=3)
        for end in (each.lower, each.upper):
            canvas.line(across(end), y - 9, across(end), y + 9, w=2)
        canvas.dot(across(each.rate), y, 6)
    canvas.text(
        (left + right) / 2,
        bottom + 42,
        "true reject rate that would fit (95 % interval)",
        anchor="middle",
    )
    return bottom + 52


def _oc_curve(canvas: Canvas, chart: OcCurve) -> float:
    top, bottom, right = 26, 292, WIDTH - _RIGHT
    high = chart.points[-1][0]

    def x(rate: float) -> float:
        return _LEFT + (right - _LEFT) * min(rate, high) / high

    def y(chance: float) -> float:
        return bottom - (bottom - top) * chance

    if chart.fits is not None:
        low, up = x(chart.fits[0]), x(chart.fits[1])
        canvas.box(low, top, up - low, bottom - top, fill=PALE, edge="none")
        fits = up < right - 220
        canvas.text(
            up + 6 if fits else up - 6,
            top + 14,
            "shaded: rates that fit the batch",
            anchor="start" if fits else "end",
        )
    for tick in range(6):
        chance, rate = tick / 5, high * tick / 5
        canvas.line(_LEFT - 5, y(chance), _LEFT, y(chance))
        canvas.text(_LEFT - 9, y(chance) + 4, f"{tick * 20} %", anchor="end")
        canvas.line(x(rate), bottom, x(rate), bottom + 5)
        canvas.text(x(rate), bottom + 20, _percent(rate), anchor="middle")
    canvas.line(_LEFT, top, _LEFT, bottom)
    canvas.line(_LEFT, bottom, right, bottom)
    canvas.path(_polyline([(x(r), y(c)) for r, c in chart.points]), w=2.5)
    for rate, chance, label in chart.marked:
        canvas.dot(x(rate), y(chance), 5)
        canvas.text(x(rate) + 10, y(chance) - 8, label)
    canvas.text(
        (_LEFT + right) / 2, bottom + 42, "true reject rate of the process", anchor="middle"
    )
    canvas.text(_LEFT - 40, top - 12, "chance that the bar passes it")
    return bottom + 52


def _pareto(canvas: Canvas, chart: ParetoChart) -> float:
    left, right, row = 190, WIDTH - 130, 30
    most = max((n for _, n, _ in chart.bars), default=1)
    for place, (mode, number, cumulative) in enumerate(chart.bars):
        y = 8 + row * place
        length = (right - left) * number / most
        canvas.text(left - 10, y + 19, _short(mode, 22), anchor="end")
        canvas.box(left, y + 4, length, row - 8, fill=SOFT if place else INK)
        canvas.text(
            left + length + 8, y + 19, f"{number}  ({cumulative:.0%} so far)".replace("%", " %")
        )
    return 8 + row * max(1, len(chart.bars)) + 8


def _run_chart(canvas: Canvas, chart: RunChart) -> float:
    top, bottom, right = 26, 240, WIDTH - _RIGHT
    values = [v for _, run in chart.series for v in run]
    high = _nice(max([*values, *(limit.value for limit in chart.limits)], default=1))
    total = max(len(values), 2)
    radius = 3.5 if total <= 100 else 1.5

    def x(place: float) -> float:
        return _LEFT + (right - _LEFT) * (place + 0.5) / total

    def y(value: float) -> float:
        return bottom - (bottom - top) * value / high

    for tick in range(6):
        value = high * tick / 5
        canvas.line(_LEFT - 5, y(value), _LEFT, y(value))
        canvas.text(_LEFT - 9, y(value) + 4, f"{value:g}", anchor="end")
    canvas.line(_LEFT, top, _LEFT, bottom)
    canvas.line(_LEFT, bottom, right, bottom)
    _limits(canvas, chart, y, right)
    start = 0
    for place, (label, run) in enumerate(chart.series):
        if place:
            canvas.line(x(start - 0.5), top, x(start - 0.5), bottom, dash="2 4")
        canvas.text((x(start) + x(start + len(run) - 1)) / 2, bottom + 20, label, anchor="middle")
        spots = [(x(start + i), y(v)) for i, v in enumerate(run)]
        canvas.path(_polyline(spots), edge=SOFT)
        for (sx, sy), value in zip(spots, run, strict=True):
            if chart.beyond is not None and value > chart.beyond:
                canvas.path(f"M{_n(sx)} {_n(sy - 7)}l6 11h-12z", fill=INK)
            else:
                canvas.dot(sx, sy, radius)
        start += len(run)
    canvas.text(_LEFT - 40, top - 12, f"build time, {chart.unit}")
    canvas.text((_LEFT + right) / 2, bottom + 40, "units in the order built", anchor="middle")
    return bottom + 50


def _limits(canvas: Canvas, chart: RunChart, y: Scale, right: float) -> None:
    """Draw the lines across a run chart, their labels apart from each other."""
    taken: list[float] = []
    for limit in sorted(chart.limits, key=lambda each: -each.value):
        canvas.line(_LEFT, y(limit.value), right, y(limit.value),
                    dash="8 4" if limit.judged else "2 3", w=1.5)  # fmt: skip
        at = y(limit.value) - 6
        while any(abs(at - other) < 15 for other in taken):
            at += 15
        taken.append(at)
        canvas.text(right, at, limit.label, anchor="end")


def _polyline(spots: Sequence[tuple[float, float]]) -> str:
    """Write a path through spots, each step relative to the last, which halves its length."""
    if not spots:
        return ""
    placed = [(round(a, 1), round(b, 1)) for a, b in spots]
    steps = "".join(f"l{_n(b[0] - a[0])} {_n(b[1] - a[1])}" for a, b in pairwise(placed))
    return f"M{_n(placed[0][0])} {_n(placed[0][1])}{steps}"


def _nice(value: float) -> float:
    """Give the end of an axis whose fifths are easy to read."""
    if value <= 0:
        return 1.0
    scale = 1.0
    while value > scale:
        scale *= 10
    while value <= scale / 10:
        scale /= 10
    return next(
        scale * part
        for part in (0.125, 0.15, 0.2, 0.25, 0.3, 0.4, 0.5, 0.6, 0.75, 1)
        if value <= scale * part
    )


def _percent(rate: float) -> str:
    return f"{100 * rate:.3g} %"


def _short(text: str, most: int) -> str:
    return text if len(text) <= most else text[: most - 1] + "\N{HORIZONTAL ELLIPSIS}"


def _n(value: float) -> str:
    return f"{value:.1f}".removesuffix(".0")


_SHAPES: dict[type[Picture], Callable[[Canvas, Any], float]] = {
    UnitGrid: _unit_grid,
    BeforeAfter: _before_after,
    OcCurve: _oc_curve,
    ParetoChart: _pareto,
    RunChart: _run_chart,
}
"""How each kind of picture is drawn; gives the height that it takes."""
