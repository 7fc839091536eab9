"""`enclose`: a ball that holds E_p[weight] at rational parameters, or the reason why there is none."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import flint
import sympy as sp
from flint import arb

from symkl.model import Distribution
from symkl.verify.bulk import bulk
from symkl.verify.rigorous import continuous, series
from symkl.verify.rigorous.operations import NoEnclosure
from symkl.verify.setting import put

__all__ = ["Enclosure", "enclose"]

#: bits kept beyond those that the digits need
_GUARD = 50


@dataclass(frozen=True)
class Enclosure:
    """`ball` holds the value for certain; None where no enclosure could be had, and then `reason` says why."""

    ball: arb | None
    reason: str = ""


def enclose(dist: Distribution, weight: sp.Expr, at: Mapping[sp.Symbol, sp.Expr], digits: int = 30) -> Enclosure:
    """A ball around E_p[weight] for p = `dist`, in nats, of about that many digits, at the parameters `at`."""
    try:
        with flint.ctx.workprec(int(digits * 3.33) + _GUARD):
            here = put(dist, weight, at)
            if here.discrete:
                return Enclosure(series.total(here.density, here.weight, here.variable, here.support, digits))
            middle = bulk(here).centre
            return Enclosure(
                continuous.integrate(here.density, here.weight, here.variable, here.support, middle, digits)
            )
    except NoEnclosure as error:
        return Enclosure(None, str(error))
