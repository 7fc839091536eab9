"""`E[(x - m)**2]` => `E[(x - mu)**2 + 2*(mu - m)*(x - mu) + (mu - m)**2]`, mu the centre of the first distribution."""

from __future__ import annotations

from collections.abc import Mapping

import sympy as sp

from symkl.model import Expectation, Step

__all__ = ["apply"]

NAME = "centring"


def apply(
    before: sp.Expr, terms: Mapping[sp.Expr, sp.Expr], constant: sp.Expr, statement: Expectation
) -> tuple[Step, ...]:
    """The sum of the terms and the constant under one expectation, where powers of `x - mu` are new in it.

    `statement` tells the variable and the law.
    """
    if not any(_is_new(statistic, before) for statistic in terms):
        return ()
    body = constant + sp.Add(*(coefficient * statistic for statistic, coefficient in terms.items()))
    after = Expectation(body, statement.variable, statement.law)
    return (Step(before, after, NAME, "expanded about the centre of p"),)


def _is_new(statistic: sp.Expr, before: sp.Expr) -> bool:
    """Whether it is a power of `x - mu` that is not written before; read off a sum, only that has a sum below."""
    base, exponent = statistic.as_base_exp()
    return bool(base.is_Add and exponent.is_Integer and exponent > 1 and not before.has(statistic))
