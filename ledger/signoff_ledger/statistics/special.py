"""Incomplete beta and gamma functions, their inverses, and the distributions made of them.

Continued fractions and series after Abramowitz & Stegun (1964), chapters 6 and 26, evaluated by
the modified Lentz method (Lentz 1976); the NIST Digital Library of Mathematical Functions has the
same forms in 8.17(v), 8.7 and 8.9. Inverses are Newton steps kept inside a bracket, so they end at
the resolution of the number type.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from functools import lru_cache

Function = Callable[[float], float]

_TINY = 1e-300
_EPSILON = 1e-16
_MOST_TERMS = 100_000
_MOST_STEPS = 400


def solve(
    target: float, function: Function, low: float, high: float, slope: Function | None = None
) -> float:
    """Find where an increasing function reaches a target.

    Args:
        target: The value to reach.
        function: Increasing between `low` and `high`.
        low: A point where the function is at most the target.
        high: A point where it is at least the target.
        slope: Its derivative, where known; makes the search faster, never different.
    """
    point = (low + high) / 2
    for _ in range(_MOST_STEPS):
        miss = function(point) - target
        if miss == 0:
            return point
        if miss < 0:
            low = point
        else:
            high = point
        step = slope(point) if slope else 0.0
        guess = point - miss / step if step > _TINY else low
        if not low < guess < high:
            guess = (low + high) / 2
        if abs(guess - point) <= 2 * _EPSILON * abs(guess) or guess in {low, high}:
            return guess
        point = guess
    return point


def log_beta(a: float, b: float) -> float:
    """Give the logarithm of the complete beta function."""
    return math.lgamma(a) + math.lgamma(b) - math.lgamma(a + b)


def beta_cdf(x: float, a: float, b: float) -> float:
    """Give the regularised incomplete beta function I_x(a, b) (A&S 26.5.8; DLMF 8.17.22).

    Args:
        x: From 0 to 1; beyond, the answer is 0 or 1.
        a: First shape, positive.
        b: Second shape, positive.
    """
    if x <= 0:
        return 0.0
    if x >= 1:
        return 1.0
    front = math.exp(a * math.log(x) + b * math.log1p(-x) - log_beta(a, b))
    if x < (a + 1) / (a + b + 2):
        return min(1.0, front * _beta_fraction(x, a, b) / a)
    return max(0.0, 1 - front * _beta_fraction(1 - x, b, a) / b)


def _beta_fraction(x: float, a: float, b: float) -> float:
    c = 1.0
    d = 1 / _nonzero(1 - (a + b) * x / (a + 1))
    value = d
    for m in range(1, _MOST_TERMS):
        even = m * (b - m) * x / ((a + 2 * m - 1) * (a + 2 * m))
        odd = -(a + m) * (a + b + m) * x / ((a + 2 * m) * (a + 2 * m + 1))
        d = 1 / _nonzero(1 + even * d)
        c = _nonzero(1 + even / c)
        value *= d * c
        d = 1 / _nonzero(1 + odd * d)
        c = _nonzero(1 + odd / c)
        value *= d * c
        if abs(d * c - 1) < 4 * _EPSILON:
            break
    return value


def _nonzero(x: float) -> float:
    return x if abs(x) > _TINY else _TINY


@lru_cache(maxsize=4_096)
def beta_inverse(p: float, a: float, b: float) -> float:
    """Give the x at which I_x(a, b) is p."""
    _check_probability(p)
    if p in {0, 1}:
        return float(p)
    scale = log_beta(a, b)

    def density(x: float) -> float:
        return math.exp((a - 1) * math.log(x) + (b - 1) * math.log1p(-x) - scale)

    return solve(p, lambda x: beta_cdf(x, a, b), 0.0, 1.0, density)


def gamma_cdf(x: float, a: float) -> float:
    """Give the regularised lower incomplete gamma function P(a, x) (A&S 6.5.29 and 6.5.31).

    Args:
        x: At most 0 gives 0.
        a: Shape, positive.
    """
    if x <= 0:
        return 0.0
    front = math.exp(a * math.log(x) - x - math.lgamma(a))
    if x < a + 1:
        term = total = 1 / a
        for n in range(1, _MOST_TERMS):
            term *= x / (a + n)
            total += term
            if term < total * _EPSILON:
                break
        return min(1.0, front * total)
    return max(0.0, 1 - front * _gamma_fraction(x, a))


def _gamma_fraction(x: float, a: float) -> float:
    b = x + 1 - a
    c = 1 / _TINY
    d = 1 / _nonzero(b)
    value = d
    for n in range(1, _MOST_TERMS):
        factor = -n * (n - a)
        b += 2
        d = 1 / _nonzero(factor * d + b)
        c = _nonzero(b + factor / c)
        value *= d * c
        if abs(d * c - 1) < 4 * _EPSILON:
            break
    return value


def gamma_inverse(p: float, a: float) -> float:
    """Give the x at which P(a, x) is p; p = 1 has no finite one.

    Raises:
        ValueError: p is not from 0 up to, but not including, 1.
    """
    _check_probability(p)
    if p == 0:
        return 0.0
    if p == 1:
        raise ValueError("the gamma distribution has no largest value")
    high = a + 10 * math.sqrt(a) + 10
    while gamma_cdf(high, a) < p:
        high *= 2
    scale = math.lgamma(a)

    def density(x: float) -> float:
        return math.exp((a - 1) * math.log(x) - x - scale)

    return solve(p, lambda x: gamma_cdf(x, a), 0.0, high, density)


def chi_square_inverse(p: float, degrees: float) -> float:
    """Give the quantile of the chi-square distribution."""
    return 2 * gamma_inverse(p, degrees / 2)


def normal_cdf(z: float) -> float:
    """Give the standard normal distribution function."""
    return math.erfc(-z / math.sqrt(2)) / 2


def normal_inverse(p: float) -> float:
    """Give the standard normal quantile; p must lie strictly between 0 and 1."""
    _check_probability(p)
    if p in {0, 1}:
        raise ValueError("the normal distribution has no smallest and no largest value")
    if p > 0.5:
        return -normal_inverse(1 - p)
    return solve(p, normal_cdf, -40.0, 0.0, lambda z: math.exp(-z * z / 2) / math.sqrt(2 * math.pi))


def t_cdf(t: float, degrees: float) -> float:
    """Give Student's distribution function (A&S 26.7.1)."""
    tail = beta_cdf(degrees / (degrees + t * t), degrees / 2, 0.5) / 2
    return 1 - tail if t > 0 else tail


