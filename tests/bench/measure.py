"""Measuring beside a floor: the least that the same bytes cost on this machine, in the same run.

A rate alone says as much about the machine as about the program. The floor is taken in turn with
the thing itself, round by round, so that whatever else the machine does meets both.
"""

import json
import statistics
import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple, TypeAlias

Work: TypeAlias = Callable[[], None]
Prepare: TypeAlias = Callable[[], Work]
"""Does what is not to be timed, and gives what is."""


class Target(NamedTuple):
    """What a figure should reach.

    Attributes:
        limit: The number.
        of: `rate_per_s`, which should be at least that, or `ratio`, which should be at most.
    """

    limit: float
    of: str

    def __str__(self) -> str:
        return f">= {self.limit:,g}/s" if self.of == "rate_per_s" else f"<= {self.limit:g}x"


@dataclass(frozen=True)
class Figure:
    """One line of the result.

    Attributes:
        name: What was measured.
        store: Where the events were kept; "" where none were.
        events: How many there were.
        rate_per_s: How often a second; the median of the rounds.
        floor_per_s: The same of the floor.
        ratio: How many times longer than the floor it took.
        spread: Distance of the slowest round from the fastest, as a part of the median time.
        target: What it should reach, if anything was said.
    """

    name: str
    store: str
    events: int
    rate_per_s: float
    floor_per_s: float
    ratio: float
    spread: float
    target: Target | None = None

    @property
    def is_met(self) -> bool:
        """True where the target is reached, or none was said."""
        if self.target is None:
            return True
        if self.target.of == "rate_per_s":
            return self.rate_per_s >= self.target.limit
        return self.ratio <= self.target.limit


class Case(NamedTuple):
    """Something to measure.

    Attributes:
        name: What it is.
        store: Where its events are kept.
        events: How many there are.
        times: How many things one round does; rates are in these.
        ours: Prepares a round of the thing itself.
        floor: Prepares a round of the floor.
        target: What it should reach.
    """

    name: str
    store: str
    events: int
    times: int
    ours: Prepare
    floor: Prepare
    target: Target | None = None


def measured(case: Case, rounds: int) -> Figure:
    """Measure a case and its floor in turn; both are done once beforehand, unmeasured."""
    timed(case.floor)
    timed(case.ours)
    pairs = [(timed(case.floor), timed(case.ours)) for _ in range(rounds)]
    floor_s, ours_s = (statistics.median(times) for times in zip(*pairs, strict=True))
    ours = [took for _, took in pairs]
    return Figure(
        name=case.name,
        store=case.store,
        events=case.events,
        rate_per_s=case.times / ours_s,
        floor_per_s=case.times / floor_s,
        ratio=ours_s / floor_s,
        spread=(max(ours) - min(ours)) / ours_s,
        target=case.target,
    )


def timed(prepare: Prepare) -> float:
    """Time one round, in seconds."""
    work = prepare()
    began = time.perf_counter()
    work()
    return time.perf_counter() - began


def at_once(work: Work) -> Prepare:
    """Give a round that needs no preparation."""
    return lambda: work


def table(figures: Iterable[Figure]) -> str:
    """Lay figures out for a person."""
    heads = ("what", "events", "rate/s", "floor/s", "ratio", "spread", "target", "")
    rows: list[Sequence[str]] = [heads]
    for f in figures:
        judged = "" if f.target is None else "met" if f.is_met else "MISSED"
        numbers = (f"{f.events:,}", _number(f.rate_per_s), _number(f.floor_per_s))
        shares = (f"{f.ratio:.2f}x", f"{f.spread:.0%}", str(f.target or "-"))
        rows.append((f.name, *numbers, *shares, judged))
    widths = [max(len(row[column]) for row in rows) for column in range(len(heads))]
    return "\n".join(
        "  ".join(
            cell.ljust(width) if column in {0, 7} else cell.rjust(width)
            for column, (cell, width) in enumerate(zip(row, widths, strict=True))
        ).rstrip()
        for row in rows
    )


def write_json(figures: Iterable[Figure], path: Path) -> None:
    """Keep figures for a machine to compare."""
    rows = [
        {
            "name": f.name,
            "store": f.store,
            "events": f.events,
            "rate_per_s": round(f.rate_per_s, 2),
            "floor_per_s": round(f.floor_per_s, 2),
            "ratio": round(f.ratio, 3),
            "spread": round(f.spread, 3),
            "target": str(f.target) if f.target else None,
            "is_met": f.is_met,
        }
        for f in figures
    ]
    path.write_text(json.dumps(rows, indent=2) + "\n", encoding="utf-8")


def _number(rate: float) -> str:
    return f"{rate:,.0f}" if rate >= 100 else f"{rate:.2f}"
