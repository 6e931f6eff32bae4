"""Figures for a person, and for a machine to compare."""

import json
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

from tests.bench.measure import Figure

_HEADS = ("", "store", "events", "rate/s", "floor/s", "ratio", "spread", "target", "")
_LEFT = {0, 1, 8}


def table(figures: Iterable[Figure]) -> str:
    """Lay figures out by topic; a ratio is the share of the floor's speed."""
    topics = {topic: [*map(_row, group)] for topic, group in by_topic(figures).items()}
    every = [_HEADS, *(row for rows in topics.values() for row in rows)]
    widths = [max(len(row[column]) for row in every) for column in range(len(_HEADS))]
    parts = [
        f"{topic}\n" + "\n".join(_lines([_HEADS, *rows], widths)) for topic, rows in topics.items()
    ]
    return "\n\n".join(parts)


def by_topic(figures: Iterable[Figure]) -> dict[str, list[Figure]]:
    """Put figures under their topics, and those of one name together; else in order measured."""
    names: dict[str, dict[str, list[Figure]]] = {}
    for figure in figures:
        names.setdefault(figure.topic, {}).setdefault(figure.name, []).append(figure)
    return {
        topic: [figure for group in of_topic.values() for figure in group]
        for topic, of_topic in names.items()
    }


def write_json(figures: Iterable[Figure], path: Path) -> None:
    """Keep figures for a machine to compare."""
    rows = [
        {
            "topic": f.topic,
            "name": f.name,
            "store": f.store,
            "events": f.events,
            "counted": f.counted,
            "rate_per_s": round(f.rate_per_s, 2),
            "floor": f.floor,
            "floor_per_s": round(f.floor_per_s, 2),
            "ratio": round(f.ratio, 4),
            "spread": round(f.spread, 3),
            "peak_mb": f.peak_mb,
            "target": f.target.limit if f.target else None,
            "target_of": f.target.of if f.target else None,
            "is_met": f.is_met,
        }
        for f in figures
    ]
    path.write_text(json.dumps(rows, indent=2) + "\n", encoding="utf-8")


def number(rate: float) -> str:
    """Write a rate as short as it can be told."""
    return f"{rate:,.0f}" if rate >= 100 else f"{rate:.2f}"


def _row(f: Figure) -> Sequence[str]:
    judged = "" if f.target is None else "met" if f.is_met else "MISSED"
    memory = f"{f.peak_mb} MB, " if f.peak_mb is not None else ""
    rates = (f"{number(f.rate_per_s)} {f.counted}", number(f.floor_per_s))
    target = f"{memory}{f.target}" if f.target else "-"
    return (f.name, f.store, f"{f.events:,}", *rates, f"{f.ratio:.3f}", f"{f.spread:.0%}", target,
            judged)  # fmt: skip


def _lines(rows: Iterable[Sequence[str]], widths: Sequence[int]) -> Iterator[str]:
    for row in rows:
        cells = zip(row, widths, strict=True)
        yield (
            "  "
            + "  ".join(
                cell.ljust(width) if column in _LEFT else cell.rjust(width)
                for column, (cell, width) in enumerate(cells)
            ).rstrip()
        )
