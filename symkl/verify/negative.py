"""Is a density negative somewhere? It is looked at in places all over its support."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import mpmath as mp
import sympy as sp

from symkl.model import Distribution
from symkl.verify.bulk import bulk
from symkl.verify.numbers import number_of
from symkl.verify.plain_table import NoValue, Number, evaluator
from symkl.verify.setting import Setting, put

__all__ = ["negative_place"]

#: so many places are looked at, and so many first integers
_PLACES = 64


def negative_place(dist: Distribution, at: Mapping[sp.Symbol, sp.Expr]) -> tuple[sp.Rational, Number] | None:
    """A place in the support where the density is certainly negative, and its value there; None where none was seen."""
    here = put(dist, sp.Integer(1), at)
    with mp.workdps(20):
        try:
            density = evaluator(here.density, here.variable)
            seen = [(place, _sign(density(mp.mpf(int(place.p)) / int(place.q)))) for place in _places(here)]
        except (NoValue, ValueError, ZeroDivisionError, OverflowError, TypeError):
            return None
    for place in (place for place, sign in seen if sign < 0):
        value = number_of(here.density, {here.variable: place}, 20)
        if value is not None and value < 0:
            return place, value
    return None


def _sign(value: Number) -> int:
    return 0 if isinstance(value, mp.mpc) or not mp.isfinite(value) else int(mp.sign(value))


def _places(here: Setting) -> Iterator[sp.Rational]:
    lower, upper = here.support
    if here.discrete:
        count = min(_PLACES, int(upper - lower) + 1) if upper.is_finite and lower.is_finite else _PLACES
        start, step = (
            (lower, 1) if lower.is_finite else (upper, -1) if upper.is_finite else (sp.Integer(-_PLACES // 2), 1)
        )
        yield from (start + step * k for k in range(count))
        return
    fractions = [sp.Rational(2 * k + 1, 2 * _PLACES) for k in range(_PLACES)]
    if lower.is_finite and upper.is_finite:
        width = _rational(upper) - _rational(lower)
        yield from (_rational(lower) + width * f for f in fractions)
    elif lower.is_finite:
        yield from (_rational(lower) + f / (1 - f) for f in fractions)
    elif upper.is_finite:
        yield from (_rational(upper) - f / (1 - f) for f in fractions)
    else:
        place = bulk(here)
        yield from (place.centre + place.scale * (2 * f - 1) / (f * (1 - f)) / 2 for f in fractions)


def _rational(end: sp.Expr) -> sp.Rational:
    """An end of the support, or what is as near to it as doubles are: only places are taken from it."""
    return end if end.is_Rational else sp.Rational(*float(evaluator(end)(mp.mpf(0))).as_integer_ratio())
