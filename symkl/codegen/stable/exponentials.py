"""Exponentials that tend to 1 at equality, with their constant and linear parts taken out."""

from __future__ import annotations

import sympy as sp

from symkl.codegen.stable.kernels import ExpGap, ScaledExpGap
from symkl.codegen.stable.shape import spread
from symkl.codegen.stable.signs import nonnegative, positive

__all__ = ["exponential_gap", "open_exponentials", "powers_as_exponentials", "vanishes"]


def powers_as_exponentials(expression: sp.Expr) -> sp.Expr:
    """`a**b => exp(b*log(a))` for a symbolic b and a > 0; `gamma(x) => exp(loggamma(x))` for x > 0."""
    expression = expression.replace(
        lambda e: e.is_Pow and e.base != sp.E and bool(e.exp.free_symbols) and positive(e.base),
        lambda e: sp.exp(e.exp * sp.log(e.base)),
    )
    return expression.replace(
        lambda e: isinstance(e, sp.gamma) and positive(e.args[0]), lambda e: sp.exp(sp.loggamma(e.args[0]))
    )


def open_exponentials(
    expression: sp.Expr, same: dict[sp.Symbol, sp.Expr], nested: bool
) -> tuple[sp.Expr, list[tuple[sp.Expr, sp.Expr]]]:
    """`c*exp(u) => c + c*u + c*ExpGap(u)` where u vanishes at equality and c >= 0.

    Returns the expression without the gaps, and the gaps as pairs (c, u). `nested` opens the parts of a sum u that
    vanish each on its own one after the other: `c*exp(u)*exp(v) => c*exp(u)*(1 + v) + c*exp(u)*ExpGap(v)`.
    """
    rest, gaps = spread(expression), []
    for _ in range(4):
        collected: dict[sp.Expr, sp.Expr] = {}
        others = []
        for term in sp.Add.make_args(rest):
            exponent, coefficient = _exponent(term)
            if exponent == 0:
                others.append(term)
            else:
                collected[exponent] = collected.get(exponent, sp.S.Zero) + coefficient
        opened = False
        for exponent in sorted(collected, key=sp.default_sort_key):
            coefficient = sp.factor(collected[exponent])
            inner = _innermost(exponent, same) if nested else exponent
            outer = exponent - inner
            if vanishes(inner, same) and nonnegative(coefficient):
                scale = coefficient * sp.exp(outer)
                others.append(spread(scale * (1 + inner)))
                gaps.append((scale, inner))
                opened = True
            else:
                others.append(spread(coefficient * sp.exp(exponent)))
        rest = spread(sp.Add(*others))
        if not opened:
            break
    return rest, gaps


def exponential_gap(coefficient: sp.Expr, exponent: sp.Expr) -> sp.Expr:
    """`c*a*ExpGap(x/a) => c*ScaledExpGap(x, a)`, which is safe at a = 0; otherwise `c*ExpGap(u)`."""
    above, below = sp.fraction(sp.together(exponent))
    if below.is_Symbol and nonnegative(-above):
        rest = sp.cancel(coefficient / below)
        if not rest.has(below):
            return rest * ScaledExpGap(above, below)
    return coefficient * ExpGap(exponent)


def vanishes(expression: sp.Expr, same: dict[sp.Symbol, sp.Expr]) -> bool:
    """Whether the expression is 0 where the two distributions coincide."""
    return bool(same) and sp.expand(expression.subs(same, simultaneous=True)) == 0


def _exponent(term: sp.Expr) -> tuple[sp.Expr, sp.Expr]:
    exponents = [factor.args[0] for factor in sp.Mul.make_args(term) if isinstance(factor, sp.exp)]
    exponent = sp.Add(*exponents)
    return exponent, term / sp.exp(exponent)


def _innermost(exponent: sp.Expr, same: dict[sp.Symbol, sp.Expr]) -> sp.Expr:
    """The last group of terms of the exponent that vanishes at equality on its own, linear terms kept for last."""
    terms = sp.Add.make_args(spread(exponent))
    curved = [t for t in terms if t.atoms(sp.Function)]
    part = sp.Add(*curved)
    return part if curved and len(curved) < len(terms) and vanishes(part, same) else exponent
