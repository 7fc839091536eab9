"""Long products of parameters, none of which is formed by itself: it may leave the range of numbers."""

from __future__ import annotations

import sympy as sp

from symkl.codegen.stable.kernels import ExpGap, LogGap, ScaledExpGap

__all__ = ["divided_through", "of_ratio", "scales_inside"]


def of_ratio(above: sp.Expr, below: sp.Expr, step: sp.Expr) -> sp.Expr:
    """`LogGap(a, b, c + d) => LogGap(a/b, 1, c/b + d/b)`, where c + d is a - b."""
    return LogGap(above / below, sp.S.One, sp.Add(*(term / below for term in sp.Add.make_args(step))))


def divided_through(expression: sp.Expr) -> sp.Expr:
    """`x*y + 1 => x*(y + 1/x)` for positive symbols x and y, so that x meets the factors beside the sum."""
    return expression.replace(lambda e: e.is_Add and len(e.args) == 2, _divided)


def scales_inside(expression: sp.Expr) -> sp.Expr:
    """`c*a**2*ExpGap(x/a) => c*a*ScaledExpGap(x, a)` for a power a of a positive symbol: one makes up for the other."""
    return expression.replace(lambda e: e.is_Mul, _scaled)


def _divided(total: sp.Expr) -> sp.Expr:
    number, product = total.as_coeff_Add()
    powers = product.as_powers_dict()
    symbols = sorted((s for s in powers if s.is_Symbol and s.is_positive), key=str)
    if abs(number) != 1 or set(symbols) != set(powers) or sum(powers.values()) != 2:
        return total
    x = symbols[0]
    return sp.Mul(x, product / x + number / x)


def _scaled(product: sp.Expr) -> sp.Expr:
    powers = product.as_powers_dict()
    for gap in (factor for factor in product.args if isinstance(factor, ExpGap)):
        exponent = gap.args[0].as_powers_dict()
        for s in sorted((s for s in exponent if s.is_Symbol and s.is_positive), key=str):
            if powers.get(s, 0) == -2 * exponent[s]:
                a = s ** -exponent[s]
                return product / gap / a * ScaledExpGap(gap.args[0] * a, a)
    return product
