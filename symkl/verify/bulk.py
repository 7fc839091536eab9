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


@lru_cache(maxsize=64)
def bulk(here: Setting) -> Bulk:
    """Where the density is highest, and half the width that it has at half that height (looked for on a line only)."""
    lower, upper = here.support
    if lower.is_finite and upper.is_finite:
        return Bulk(_rational((_number(lower) + _number(upper)) / 2), sp.S.One)
    points = _landmarks(here) if lower.is_infinite and upper.is_infinite else []
    if not points:
        return Bulk(sp.S.Zero, sp.S.One)
    low, mode, high = points
    return Bulk(_rational(mode), _rational((high - low) / 2) or sp.S.One)


def _landmarks(here: Setting) -> list[Number]:
    """Ascending numbers around the density's highest point: its mode between two points of about half its height."""
    with mp.workdps(15):
        try:
            height = evaluator(here.density, here.variable)
            grid = _grid(here.support)
            sizes = [_size(height, point) for point in grid]
            best = max(range(len(grid)), key=lambda i: sizes[i])
            if not sizes[best] > 0:
                return []
            low, high = grid[max(best - 1, 0)], grid[min(best + 1, len(grid) - 1)]
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


def _grid(support: tuple[sp.Expr, sp.Expr]) -> list[Number]:
    lower, upper = (_number(bound) for bound in support)
    steps = [mp.mpf(2) ** (mp.mpf(n) / 2) for n in range(-28, 29)]
    if mp.isinf(lower) and mp.isinf(upper):
        return [-s for s in reversed(steps)] + [mp.mpf(0)] + steps
    if mp.isinf(upper):
        return [lower + s for s in steps]
    if mp.isinf(lower):
        return [upper - s for s in reversed(steps)]
    near = [s for s in steps if s <= mp.mpf(1) / 2]
    return [lower + (upper - lower) * s for s in near] + [upper - (upper - lower) * s for s in reversed(near[:-1])]


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
