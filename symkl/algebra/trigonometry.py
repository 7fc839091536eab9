"""Sines and cosines: sums of angles opened and closed, squares of sines in terms of cosines."""

from __future__ import annotations

import sympy as sp
from sympy.simplify.fu import TR10i

__all__ = ["angles_closed", "angles_opened", "pythagorean"]


def angles_opened(expression: sp.Expr) -> sp.Expr:
    """`cos(a - b)` => `cos(a)*cos(b) + sin(a)*sin(b)`, and `sin(a)**2` => `1 - cos(a)**2`."""
    if not expression.has(sp.sin, sp.cos):
        return expression
    opened = expression.replace(lambda node: isinstance(node, (sp.sin, sp.cos)), sp.expand_trig)
    return _without_squares(opened)


def angles_closed(expression: sp.Expr) -> sp.Expr:
    """`cos(a)*cos(b) + sin(a)*sin(b)` => `cos(a - b)`."""
    return TR10i(expression) if expression.has(sp.sin) and expression.has(sp.cos) else expression


def pythagorean(expression: sp.Expr) -> sp.Expr:
    """The same with `k**2*cos(a)**2 + k**2*sin(a)**2` => `k**2` under each root."""
    if not expression.has(sp.sin):
        return expression

    def root(base: sp.Expr, exponent: sp.Expr) -> sp.Expr:
        return sp.factor(_without_squares(sp.expand(base))) ** exponent

    return expression.replace(lambda n: isinstance(n, sp.Pow) and not n.exp.is_Integer, lambda n: root(*n.args))


def _without_squares(expression: sp.Expr) -> sp.Expr:
    def reduce(node: sp.Pow) -> sp.Expr:
        angle, n = node.base.args[0], int(node.exp)
        return sp.expand((1 - sp.cos(angle) ** 2) ** (n // 2)) * sp.sin(angle) ** (n % 2)

    return expression.replace(
        lambda n: isinstance(n, sp.Pow) and isinstance(n.base, sp.sin) and n.exp.is_Integer and n.exp > 1, reduce
    )
