"""Plain quadrature in double precision: quick, with an error estimate from two step widths, and a refusal in doubt."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import reduce
from operator import add, mul

import sympy as sp

from symkl.verify.plain_table import NoValue, evaluator

__all__ = ["Estimate", "Real", "on_line", "real_functions"]

Real = Callable[[float], float]

#: t is first looked at from -_NEAR to _NEAR by steps of 1/_COARSE, and never beyond _REACH
_NEAR, _REACH, _COARSE = 40, 240, 2
#: so far below the largest term the others are negligible, and so many in a row end the search
_NEGLIGIBLE, _QUIET = 1e-17, 6
#: a sum this near to that of twice the step has an error of about the square
_SETTLED = 3e-8
#: the rounding error of a sum of terms, as a part of the sum of their sizes
_ROUNDING = 2e-14


@dataclass(frozen=True)
class Estimate:
    """An integral and an estimate of its error."""

    value: float
    error: float


def on_line(density: Real, weight: Real) -> Estimate | None:
    """The integral of density * weight over all t by the trapezium rule; None where doubles do not settle it.

    An infinite value where the truncated integrals grow by at least as much in each third of the way out. A density
    that vanishes for want of room says nothing: it must have been negligible before.
    """
    terms = {n: _term(density, weight, n / _COARSE) for n in range(-_NEAR * _COARSE, _NEAR * _COARSE + 1)}
    low, high = _edge(density, weight, terms, -1), _edge(density, weight, terms, 1)
    if low is None or high is None:
        return None
    if isinstance(low, Estimate) or isinstance(high, Estimate):
        endless = [end.value for end in (low, high) if isinstance(end, Estimate)]
        return Estimate(endless[0] if endless[0] == endless[-1] else math.nan, 0.0)
    step = 1 / _COARSE
    values = [terms[n] for n in range(low, high + 1)]
    before = math.fsum(values) * step
    size = math.fsum(map(abs, values)) * step
    for _ in range(5):
        step /= 2
        count = int((high - low) / _COARSE / (2 * step))
        middle = math.fsum(_term(density, weight, low / _COARSE + step * (2 * i + 1)) for i in range(count))
        after = before / 2 + step * middle
        gap = abs(after - before)
        if not math.isfinite(after):
            return None
        if gap <= _SETTLED * max(size, abs(after)):
            return Estimate(after, gap * gap / max(size, 1e-300) + _ROUNDING * size)
        before = after
    return None


def _edge(density: Real, weight: Real, terms: dict[int, float], direction: int) -> int | Estimate | None:
    """Where, in that direction, the terms have become negligible for good; an infinite value where they grow without
    end; None where neither is seen.
    """
    finite = {n: abs(term) for n, term in terms.items() if math.isfinite(term)}
    n = max(finite, key=lambda n: finite[n], default=0)
    top, quiet, seen = finite.get(n, 0.0), 0, False
    if not top:
        return None
    while quiet < _QUIET or not seen:
        n += direction
        if abs(n) > _REACH * _COARSE:
            return _endless([terms[direction * i] for i in range(1, _REACH * _COARSE + 1)])
        if n not in terms:
            terms[n] = _term(density, weight, n / _COARSE)
        if not math.isfinite(terms[n]):  # such as oo/oo far out; it must have been negligible before
            return n - direction if seen and quiet >= _QUIET // 2 else None
        if abs(terms[n]) > _NEGLIGIBLE * top:
            quiet, seen = 0, False
            top = max(top, abs(terms[n]))
            continue
        quiet += 1
        seen = seen or density(n / _COARSE) > 0
        if quiet >= _QUIET and not seen:
            return None
    return n


def _endless(terms: list[float]) -> Estimate | None:
    third = len(terms) // 3
    middle, last = terms[third : 2 * third], terms[2 * third : 3 * third]
    steady = all(abs(b) >= abs(a) * (1 - 1e-6) for a, b in zip(middle, last, strict=True))
    if not steady or not all(map(math.isfinite, terms)) or len({term > 0 for term in middle + last}) > 1:
        return None
    return Estimate(math.copysign(math.inf, last[-1]), 0.0) if last[-1] else None


def _term(density: Real, weight: Real, t: float) -> float:
    p = density(t)
    return p * weight(t) if p else 0.0


def real_functions(expressions: Sequence[sp.Expr], x: sp.Symbol) -> list[Real]:
    """The expressions as functions of doubles; nan where one has no real value. Raises NoValue."""
    known: dict[sp.Basic, Real] = {x: lambda z: z}

    def build(node: sp.Basic) -> Real:
        if node not in known:
            known[node] = make(node) if x in node.free_symbols else _constant(node)
        return known[node]

    def make(node: sp.Basic) -> Real:
        if isinstance(node, (sp.Add, sp.Mul)):
            fixed, varying = node.as_independent(x, as_Add=isinstance(node, sp.Add))
            parts = [build(part) for part in type(node).make_args(varying)]
            start = _number(fixed)
            operation = add if isinstance(node, sp.Add) else mul
            return lambda z: reduce(operation, [part(z) for part in parts], start)
        if isinstance(node, sp.Pow):
            return _power(build(node.base), node.exp, build)
        if isinstance(node, sp.Piecewise):
            pairs = [(build(condition), build(branch)) for branch, condition in node.args]
            return lambda z: next((branch(z) for condition, branch in pairs if condition(z)), math.nan)
        if isinstance(node, sp.log) and isinstance(node.args[0], (sp.Mul, sp.Pow, sp.gamma, sp.factorial)):
            return _log_size(node.args[0], build)
        parts = [build(arg) for arg in node.args]
        if isinstance(node, sp.core.relational.Relational):
            compare = _RELATIONS[type(node)]
            return lambda z: compare(parts[0](z), parts[1](z))
        if isinstance(node, (sp.Min, sp.Max)):
            choose = min if isinstance(node, sp.Min) else max
            return lambda z: choose(part(z) for part in parts)
        function = _FUNCTIONS.get(type(node))
        if function is None:
            raise NoValue(f"{type(node).__name__} has no row for doubles")
        return lambda z: function(parts[0](z))

    return [build(expression) for expression in expressions]


def _log_size(product: sp.Expr, build: Callable[[sp.Basic], Real]) -> Real:
    """`log|a*b**c*gamma(d)|` as a sum: the product itself may have no room in a double."""
    if isinstance(product, sp.Mul):
        parts = [_log_size(factor, build) for factor in product.args]
        return lambda z: math.fsum(part(z) for part in parts)
    if isinstance(product, sp.Pow):
        base, exponent = _log_size(product.base, build), build(product.exp)
        return lambda z: exponent(z) * base(z)
    if isinstance(product, (sp.gamma, sp.factorial)):
        argument = build(product.args[0] + (1 if isinstance(product, sp.factorial) else 0))
        return lambda z: math.lgamma(argument(z))
    if isinstance(product, sp.exp):
        return build(product.args[0])
    size, log = build(product), _FUNCTIONS[sp.log]
    return lambda z: log(abs(size(z)))


def _constant(node: sp.Basic) -> Real:
    if node in (sp.true, sp.false):
        truth = float(bool(node))
        return lambda z: truth
    number = _number(node)
    return lambda z: number


def _number(node: sp.Basic) -> float:
    try:
        return float(evaluator(node)(0))
    except (TypeError, OverflowError) as error:
        raise NoValue(f"{node} has no value as a double") from error


def _power(base: Real, exponent: sp.Expr, build: Callable[[sp.Basic], Real]) -> Real:
    if exponent == 2:
        return lambda z: base(z) * base(z)
    if exponent == -1:
        return lambda z: _quotient(1.0, base(z))
    raised = build(exponent)
    return lambda z: _pow(base(z), raised(z))


def _quotient(a: float, b: float) -> float:
    return a / b if b else math.copysign(math.inf, b)


def _pow(a: float, b: float) -> float:
    try:
        return math.pow(a, b)
    except OverflowError:
        return math.inf
    except ValueError:
        return math.inf if a == 0 else math.nan


def _guarded(function: Real, too_large: float = math.inf, outside: float = math.nan) -> Real:
    def apply(z: float) -> float:
        try:
            return function(z)
        except OverflowError:
            return too_large
        except ValueError:
            return outside

    return apply


_RELATIONS: dict[type, Callable[[float, float], bool]] = {
    sp.StrictLessThan: lambda a, b: a < b,
    sp.LessThan: lambda a, b: a <= b,
    sp.StrictGreaterThan: lambda a, b: a > b,
    sp.GreaterThan: lambda a, b: a >= b,
}

_FUNCTIONS: dict[type, Real] = {
    sp.exp: _guarded(math.exp),
    sp.log: lambda z: math.log(z) if z > 0 else (-math.inf if z == 0 else math.nan),
    sp.sin: _guarded(math.sin),
    sp.cos: _guarded(math.cos),
    sp.sinh: lambda z: _guarded(math.sinh, math.copysign(math.inf, z))(z),
    sp.cosh: _guarded(math.cosh),
    sp.tanh: math.tanh,
    sp.atan: math.atan,
    sp.Abs: abs,
    sp.sign: lambda z: math.copysign(1.0, z) if z else 0.0,
    sp.loggamma: _guarded(math.lgamma),
    sp.erf: math.erf,
    sp.erfc: math.erfc,
}
