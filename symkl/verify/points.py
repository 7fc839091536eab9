"""Rational parameter points, drawn from the domains: the same for the same names and seed."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterable
from functools import partial

import sympy as sp

from symkl.algebra import standing
from symkl.model import Claim, domain_of
from symkl.verify.repair import repaired

__all__ = ["Point", "draw", "shown"]

Point = dict[sp.Symbol, sp.Rational]

#: so many points are tried for each one that is wanted
_TRIES = 10


def _dice(seed: int, number: int, symbol: sp.Symbol) -> random.Random:
    return random.Random(f"{seed}:{number}:{symbol.name}")  # noqa: S311 (points to try, not secrets)


def _positive(dice: random.Random, reach: int) -> sp.Rational:
    below = dice.choice((3, 4, 5, 7))
    above = max(1, round(4.0 ** (reach * dice.uniform(-1, 1)) * below))
    return sp.Rational(above if above != below else above + 1, below)  # at 1 a square is the number itself


#: domain -> one number in it, moderately spread; a reach of more than 1 spreads farther
_DRAWS: dict[str, Callable[[random.Random, int], sp.Rational]] = {
    "real": lambda dice, reach: sp.Rational(dice.randint(-21 * reach, 21 * reach), 7),
    "positive": _positive,
    "nonnegative": _positive,
    "unit": lambda dice, reach: sp.Rational(dice.randint(1, 12), 13),
    "integer": lambda dice, reach: sp.Integer(dice.randint(-4 * reach, 6 * reach)),
    "positive_integer": lambda dice, reach: sp.Integer(dice.randint(1, 6 * reach)),
    "nonnegative_integer": lambda dice, reach: sp.Integer(dice.randint(0, 6 * reach)),
}


def draw(
    claim: Claim, count: int, seed: int = 0, conditions: Iterable[sp.Basic] = (), outside: bool = False
) -> list[Point]:
    """Up to `count` points inside the parameters' domains, the constraints and the conditions.

    With `outside` at least one of the conditions is false at each. Fewer points, or none, where few can be found.
    """
    symbols = sorted(_symbols(claim), key=lambda s: s.name)
    always, conditions = [tuple(map(_open, group)) for group in (standing(claim), conditions)]
    if outside and not conditions:
        return []
    found: list[Point] = []
    for number in range(_TRIES * count):
        if len(found) == count:
            break
        reach = min(1 + number // 20, 4)  # what is met farther out only
        point = {s: _DRAWS[domain_of(s)](_dice(seed, number, s), reach) for s in symbols}
        dice = random.Random(f"{seed}:{number}")  # noqa: S311 (points to try, not secrets)
        wanted = (*always, *((sp.Not(dice.choice(conditions)),) if outside else conditions))
        place = repaired(point, wanted, dice, partial(_fresh, dice))
        if place is not None and place not in found:
            found.append(place)
        if not symbols:
            break
    return found


def _fresh(dice: random.Random, symbol: sp.Symbol) -> sp.Rational:
    return _DRAWS[domain_of(symbol)](dice, dice.randint(1, 4))


def _open(condition: sp.Basic) -> sp.Basic:
    """`a <= b` => `a < b` among reals: on the boundary itself a form may have a value by its limit only."""
    if isinstance(condition, (sp.Le, sp.Ge)) and not all(s.is_integer for s in condition.free_symbols):
        return sp.Lt(condition.lts, condition.gts)
    return condition


def shown(point: Point) -> tuple[tuple[str, str], ...]:
    """The point as (name, number) strings: a decimal where it is short and exact, else a fraction."""
    return tuple((s.name, _text(value)) for s, value in point.items())


def _text(number: sp.Rational) -> str:
    denominator = int(number.q)
    while denominator % 2 == 0:
        denominator //= 2
    while denominator % 5 == 0:
        denominator //= 5
    return str(sp.Float(number, 15)).rstrip("0").rstrip(".") if denominator == 1 else f"{number.p}/{number.q}"


def _symbols(claim: Claim) -> set[sp.Symbol]:
    """The free parameters, and any symbol that a `where` brought in."""
    found = {parameter.symbol for parameter in claim.parameters}
    for member in (claim.p, claim.q):
        if member is not None:
            for part in (*member.support, member.density, member.log_density):
                if part is not None:
                    found |= part.free_symbols - {claim.p.variable}
    return found
