"""A point moved, one parameter at a time, until all conditions hold: how ordered and nested parameters are drawn."""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence
from fractions import Fraction

import mpmath as mp
import sympy as sp

from symkl.model import domain_of
from symkl.verify.numbers import number_of, truth

__all__ = ["repaired"]

Point = dict[sp.Symbol, sp.Rational]
Draw = Callable[[sp.Symbol], sp.Rational]

#: so many moves are made, and so many numbers tried where a condition is not linear in a parameter
_MOVES, _TRIES = 40, 25


def repaired(point: Point, conditions: Sequence[sp.Basic], dice: random.Random, fresh: Draw) -> Point | None:
    """The point itself or one near it at which every condition is true; None where none was found.

    The second distribution's parameters are moved before the first's, so that those stay what they are for every
    partner. `fresh` draws a number from a parameter's domain.
    """
    point = dict(point)
    for move in range(_MOVES):
        broken = [condition for condition in conditions if truth(condition, point) is not True]
        if not broken:
            return point
        movable = [s for s in point if s in broken[0].free_symbols]
        dice.shuffle(movable)
        movable.sort(key=lambda s: s.name.endswith("_1"))
        if not _moved(point, broken[0], movable, conditions, dice, fresh, move):
            return None
    return None


def _moved(
    point: Point,
    broken: sp.Basic,
    movable: list[sp.Symbol],
    conditions: Sequence[sp.Basic],
    dice: random.Random,
    fresh: Draw,
    move: int,
) -> bool:
    for wanted in (list(conditions), [broken]):
        for symbol in movable:
            others = {s: value for s, value in point.items() if s != symbol}
            place = _between(symbol, [c.xreplace(others) for c in wanted if symbol in c.free_symbols], dice, move)
            if place is not None:
                point[symbol] = place
                return True
    for symbol in movable:
        for _ in range(_TRIES):
            place = fresh(symbol)
            if truth(broken, {**point, symbol: place}):
                point[symbol] = place
                return True
    return False


def _between(symbol: sp.Symbol, wanted: list[sp.Basic], dice: random.Random, move: int) -> sp.Rational | None:
    """A number of the symbol's domain inside every one of the conditions, if all are linear in it."""
    low, high = _DOMAINS.get(domain_of(symbol), (-mp.inf, mp.inf))
    for condition in wanted:
        for part in condition.args if isinstance(condition, sp.And) else (condition,):
            ends = _ends(symbol, part)
            if ends is None:
                return None
            low, high = max(low, ends[0]), min(high, ends[1])
    if low > high:
        return None
    if symbol.is_integer:
        return _whole(low, high, dice)
    if low == high:
        return _rational(low, 0)
    step = mp.mpf(dice.randint(1, 12)) / 5 / 2 ** (move // 8)
    if mp.isinf(low) or mp.isinf(high):
        return _rational(high - step if mp.isinf(low) else low + step, 1)
    return _rational(low + (high - low) * dice.randint(1, 12) / 13, high - low)


def _ends(symbol: sp.Symbol, condition: sp.Basic) -> tuple[mp.mpf, mp.mpf] | None:
    """The interval in which a linear inequality or equation holds; None where it is no such thing."""
    if condition in (sp.true, sp.false):
        return (-mp.inf, mp.inf) if condition == sp.true else (mp.inf, -mp.inf)
    if isinstance(condition, sp.Ne):
        return -mp.inf, mp.inf
    if not isinstance(condition, sp.core.relational.Relational):
        return None
    difference = (
        sp.expand(condition.gts - condition.lts) if not isinstance(condition, sp.Eq) else condition.lhs - condition.rhs
    )
    slope = difference.diff(symbol)
    if slope == 0 or symbol in slope.free_symbols:
        return None
    root, rise = number_of(-difference.subs(symbol, 0) / slope, {}, 20), number_of(slope, {}, 20)
    if root is None or not rise:
        return None
    if isinstance(condition, sp.Eq):
        return root, root
    return (root, mp.inf) if rise > 0 else (-mp.inf, root)


_DOMAINS = {
    "positive": (mp.mpf(0), mp.inf),
    "nonnegative": (mp.mpf(0), mp.inf),
    "unit": (mp.mpf(0), mp.mpf(1)),
    "positive_integer": (mp.mpf(1), mp.inf),
    "nonnegative_integer": (mp.mpf(0), mp.inf),
}


def _whole(low: mp.mpf, high: mp.mpf, dice: random.Random) -> sp.Integer | None:
    least = None if mp.isinf(low) else int(mp.ceil(low))
    most = None if mp.isinf(high) else int(mp.floor(high))
    if least is None:
        return sp.Integer((0 if most is None else most) - dice.randint(0, 4))
    if most is None:
        return sp.Integer(least + dice.randint(0, 4))
    return sp.Integer(dice.randint(least, most)) if least <= most else None


def _rational(number: mp.mpf, width: mp.mpf | int) -> sp.Rational:
    """A short rational number, nearer than a hundredth of the width."""
    exact = Fraction(int(mp.nint(number * 2**60)), 2**60)
    bound = 7 if not width else max(7, int(100 / min(1, width)))
    short = exact.limit_denominator(bound if width else 10**6)
    return sp.Rational(short.numerator, short.denominator)
