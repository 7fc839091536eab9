"""Properties that a result must have: KL(p, p) = 0, KL >= 0, KL = H(p, q) - H(p)."""

from __future__ import annotations

from collections.abc import Sequence

import sympy as sp

from symkl.algebra import is_zero
from symkl.model import Check, Counterexample, Derivation, Expectation
from symkl.verify.evidence import Evidence
from symkl.verify.numbers import ball_of, decimal
from symkl.verify.points import Point, shown

__all__ = ["properties"]


def properties(derivation: Derivation, points: Sequence[Point]) -> list[Evidence]:
    """The checks that apply to this derivation's result."""
    claim, result = derivation.claim, derivation.result
    if claim.quantity != "kl" or result is None or result in (sp.oo, -sp.oo):
        return []
    found = [_not_negative(derivation, points)]
    same = _same_arguments(derivation)
    if same is not None and not result.has(Expectation, sp.Piecewise):
        zero = is_zero(same)
        found.append(Evidence(Check("property", zero or None, note="KL(p, p) = 0")))
    if len(derivation.parts) == 2:
        cross, own = derivation.parts
        if (
            cross.result is not None
            and own.result is not None
            and not (cross.result.has(sp.oo) or own.result.has(sp.oo))
        ):
            zero = is_zero(result - (cross.result - own.result))
            found.append(Evidence(Check("property", zero or None, note="KL(p, q) = H(p, q) - H(p)")))
    return found


def _same_arguments(derivation: Derivation) -> sp.Expr | None:
    """The result with q's parameters put equal to p's; None for two families or where some are fixed."""
    p, q = derivation.claim.p, derivation.claim.q
    if q is None or p.family != q.family or derivation.claim.where:
        return None
    assert derivation.result is not None
    pairs = zip(q.parameters, p.parameters, strict=True)
    return derivation.result.subs({two.symbol: one.symbol for two, one in pairs}, simultaneous=True)


def _not_negative(derivation: Derivation, points: Sequence[Point]) -> Evidence:
    assert derivation.result is not None
    done = 0
    for point in points:
        ball = ball_of(derivation.result, point, 15, derivation.claim)
        if ball is None:
            continue
        if ball < 0:
            return Evidence(
                Check("property", False, done + 1, note="KL >= 0"),
                Counterexample(shown(point), decimal(ball), "at least 0"),
            )
        done += 1
    return Evidence(Check("property", True if done else None, done, note="KL >= 0"))
