"""`E_p[t]` => `sum_k t(k) p(k)` over a finite support, written out."""

from __future__ import annotations

import sympy as sp

from symkl.algebra import density
from symkl.model import Distribution, Expectation, Step

__all__ = ["apply"]

NAME = "enumeration"


def apply(statement: Expectation, dist: Distribution) -> Step:
    """One term a point of the support."""
    lower, upper = (int(end) for end in dist.support)
    mass = density(dist)
    x = dist.variable
    after = sp.Add(*(statement.body.subs(x, k) * mass.subs(x, k) for k in range(lower, upper + 1)))
    return Step(statement, after, NAME, "sum over the points of the support")
