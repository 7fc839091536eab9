"""Evidence that a claim's value is infinite: mass of p where q has none, or truncated integrals that grow."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import mpmath as mp
import sympy as sp

from symkl.algebra import holds, log_density, standing
from symkl.algebra.tails import regions
from symkl.model import Check, Claim, Counterexample
from symkl.verify.evidence import Evidence
from symkl.verify.integral import enclosed, estimated, violation, weight_of
from symkl.verify.numbers import decimal
from symkl.verify.points import Point, shown
from symkl.verify.rigorous.divergence import infinite_tail

__all__ = ["beyond", "by_inequality", "by_support", "by_tails", "diverging"]


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


def by_tails(claim: Claim) -> Check | None:
    """The proof, from how fast the terms of the integrand grow, that the value is `oo` everywhere; else None."""
    if claim.q is None or claim.quantity not in ("kl", "cross_entropy"):
        return None
    if _infinite_where(claim) != sp.true:
        return None
    subject = "log(p/q)" if claim.quantity == "kl" else "-log(q)"
    return Check(
        "kernel", True, note=f"the growth of {subject} is compared with the fall of p at the ends of its range"
    )


def _infinite_where(claim: Claim) -> sp.Basic:
    """Where in the parameters' domains, p's support inside q's, one end alone makes the value `oo`.

    A divergence's negative part is always finite, so that one end decides; a cross-entropy needs all of them.
    """
    p, q = claim.p, claim.q
    assert q is not None
    inside = [c for c in (sp.Le(q.support[0], p.support[0]), sp.Ge(q.support[1], p.support[1])) if c is not sp.true]
    if sp.false in inside:
        return sp.true
    log_p, log_q = log_density(p), log_density(q)
    weight = log_p - log_q if claim.quantity == "kl" else -log_q
    ends = [
        (end, side) for end, side in zip(p.support, (1, -1), strict=True) if p.kind == "continuous" or end.is_infinite
    ]
    given = (*standing(p, q), *inside)
    return regions(log_p, weight, p.variable, tuple(ends), given, bounded=claim.quantity == "kl").where("oo")


def beyond(claim: Claim, points: Sequence[Point]) -> Evidence:
    """What is found at points outside the conditions of a claim that is said to be `oo` there."""
    for point in points:
        outside = violation(claim, point)
        if outside is not None:
            return Evidence(Check("kernel", True, 1, None, f"outside the conditions, at {_said(point)}: {outside}"))
        shown = by_inequality(claim, [point])
        if shown is not None:
            return Evidence(Check("enclosure", True, 1, None, f"outside the conditions: {shown.note}"))
    found = diverging(claim, points)
    return replace(found, check=replace(found.check, note=f"outside the conditions: {found.check.note}"))


def _said(point: Point) -> str:
    return ", ".join(f"{name} = {value}" for name, value in shown(point))


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
