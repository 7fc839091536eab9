"""Sums of rational functions arranged for a reader: common denominators, factored, squares completed."""

from __future__ import annotations

from itertools import combinations

import sympy as sp

__all__ = ["arranged", "ordered_factor"]


def arranged(total: sp.Expr) -> sp.Expr:
    """Terms over one denominator brought together, their numerators with squares completed."""
    over: dict[sp.Expr, sp.Expr] = {}
    for term in sp.Add.make_args(sp.expand(total)):
        numerator, denominator = term.as_numer_denom()
        number, denominator = denominator.as_coeff_Mul()
        over[denominator] = over.get(denominator, sp.Integer(0)) + numerator / number
    parts = []
    for denominator, numerator in over.items():
        completed = _complete_squares(sp.expand(numerator))
        parts.append(completed if denominator == 1 else sp.factor_terms(completed) / denominator)
    one = ordered_factor(sp.together(total))
    many = sp.Add(*parts)
    return one if sp.count_ops(one) < sp.count_ops(many) else many


def ordered_factor(coefficient: sp.Expr) -> sp.Expr:
    """The coefficient factored, with `1 - p` where SymPy would write `-(p - 1)`."""
    if not coefficient.has(sp.Add):
        return coefficient
    factored = sp.factor(coefficient)
    sign, factors = 1, []
    for factor in sp.Mul.make_args(factored):
        base, exponent = factor.as_base_exp()
        if base.is_Add and exponent.is_odd and _leads_negative(base):
            sign, factor = -sign, (-base) ** exponent
        factors.append(factor)
    return sp.Mul(sign, *factors)


def _leads_negative(total: sp.Expr) -> bool:
    """Whether a sum reads better with its sign changed: it has a negative number (`p - 1`)."""
    number, _ = total.as_coeff_Add()
    return bool(number.is_negative)


def _complete_squares(polynomial: sp.Expr) -> sp.Expr:
    """`a**2 - 2*a*b + b**2` => `(a - b)**2` for each pair of symbols whose three terms are there."""
    rest, squares = polynomial, sp.Integer(0)
    for a, b in combinations(sorted(polynomial.free_symbols, key=lambda s: s.name), 2):
        c = rest.coeff(a, 2)
        if c == 0 or c != rest.coeff(b, 2) or c.has(a, b):
            continue
        cross = rest.coeff(a, 1).coeff(b, 1)
        if sp.expand(cross + 2 * c) == 0:
            rest, squares = sp.expand(rest - c * (a - b) ** 2), squares + c * (a - b) ** 2
    return rest + squares
