"""The control chart of individuals and moving range, for measured values.

NIST/SEMATECH e-Handbook 6.3.2.2; constants d2 = 1.128 and D4 = 3.267 for ranges of two. With a
handful of batches a chart of counts is noise.
"""

from __future__ import annotations

import math
from itertools import pairwise
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Sequence

D2, D4 = 1.128, 3.267
FEWEST_FOR_LIMITS = 8
"""Below this many values limits say too little: only the run is shown."""


class Individuals(NamedTuple):
    """A chart of single values in build order."""

    center: float  #: The mean.
    sigma: float | None  #: Mean moving range over d2; None without limits.
    lower: float | None  #: Lower limit; None without limits.
    upper: float | None  #: Upper limit; None without limits.
    range_mean: float | None  #: Mean moving range; None below two values.
    range_upper: float | None  #: Its upper limit; None without limits.
    beyond: tuple[int, ...]  #: Places, from 1, of values beyond a limit.


def individuals(values: Sequence[float]) -> Individuals | None:
    """Chart single values in build order; None without one.

    No limits are given below `FEWEST_FOR_LIMITS` values or where all moving ranges are 0.
    """
    if not values:
        return None
    center = math.fsum(values) / len(values)
    ranges = [abs(b - a) for a, b in pairwise(values)]
    mean = math.fsum(ranges) / len(ranges) if ranges else None
    if not mean or len(values) < FEWEST_FOR_LIMITS:
        return Individuals(center, None, None, None, mean, None, ())
    sigma = mean / D2
    lower, upper = center - 3 * sigma, center + 3 * sigma
    beyond = tuple(i for i, v in enumerate(values, 1) if not lower <= v <= upper)
    return Individuals(center, sigma, lower, upper, mean, D4 * mean, beyond)
