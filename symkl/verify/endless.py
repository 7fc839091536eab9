"""Formulas that are infinite themselves: a case that says so, or a sum or an integral in them that diverges."""

from __future__ import annotations

from collections.abc import Mapping

import sympy as sp

from symkl.algebra.tails import tail
from symkl.verify.numbers import ball_of

__all__ = ["endless"]


def endless(form: sp.Expr, at: Mapping[sp.Symbol, sp.Expr]) -> sp.Expr | None:
    """`oo` or `-oo` where the form is infinite at that point, or the one sum or integral in it is; else None."""
    here = form.xreplace(dict(at))
    if here in (sp.oo, -sp.oo):
        return here
    wholes = here.atoms(sp.Sum, sp.Integral)
    if len(wholes) != 1:
        return None
    (whole,) = wholes
    mark = sp.Dummy()
    slope = sp.diff(here.xreplace({whole: mark}), mark)
    coefficient = None if slope.has(mark) or len(whole.limits) != 1 else ball_of(slope, {}, 20)
    if coefficient is None or coefficient.contains(0):
        return None
    direction = _direction(whole)
    return None if direction is None else direction if coefficient > 0 else -direction


def _direction(whole: sp.Expr) -> sp.Expr | None:
    """Where a sum or an integral goes that diverges at one of its ends, from how fast its terms grow; else None."""
    ((x, lower, upper),) = whole.limits
    ends = [(lower, 1), (upper, -1)]
    if isinstance(whole, sp.Sum):
        ends = [(end, side) for end, side in ends if end.is_infinite]
    found = [tail(sp.Integer(0), whole.function, x, end, side=side) for end, side in ends]
    kinds = {"none" if one is None else one.kind for one in found} - {"finite"}
    return {"oo": sp.oo, "-oo": -sp.oo}.get(kinds.pop()) if len(kinds) == 1 else None
