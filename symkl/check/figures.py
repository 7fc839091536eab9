"""Values of expressions at drawn points, to twenty digits, and the usual names of numbers."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cache

import mpmath as mp
import sympy as sp

from symkl.verify.numbers import number_of

__all__ = ["DIGITS", "Figures", "constant", "named", "same"]

#: two values are the same if they agree to this many digits
DIGITS = 20
_NEAR = mp.mpf(10) ** -DIGITS
#: what the names of numbers are made of; a fraction of each, and a sum of two of them, is a name
_UNITS = (
    sp.S.One,
    sp.log(2),
    sp.log(2 * sp.pi),
    sp.log(sp.pi),
    sp.EulerGamma,
    sp.log(3),
    sp.pi,
    sp.E,
    sp.sqrt(2),
    sp.sqrt(sp.pi),
)
#: of these a fraction alone is a name
_MORE = (1 / sp.pi, 1 / sp.sqrt(sp.pi), sp.sqrt(2 * sp.pi), sp.sqrt(2 / sp.pi), 1 / sp.E)
_LARGEST = 60  # numerator and denominator of a fraction that is a name


class Figures:
    """Values at fixed points, each expression evaluated once."""

    def __init__(self, points: Sequence[Mapping[sp.Symbol, sp.Expr]]) -> None:
        self.points = points
        self._known: dict[sp.Basic, list[mp.mpf] | None] = {}

    @classmethod
    def where(cls, points: Sequence[Mapping[sp.Symbol, sp.Expr]], forms: Sequence[sp.Expr]) -> Figures:
        """At those of the points where all these forms have values."""
        rows = [[number_of(form, point, DIGITS + 5) for form in forms] for point in points]
        kept = [i for i, row in enumerate(rows) if all(value is not None for value in row)]
        made = cls([points[i] for i in kept])
        made._known = {form: [rows[i][k] for i in kept] for k, form in enumerate(forms)}
        return made

    def of(self, form: sp.Expr) -> list[mp.mpf] | None:
        """The values at the points; None where one of them is no real number."""
        if form not in self._known:
            found = [number_of(form, point, DIGITS + 5) for point in self.points]
            self._known[form] = None if any(value is None for value in found) else found
        return self._known[form]

    def match(self, form: sp.Expr, values: Sequence[mp.mpf]) -> bool:
        """Whether the form has these values; given up at the first point where it has not."""
        if form in self._known:
            known = self._known[form]
            return known is not None and same(known, values)
        for point, value in zip(self.points, values, strict=True):
            found = number_of(form, point, DIGITS + 5)
            if found is None or not same([found], [value]):
                return False
        return True


def same(one: Sequence[mp.mpf], two: Sequence[mp.mpf]) -> bool:
    return all(abs(a - b) <= _NEAR * (1 + abs(b)) for a, b in zip(one, two, strict=True))


def constant(values: Sequence[mp.mpf]) -> bool:
    return same(values, [values[0]] * len(values))


def named(number: mp.mpf) -> sp.Expr | None:
    """The number as a fraction, a fraction of a usual constant, or a sum of two such; None where it is none."""
    if abs(number) < _NEAR:
        return sp.S.Zero
    if not abs(number) < 1000:
        return None
    sizes = _sizes()
    for unit, size in zip((*_UNITS, *_MORE), sizes, strict=True):
        found = _fraction(number / size)
        if found is not None:
            return found * unit
    for unit, size in zip(_UNITS[1:], sizes[1 : len(_UNITS)], strict=True):
        relation = mp.pslq([number, mp.mpf(1), size], tol=_NEAR * 10, maxcoeff=_LARGEST, maxsteps=1000)
        if relation is not None and relation[0]:
            return -(sp.Rational(relation[1], relation[0]) + sp.Rational(relation[2], relation[0]) * unit)
    return None


@cache
def _sizes() -> list[mp.mpf]:
    return [mp.mpf(1), *(mp.mpf(sp.N(unit, DIGITS + 10)._mpf_) for unit in (*_UNITS[1:], *_MORE))]


def _fraction(number: mp.mpf) -> sp.Rational | None:
    relation = mp.pslq([number, mp.mpf(1)], tol=_NEAR * 10, maxcoeff=1000, maxsteps=1000)
    if relation is None or not relation[0] or max(map(abs, relation)) > _LARGEST:
        return None
    return sp.Rational(-relation[1], relation[0])
