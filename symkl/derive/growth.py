"""What a sum of expectations is where some of them are infinite: `oo`, or nothing that can be said."""

from __future__ import annotations

from collections.abc import Mapping

import sympy as sp

from symkl.algebra import is_positive

__all__ = ["infinite_above"]


def infinite_above(terms: Mapping[sp.Expr, sp.Expr], divergent: set[sp.Expr], x: sp.Symbol) -> bool:
    """Whether `sum_t coefficient_t * E[t]` is `+oo` where those of `divergent` are infinite and all else finite.

    True is an argument: each divergent statistic is nonnegative with a positive coefficient, or together the divergent
    ones are a polynomial that tends to `+oo` wherever it is unbounded.
    """
    if all(t.is_nonnegative and is_positive(terms[t]) for t in divergent):
        return True
    degrees = {t: t.as_base_exp()[1] for t in divergent if t.as_base_exp()[0] == x}
    if len(degrees) != len(divergent) or not all(d.is_Integer and d > 0 for d in degrees.values()):
        return False
    leading = max(degrees, key=lambda t: degrees[t])
    return bool(is_positive(terms[leading]) and (x.is_positive or degrees[leading].is_even))
