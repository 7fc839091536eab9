"""`H(p, q) - H(p)` => their two values."""

from __future__ import annotations

import sympy as sp

from symkl.model import Step

__all__ = ["apply"]

NAME = "difference"


def apply(before: sp.Expr, values: dict[sp.Expr, sp.Expr]) -> Step:
    """The values of the cross-entropy and of the entropy, derived above, put in."""
    return Step(before, before.xreplace(values), NAME, "the two values derived above")
