"""`E[sum_k c_k t_k(x)]` => `sum_k c_k E[t_k(x)]` with `E[1] = 1`;  the same for integrals and sums."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import sympy as sp

from symkl.derive.charts import Chart
from symkl.model import Expectation, Step

__all__ = ["apply", "of_integrals"]

NAME = "linearity"


def apply(before: sp.Expr, terms: Iterable[tuple[sp.Expr, Expectation]], constant: sp.Expr) -> Step:
    """The expectation of a sum of statistics, each with its coefficient, and of a constant."""
    terms = tuple(terms)
    after = constant + sp.Add(*(coefficient * statement for coefficient, statement in terms))
    one = Expectation(sp.Integer(1), terms[0][1].variable, terms[0][1].law) if terms else None
    cites = (one,) if one is not None and constant != 0 else ()
    return Step(before, after, NAME, "linearity of the expectation", cites)


def of_integrals(
    before: sp.Expr, pieces: Sequence[tuple[Chart, Sequence[tuple[sp.Expr, sp.Expr]]]], discrete: bool
) -> tuple[Step, ...]:
    """One integral a term, with its coefficient in front; no step where there is nothing to split.

    Nor where they all cancel: that each of them is finite would be left unsaid.
    """
    whole = sp.Sum if discrete else sp.Integral
    after = sp.Add(
        *(
            coefficient * outer * whole(inner, (chart.new, chart.lower, chart.upper))
            for chart, terms in pieces
            for coefficient, integrand in terms
            for outer, inner in [integrand.as_independent(chart.new, as_Add=False)]
        )
    )
    if after == before or after == 0:
        return ()
    name = "sum" if discrete else "integral"
    return (Step(before, after, NAME, f"linearity of the {name}"),)
