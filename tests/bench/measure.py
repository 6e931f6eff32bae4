"""Measuring against a floor: the least that the same bytes cost on this machine, in the same run.

A rate alone says as much about the machine as about the program. The floor is taken in turn with
the thing itself, round by round, so that whatever else the machine does meets both.
"""

import statistics
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import NamedTuple, TypeAlias

UnitOfWork: TypeAlias = Callable[[], None]
Prepare: TypeAlias = Callable[[], UnitOfWork]
"""Does what is not to be timed, and gives what is."""


class Target(NamedTuple):
    """What a figure should reach.

    Attributes:
        limit: The number.
        of: `ratio` or `rate_per_s`, which should be at least that, or `peak_mb`, at most.
    """

    limit: float
    of: str = "ratio"

    def __str__(self) -> str:
        match self.of:
            case "rate_per_s":
                return f">= {self.limit:,g}/s"
            case "peak_mb":
                return f"< {self.limit:g} MB"
        return f">= {self.limit:.2f}"


@dataclass(frozen=True, kw_only=True)
class Figure:
    """One line of the result.

    Attributes:
        topic: Under which heading it is shown.
        name: What was measured.
        counted: What the rates count.
        floor: What it was measured against.
        store: Where the events were kept; "" where none were.
        events: How many there were.
        rate_per_s: How often a second; the median of the rounds.
        floor_per_s: The same of the floor.
        spread: Distance of the slowest round from the fastest, as a part of the median time.
        target: What it should reach, if anything was said.
        peak_mb: Largest memory of its process, where it had one of its own to be measured.
    """

    topic: str
    name: str
    counted: str
    floor: str
    store: str
    events: int
    rate_per_s: float
    floor_per_s: float
    spread: float
    target: Target | None = None
    peak_mb: int | None = None

    @property
    def ratio(self) -> float:
        """Share of the floor's speed that is left: 1 is as fast as the floor."""
        return self.rate_per_s / self.floor_per_s

    @property
    def is_met(self) -> bool:
        """True where the target is reached, or none was said."""
        match self.target:
            case None:
                return True
            case Target(limit, "peak_mb"):
                return self.peak_mb is not None and self.peak_mb < limit
            case Target(limit, "rate_per_s"):
                return self.rate_per_s >= limit
            case Target(limit):
                return self.ratio >= limit


@dataclass(frozen=True, kw_only=True)
class Case:
    """Something to measure.

    Attributes:
        topic: Under which heading it is shown.
        name: What it is.
        counted: What the rates count.
        times: How many of these one round does.
        ours: Prepares a round of the thing itself.
        floor_is: What it is measured against.
        floor: Prepares a round of that.
        store: Where its events are kept.
        events: How many there are.
        target: What it should reach.
        peak_mb: Says how much memory its processes took at most.
        program: What its process runs, with its arguments, where it has one of its own.
    """

    topic: str
    name: str
    counted: str
    times: int
    ours: Prepare
    floor_is: str
    floor: Prepare
    store: str = ""
    events: int = 0
    target: Target | None = None
    peak_mb: Callable[[], int] | None = None
    program: tuple[str, ...] = ()


def measured(case: Case, rounds: int) -> Figure:
    """Measure a case and its floor in turn; the median counts.

    Both are done once beforehand, unmeasured, except where one round is all that there is time for.
    """
    if rounds > 1:
        timed(case.floor)
        timed(case.ours)
    pairs = [(timed(case.floor), timed(case.ours)) for _ in range(rounds)]
    floor_s, ours_s = (statistics.median(times) for times in zip(*pairs, strict=True))
    ours = [took for _, took in pairs]
    return Figure(
        topic=case.topic,
        name=case.name,
        counted=case.counted,
        floor=case.floor_is,
        store=case.store,
        events=case.events,
        rate_per_s=case.times / ours_s,
        floor_per_s=case.times / floor_s,
        spread=(max(ours) - min(ours)) / ours_s,
        target=case.target,
        peak_mb=case.peak_mb() if case.peak_mb else None,
    )


def timed(prepare: Prepare) -> float:
    """Time one round, in seconds."""
    work = prepare()
    began = time.perf_counter()
    work()
    return time.perf_counter() - began


def at_once(work: UnitOfWork) -> Prepare:
    """Give a round that needs no preparation."""
    return lambda: work
