"""What vanishes at y = 0, written so that nothing cancels near it: `1 - (1 - y)**a` as a multiple of y."""

from __future__ import annotations

from typing import Any

import sympy as sp

__all__ = ["ExpRatio", "ExpRatioSlope", "Log1mRatio", "Log1mRatioSlope", "tidy"]


class _Ratio(sp.Function):
    """A function that is 1 at 0, with the derivative of its logarithm."""

    nargs = 1
    is_real = True
    slope: type[sp.Function]

    @classmethod
    def eval(cls, z: sp.Expr) -> sp.Expr | None:
        return sp.Integer(1) if z == 0 else None

    def fdiff(self, argindex: int = 1) -> sp.Expr:
        return self * self.slope(self.args[0])


class ExpRatioSlope(sp.Function):
    """The derivative of `log(ExpRatio(z))`: it increases from 0 to 1 on the real line."""

    nargs = 1
    is_real = True


class Log1mRatioSlope(sp.Function):
    """The derivative of `log(Log1mRatio(z))`: it increases from 0 for real z < 1."""

    nargs = 1
    is_real = True


class ExpRatio(_Ratio):
    """`(exp(z) - 1)/z`: entire, positive and increasing on the real line."""

    slope = ExpRatioSlope


class Log1mRatio(_Ratio):
    """`-log(1 - z)/z`: analytic off the cut from 1, positive and increasing for real z < 1."""

    slope = Log1mRatioSlope


def tidy(expression: sp.Expr, y: sp.Symbol) -> sp.Expr:
    """Every polynomial in y expanded, and what vanishes at y = 0 with its lowest power of y taken out."""
    if y not in expression.free_symbols or not expression.args:
        return expression
    if isinstance(expression, sp.Add):
        if expression.is_polynomial(y):
            terms = sp.Add.make_args(sp.expand(expression))
            lowest = min(int(sp.degree(term, y)) if y in term.free_symbols else 0 for term in terms)
            return y**lowest * sp.Add(*[term / y**lowest for term in terms]) if lowest else sp.Add(*terms)
        vanishing = _vanishing(expression, y)
        if vanishing is not None:
            return vanishing
    args = [tidy(arg, y) for arg in expression.args]
    return expression if tuple(args) == expression.args else expression.func(*args)


def _vanishing(total: sp.Expr, y: sp.Symbol) -> sp.Expr | None:
    """`c - c*exp(z)` => `-c*z*ExpRatio(z)`, where z = 0 at y = 0; `(b(y)/b(0))**e` is an exp. None for any other."""
    constant, rest = total.as_independent(y, as_Add=True)
    coefficient, power = rest.as_independent(y, as_Add=False)
    base, exponent = power.as_base_exp()
    if constant == 0 or (base != sp.E and (not power.is_Pow or y in exponent.free_symbols)):
        return None
    if base == sp.E:
        if exponent.subs(y, 0) != 0 or constant + coefficient != 0 or not exponent.is_polynomial(y):
            return None
        z = tidy(exponent, y)
    else:
        if not base.is_polynomial(y) or constant + coefficient * _raised(base.subs(y, 0), exponent) != 0:
            return None
        fall = tidy(sp.expand(1 - base / base.subs(y, 0)), y)
        z = -exponent * fall * Log1mRatio(fall)
    return -constant * z * ExpRatio(z)


def _raised(base: sp.Expr, exponent: sp.Expr) -> Any:
    return sp.Pow(base, exponent) if base.is_positive else sp.nan
