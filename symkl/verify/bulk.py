"""Where the mass of a density lies, found by looking: a hint for integrators, never evidence."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import mpmath as mp
import sympy as sp

from symkl.verify.plain_table import NoValue, Number, evaluator
from symkl.verify.setting import Setting

__all__ = ["Bulk", "bulk"]


@dataclass(frozen=True)
class Bulk:
    """A guess: the mass lies around `centre`, within a few times `scale`."""

    centre: sp.Rational
    scale: sp.Rational


def bulk(here: Setting) -> Bulk:
    """Where the density is highest, and half the width that it has at half that height (looked for on a line only)."""
    return _bulk(here.density, here.variable, *here.support)


@lru_cache(maxsize=512)
def _bulk(density: sp.Expr, x: sp.Symbol, lower: sp.Expr, upper: sp.Expr) -> Bulk:
    if lower.is_finite and upper.is_finite:
        return Bulk(_rational((_number(lower) + _number(upper)) / 2), sp.S.One)
    points = _landmarks(density, x) if lower.is_infinite and upper.is_infinite else []
    if not points:
        return Bulk(sp.S.Zero, sp.S.One)
    low, mode, high = points
    return Bulk(_rational(mode), _rational((high - low) / 2) or sp.S.One)


def _landmarks(density: sp.Expr, x: sp.Symbol) -> list[Number]:
    """The mode of a density on the line, between two points of about half its height; empty where none is seen."""
    with mp.workdps(15):
        try:
            height = evaluator(density, x)
            sizes = [_size(height, point) for point in _GRID]
            best = max(range(len(_GRID)), key=lambda i: sizes[i])
            if not sizes[best] > 0:
                return []
            low, high = _GRID[max(best - 1, 0)], _GRID[min(best + 1, len(_GRID) - 1)]
            mode = _climb(height, low, high)
            return [_half(height, mode, low), mode, _half(height, mode, high)]
        except (NoValue, ValueError, ZeroDivisionError, OverflowError, TypeError):
            return []


def _number(bound: sp.Expr) -> Number:
    return evaluator(bound)(mp.mpf(0))


def _rational(number: Number) -> sp.Rational:
    """A short rational number near the one given."""
    scale = 2 ** max(0, 6 - int(mp.mag(number)) if number else 6)
    return sp.Rational(int(mp.nint(number * scale)), scale)


_STEPS = [mp.mpf(2) ** (mp.mpf(n) / 2) for n in range(-28, 29)]
#: where the mode is looked for first
_GRID = [-s for s in reversed(_STEPS)] + [mp.mpf(0)] + _STEPS


def _size(height: Number, point: Number) -> Number:
    try:
        found = height(point)
    except (ValueError, ZeroDivisionError, OverflowError):
        return mp.mpf(0)
    return abs(found) if mp.isfinite(found) else mp.mpf(0)


def _climb(height: Number, low: Number, high: Number) -> Number:
    for _ in range(16):
        left, right = low + (high - low) / 3, high - (high - low) / 3
        if _size(height, left) < _size(height, right):
            low = left
        else:
            high = right
    return (low + high) / 2


def _half(height: Number, mode: Number, far: Number) -> Number:
    near, half = mode, _size(height, mode) / 2
    for _ in range(6):
        middle = (near + far) / 2
        if _size(height, middle) > half:
            near = middle
        else:
            far = middle
    return near if near != mode else far
