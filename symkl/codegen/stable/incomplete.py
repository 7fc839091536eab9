"""Incomplete gamma functions of an order that is a number at equality: Bregman divergences of their logarithm."""

from __future__ import annotations

import sympy as sp

from symkl.codegen.stable.exponentials import powers_as_exponentials, vanishes
from symkl.codegen.stable.kernels import ExpGap, ProductLogRatio, UpperGammaGap
from symkl.codegen.stable.logs import LogGroup, log_groups, ratio_of, split_logs
from symkl.codegen.stable.shape import factored, spread
from symkl.codegen.stable.signs import positive

__all__ = ["incomplete_lowered", "open_incomplete"]


def open_incomplete(closed: sp.Expr, pairs: list[tuple[sp.Expr, sp.Expr]]) -> tuple[sp.Expr, sp.Expr] | None:
    """`c*uppergamma(s, x) => 1 + u + ExpGap(u)`, u its logarithm, where s is 1 and u is 0 at equality, and c > 0.

    `log(uppergamma(s, x)) => (s - 1)*(log(x) + exp(x)*expint(1, x)) - x + UpperGammaGap(s, x, s - 1)` in u. Returns
    what is left and the gaps; None where there is no such function.
    """
    same = {x: y for x, y in pairs if x.is_Symbol}
    rest = spread(powers_as_exponentials(incomplete_lowered(closed)))
    gaps = sp.S.Zero
    for function in sorted(rest.atoms(sp.uppergamma), key=sp.default_sort_key):
        order, x = function.args
        coefficient = factored(rest.coeff(function, 1))
        if not (vanishes(order - 1, same) and positive(coefficient) and positive(order) and positive(x)):
            continue
        step = sp.factor(order - 1)
        tangent = spread(step * (sp.log(x) + sp.exp(x) * sp.expint(1, x)) - x + split_logs(sp.log(coefficient)))
        if not vanishes(split_logs(tangent), same):
            continue
        gap = UpperGammaGap(order, x, step)
        exponent = _compared(tangent, same) + gap
        gaps += gap + ExpGap(exponent)
        rest = spread(rest - coefficient * function + 1 + tangent)
    return None if gaps == 0 else (split_logs(rest), gaps)


def incomplete_lowered(expression: sp.Expr) -> sp.Expr:
    """`uppergamma(1 + y, x) => y*uppergamma(y, x) + exp(y*log(x) - x)` for positive x, y."""

    def lowered(order: sp.Expr, x: sp.Expr) -> sp.Expr:
        y = sp.expand(order - 1)
        if not (y.free_symbols and positive(y) and positive(x)):
            return sp.uppergamma(order, x)
        return y * lowered(y, x) + sp.exp(y * sp.log(x) - x)

    return expression.replace(sp.uppergamma, lowered)


def _compared(total: sp.Expr, same: dict[sp.Symbol, sp.Expr]) -> sp.Expr:
    """A sum that vanishes at equality, its logarithms as one ratio, each other term with its difference formed once."""
    ratios = sp.S.Zero
    for group in log_groups(total, joint=True, same=same):
        ratios += _ratio(group)
        total = spread(total - group.value())
    return ratios + sp.factor(total)


def _ratio(group: LogGroup) -> sp.Expr:
    above, below = (sp.Mul.make_args(side) for side in (group.above, group.below))
    if len(above) == len(below) == 2 and all(factor.is_Symbol for factor in (*above, *below)):
        return group.coefficient * ProductLogRatio(*above, *below)
    return ratio_of(group)
