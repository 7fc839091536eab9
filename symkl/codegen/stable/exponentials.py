"""Exponentials that tend to 1 at equality, with their constant and linear parts taken out."""

from __future__ import annotations

from typing import Any

import sympy as sp

from symkl.codegen.stable.kernels import ExpGap, GivenExpGap, ScaledExpGap
from symkl.codegen.stable.shape import factored, spread
from symkl.codegen.stable.signs import nonnegative, positive

__all__ = ["exponential_gap", "open_exponentials", "powers_as_exponentials", "vanishes"]


def powers_as_exponentials(expression: sp.Expr) -> sp.Expr:
    """`a**b => exp(b*log(a))` for a symbolic b and a > 0; `gamma(x) => exp(loggamma(x))` for x > 0.

    Beta functions, factorials and binomial coefficients are gamma functions first.
    """
    expression = expression.replace(
        lambda e: isinstance(e, (sp.beta, sp.factorial, sp.binomial)), lambda e: e.rewrite(sp.gamma)
    )
    expression = expression.replace(
        lambda e: e.is_Pow and e.base != sp.E and bool(e.exp.free_symbols) and positive(e.base),
        lambda e: sp.exp(e.exp * sp.log(e.base)),
    )
    return expression.replace(
        lambda e: isinstance(e, sp.gamma) and positive(e.args[0]), lambda e: sp.exp(sp.loggamma(e.args[0]))
    )


def open_exponentials(
    expression: sp.Expr, same: dict[sp.Symbol, sp.Expr], only: Any = None, nested: bool = False
) -> tuple[sp.Expr, list[tuple[sp.Expr, sp.Expr]]]:
    """`c*exp(u) => c*exp(n)*(1 + (u - n) + ExpGap(u - n))` where u is a number n at equality, such as 0, and c >= 0.

    Where u does not vanish but u - v does, and exp(v) occurs too: `c*exp(u) => c*exp(v)*(1 + (u - v)) +
    c*exp(v)*ExpGap(u - v)`. With `only`, exponents without that function are left alone. `nested` opens the part of a
    sum u that vanishes on its own before the rest: `c*exp(u + v) => c*exp(u)*(1 + v) + c*exp(u)*ExpGap(v)`.
    Returns the expression without the gaps, and the gaps as pairs (c, u).
    """
    rest, gaps = spread(expression), []
    for _ in range(4):
        collected = _by_exponent(rest)
        found = _opening(collected, same, only, nested)
        if found is None:
            break
        exponent, outer, inner = found
        coefficient = collected[exponent]
        scale = factored(coefficient) * sp.exp(outer)
        gaps.append((scale, inner))
        rest = spread(rest - coefficient * sp.exp(exponent) + coefficient * sp.exp(outer) * (1 + inner))
    return rest, gaps


def _by_exponent(expression: sp.Expr) -> dict[sp.Expr, sp.Expr]:
    """The coefficient of each exponential, by its exponent, in a stable order."""
    collected: dict[sp.Expr, sp.Expr] = {}
    for term in sp.Add.make_args(expression):
        exponent = sp.Add(*(f.args[0] for f in sp.Mul.make_args(term) if isinstance(f, sp.exp)))
        if exponent != 0:
            collected[exponent] = collected.get(exponent, sp.S.Zero) + term / sp.exp(exponent)
    return {u: collected[u] for u in sorted(collected, key=sp.default_sort_key)}


def _opening(
    collected: dict[sp.Expr, sp.Expr], same: dict[sp.Symbol, sp.Expr], only: Any, nested: bool
) -> tuple[sp.Expr, sp.Expr, sp.Expr] | None:
    """The first exponent to open, split in the part that stays and the part that vanishes at equality."""
    able = [u for u, c in collected.items() if (only is None or u.has(only)) and nonnegative(factored(c))]
    for exponent in able:
        inner = _innermost(exponent, same) if nested else exponent
        level = _level(inner, same)
        if level is not None:
            return exponent, exponent - inner + level, inner - level
    for exponent in able:
        for pivot in collected:
            if pivot != exponent and vanishes(exponent - pivot, same):
                return exponent, pivot, spread(exponent - pivot)
    return None


def exponential_gap(coefficient: sp.Expr, exponent: sp.Expr, power: sp.Expr | None = None) -> sp.Expr:
    """`c*a*ExpGap(x/a) => c*ScaledExpGap(x, a)`, which is safe at a = 0; otherwise `c*ExpGap(u)`.

    With `power`, which is exp(u) formed more exactly than from u: `c*GivenExpGap(u, power)`.
    """
    if power is not None:
        return coefficient * GivenExpGap(exponent, power)
    above, below = sp.fraction(sp.together(exponent))
    if below.is_Symbol and nonnegative(-above):
        rest = sp.cancel(coefficient / below)
        if not rest.has(below):
            return rest * ScaledExpGap(above, below)
    return coefficient * ExpGap(exponent)


def vanishes(expression: sp.Expr, same: dict[sp.Symbol, sp.Expr]) -> bool:
    """Whether the expression is 0 where the two distributions coincide."""
    return bool(same) and sp.expand(expression.subs(same, simultaneous=True)) == 0


def _level(expression: sp.Expr, same: dict[sp.Symbol, sp.Expr]) -> sp.Expr | None:
    """What the expression is where the two distributions coincide, if that is a number."""
    level = sp.expand_log(sp.expand(expression.subs(same, simultaneous=True))) if same else None
    return level if level is not None and level.is_number and level.is_real else None


def _innermost(exponent: sp.Expr, same: dict[sp.Symbol, sp.Expr]) -> sp.Expr:
    """The last group of terms of the exponent that vanishes at equality on its own, linear terms kept for last."""
    terms = sp.Add.make_args(spread(exponent))
    curved = [t for t in terms if t.atoms(sp.Function)]
    part = sp.Add(*curved)
    return part if curved and len(curved) < len(terms) and vanishes(part, same) else exponent
