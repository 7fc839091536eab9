"""Taylor coefficients of an expression at a point, by the rules for sums, products, powers, exponentials and logs."""

from __future__ import annotations

from collections.abc import Iterable
from functools import reduce

import sympy as sp

__all__ = ["Jet", "jet"]

#: the coefficients of 1, h, h**2, ... where the symbol is `at + h`
Jet = tuple[sp.Expr, ...]


def jet(expression: sp.Expr, s: sp.Symbol, at: sp.Expr, order: int) -> Jet:
    """The coefficients up to h**order; those of a singular expression hold zoo or nan."""
    known: dict[sp.Expr, Jet] = {s: (at, sp.Integer(1), *[sp.Integer(0)] * (order - 1))}

    def of(node: sp.Expr) -> Jet:
        if node not in known:
            known[node] = made(node) if node.has(s) else (node, *[sp.Integer(0)] * order)
        return known[node]

    def made(node: sp.Expr) -> Jet:
        if node.is_Add:
            return tuple(sp.Add(*terms) for terms in zip(*map(of, node.args), strict=True))
        if node.is_Mul:
            return reduce(_product, map(of, node.args))
        if isinstance(node, sp.log):
            return _log(of(node.args[0]))
        if isinstance(node, sp.exp):
            return _exp(of(node.args[0]))
        if node.is_Pow and not node.exp.has(s):
            return _power(of(node.base), node.exp)
        if node.is_Pow:
            return _exp(_product(of(node.exp), _log(of(node.base))))
        return tuple(sp.diff(node, s, k).subs(s, at) / sp.factorial(k) for k in range(order + 1))

    return of(expression)


def _product(a: Jet, b: Jet) -> Jet:
    return tuple(_sum(a[i] * b[k - i] for i in range(k + 1)) for k in range(len(a)))


def _power(a: Jet, exponent: sp.Expr) -> Jet:
    if exponent.is_Integer and exponent > 0:
        return reduce(_product, [a] * int(exponent))
    found = [a[0] ** exponent]
    for k in range(1, len(a)):
        found.append(_sum((exponent * j - (k - j)) * a[j] * found[k - j] for j in range(1, k + 1)) / (k * a[0]))
    return tuple(found)


def _exp(a: Jet) -> Jet:
    found = [sp.exp(a[0])]
    for k in range(1, len(a)):
        found.append(_sum(j * a[j] * found[k - j] for j in range(1, k + 1)) / k)
    return tuple(found)


def _log(a: Jet) -> Jet:
    found = [sp.log(a[0])]
    for k in range(1, len(a)):
        found.append((a[k] - _sum(j * found[j] * a[k - j] for j in range(1, k)) / k) / a[0])
    return tuple(found)


def _sum(terms: Iterable[sp.Expr]) -> sp.Expr:
    return sp.Add(*terms)
