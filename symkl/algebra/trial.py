"""Numbers tried in place of symbols: what takes both signs on its domains needs no proof of its sign."""

from __future__ import annotations

import math
from collections.abc import Sequence

import sympy as sp

from symkl.model.symbols import Unit

__all__ = ["takes_both_signs"]

Values = list[float]

#: how often numbers are tried
_DRAWS = 6
#: a sum that is so much smaller than its terms may be all rounding
_ROUNDING = 1e-11
_NONE = [math.nan] * _DRAWS


def takes_both_signs(expression: sp.Expr, bounds: Sequence[sp.Expr]) -> bool:
    """Whether the expression is seen positive at one point and not at another, among those where no bound is negative.

    Doubles, without a proof: good for giving a question up, not for answering it.
    """
    names = sorted(expression.free_symbols.union(*(b.free_symbols for b in bounds)), key=lambda s: str(s.name))
    known: dict[sp.Basic, Values] = {
        s: [_number(s, 7 * draw + 3 * place) for draw in range(_DRAWS)] for place, s in enumerate(names)
    }
    allowed = [True] * _DRAWS
    for bound in bounds:
        allowed = [ok and not value < 0 for ok, value in zip(allowed, _values(bound, known), strict=True)]
    seen = {value > 0 for value, ok in zip(_values(expression, known), allowed, strict=True) if ok and value == value}
    return len(seen) == 2


def _number(symbol: sp.Symbol, seed: int) -> float:
    """Some number in the symbol's domain; far apart for different seeds."""
    size = ((seed * 37 + 11) % 101 + 1) / 102
    if isinstance(symbol, Unit):
        return size
    spread = size / (1 - size)
    return spread if symbol.is_nonnegative else (spread if seed % 2 else -spread)


def _values(node: sp.Basic, known: dict[sp.Basic, Values]) -> Values:
    """The expression at every draw; nan where it has no value that is real and finite, or may be all rounding."""
    found = known.get(node)
    if found is None:
        found = known[node] = _worked_out(node, known)
    return found


def _worked_out(node: sp.Basic, known: dict[sp.Basic, Values]) -> Values:
    if node.is_Rational:
        return [node.p / node.q] * _DRAWS
    if node.is_number and node.is_real and not node.args:
        return [float(node)] * _DRAWS
    arguments = [_values(argument, known) for argument in node.args]
    if node.is_Add:
        return [_sum(terms) for terms in zip(*arguments, strict=True)]
    if node.is_Mul:
        return [_finite(math.prod(factors)) for factors in zip(*arguments, strict=True)]
    if isinstance(node, sp.exp):
        return [_exp(value) for value in arguments[0]]
    if isinstance(node, sp.log):
        return [math.log(value) if value > 0 else math.nan for value in arguments[0]]
    if node.is_Pow:
        return [_power(base, exponent) for base, exponent in zip(*arguments, strict=True)]
    return _NONE


def _sum(terms: Sequence[float]) -> float:
    total = math.fsum(terms) if all(map(math.isfinite, terms)) else math.nan
    return total if abs(total) > _ROUNDING * max(map(abs, terms)) else math.nan


def _exp(value: float) -> float:
    return math.exp(value) if value < 700 else math.nan


def _power(base: float, exponent: float) -> float:
    if base < 0 and not exponent.is_integer():
        return math.nan
    try:
        return base**exponent
    except (OverflowError, ZeroDivisionError):
        return math.nan


def _finite(value: float) -> float:
    return value if math.isfinite(value) else math.nan
