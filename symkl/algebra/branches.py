"""Absolute values, maxima and cases in a variable, whose branch a range of that variable decides."""

from __future__ import annotations

from collections.abc import Callable, Iterable

import sympy as sp

from symkl.algebra.reading import linear_in
from symkl.algebra.signs import is_negative, is_nonnegative

__all__ = ["kinks_of", "settled", "without_bars"]

_RELATIONS = (sp.StrictLessThan, sp.LessThan, sp.StrictGreaterThan, sp.GreaterThan)


def kinks_of(expression: sp.Expr, x: sp.Symbol) -> list[sp.Expr]:
    """The expressions at whose zeros in x the expression changes its branch, in a stable order."""
    found = [node.args[0] for node in expression.atoms(sp.Abs, sp.sign) if node.has(x)]
    found += [node.args[0] - node.args[1] for node in expression.atoms(sp.Max, sp.Min) if node.has(x)]
    for node in expression.atoms(sp.Piecewise):
        found += [when.lhs - when.rhs for when in node.atoms(*_RELATIONS) if when.has(x)]
    return sorted(found, key=sp.default_sort_key)


def settled(
    expression: sp.Expr, z: sp.Symbol, lower: sp.Expr, upper: sp.Expr, given: Iterable[sp.Basic] = ()
) -> sp.Expr:
    """`|u(z)|` => `u` or `-u` where linear u has one sign for lower < z < upper, and the like; others are left."""
    if not expression.has(sp.Abs, sp.sign, sp.Max, sp.Min, sp.Piecewise):
        return expression
    given = tuple(given)

    def sign(argument: sp.Expr) -> int | None:
        """The sign of a linear function between its values at the two ends."""
        line = linear_in(argument, z)
        if line is None or not argument.has(z):
            return None
        ends = [_at(line, lower, -1), _at(line, upper, 1)]
        return next((way for way in (1, -1) if all(is_nonnegative(way * end, given) for end in ends)), None)

    def absolute(argument: sp.Expr) -> sp.Expr:
        way = sign(argument)
        return sp.Abs(argument) if way is None else sp.expand(way * argument)

    def signum(argument: sp.Expr) -> sp.Expr:
        way = sign(argument)
        return sp.sign(argument) if way is None else sp.Integer(way)

    def largest(*arguments: sp.Expr) -> sp.Expr:
        one, two = arguments if len(arguments) == 2 else (arguments[0], sp.Max(*arguments[1:]))
        way = sign(one - two)
        return sp.Max(one, two) if way is None else (one if way > 0 else two)

    def least(*arguments: sp.Expr) -> sp.Expr:
        one, two = arguments if len(arguments) == 2 else (arguments[0], sp.Min(*arguments[1:]))
        way = sign(one - two)
        return sp.Min(one, two) if way is None else (two if way > 0 else one)

    def branch(node: sp.Piecewise) -> sp.Expr:
        for value, when in node.args:
            known = _decided(when, sign)
            if known:
                return value
            if known is None:
                return node
        return node

    expression = expression.replace(lambda node: isinstance(node, sp.Piecewise), branch)
    for function, resolve in ((sp.Abs, absolute), (sp.sign, signum), (sp.Max, largest), (sp.Min, least)):
        expression = expression.replace(function, resolve)
    return expression


def without_bars(expression: sp.Expr) -> sp.Expr:
    """`|u|` => `u` or `-u` where u is of one sign on the domains."""
    return expression.replace(sp.Abs, _without_bars) if expression.has(sp.Abs) else expression


def _without_bars(argument: sp.Expr) -> sp.Expr:
    if is_nonnegative(argument):
        return argument
    return -argument if is_negative(argument) else sp.Abs(argument)


def _at(line: tuple[sp.Expr, sp.Expr], end: sp.Expr, side: int) -> sp.Expr:
    """The value of a linear function at an end, or something of its sign there."""
    slope, intercept = line
    return side * slope if end.is_infinite else sp.expand(slope * end + intercept)


def _decided(when: sp.Basic, sign: Callable[[sp.Expr], int | None]) -> bool | None:
    if when in (sp.true, sp.false):
        return bool(when)
    if isinstance(when, (sp.And, sp.Or)):
        parts = [_decided(part, sign) for part in when.args]
        decisive = isinstance(when, sp.Or)
        return decisive if decisive in parts else (None if None in parts else not decisive)
    if not isinstance(when, _RELATIONS):
        return None
    way = sign(when.gts - when.lts)
    return None if way is None else way > 0
