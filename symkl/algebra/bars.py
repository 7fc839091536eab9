"""Absolute values of what is of one sign on the domains."""

from __future__ import annotations

import sympy as sp

from symkl.algebra.signs import is_negative, is_nonnegative

__all__ = ["without_bars"]


def without_bars(expression: sp.Expr) -> sp.Expr:
    """`|u|` => `u` or `-u` where u is of one sign on the domains."""
    return expression.replace(sp.Abs, _without_bars) if expression.has(sp.Abs) else expression


def _without_bars(argument: sp.Expr) -> sp.Expr:
    if is_nonnegative(argument):
        return argument
    return -argument if is_negative(argument) else sp.Abs(argument)
