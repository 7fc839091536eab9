"""Plain summation of mass times weight over integers."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import chain, count

import mpmath as mp
import sympy as sp

from symkl.verify.plain_float import Estimate, Real, on_line, real_functions
from symkl.verify.plain_table import NoValue, Number, evaluator, evaluators
from symkl.verify.setting import Setting

__all__ = ["Summed", "add_up", "together"]

Evaluator = Callable[[Number], Number]

#: the most terms that are added up, and how many quiet ones in a row end a sum
_MOST, _QUIET = 30_000, 20
#: after so many terms the rest is looked at as an integral
_SLOW = 600
#: powers of e so far out, and how near the masses in doubles must be there to those in as many digits as the last
_FAR, _FAITHFUL = (10, 20, 40, 80, 160), 1e-6


@dataclass(frozen=True)
class Summed:
    """`status` is "value", "divergent" (then `value` is infinite, or nan) or "unknown"; `error` is an estimate."""

    status: str
    value: Number = None
    error: Number = None
    note: str = ""


def together(parts: list[Summed]) -> Summed:
    """The sum of the parts: unknown with an unknown part, without a value where parts diverge in both directions."""
    for part in parts:
        if part.status == "unknown":
            return part
    endless = [part for part in parts if part.status == "divergent"]
    if len({part.value for part in endless}) > 1 or any(mp.isnan(part.value) for part in endless):
        return Summed("divergent", mp.nan, note="it grows beyond all bounds upwards and downwards: it does not exist")
    if endless:
        return endless[0]
    return Summed("value", mp.fsum(part.value for part in parts), mp.fsum(part.error for part in parts))


def add_up(here: Setting, digits: int) -> Summed:
    """The sum of density * weight over the integers of the support. Raises NoValue."""
    mass, weight = evaluators([here.density, here.weight], here.variable)
    total, top, quiet, recent = mp.mpf(0), mp.mpf(0), 0, [mp.mpf(0)]
    tolerance = mp.mpf(10) ** -(digits + 3)
    finite = here.support[0].is_finite and here.support[1].is_finite
    for done, k in enumerate(_integers(here.support)):
        if done in (_SLOW, 4 * _SLOW) and quiet == 0 and here.support[1] == sp.oo and here.support[0].is_finite:
            rest = _rest(here, mass, weight, k)
            if rest is not None and not math.isfinite(rest.value):
                return Summed("divergent", mp.mpf(rest.value), note="the sum grows without end")
            if rest is not None:
                return Summed("value", total + rest.value, rest.error + tolerance * (1 + abs(total)))
        p = mass(mp.mpf(k))
        term = p * weight(mp.mpf(k)) if p else mp.mpf(0)
        if isinstance(term, mp.mpc) or not mp.isfinite(term):
            raise NoValue(f"the term at {k} has no real value")
        total += term
        size = abs(p) + abs(term)  # a sum of nothing but zeros ends where the masses do
        recent = [*recent[-200:], size]
        top = max(top, size)
        quiet = quiet + 1 if top > mp.mpf(10) ** -30 and size <= tolerance * top else 0
        if not finite and quiet > _QUIET:
            return Summed("value", total, tolerance * (1 + abs(total)))
        if done > _MOST:
            if not finite and all(recent[i] >= recent[0] for i in range(0, len(recent), 2)):
                return Summed(
                    "divergent", mp.sign(term) * mp.inf, note=f"the terms do not fall: {mp.nstr(abs(term), 6)}"
                )
            return Summed("unknown", note=f"{done} terms were not enough")
    return Summed("value", total, tolerance * (1 + abs(total)))


def _rest(here: Setting, mass: Evaluator, weight: Evaluator, n: int) -> Estimate | None:
    """The terms from n on by Euler and Maclaurin: an integral, half the first term, and the odd derivatives there."""
    try:
        density, factor = real_functions([here.density, here.weight], here.variable)
    except NoValue:
        return None
    integral = on_line(lambda t: density(n + math.exp(t)) * math.exp(t), lambda t: factor(n + math.exp(t)))
    if integral is not None and not math.isfinite(integral.value):
        return integral if _faithful(here, density, n) else None
    if integral is None:
        return None
    f = [mass(mp.mpf(n + i)) * weight(mp.mpf(n + i)) for i in (-2, -1, 0, 1, 2)]
    slope = (f[0] - 8 * f[1] + 8 * f[3] - f[4]) / 12
    third = (f[4] - 2 * f[3] + 2 * f[1] - f[0]) / 2
    value = integral.value + f[2] / 2 - slope / 12 + third / 720
    return Estimate(float(value), integral.error + float(abs(third) / 720))


def _faithful(here: Setting, density: Real, n: int) -> bool:
    """Whether doubles have the masses far out, where what they take for growth may be what cancelling digits left."""
    with mp.workdps(_FAR[-1]):
        mass = evaluator(here.density, here.variable)
        for t in _FAR:
            x = n + math.exp(t)
            true = mass(mp.mpf(x))
            if not abs(density(x) - true) <= _FAITHFUL * abs(true):
                return False
    return True


def _integers(support: tuple[sp.Expr, sp.Expr]) -> Iterator[int]:
    lower, upper = (None if bound.is_infinite else int(bound) for bound in support)
    if lower is None and upper is None:
        return (k for n in count() for k in ((0,) if n == 0 else (n, -n)))
    if lower is None:
        assert upper is not None
        return (upper - n for n in count())
    return chain(range(lower, upper + 1)) if upper is not None else count(lower)
