"""`a + E[t] - (b + E[t])` => `a - b`: an expectation that no closed form is known for drops out."""

from __future__ import annotations

import sympy as sp

from symkl.model import Step

__all__ = ["apply"]

NAME = "cancellation"


def apply(before: sp.Expr, after: sp.Expr) -> tuple[Step, ...]:
    """The step, taken where `before` holds inert expectations and `after` none."""
    return (Step(before, after, NAME, "the expectation without a closed form cancels"),)
