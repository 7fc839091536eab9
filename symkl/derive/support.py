"""Whether the support of p lies in that of q: where it does not, q gives no mass to a set that p does."""

from __future__ import annotations

from dataclasses import dataclass

import sympy as sp

from symkl.algebra import holds, standing
from symkl.algebra.conditions import normal_condition
from symkl.model import Distribution

__all__ = ["Inclusion", "inclusion"]


@dataclass(frozen=True)
class Inclusion:
    """`holds`: True, False (with the `reason`), or None: then exactly under `conditions`.

    `ends` says the same as `conditions`, plainly of the ends of the supports.
    """

    holds: bool | None
    conditions: tuple[sp.Basic, ...] = ()
    ends: tuple[sp.Basic, ...] = ()
    reason: str = ""


def inclusion(p: Distribution, q: Distribution) -> Inclusion:
    """Whether p is absolutely continuous with respect to q, judged by their kinds and the ends of their supports."""
    if p.kind != q.kind:
        one, other = ("p is continuous and q discrete", "q gives probability one to a countable set, p none")
        if p.kind == "discrete":
            one, other = ("p is discrete and q continuous", "p gives positive probability to points, q none")
        return Inclusion(False, reason=f"{one}: {other}")
    given = standing(p, q)
    found: list[sp.Basic] = []
    ends: list[sp.Basic] = []
    wanted = (
        ("below", sp.Le(q.support[0], p.support[0])),
        ("above", sp.Ge(q.support[1], p.support[1])),
    )
    for side, condition in wanted:
        known = holds(condition, given)
        if known is False:
            end = q.support[0] if side == "below" else q.support[1]
            return Inclusion(False, reason=f"p gives positive probability to values {side} {end}, where q has none")
        if known is None:
            found.append(normal_condition(condition))
            ends.append(condition)
    return Inclusion(None, tuple(found), tuple(ends)) if found else Inclusion(True)
