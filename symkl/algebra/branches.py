"""Absolute values, maxima and cases in a variable, whose branch a range of that variable decides."""

from __future__ import annotations

from collections.abc import Callable, Iterable

import sympy as sp

from symkl.algebra.normal import is_zero
from symkl.algebra.reading import linear_in
from symkl.algebra.signs import is_nonnegative, is_positive

__all__ = ["apart", "kinks_of", "settled"]

_RELATIONS = (sp.StrictLessThan, sp.LessThan, sp.StrictGreaterThan, sp.GreaterThan)


def kinks_of(expression: sp.Expr, x: sp.Symbol) -> list[sp.Expr]:
    """The expressions at whose zeros in x the expression changes its branch, in a stable order."""
    found = [node.args[0] for node in expression.atoms(sp.Abs, sp.sign) if node.has(x)]
    found += [apart(*node.args[:2]) for node in expression.atoms(sp.Max, sp.Min) if node.has(x)]
    for node in expression.atoms(sp.Piecewise):
        found += [when.lhs - when.rhs for when in node.atoms(*_RELATIONS) if when.has(x)]
    return sorted(found, key=sp.default_sort_key)


def apart(one: sp.Expr, two: sp.Expr) -> sp.Expr:
    """What has the sign of `one - two`: for two exponentials the difference of their exponents."""
    return one.args[0] - two.args[0] if isinstance(one, sp.exp) and isinstance(two, sp.exp) else one - two


def settled(
    expression: sp.Expr, z: sp.Symbol, lower: sp.Expr, upper: sp.Expr, given: Iterable[sp.Basic] = ()
) -> sp.Expr:
    """`|u(z)|` => `u` or `-u` where u has one sign for lower < z < upper, and the like; others are left.

    That sign is seen where u is linear, or rises or falls throughout from or to an end where its sign is known.
    """
    if not expression.has(sp.Abs, sp.sign, sp.Max, sp.Min, sp.Piecewise):
        return expression
    given = tuple(given)

    def sign(argument: sp.Expr) -> int | None:
        """The sign of a monotone function between its values at the two ends."""
        if not argument.has(z):
            return None
        line = linear_in(argument, z)
        if line is None:
            return _monotone_sign(argument, z, lower, upper, given)
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
        way = sign(apart(one, two))
        return sp.Max(one, two) if way is None else (one if way > 0 else two)

    def least(*arguments: sp.Expr) -> sp.Expr:
        one, two = arguments if len(arguments) == 2 else (arguments[0], sp.Min(*arguments[1:]))
        way = sign(apart(one, two))
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


def _at(line: tuple[sp.Expr, sp.Expr], end: sp.Expr, side: int) -> sp.Expr:
    """The value of a linear function at an end, or something of its sign there."""
    slope, intercept = line
    return side * slope if end.is_infinite else sp.expand(slope * end + intercept)


def _monotone_sign(
    argument: sp.Expr, z: sp.Symbol, lower: sp.Expr, upper: sp.Expr, given: tuple[sp.Basic, ...]
) -> int | None:
    """The sign of a function that leaves one finite end with that sign, or with 0, and neither turns nor jumps."""
    if not _continuous(argument, z, given):
        return None
    slope = sp.diff(argument, z)
    for way in (1, -1):
        if is_nonnegative(way * slope, given):
            for end, sign in ((lower, way), (upper, -way)):
                value = argument.subs(z, end) if end.is_finite is not False else sp.zoo
                if value.is_finite is not False and (is_nonnegative(sign * value, given) or is_zero(value)):
                    return sign
    return None


def _continuous(expression: sp.Expr, z: sp.Symbol, given: tuple[sp.Basic, ...]) -> bool:
    """Whether the expression is made of sums, products, exponentials, and of logs and powers of what is positive."""
    if not expression.has(z) or expression == z:
        return True
    if isinstance(expression, (sp.log, sp.Pow)) and not (isinstance(expression, sp.exp) or _is_whole(expression)):
        base = expression.args[0]
        return bool(is_positive(base, given)) and all(_continuous(part, z, given) for part in expression.args)
    kinds = (sp.Add, sp.Mul, sp.Pow, sp.exp)
    return isinstance(expression, kinds) and all(_continuous(part, z, given) for part in expression.args)


def _is_whole(power: sp.Expr) -> bool:
    return isinstance(power, sp.Pow) and bool(power.exp.is_Integer and power.exp > 0)


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
