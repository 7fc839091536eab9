"""Values at the ends of the parameters' domains, from the densities there: 0**0 = 1, and 0 log 0 = 0.

A Poisson with rate 0 and a Binomial with probability 1 are point masses; the formulas of the interior are 0/0 there.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import mpmath as mp
import sympy as sp

from symkl.model import Claim, Distribution
from symkl.verify.integral import violation, weight_of
from symkl.verify.plain import expectation
from symkl.verify.plain_table import NoValue, evaluators
from symkl.verify.setting import density_of

__all__ = ["by_definition"]

#: a sum ends when so little mass is left, or after so many terms
_LEFT, _TERMS = mp.mpf(10) ** -40, 5000
#: digits of a quadrature, beyond what doubles can give
_DIGITS = 20
#: how far from 1 the mass may be that a quadrature finds
_MASS = 1e-9

Point = Mapping[sp.Symbol, sp.Expr]


def by_definition(claim: Claim, at: Point) -> Any:
    """The entropy or the divergence of the densities at that point, None where they are not distributions there."""
    if any(value is sp.nan or value.has(sp.zoo) for value in at.values()):
        return None
    try:
        if claim.q is not None and claim.p.kind != claim.q.kind:
            return mp.inf
        with mp.workdps(60):
            return _sum(claim, at) if claim.p.kind == "discrete" else _integral(claim, at)
    except (NoValue, ArithmeticError, TypeError, ValueError):
        return None


def _sum(claim: Claim, at: Point) -> Any:
    """The sum over p's support of p log(p/q), or of -p log p."""
    lower, upper = (end.xreplace(dict(at)) for end in claim.p.support)
    if not lower.is_Integer or not (upper.is_Integer or upper == sp.oo):
        return None
    terms = _TERMS if upper == sp.oo else int(upper - lower) + 1
    members = [claim.p] if claim.q is None else [claim.p, claim.q]
    if terms > _TERMS or not all(_is_one(member, at) for member in members):
        return None
    masses = [_mass(member, at) for member in members]
    total = left = mp.mpf(0)
    for k in range(terms):
        x = int(lower) + k
        p, *others = (mass(x) for mass in masses)
        left += p
        if p > 0:
            if others and not others[0] > 0:
                return mp.inf
            total += p * mp.log(p / others[0]) if others else -p * mp.log(p)
        if abs(1 - left) < _LEFT:
            return total
    return None


def _is_one(dist: Distribution, at: Point) -> bool:
    """Whether the masses sum to 1."""
    lower, upper = (end.xreplace(dict(at)) for end in dist.support)
    if not lower.is_Integer or not (upper.is_Integer or upper == sp.oo):
        return False
    mass, total = _mass(dist, at), mp.mpf(0)
    for k in range(_TERMS if upper == sp.oo else min(_TERMS, int(upper - lower) + 1)):
        found = mass(int(lower) + k)
        if not (mp.isfinite(found) and found >= 0):
            return False
        total += found
        if abs(1 - total) < _LEFT and found < _LEFT:
            break
    return bool(abs(1 - total) < _LEFT)


def _mass(dist: Distribution, at: Point) -> Any:
    """The probability of an integer, 0 outside the support."""
    lower, upper = (end.xreplace(dict(at)) for end in dist.support)
    [density] = evaluators([density_of(dist).xreplace(dict(at))], dist.variable)

    def mass(x: int) -> Any:
        if not (lower <= x and x <= upper):
            return mp.mpf(0)
        found = density(mp.mpf(x))
        return mp.mpf(found.real) if isinstance(found, mp.mpc) else mp.mpf(found)

    return mass


def _integral(claim: Claim, at: Point) -> Any:
    """The defining integral by quadrature, where both densities integrate to 1."""
    for member in (claim.p, claim.q):
        if member is not None:
            whole = expectation(member, sp.Integer(1), at, _DIGITS)
            if whole.status != "value" or abs(whole.value - 1) > _MASS:
                return None
    if violation(claim, at) is not None:
        return mp.inf
    found = expectation(claim.p, weight_of(claim), at, _DIGITS)
    if found.status == "divergent" and found.value == mp.inf:
        return mp.inf
    return found.value if found.status == "value" else None
