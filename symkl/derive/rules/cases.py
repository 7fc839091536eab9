"""the values of all orders of the kinks => one value in absolute values, or one value a case."""

from __future__ import annotations

from collections.abc import Sequence

import sympy as sp

from symkl.model import Expectation, Step

__all__ = ["join"]

NAME = "cases"


def join(statement: Expectation, value: sp.Expr, found: Sequence[sp.Expr]) -> Step:
    """The last step of a lemma by cases; each case's chain begins with a definition that has a substitution."""
    one = not value.has(sp.Piecewise)
    return Step(statement, value, NAME, f"the {len(found)} cases give one value" if one else "the cases together")
