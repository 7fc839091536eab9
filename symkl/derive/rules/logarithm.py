"""`log p(x)` => the sum of the logarithms of the factors of the density."""

from __future__ import annotations

import sympy as sp

from symkl.model import Density, Distribution, Law, Step

__all__ = ["apply"]

NAME = "logarithm"


def apply(dist: Distribution, density: sp.Expr, value: sp.Expr) -> tuple[Step, ...]:
    """Two steps: the density as given, then its logarithm."""
    inert = Density(Law(dist.role), dist.variable)
    return (
        Step(inert, density, "definition", "the density as given"),
        Step(sp.log(inert), value, NAME, "logarithm of the density"),
    )
