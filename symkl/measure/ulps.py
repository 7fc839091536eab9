"""Errors in units in the last place, and what there is to say about many of them."""

from __future__ import annotations

import math
import statistics
import struct
from collections.abc import Sequence
from typing import Any

import mpmath as mp

__all__ = ["DTYPES", "error", "rounded", "tally", "worst"]

#: dtype -> bits of the significand, smallest exponent of a unit in the last place, largest number
DTYPES = {
    "float64": (53, -1074, math.ldexp(2 - 2.0**-52, 1023)),
    "float32": (24, -149, math.ldexp(2 - 2.0**-23, 127)),
}


def rounded(value: float, dtype: str) -> float:
    """The number in that dtype that is nearest to the value."""
    if dtype == "float64":
        return value
    if abs(value) > DTYPES[dtype][2]:
        return math.copysign(math.inf, value)
    narrow: float = struct.unpack("f", struct.pack("f", value))[0]
    return narrow


def error(value: float, truth: Any, dtype: str) -> float:
    """How far the value is from the truth, in units in the last place of the truth in that dtype.

    Infinite where the value is nan, or infinite though the truth is not beyond the dtype's largest number.
    """
    bits, least, largest = DTYPES[dtype]
    beyond = abs(truth) > largest
    if math.isnan(value):
        return math.inf
    if math.isinf(value):
        return 0.0 if beyond and (value > 0) == (truth > 0) else math.inf
    if mp.isinf(truth):
        return math.inf
    unit = mp.ldexp(1, max(mp.frexp(truth)[1] - bits, least)) if truth else mp.ldexp(1, least)
    with mp.workdps(60):
        return float(abs(mp.mpf(value) - truth) / unit)


def tally(values: Sequence[float], truths: Sequence[Any], dtype: str) -> dict[str, Any]:
    """The number of points, the largest and the median error (None where it is infinite), and how many values are
    negative, nan, or infinite although the truth can be represented.

    A truth of None is not known, and its point is left out.
    """
    known = [(value, truth) for value, truth in zip(values, truths, strict=True) if truth is not None]
    errors = [error(value, truth, dtype) for value, truth in known]
    largest = DTYPES[dtype][2]
    return {
        "points": len(known),
        "max": _finite(max(errors, default=0.0)),
        "median": _finite(statistics.median(errors)) if errors else 0.0,
        "negative": sum(value < 0 <= truth for value, truth in known),
        "nan": sum(math.isnan(value) for value, _ in known),
        "infinite": sum(math.isinf(value) and abs(truth) <= largest for value, truth in known),
    }


def worst(values: Sequence[float], truths: Sequence[Any], dtype: str) -> int | None:
    """Where the error is largest; None where no truth is known."""
    places = [i for i, truth in enumerate(truths) if truth is not None]
    return max(places, key=lambda i: error(values[i], truths[i], dtype), default=None)


def _finite(value: float) -> float | None:
    return float(f"{value:.4g}") if math.isfinite(value) else None
