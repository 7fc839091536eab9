"""`int f(x) dx` => `sum over pieces of int f(x(z)) |dx/dz| dz`: one monotone change of variable a piece."""

from __future__ import annotations

from collections.abc import Sequence

import sympy as sp

from symkl.derive.charts import Chart
from symkl.model import Step

__all__ = ["apply"]

NAME = "chart"


def apply(before: sp.Expr, pieces: Sequence[tuple[Chart, sp.Expr]], discrete: bool) -> tuple[Step, ...]:
    """The integral in the charts' variables; no step where the only chart is the identity."""
    if len(pieces) == 1 and pieces[0][0].inverse == pieces[0][0].old:
        return ()
    whole = sp.Sum if discrete else sp.Integral
    after = sp.Add(*(whole(integrand, (c.new, c.lower, c.upper)) for c, integrand in pieces))
    because = "change of variable" if len(pieces) == 1 else "a change of variable on each piece"
    return (Step(before, after, NAME, because, substitution=tuple((c.old, c.inverse) for c, _ in pieces)),)
