"""Absolute values whose sign a range of the variable decides."""

from __future__ import annotations

from collections.abc import Iterable

import sympy as sp

from symkl.algebra.reading import linear_in
from symkl.algebra.signs import is_nonnegative, is_positive

__all__ = ["resolve_abs"]


def resolve_abs(
    expression: sp.Expr, z: sp.Symbol, lower: sp.Expr, upper: sp.Expr, given: Iterable[sp.Basic] = ()
) -> sp.Expr:
    """`|u(z)|` => `u` or `-u` where linear u has one sign for lower < z < upper; others are left as they are."""
    given = tuple(given)

    def resolve(argument: sp.Expr) -> sp.Expr:
        line = linear_in(argument, z)
        if line is None or not argument.has(z):
            return sp.Abs(argument)
        inside = _inside(z, lower, upper)
        for sign in (1, -1):
            value = sign * (line[0] * inside + line[1])
            if is_positive(sp.together(value), given) or is_nonnegative(sp.together(value), given):
                return sp.expand(sign * argument)
        return sp.Abs(argument)

    return expression.replace(sp.Abs, resolve)


def _inside(z: sp.Symbol, lower: sp.Expr, upper: sp.Expr) -> sp.Expr:
    """Any point between the bounds, in a coordinate whose sign SymPy knows."""
    free = sp.Symbol(f"inside {z.name}", positive=True)
    if lower == -sp.oo and upper == sp.oo:
        return sp.Symbol(f"inside {z.name}", real=True)
    if lower == -sp.oo:
        return upper - free
    if upper == sp.oo:
        return lower + free
    return lower + (upper - lower) * free / (1 + free)
