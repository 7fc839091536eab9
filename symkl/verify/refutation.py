"""Two expressions shown to differ, by their values at a few points of the parameters' domains."""

from __future__ import annotations

import random

import sympy as sp

from symkl.algebra.signs import assumed
from symkl.model import Counterexample, domain_of
from symkl.model.inert import Expectation

__all__ = ["refuted", "sample"]

_POINTS = 8
_DIGITS = 30


def sample(symbols: set[sp.Basic], seed: int) -> dict[sp.Basic, sp.Rational]:
    """A rational point inside the domains of the symbols: the same for the same names and seed."""
    found = {}
    for sym in sorted(symbols, key=str):
        draw = random.Random(f"{seed}:{sym}")  # noqa: S311  # a reproducible draw, not a secret
        domain = domain_of(sym)
        if domain == "unit":
            found[sym] = sp.Rational(draw.randint(1, 18), 19)
        elif domain.endswith("integer"):
            found[sym] = sp.Integer(draw.randint(1, 6))
        elif domain == "real":
            found[sym] = sp.Rational(draw.randint(-40, 40), 17)
        else:
            found[sym] = sp.Rational(draw.randint(5, 60), 17)
    return found


def _decided(constraint: sp.Basic, at: dict[sp.Basic, sp.Rational]) -> sp.Basic:
    """The constraint at that point; a triple `(x, a, b)` says a < x < b, and nothing where x does not occur."""
    if not isinstance(constraint, sp.Tuple):
        return constraint.subs(at)
    x, lower, upper = constraint
    return sp.And(lower < x, x < upper).subs(at) if x in at else sp.true


def refuted(left: sp.Expr, right: sp.Expr) -> Counterexample | None:
    """A point at which the two differ beyond rounding, or None (they agree, or cannot be evaluated)."""
    difference = left - right
    if difference.has(Expectation, sp.Integral, sp.Sum):
        return None
    for seed in range(_POINTS):
        at = sample(difference.free_symbols, seed)
        if any(_decided(constraint, at) != sp.true for constraint in assumed()):
            continue
        values = [sp.N(side.subs(at), _DIGITS) for side in (left, right)]
        if not all(v.is_number and v.is_finite for v in values):
            continue
        if abs(values[0] - values[1]) > abs(values[1]) * sp.Float(10) ** (8 - _DIGITS) + sp.Float(10) ** (5 - _DIGITS):
            return Counterexample(tuple((str(s), str(v)) for s, v in at.items()), str(values[0]), str(values[1]))
    return None
