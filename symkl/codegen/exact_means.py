"""The mathematics of logarithms of ratios, and of means over straight lines, in an mpmath context."""

from __future__ import annotations

from typing import Any

__all__ = [
    "MANY",
    "TINY",
    "crossing_gap",
    "crossing_log_mean",
    "entropy_gap",
    "log_gap",
    "log_ratio",
    "ramp_gap",
    "ramp_log_mean",
    "share_mean",
]

#: digits where terms cancel beyond those that are asked for, and what has fewer digits of its own than its first term
MANY, TINY = 300, 1e-40


def log_ratio(mp: Any, a: Any, b: Any, d: Any) -> Any:
    x = d / b
    return mp.log1p(x) if abs(x) < 0.5 else mp.log(a / b)


def log_gap(mp: Any, a: Any, b: Any, d: Any) -> Any:
    # the ratio is taken from the difference while the difference is the more exact of the two
    x = d / b
    return x - mp.log1p(x) if x > -0.7 else x - mp.log(a / b)


def entropy_gap(mp: Any, a: Any, b: Any, d: Any) -> Any:
    return d if a == 0 else a * log_gap(mp, b, a, d)


def _mean_share(mp: Any, x: Any) -> Any:
    """The mean of t/(1 + x*t) over 0 < t < 1."""
    return (x - mp.log1p(x)) / x**2 if abs(x) > TINY else mp.mpf(1) / 2


def _mean_log(mp: Any, x: Any) -> Any:
    """The mean of log(1 + x*t) over 0 < t < 1."""
    return ((1 + x) * mp.log1p(x) - x) / x if abs(x) > TINY else x / 2


def ramp_gap(mp: Any, p: Any, q: Any, r: Any, d: Any) -> Any:
    with mp.workdps(MANY):
        share = p * _mean_share(mp, (q - r) / r) if r else 0
        return (entropy_gap(mp, p, q, -d) + r - share) / 2


def crossing_gap(mp: Any, p: Any, q: Any, u: Any, v: Any, d: Any, e: Any) -> Any:
    with mp.workdps(MANY):
        falls, rises = (u - p) / p, (v - q) / q
        bend = (falls - rises) * _mean_share(mp, rises) - _mean_log(mp, falls) + _mean_log(mp, rises)
        return (entropy_gap(mp, p, q, -d) + entropy_gap(mp, u, v, -e) - p * bend) / 2


def _square_means(mp: Any, a: Any, b: Any) -> tuple[Any, Any]:
    """The means of t*(1 - t)/y and of t**2/y over 0 < t < 1, y being a + t*(b - a)."""
    if a == 0:
        return 1 / (2 * b), 1 / (2 * b)
    x = (b - a) / a
    if abs(x) < TINY:
        return 1 / (6 * a), 1 / (3 * a)
    log = mp.log1p(x)
    return ((2 + x) / 2 - (1 + x) * log / x) / x**2 / a, (x / 2 - 1 + log / x) / x**2 / a


def share_mean(mp: Any, a: Any, b: Any, d: Any, e: Any) -> Any:
    with mp.workdps(MANY):
        if b == 0:
            return d / (2 * a)
        mixed, square = _square_means(mp, a, b)
        return d * mixed + e * square


def ramp_log_mean(mp: Any, p: Any, q: Any, r: Any, d: Any) -> Any:
    with mp.workdps(MANY):
        return (log_ratio(mp, p, q, d) - r * sum(_square_means(mp, r, q))) / 2


def crossing_log_mean(mp: Any, p: Any, q: Any, u: Any, v: Any, d: Any, e: Any) -> Any:
    with mp.workdps(MANY):
        (_, falls), (_, rises) = _square_means(mp, p, u), _square_means(mp, q, v)
        return (log_ratio(mp, u, v, e) + (p - u) * falls + (v - q) * rises) / 2
