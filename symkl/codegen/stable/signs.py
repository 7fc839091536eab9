"""What is known of an expression's sign from the domains of its symbols and the constraints that are assumed."""

from __future__ import annotations

import itertools

import sympy as sp

from symkl.algebra import is_nonnegative, is_positive
from symkl.algebra.signs import assumed
from symkl.codegen.stable.kernels import LangevinRise, LogRatio
from symkl.model import Unit

__all__ = ["nonnegative", "positive", "sum_of_nonnegatives"]


def positive(expression: sp.Expr) -> bool:
    """True where the expression is surely positive in the interior of the domains; False means unknown."""
    if expression.is_positive:
        return True
    if expression.is_Mul:
        negatives = 0
        for factor in expression.args:
            if positive(factor):
                continue
            if not _negative(factor):
                return False
            negatives += 1
        return negatives % 2 == 0
    if expression.is_Pow:
        return bool(positive(expression.base) and expression.exp.is_real)
    if expression.is_Add:
        if _affine_in_units(expression):
            return True
        if all(nonnegative(term) for term in expression.args) and any(positive(t) for t in expression.args):
            return True
        return bool(assumed()) and is_positive(expression) is True
    if isinstance(expression, sp.besseli):
        order, x = expression.args
        return bool(order.is_nonnegative and positive(x))
    return False


def nonnegative(expression: sp.Expr) -> bool:
    """True where the expression is surely at least 0; False means unknown."""
    if expression.is_nonnegative or positive(expression):
        return True
    if expression.is_Mul:
        product = sp.Mul(*(_as_step(factor) for factor in expression.args))
        if product != expression:
            return nonnegative(product)
        rest = [factor for factor in expression.args if not nonnegative(factor)]
        return not rest or (len(rest) % 2 == 0 and all(_nonpositive(factor) for factor in rest))
    if expression.is_Pow:
        if expression.exp.is_even and expression.base.is_real:
            return True
        return bool(nonnegative(expression.base) and expression.exp.is_real)
    if expression.is_Add:
        if all(nonnegative(term) for term in expression.args):
            return True
        return bool(assumed()) and (is_nonnegative(expression) is True or _adds_up(expression))
    if isinstance(expression, LogRatio):
        return nonnegative(expression.args[2])
    return False


def sum_of_nonnegatives(expression: sp.Expr) -> bool:
    """Whether every term of the sum is at least 0, so that adding them up cancels nothing."""
    return all(nonnegative(term) for term in sp.Add.make_args(expression))


def _as_step(factor: sp.Expr) -> sp.Expr:
    """Of what is of the sign of the difference that it is given, this."""
    return factor.args[2] if isinstance(factor, LangevinRise) else factor


def _negative(factor: sp.Expr) -> bool:
    if factor.is_Pow and factor.exp.is_odd:
        return _negative(factor.base)
    return bool(factor.is_negative or (factor.is_Add and positive(-factor)))


def _nonpositive(factor: sp.Expr) -> bool:
    return bool(factor.is_nonpositive or (factor.is_Add and nonnegative(-factor)))


def _adds_up(expression: sp.Expr) -> bool:
    """Whether it is a sum of the differences that the assumed inequalities say are at least 0."""
    sides = [c.gts - c.lts for c in assumed() if hasattr(c, "gts")]
    some = (sp.Add(*part) for n in range(1, min(len(sides), 3) + 1) for part in itertools.combinations(sides, n))
    return any(sp.expand(expression - total) == 0 for total in some)


def _affine_in_units(expression: sp.Expr) -> bool:
    """An expression linear in unit symbols is positive inside when it is nowhere negative at the corners."""
    units = sorted(expression.free_symbols, key=sp.default_sort_key)
    if not units or len(units) > 4 or not all(isinstance(u, Unit) for u in units):
        return False
    if not expression.is_polynomial(*units) or any(sp.degree(expression, u) > 1 for u in units):
        return False
    corners = [
        expression.subs(dict(zip(units, corner, strict=True)))
        for corner in itertools.product((0, 1), repeat=len(units))
    ]
    return all(c >= 0 for c in corners) and any(c > 0 for c in corners)
