"""Divergences of densities that are linear between points: a sum over the pieces between these, of no negative terms.

Of a density q beyond the support of p its mass there, and of the two where both are the mean of p*log(p/q) - p + q
along their lines times the width: together that is the divergence, for both densities have the mass 1.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

import sympy as sp

from symkl.algebra import holds
from symkl.algebra.branches import kinks_of, settled
from symkl.algebra.reading import linear_in
from symkl.algebra.signs import assumed
from symkl.codegen.stable.kernels import CrossingGap, RampGap
from symkl.codegen.stable.shape import difference, shortest_in_steps
from symkl.codegen.stable.signs import nonnegative, positive

__all__ = ["Curve", "between_lines"]

_Pairs = Sequence[tuple[sp.Expr, sp.Expr]]


@dataclass(frozen=True)
class Curve:
    """A density in x on its support."""

    x: sp.Symbol
    lower: sp.Expr
    upper: sp.Expr
    density: sp.Expr

    def points(self) -> list[sp.Expr] | None:
        """The ends of the support and where the density changes its branch; None where one is infinite or unsolved."""
        found = [self.lower, self.upper]
        if not all(end.is_finite for end in found):
            return None
        for kink in kinks_of(self.density, self.x):
            line = linear_in(kink, self.x)
            if line is None or line[0] == 0:
                return None
            found.append(sp.expand(-line[1] / line[0]))
        return found

    def ends(self, low: sp.Expr, high: sp.Expr) -> tuple[sp.Expr, sp.Expr] | None:
        """Its values at the ends of a piece where it is linear, 0 beyond the support; None where neither is known."""
        if holds(sp.Le(high, self.lower)) or holds(sp.Ge(low, self.upper)):
            return sp.S.Zero, sp.S.Zero
        here = settled(self.density, self.x, low, high, assumed())
        if here.has(sp.Piecewise) or not here.is_polynomial(self.x) or sp.degree(here, self.x) > 1:
            return None
        first, last = (_upright(sp.factor(sp.cancel(here.subs(self.x, end)))) for end in (low, high))
        return first, last


def between_lines(p: Curve, q: Curve, pairs: _Pairs) -> sp.Expr | None:
    """The divergence of q from p as such a sum, under the constraints that are assumed.

    None where a density is not linear on each piece, where the order of the points is not known, and where on a piece
    that p neither starts nor ends at 0 the two do not run opposite ways; also where there is no such start or end at
    all, for that is short by itself. `pairs` are the parameters that are equal where the two distributions coincide.
    """
    points = [one.points() for one in (p, q)]
    if any(found is None for found in points):
        return None
    order = _in_order([point for found in points for point in found or ()])
    terms = []
    for low, high in pairwise(order or ()):
        of_p, of_q = p.ends(low, high), q.ends(low, high)
        mean = None if of_p is None or of_q is None else _mean(of_p, of_q, pairs)
        if mean is None:
            return None
        terms.append((high - low) * mean)
    found = sp.Add(*terms)
    return found if found.has(RampGap) else None


def _in_order(points: list[sp.Expr]) -> list[sp.Expr] | None:
    """The points in order, each once; None where that is not known."""
    order: list[sp.Expr] = []
    for point in points:
        if point in order:
            continue
        below = [holds(sp.Le(other, point)) is True for other in order]
        above = [holds(sp.Ge(other, point)) is True for other in order]
        if not all(b or a for b, a in zip(below, above, strict=True)):
            return None
        order.insert(sum(below), point)
    return order if len(order) > 1 else None


def _mean(of_p: tuple[sp.Expr, sp.Expr], of_q: tuple[sp.Expr, sp.Expr], pairs: _Pairs) -> sp.Expr | None:
    """The mean of p*log(p/q) - p + q over a piece, by the two densities at its ends."""
    (first, last), (start, end) = of_p, of_q
    if first == last == 0:
        return (start + end) / 2
    if last == 0:
        (first, last), (start, end) = (last, first), (end, start)
    if first == 0:
        fits = positive(last) and positive(end) and nonnegative(start)
        return RampGap(last, end, start, _step(last, end, pairs)) if fits else None
    if _falls(last, first):
        (first, last), (start, end) = (last, first), (end, start)
    if not all(positive(value) for value in (first, last, start, end)):
        return None
    if not (_falls(first, last) and _falls(end, start)):
        return None
    return CrossingGap(first, start, last, end, _step(first, start, pairs), _step(last, end, pairs))


def _falls(high: sp.Expr, low: sp.Expr) -> bool:
    """Whether a line from the one to the other surely does not rise."""
    return nonnegative(_upright(sp.factor(sp.together(high - low))))


def _upright(product: sp.Expr) -> sp.Expr:
    """`(a - b)/(c - d) => (b - a)/(d - c)` where a < b and c < d, as is assumed."""
    sign, factors = sp.S.One, []
    for factor in sp.Mul.make_args(product):
        base, power = factor.as_base_exp()
        turned = base.is_Add and power.is_Integer and nonnegative(-base)
        sign *= (-1) ** power if turned else 1
        factors.append((-base) ** power if turned else factor)
    return sp.Mul(sign, *factors)


def _step(one: sp.Expr, other: sp.Expr, pairs: _Pairs) -> sp.Expr:
    """The difference by those of the parameters."""
    found = shortest_in_steps(one - other, pairs)
    return difference(one, other) if found is None else sp.Add(*map(_upright, sp.Add.make_args(found)))
