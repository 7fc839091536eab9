"""A weight as a sum of coefficients, free of the variable, times statistics: what many weights share is found once."""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache

import sympy as sp

__all__ = ["statistics"]


@lru_cache(maxsize=1024)
def statistics(weight: sp.Expr, x: sp.Symbol) -> tuple[tuple[sp.Expr, sp.Expr], ...]:
    """Pairs (coefficient, statistic) that add up to the weight wherever it is real; each statistic stands once.

    Where a logarithm of a product of negative numbers is split, its parts are not real: such a statistic is refused
    when it comes to balls.
    """
    found: dict[sp.Expr, list[sp.Expr]] = {}
    for term in sp.Add.make_args(weight):
        factors = [_opened(factor, x) for factor in sp.Mul.make_args(term)]
        for part in sp.Add.make_args(sp.expand_mul(sp.Mul(*factors), deep=False)):
            coefficient, statistic = part.as_independent(x, as_Add=False)
            found.setdefault(statistic, []).append(coefficient)
    return tuple((sp.Add(*coefficients), statistic) for statistic, coefficients in found.items())


def _opened(factor: sp.Expr, x: sp.Symbol) -> sp.Expr:
    """A polynomial multiplied out, and the logarithm of a product as a sum."""
    if isinstance(factor, sp.log) and x in factor.free_symbols:
        return sp.Add(*_logs(factor.args[0], sp.Integer(1), x))
    return sp.expand(factor) if factor.is_Pow and factor.is_polynomial(x) else factor


def _logs(argument: sp.Expr, times: sp.Expr, x: sp.Symbol) -> Iterator[sp.Expr]:
    """`times * log(argument)` in terms: an even power of what may be negative stays as it is."""
    for factor in sp.Mul.make_args(argument):
        base, exponent = factor.as_base_exp()
        if base == sp.E:
            yield times * exponent
        elif (
            x not in factor.free_symbols
            or (exponent == 1 and not base.is_Mul)
            or (exponent.is_even and not base.is_positive)
        ):
            yield times * sp.log(factor)
        else:
            yield from _logs(base, times * exponent, x)
