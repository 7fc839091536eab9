"""Plain summation of mass times weight over integers."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import chain, count

import mpmath as mp
import sympy as sp

from symkl.verify.plain_table import NoValue, Number, evaluators
from symkl.verify.setting import Setting

__all__ = ["Summed", "add_up", "together"]

#: the most terms that are added up, and how many quiet ones in a row end a sum
_MOST, _QUIET = 30_000, 20


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


def _integers(support: tuple[sp.Expr, sp.Expr]) -> Iterator[int]:
    lower, upper = (None if bound.is_infinite else int(bound) for bound in support)
    if lower is None and upper is None:
        return (k for n in count() for k in ((0,) if n == 0 else (n, -n)))
    if lower is None:
        assert upper is not None
        return (upper - n for n in count())
    return chain(range(lower, upper + 1)) if upper is not None else count(lower)
