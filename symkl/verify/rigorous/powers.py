"""Sums whose terms fall like a power, by the Hurwitz zeta function and its derivatives."""

from __future__ import annotations

import sympy as sp
from flint import acb, acb_series, arb

from symkl.verify.rigorous.compile import constant
from symkl.verify.rigorous.linear import statistics
from symkl.verify.rigorous.operations import NoEnclosure

__all__ = ["power_sum"]

#: power series are cut at their tenth term
_MOST_LOGS = 8


def power_sum(mass: sp.Expr, weight: sp.Expr, x: sp.Symbol, first: int) -> arb | None:
    """The sum of `mass * weight` over x = first, first + 1, ..., where its terms are powers times powers of a log.

    `sum_k c (k + a)^-s log(k + a)^m = (-1)^m c zeta^(m)(s, first + a)` for s > 1 and first + a > 0. None where the
    terms are of another kind. Raises NoEnclosure where the sum is infinite.
    """
    total = arb(0)
    for coefficient, statistic in statistics(weight, x):
        shape = _shape(mass * statistic, x)
        if shape is None:
            return None
        factor, shift, exponent, logs = shape
        start = first + constant(shift)
        if not start > 0:
            return None
        if not exponent > 1:
            raise NoEnclosure("no bound could be shown for the tail of the sum")
        total += constant(coefficient) * constant(factor) * _derivative(constant(exponent), start, logs)
    return total


def _shape(term: sp.Expr, x: sp.Symbol) -> tuple[sp.Expr, sp.Expr, sp.Expr, int] | None:
    """`c * (x + a)**-s * log(x + a)**m` as (c, a, s, m)."""
    factor, rest = term.as_independent(x, as_Add=False)
    exponent, logs = sp.Integer(0), 0
    bases: set[sp.Expr] = set()
    for part in sp.Mul.make_args(rest):
        base, power = part.as_base_exp()
        if isinstance(base, sp.log) and power.is_Integer and power > 0:
            logs += int(power)
            bases.add(base.args[0])
        elif part != 1:
            exponent -= power
            bases.add(base)
    if len(bases) != 1 or x in exponent.free_symbols or not exponent.is_Rational:
        return None
    shift = bases.pop() - x
    return None if x in shift.free_symbols or logs > _MOST_LOGS else (factor, shift, exponent, logs)


def _derivative(exponent: arb, start: arb, order: int) -> arb:
    """`(-1)^order zeta^(order)(exponent, start)`."""
    series = acb_series([acb(exponent), acb(1)], order + 1)
    found = acb_series.zeta(series, acb(start)).coeffs()[order].real
    for n in range(1, order + 1):
        found *= -n
    return found
