"""Real intervals that may be unbounded, and the values of an expression on one."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache

import flint
import sympy as sp
from flint import arb

from symkl.verify.rigorous.compile import constant
from symkl.verify.rigorous.ends import ExpRatio, ExpRatioSlope, Log1mRatio, Log1mRatioSlope
from symkl.verify.rigorous.operations import NoEnclosure

__all__ = ["EVERYTHING", "Interval", "values_on"]

_INF, _NEG_INF = arb.pos_inf(), arb.neg_inf()


@dataclass(frozen=True)
class Interval:
    """All reals from `lo` to `hi`; both are exact floats or infinite, rounded outwards."""

    lo: arb
    hi: arb

    @staticmethod
    def around(ball: arb) -> Interval:
        if ball.is_nan():
            return EVERYTHING
        return Interval(ball.lower(), ball.upper())

    @staticmethod
    def hull(*balls: arb) -> Interval:
        if any(ball.is_nan() for ball in balls):
            return EVERYTHING
        lows, highs = [ball.lower() for ball in balls], [ball.upper() for ball in balls]
        return Interval(_least(lows), -_least([-high for high in highs]))

    def __add__(self, other: Interval) -> Interval:
        return Interval.hull(_plus(self.lo, other.lo, _NEG_INF), _plus(self.hi, other.hi, _INF))

    def __neg__(self) -> Interval:
        return Interval(-self.hi, -self.lo)

    def __mul__(self, other: Interval) -> Interval:
        ends = [_times(a, b) for a in (self.lo, self.hi) for b in (other.lo, other.hi)]
        return Interval.hull(*ends)

    def inverse(self) -> Interval:
        if self.lo > 0 or self.hi < 0:
            return Interval.hull(_reciprocal(self.lo), _reciprocal(self.hi))
        if self.lo == 0 and self.hi > 0:
            return Interval(_reciprocal(self.hi).lower(), _INF)
        if self.hi == 0 and self.lo < 0:
            return Interval(_NEG_INF, _reciprocal(self.lo).upper())
        return EVERYTHING

    def magnitude(self) -> Interval:
        if self.lo >= 0:
            return self
        if self.hi <= 0:
            return -self
        return Interval(arb(0), Interval.hull(-self.lo, self.hi).hi)

    def power(self, exponent: sp.Expr) -> Interval:
        if exponent.is_Integer and int(exponent) < 0:
            return self.power(-exponent).inverse()
        if exponent.is_Integer:
            n = int(exponent)
            base = self.magnitude() if n % 2 == 0 else self
            return Interval.hull(_raise(base.lo, n), _raise(base.hi, n))
        if self.lo >= 0:
            return _exp(_log(self) * Interval.around(constant(exponent)))
        return EVERYTHING

    def __and__(self, other: Interval) -> Interval:
        return Interval(-_least([-self.lo, -other.lo]), _least([self.hi, other.hi]))


EVERYTHING = Interval(_NEG_INF, _INF)


def values_on(expression: sp.Expr, y: sp.Symbol, domain: Interval) -> Interval:
    """An interval that holds every value of a real expression for y in the domain (EVERYTHING where it is unknown)."""
    if y not in expression.free_symbols:
        return _number(expression, flint.ctx.prec)
    if expression == y:
        return domain
    args = expression.args
    if isinstance(expression, sp.Add):
        total = values_on(args[0], y, domain)
        for arg in args[1:]:
            total = total + values_on(arg, y, domain)
        return total
    if isinstance(expression, sp.Mul):
        total = values_on(args[0], y, domain)
        for arg in args[1:]:
            total = total * values_on(arg, y, domain)
        return total
    if isinstance(expression, sp.Pow) and y not in expression.exp.free_symbols:
        return values_on(expression.base, y, domain).power(expression.exp)
    if isinstance(expression, sp.Pow):
        base = values_on(expression.base, y, domain)
        if not base.lo >= 0:
            return EVERYTHING
        logarithm = _log(base)
        return _exp(logarithm * values_on(expression.exp, y, domain))
    if type(expression) in _MONOTONE:
        return _MONOTONE[type(expression)](values_on(args[0], y, domain))
    return EVERYTHING


@lru_cache(maxsize=4096)
def _number(expression: sp.Expr, precision: int) -> Interval:
    try:
        return Interval.around(constant(expression))
    except NoEnclosure:
        return EVERYTHING


def _exp(z: Interval) -> Interval:
    low = arb(0) if z.lo == _NEG_INF else z.lo.exp()
    return Interval.hull(low, _INF if z.hi == _INF else z.hi.exp())


def _log(z: Interval) -> Interval:
    if not z.lo >= 0:
        return EVERYTHING
    low = _NEG_INF if z.lo == 0 else z.lo.log()
    return Interval.hull(low, _INF if z.hi == _INF else _NEG_INF if z.hi == 0 else z.hi.log())


def _bounded(name: str, low: arb, high: arb) -> Callable[[Interval], Interval]:
    def apply(z: Interval) -> Interval:
        ends = [getattr(end, name)() if end.is_finite() else low if end == _NEG_INF else high for end in (z.lo, z.hi)]
        return Interval.hull(*ends)

    return apply


def _increasing(
    value: Callable[[arb], arb], below: arb, above: arb, until: arb = _INF
) -> Callable[[Interval], Interval]:
    """A function that increases up to `until`, from `below` at minus infinity to `above`."""

    def apply(z: Interval) -> Interval:
        if not z.hi < until and z.hi != _INF:
            return EVERYTHING
        low, high = (value(end) if end.is_finite() else below if end == _NEG_INF else above for end in (z.lo, z.hi))
        return Interval.hull(low, high)

    return apply


_MONOTONE: dict[type, Callable[[Interval], Interval]] = {
    sp.exp: _exp,
    ExpRatio: _increasing(lambda z: z.expm1() / z if z != 0 else arb(1), arb(0), _INF),
    ExpRatioSlope: _increasing(lambda z: 1 / -(-z).expm1() - 1 / z if z != 0 else arb(1) / 2, arb(0), arb(1)),
    Log1mRatio: _increasing(lambda z: -(-z).log1p() / z if z != 0 else arb(1), arb(0), _INF, arb(1)),
    Log1mRatioSlope: _increasing(
        lambda z: -1 / ((1 - z) * (-z).log1p()) - 1 / z if z != 0 else arb(1) / 2, arb(0), _INF, arb(1)
    ),
    sp.log: _log,
    sp.Abs: Interval.magnitude,
    sp.erf: _bounded("erf", arb(-1), arb(1)),
    sp.erfc: _bounded("erfc", arb(2), arb(0)),
    sp.tanh: _bounded("tanh", arb(-1), arb(1)),
    sp.atan: _bounded("atan", arb(-2), arb(2)),
    sp.sin: lambda z: Interval(arb(-1), arb(1)),
    sp.cos: lambda z: Interval(arb(-1), arb(1)),
}


def _least(values: list[arb]) -> arb:
    found = values[0]
    for value in values[1:]:
        found = min(found, value)
    return found


def _plus(a: arb, b: arb, when_unknown: arb) -> arb:
    return when_unknown if (a == -b and not a.is_finite()) else a + b


def _times(a: arb, b: arb) -> arb:
    return arb(0) if a == 0 or b == 0 else a * b  # an end of 0 times an infinite end adds no value beyond 0


def _reciprocal(a: arb) -> arb:
    return arb(0) if not a.is_finite() else 1 / a


def _raise(a: arb, n: int) -> arb:
    if a.is_finite():
        return a**n
    return a if n % 2 or a > 0 else -a