def t_inverse(p: float, degrees: float) -> float:
    """Give the quantile of Student's distribution; p must lie strictly between 0 and 1."""
    _check_probability(p)
    if p in {0, 1}:
        raise ValueError("Student's distribution has no smallest and no largest value")
    if p > 0.5:
        return -t_inverse(1 - p, degrees)
    if p == 0.5:
        return 0.0
    low = -1.0
    while t_cdf(low, degrees) > p:
        low *= 2
    return solve(p, lambda t: t_cdf(t, degrees), low, 0.0)


_PANELS_PER_TURN = 10
"""Panels within the width over which the integrand turns; each end of the range is flat."""
_REACH = 12
"""Standard deviations of the spread that are looked at above it."""
_NOTHING = 46
"""Minus the logarithm of what is too small to count."""


def noncentral_t_cdf(t: float, degrees: int, noncentrality: float) -> float:
    """Give the noncentral t distribution function by Simpson's rule over the spread (Owen 1968).

    P(T <= t) is the mean of Phi(t s - noncentrality) over s, where s squared is chi-square over
    its degrees of freedom. It is integrated over the logarithm of s: there Phi turns from 0 to 1
    over a width that does not depend on t, and the density ends flat on both sides.
    """
    low = -(_NOTHING / degrees + math.sqrt(_NOTHING / degrees))
    high = math.log1p(_REACH / math.sqrt(2 * degrees))
    half = degrees / 2
    scale = math.log(2) + half * math.log(half) - math.lgamma(half)

    def integrand(x: float) -> float:
        s = math.exp(x)
        density = math.exp(scale + degrees * x - half * s * s)
        return density * normal_cdf(t * s - noncentrality)

    turn = 1 / max(math.sqrt(2 * degrees), abs(noncentrality))
    panels = 2 * math.ceil((high - low) / turn * _PANELS_PER_TURN / 2)
    return min(1.0, max(0.0, simpson(integrand, low, high, panels)))


def simpson(function: Function, low: float, high: float, panels: int) -> float:
    """Integrate by Simpson's composite rule over an even number of panels (A&S 25.4.6)."""
    step = (high - low) / panels
    inner = math.fsum((4 if i % 2 else 2) * function(low + i * step) for i in range(1, panels))
    return (function(low) + inner + function(high)) * step / 3


def _check_probability(p: float) -> None:
    if not 0 <= p <= 1:
        raise ValueError(f"{p} is not a probability")
