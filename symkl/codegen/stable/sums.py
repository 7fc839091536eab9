"""A logarithm of a ratio beside a difference: both are small near equality and may cancel, so one kernel adds them."""

from __future__ import annotations

import sympy as sp

from symkl.codegen.stable.kernels import LogRatio, LogRatioSum

__all__ = ["summed"]


def summed(total: sp.Expr) -> sp.Expr:
    """`c*LogRatio(a, b, d) + f*(x - y)/g + h => LogRatioSum(a, b, d, c, x - y, f, g, h)`.

    `k*LogRatio(a, b, d) + f*(x - y)/(g*s) + h => LogRatioSum(a, b, d, k*s, x - y, f, g, 0)/s + h` for a k of 1 or -1.
    Only where there is one such logarithm and one such difference; c, f, g and s are parameters and numbers.
    """
    terms = sp.Add.make_args(total)
    logs = [(term, log) for term in terms if (log := _logarithm(term)) is not None]
    linear = [(term, parts) for term in terms if (parts := _difference(term)) is not None]
    if len(logs) != 1 or len(linear) != 1:
        return total
    (log, (coefficient, ratio)), (quotient, (step, factor, below)) = logs[0], linear[0]
    rest = total - log - quotient
    if len(below) < 2:
        return LogRatioSum(*ratio.args, coefficient, step, factor, sp.Mul(*below), rest)
    if len(below) > 2 or abs(coefficient) != 1:
        return total
    divisor, scale = below
    return LogRatioSum(*ratio.args, coefficient * scale, step, factor, divisor, sp.S.Zero) / scale + rest


def _logarithm(term: sp.Expr) -> tuple[sp.Expr, sp.Expr] | None:
    """(c, LogRatio) of a term that is their product."""
    found = [f for f in sp.Mul.make_args(term) if isinstance(f, LogRatio)]
    if len(found) != 1:
        return None
    coefficient = term / found[0]
    number, rest = coefficient.as_coeff_Mul()
    simple = rest == 1 or (rest.is_Symbol and abs(number) == 1)
    return (coefficient, found[0]) if simple and found[0].args[2].is_Add else None


def _difference(term: sp.Expr) -> tuple[sp.Expr, sp.Expr, list[sp.Symbol]] | None:
    """(x - y, f, the symbols below) of a term `f*(x - y)/below`, f a number or one symbol."""
    above, below = [], []
    step, number = None, sp.S.One
    for factor in sp.Mul.make_args(term):
        if not factor.free_symbols:
            number *= factor
        elif factor.is_Symbol:
            above.append(factor)
        elif factor.is_Pow and factor.base.is_Symbol and factor.exp == -1:
            below.append(factor.base)
        elif step is None and factor.is_Add and len(factor.args) == 2 and all(_parameter(a) for a in factor.args):
            step = factor
        else:
            return None
    if step is None or len(above) > 1 or (above and abs(number) != 1):
        return None
    return step, number * sp.Mul(*above), sorted(below, key=str)


def _parameter(term: sp.Expr) -> bool:
    return bool(term.is_Symbol or (-term).is_Symbol)
