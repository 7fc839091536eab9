"""`int z**(a-1) exp(-c*z) dz` => `gamma(a) c**-a` and its like: a cited theorem, or its derivatives."""

from __future__ import annotations

from collections.abc import Sequence

import sympy as sp

from symkl.algebra.masters import Master
from symkl.model import Step

__all__ = ["apply"]

NAME = "master"


def apply(before: sp.Expr, after: sp.Expr, masters: Sequence[Master]) -> tuple[Step, ...]:
    """The values of the integrals, by the theorems named in the reason."""
    if not masters:
        return ()
    return (Step(before, after, NAME, " and ".join(m.title for m in masters)),)
