"""`expression` => the same expression in a readable form, equal to it by the normal form."""

from __future__ import annotations

import sympy as sp

from symkl.model import Step

__all__ = ["apply"]

NAME = "simplification"


def apply(before: sp.Expr, after: sp.Expr) -> tuple[Step, ...]:
    """The step, where the two are written differently."""
    return (Step(before, after, NAME, "collecting terms"),) if before != after else ()
