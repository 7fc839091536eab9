"""SymPy expression -> a function on mpmath numbers, by a table of its own (it shares no row with the balls')."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import reduce
from operator import add, mul
from typing import Any

import mpmath as mp
import sympy as sp

from symkl.model.special import zeta_derivative

__all__ = ["NoValue", "evaluator", "evaluators", "value"]

Number = Any  # mpmath has no types: an mpf, or an mpc where a real function leaves the reals


class NoValue(ValueError):
    """The expression has a part that the table does not know, or no value there."""


def _exp(z: Number) -> Number:
    if isinstance(z, mp.mpf) and mp.isfinite(z) and mp.mag(z) > 4096:  # exp(exp(10**17)) has no room in a memory
        return mp.inf if z > 0 else mp.mpf(0)
    return mp.exp(z)


_FUNCTIONS: dict[type, Callable[..., Number]] = {
    sp.exp: _exp,
    sp.log: mp.log,
    sp.sin: mp.sin,
    sp.cos: mp.cos,
    sp.tan: mp.tan,
    sp.sinh: mp.sinh,
    sp.cosh: mp.cosh,
    sp.tanh: mp.tanh,
    sp.coth: mp.coth,
    sp.atan: mp.atan,
    sp.atanh: mp.atanh,
    sp.Abs: lambda z: abs(z),
    sp.sign: mp.sign,
    sp.gamma: mp.gamma,
    sp.loggamma: mp.loggamma,
    sp.digamma: mp.digamma,
    sp.polygamma: lambda n, z: mp.polygamma(int(n), z),
    sp.beta: mp.beta,
    # what SymPy makes of beta(3/2, 5/2)
    sp.catalan: lambda n: mp.mpf(4) ** n * mp.gamma(n + 0.5) / (mp.sqrt(mp.pi) * mp.gamma(n + 2)),
    sp.betainc: mp.betainc,
    sp.erf: mp.erf,
    sp.erfc: mp.erfc,
    sp.Ei: mp.ei,
    sp.expint: mp.expint,
    sp.besseli: mp.besseli,
    sp.besselk: mp.besselk,
    sp.uppergamma: mp.gammainc,
    sp.polylog: mp.polylog,
    sp.zeta: mp.zeta,
    zeta_derivative: lambda n, s: mp.zeta(s, 1, int(n)),
    sp.factorial: mp.factorial,
    sp.binomial: mp.binomial,
    sp.Min: min,
    sp.Max: max,
    sp.StrictLessThan: lambda a, b: a < b,
    sp.LessThan: lambda a, b: a <= b,
    sp.StrictGreaterThan: lambda a, b: a > b,
    sp.GreaterThan: lambda a, b: a >= b,
    sp.Equality: lambda a, b: a == b,
    sp.Unequality: lambda a, b: a != b,
    sp.And: lambda *parts: all(parts),
    sp.Or: lambda *parts: any(parts),
    sp.Add: lambda *parts: reduce(add, parts),
    sp.Mul: lambda *parts: reduce(mul, parts),
}

_CONSTANTS: dict[sp.Basic, Callable[[], Number]] = {
    sp.pi: lambda: +mp.pi,
    sp.E: lambda: +mp.e,
    sp.EulerGamma: lambda: +mp.euler,
    sp.Catalan: lambda: +mp.catalan,
    sp.oo: lambda: mp.inf,
    -sp.oo: lambda: -mp.inf,
    sp.true: lambda: True,
    sp.false: lambda: False,
}


def evaluator(expression: sp.Expr, x: sp.Symbol | None = None) -> Callable[[Number], Number]:
    """The expression as a function of x at mpmath's working precision of this moment. Raises NoValue."""
    return evaluators([expression], x)[0]


def evaluators(expressions: Sequence[sp.Expr], x: sp.Symbol | None = None) -> list[Callable[[Number], Number]]:
    """Several expressions as functions of x; what they share is computed once for each x. Raises NoValue."""
    known: dict[sp.Basic, Callable[[Number], Number]] = {}
    if x is not None:
        known[x] = lambda z: z

    def build(node: sp.Basic) -> Callable[[Number], Number]:
        if node not in known:
            made = make(node)
            known[node] = made if x is not None and x in node.free_symbols else _constant(made)
        return known[node]

    def make(node: sp.Basic) -> Callable[[Number], Number]:
        if isinstance(node, sp.Rational):
            number = mp.mpf(int(node.p)) / int(node.q)
            return lambda z: number
        if node in _CONSTANTS:
            constant = _CONSTANTS[node]()
            return lambda z: constant
        if isinstance(node, sp.Piecewise):
            return _choice([(build(condition), build(branch)) for branch, condition in node.args])
        parts = [build(arg) for arg in node.args]
        if isinstance(node, sp.Pow):
            base, exponent = parts
            return _remembered(lambda z: mp.power(base(z), exponent(z)))
        function = _FUNCTIONS.get(type(node))
        if function is None or not parts:
            raise NoValue(f"{node} has no value here")
        if len(parts) == 1:
            (only,) = parts
            return _remembered(lambda z: function(only(z)))
        return lambda z: function(*[part(z) for part in parts])

    return [build(expression) for expression in expressions]


def value(expression: sp.Expr) -> Number:
    """The value of an expression without symbols."""
    return evaluator(expression)(mp.mpf(0))


def _remembered(function: Callable[[Number], Number]) -> Callable[[Number], Number]:
    """The function with a memory of one value: a subexpression that stands in several places costs once."""
    last: list[Number] = [None, None]

    def remembering(z: Number) -> Number:
        if last[0] is not z:
            last[1] = function(z)
            last[0] = z
        return last[1]

    return remembering


def _constant(function: Callable[[Number], Number]) -> Callable[[Number], Number]:
    held = function(mp.mpf(0))
    return lambda z: held


def _choice(pairs: list[tuple[Callable[[Number], Number], Callable[[Number], Number]]]) -> Callable[[Number], Number]:
    def choose(z: Number) -> Number:
        for condition, branch in pairs:
            if condition(z):
                return branch(z)
        raise NoValue("no piece of a Piecewise holds here")

    return choose
