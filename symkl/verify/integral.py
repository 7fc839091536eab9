"""The defining integral of a claim, enclosed and estimated: what every verdict is measured against."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache

import flint
import mpmath as mp
import sympy as sp

from symkl.model import Claim, Distribution, Expectation
from symkl.verify.numbers import truth
from symkl.verify.plain import Plain, expectation
from symkl.verify.rigorous import Enclosure, enclose
from symkl.verify.setting import log_density_of

__all__ = ["enclosed", "estimated", "violation", "weight_of"]


def weight_of(claim: Claim) -> sp.Expr:
    """The function of x whose average under p the claim is about, in nats.

    entropy: `-log p`; cross-entropy: `-log q`; KL: `log p - log q`; expectation: the function given.
    """
    if claim.quantity == "expectation":
        assert claim.of is not None
        return claim.of
    if claim.quantity == "entropy":
        return -log_density_of(claim.p)
    assert claim.q is not None
    if claim.quantity == "cross_entropy":
        return -log_density_of(claim.q)
    return log_density_of(claim.p) - log_density_of(claim.q)


def enclosed(claim: Claim, at: Mapping[sp.Symbol, sp.Expr], digits: int = 30) -> Enclosure:
    """A ball around the claim's value at that point, from the densities alone."""
    return _enclosed(claim, tuple(at.items()), digits)


def estimated(claim: Claim, at: Mapping[sp.Symbol, sp.Expr], digits: int = 12) -> Plain:
    """The claim's value at that point by plain quadrature or summation; "divergent" where p puts mass outside q."""
    return _estimated(claim, tuple(at.items()), digits)


# a result and each known form of the same claim are measured against the same numbers


@lru_cache(maxsize=512)
def _enclosed(claim: Claim, at: tuple[tuple[sp.Symbol, sp.Expr], ...], digits: int) -> Enclosure:
    outside = violation(claim, dict(at))
    if outside is not None:
        return Enclosure(None, outside)
    if claim.quantity == "kl":
        parts = _parts(claim, dict(at), digits)
        if parts is not None:
            return parts
    weight = weight_of(claim)
    if weight.has(Expectation):
        return Enclosure(None, "an expectation stands inside the function that is averaged")
    return enclose(claim.p, weight, dict(at), digits)


def _parts(claim: Claim, at: Mapping[sp.Symbol, sp.Expr], digits: int) -> Enclosure | None:
    """A divergence as H(p, q) - H(p), where both are enclosed: each is shared with other claims."""
    assert claim.q is not None
    cross = enclose(claim.p, -log_density_of(claim.q), at, digits)
    own = enclose(claim.p, -log_density_of(claim.p), at, digits) if cross.ball is not None else cross
    if cross.ball is None or own.ball is None:
        return None
    with flint.ctx.workprec(int(digits * 3.33) + 60):
        return Enclosure(cross.ball - own.ball)


@lru_cache(maxsize=512)
def _estimated(claim: Claim, at: tuple[tuple[sp.Symbol, sp.Expr], ...], digits: int) -> Plain:
    outside = violation(claim, dict(at))
    if outside is not None:
        undefined = claim.quantity == "cross_entropy" and claim.q is not None and claim.p.kind != claim.q.kind
        return Plain("divergent", mp.nan if undefined else mp.inf, note=outside)
    return _average(claim.p, weight_of(claim), dict(at), digits)


def _average(dist: Distribution, weight: sp.Expr, at: Mapping[sp.Symbol, sp.Expr], digits: int) -> Plain:
    """The average of a function in which expectations may stand, `(x - Expectation(x))**2`: they are averaged first."""
    numbers: dict[sp.Basic, sp.Expr] = {}
    for inner in weight.atoms(Expectation):
        found = _average(dist, inner.body, at, digits)
        if found.status != "value":
            return found
        numbers[inner] = sp.Rational(sp.Float(found.value, 2 * digits))
    return expectation(dist, weight.xreplace(numbers), at, digits)


def violation(claim: Claim, at: Mapping[sp.Symbol, sp.Expr]) -> str | None:
    """Where, at that point, p has mass and q none, in words; None where p's support lies in q's."""
    p, q = claim.p, claim.q
    if q is None:
        return None
    if p.kind != q.kind:
        return f"p is {p.kind} and q {q.kind}"
    (low_p, high_p), (low_q, high_q) = ([end.xreplace(dict(at)) for end in d.support] for d in (p, q))
    if truth(sp.StrictLessThan(low_p, low_q), {}):
        return f"p has mass between {low_p} and {sp.Min(low_q, high_p)}, where q has none"
    if truth(sp.StrictGreaterThan(high_p, high_q), {}):
        return f"p has mass between {sp.Max(high_q, low_p)} and {high_p}, where q has none"
    return None
