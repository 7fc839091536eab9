"""`enclose`: a ball that holds E_p[weight] at rational parameters, or the reason why there is none."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache

import flint
import sympy as sp
from flint import arb

from symkl.model import Distribution
from symkl.verify.bulk import bulk
from symkl.verify.rigorous import continuous, series
from symkl.verify.rigorous.compile import constant
from symkl.verify.rigorous.linear import statistics
from symkl.verify.rigorous.operations import NoEnclosure
from symkl.verify.setting import Setting, put

__all__ = ["Enclosure", "constant_at", "enclose"]

#: bits kept beyond those that the digits need
_GUARD = 50
#: digits kept beyond those asked for, where balls are added up; and the most that cancelling ones may bring
_SPARE, _MOST_SPARE = 2, 40


@dataclass(frozen=True)
class Enclosure:
    """`ball` holds the value for certain; None where no enclosure could be had, and then `reason` says why."""

    ball: arb | None
    reason: str = ""


def enclose(dist: Distribution, weight: sp.Expr, at: Mapping[sp.Symbol, sp.Expr], digits: int = 30) -> Enclosure:
    """A ball around E_p[weight] for p = `dist`, in nats, of about that many digits, at the parameters `at`.

    The weight is taken apart into statistics, whose balls are remembered: other weights share them. Where one of them
    has none (it may be infinite, and cancel), the weight is integrated as it is.
    """
    terms = statistics(weight, dist.variable)
    if len(terms) > 1 or terms[0][0] != 1:
        found = _summed(dist, terms, at, digits)
        if found is not None:
            return found
    return _moment(put(dist, weight, at), digits)


def _summed(
    dist: Distribution, terms: tuple[tuple[sp.Expr, sp.Expr], ...], at: Mapping[sp.Symbol, sp.Expr], digits: int
) -> Enclosure | None:
    spare = _SPARE
    while True:
        total = arb(0)
        for coefficient, statistic in terms:
            moment = _moment(put(dist, statistic, at), digits + spare)
            if moment.ball is None:
                return None
            with flint.ctx.workprec(_bits(digits + spare)):
                try:
                    total += constant_at(coefficient, at) * moment.ball
                except NoEnclosure:
                    return None
        lost = total.rad() * arb(10) ** digits / (1 + abs(total.mid()))
        if lost < 1:
            return Enclosure(total)
        if spare > _SPARE or not lost < arb(10) ** _MOST_SPARE:
            return None
        spare += int(float(lost.log().upper()) / 2.3) + 2


@lru_cache(maxsize=8192)
def _moment(here: Setting, digits: int) -> Enclosure:
    try:
        with flint.ctx.workprec(_bits(digits)):
            if here.discrete:
                return Enclosure(series.total(here.density, here.weight, here.variable, here.support, digits))
            middle = bulk(here).centre
            return Enclosure(
                continuous.integrate(here.density, here.weight, here.variable, here.support, middle, digits)
            )
    except NoEnclosure as error:
        return Enclosure(None, str(error))


def _bits(digits: int) -> int:
    return int(digits * 3.33) + _GUARD


def constant_at(expression: sp.Expr, at: Mapping[sp.Symbol, sp.Expr]) -> arb:
    """A real ball around the expression's value at rational parameters. Raises NoEnclosure.

    The numbers are put in as balls; where that does not do (a choice at an exact number, a pole that cancels), as
    numbers.
    """
    given: dict[sp.Basic, arb] = {s: constant(value) for s, value in at.items() if s in expression.free_symbols}
    try:
        found = constant(expression, given)
        if found.is_finite():
            return found
    except NoEnclosure:
        pass
    return constant(expression.xreplace(dict(at)))
