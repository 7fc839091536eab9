"""Evidence that a claim's value is infinite: mass of p where q has none, or truncated integrals that grow."""

from __future__ import annotations

from collections.abc import Sequence

import mpmath as mp
import sympy as sp

from symkl.algebra import holds, standing
from symkl.model import Check, Claim, Counterexample
from symkl.verify.evidence import Evidence
from symkl.verify.integral import enclosed, estimated, violation, weight_of
from symkl.verify.numbers import decimal
from symkl.verify.points import Point, shown
from symkl.verify.rigorous.divergence import infinite_tail

__all__ = ["by_inequality", "by_support", "diverging"]


def by_support(claim: Claim) -> Check | None:
    """The proof, from the domains alone, that p has mass where q has none; None where that is not so or not known."""
    p, q = claim.p, claim.q
    if q is None:
        return None
    if p.kind != q.kind:
        return Check("kernel", True, note=f"p is {p.kind} and q {q.kind}: p is not absolutely continuous against q")
    given = standing(claim)
    if holds(sp.Le(q.support[0], p.support[0]), given) is False:
        return Check("kernel", True, note=f"p has mass below {q.support[0]}, where q has none")
    if holds(sp.Ge(q.support[1], p.support[1]), given) is False:
        return Check("kernel", True, note=f"p has mass above {q.support[1]}, where q has none")
    return None


def by_inequality(claim: Claim, points: Sequence[Point]) -> Check | None:
    """A KL divergence shown to be infinite at each of the points, by a rigorous lower bound for one tail.

    One infinite tail decides a KL divergence alone: its negative part is always finite.
    """
    if claim.quantity != "kl" or not points:
        return None
    found = [infinite_tail(claim.p, weight_of(claim), point) for point in points if violation(claim, point) is None]
    if None in found or len(found) < len(points):
        return None
    end, inequality = found[0] or ("", "")
    return Check("enclosure", True, len(found), None, f"infinite beside {end}: {inequality}")


def diverging(claim: Claim, points: Sequence[Point], towards: sp.Expr | None = sp.oo) -> Evidence:
    """What the oracle finds where the value is said to be infinite (`towards` oo or -oo) or undefined (None)."""
    wanted = None if towards is None else mp.inf if towards == sp.oo else -mp.inf
    done, note = 0, "no point was found"
    for point in points:
        plain = estimated(claim, point)
        if plain.status == "divergent" and wanted in (None, plain.value):
            done, note = done + 1, plain.note
        elif plain.status == "divergent":
            note = f"it diverges, but not towards {towards}"
        elif plain.status == "value":
            ball = enclosed(claim, point, 15).ball
            if ball is not None:
                return Evidence(
                    Check("enclosure", False, done + 1, note="the integral is finite"),
                    Counterexample(shown(point), str(towards or "undefined"), decimal(ball)),
                )
            note = "plain quadrature finds a finite value"
        else:
            note = plain.note
    return Evidence(Check("quadrature", True if done else None, done, None, note))
