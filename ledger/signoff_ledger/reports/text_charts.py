"""Pictures in characters, for the terminal: Unicode, and an ASCII form that says the same.

Nothing here is coloured; a shape or a letter carries each meaning.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

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


class Signs(NamedTuple):
    """The characters that shapes are made of."""

    good: str
    left: str
    right: str
    bar: str
    dot: str
    limit: str
    block: str
    parts: str
    point: str
    beyond: str
    shade: str
    reference: str


UNICODE = Signs("·", "├", "┤", "─", "●", "┊", "█", " ▏▎▍▌▋▊▉", "●", "▲", "░", "┄")
ASCII = Signs(".", "|", "|", "-", "o", ":", "#", "  ", "o", "^", "=", "~")

_WIDTH = 60
_HEIGHT = 10


def draw(picture: Picture, *, ascii_only: bool = False) -> str:
    """Draw a picture in lines of characters: title, shape and finding.

    Args:
        picture: What to draw.
        ascii_only: Keep to ASCII, for terminals that show nothing else.
    """
    signs = ASCII if ascii_only else UNICODE
    lines = _SHAPES[type(picture)](picture, signs)
    text = "\n".join([picture.title, *(f"  {line}".rstrip() for line in lines), picture.finding])
    return text.encode("ascii", "replace").decode() if ascii_only else text


def _unit_grid(grid: UnitGrid, signs: Signs) -> list[str]:
    shown = [signs.good if mark == Mark.CONFORMING else mark for mark in grid.marks]
    columns = UnitGrid.COLUMNS
    lines = [" ".join(shown[i : i + columns]) for i in range(0, len(shown), columns)]
    legend = [
        f"{signs.good if sign == Mark.CONFORMING else sign} {meaning}"
        for sign, meaning in grid.legend
    ]
    return [*lines, "", *legend]


def _before_after(chart: BeforeAfter, signs: Signs) -> list[str]:
    high = max([chart.bar, *(each.upper for each in chart.intervals)]) or 1.0
    name = max((len(each.label) for each in chart.intervals), default=0)
    at = _place(chart.bar, high)
    lines = [f"{'':{name}}  {' ' * at}{signs.limit} the bar: {_percent(chart.bar)}"]
    for each in chart.intervals:
        row = [" "] * (_WIDTH + 1)
        row[at] = signs.limit
        low, up = _place(each.lower, high), _place(each.upper, high)
        row[low : up + 1] = signs.bar * (up + 1 - low)
        row[low], row[up] = signs.left, signs.right
        row[_place(each.rate, high)] = signs.dot
        span = f"{_percent(each.lower)} to {_percent(each.upper)}"
        lines.append(f"{each.label:{name}}  {''.join(row)}  {span}")
    lines.append(f"{'':{name}}  0 %{_percent(high):>{_WIDTH - 2}}")
    return lines


def _oc_curve(chart: OcCurve, signs: Signs) -> list[str]:
    high = chart.points[-1][0]
    canvas = [[" "] * (_WIDTH + 1) for _ in range(_HEIGHT + 1)]
    if chart.fits is not None:
        for row in canvas:
            for at in range(_place(chart.fits[0], high), _place(chart.fits[1], high) + 1):
                row[at] = signs.shade
    for rate, chance in chart.points:
        canvas[round((1 - chance) * _HEIGHT)][_place(rate, high)] = signs.point
    lines = []
    for i, row in enumerate(canvas):
        scale = f"{100 - 10 * i:>3} %" if i % 5 == 0 else ""
        lines.append(f"{scale:>5} {signs.left}{''.join(row)}")
    lines.append(f"{'':5}  0 %{_percent(high):>{_WIDTH - 2}}  true reject rate")
    marked = [f"passes {label}" for _, _, label in chart.marked]
    if chart.fits is not None:
        marked.append(f"{signs.shade * 2} rates that fit the batch")
    return [*lines, *marked]


def _pareto(chart: ParetoChart, signs: Signs) -> list[str]:
    most = max((number for _, number, _ in chart.bars), default=1)
    name = max((len(mode) for mode, _, _ in chart.bars), default=0)
    return [
        f"{mode:{name}}  {_block(number / most * 40, signs)} {number}  "
        f"({100 * cumulative:.0f} % so far)"
        for mode, number, cumulative in chart.bars
    ]


def _run_chart(chart: RunChart, signs: Signs) -> list[str]:
    values = [v for _, run in chart.series for v in run]
    high = max([*values, *(limit.value for limit in chart.limits)], default=1.0) or 1.0
    step = max(1, -(-len(values) // (2 * _WIDTH)))
    shown = _thinned(chart.series, step)
    width = sum(len(run) for run in shown) + max(0, len(shown) - 1)
    rows = [[" "] * width for _ in range(_HEIGHT + 1)]

    def height(value: float) -> int:
        return round((1 - value / high) * _HEIGHT)

    notes = {}
    for limit in chart.limits:
        sign = signs.bar if limit.judged else signs.reference
        rows[height(limit.value)] = [sign] * width
        notes[height(limit.value)] = limit.label
    at = 0
    for place, run in enumerate(shown):
        if place:
            for row in rows:
                row[at] = signs.limit
            at += 1
        for value in run:
            beyond = chart.beyond is not None and value > chart.beyond
            rows[height(value)][at] = signs.beyond if beyond else signs.point
            at += 1
    lines = [
        f"{_scale(i, high):>6} {signs.left}{''.join(row)} {notes.get(i, '')}"
        for i, row in enumerate(rows)
    ]
    names = ", then ".join(label for label, _ in chart.series)
    thinned = f"; the slowest of every {step} is shown" if step > 1 else ""
    return [*lines, f"{'':8}{chart.unit}, in build order: {names}{thinned}"]


def _thinned(series: Sequence[tuple[str, Sequence[float]]], step: int) -> list[list[float]]:
    return [[max(run[i : i + step]) for i in range(0, len(run), step)] for _, run in series]


def _scale(i: int, high: float) -> str:
    return f"{high * (1 - i / _HEIGHT):.1f}" if i % 5 == 0 else ""


def _block(length: float, signs: Signs) -> str:
    whole = int(length)
    part = int((length - whole) * len(signs.parts))
    return signs.block * whole + signs.parts[part].strip() or signs.block


def _place(rate: float, high: float) -> int:
    return round(min(rate, high) / high * _WIDTH)


def _percent(rate: float) -> str:
    return f"{100 * rate:.2g} %" if rate < 1 else "100 %"


_SHAPES: dict[type[Picture], Callable[[Any, Signs], list[str]]] = {
    UnitGrid: _unit_grid,
    BeforeAfter: _before_after,
    OcCurve: _oc_curve,
    ParetoChart: _pareto,
    RunChart: _run_chart,
}
"""How each kind of picture is drawn, in lines."""
