"""Divergences of densities on an interval whose logarithms are quadratic there: two terms that are not negative.

What the second has on its own interval over what it has on that of the first, and the divergence on the latter.
"""

from __future__ import annotations

import sympy as sp

from symkl.algebra import holds
from symkl.algebra.reading import linear_in
from symkl.codegen.stable.kernels import BellGap, BellOverhang
from symkl.codegen.stable.lines import Curve
from symkl.codegen.stable.shape import difference
from symkl.codegen.stable.signs import positive

__all__ = ["between_bells"]


def between_bells(p: Curve, q: Curve) -> sp.Expr | None:
    """The divergence of q from p as such a sum, under the constraints that are assumed.

    None where a density is of another kind or the support of p is not known to lie within that of q.
    """
    of_p, of_q = _centre_and_scale(p), _centre_and_scale(q)
    if of_p is None or of_q is None or not (holds(sp.Ge(p.lower, q.lower)) and holds(sp.Ge(q.upper, p.upper))):
        return None
    (m, s), (n, t) = of_p, of_q
    gap = BellGap(p.lower, p.upper, m, s, n, t, difference(m, n), difference(s, t))
    same = (p.lower, p.upper) == (q.lower, q.upper)
    return gap if same else gap + BellOverhang(q.lower, q.upper, p.lower, p.upper, n, t)


def _centre_and_scale(curve: Curve) -> tuple[sp.Expr, sp.Expr] | None:
    """`exp(-(x - m)**2/(2*s**2))*c => (m, s)` between finite ends; None for any other density."""
    if not (curve.lower.is_finite and curve.upper.is_finite):
        return None
    rise = linear_in(sp.cancel(sp.diff(curve.density, curve.x) / curve.density), curve.x)
    if rise is None or not positive(square := sp.cancel(-1 / rise[0]) if rise[0] != 0 else rise[0]):
        return None
    return sp.cancel(rise[1] * square), sp.sqrt(square)
