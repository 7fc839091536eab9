"""Every known form shipped with symkl agrees with plain quadrature or summation of its defining integral.

Nothing of the engine takes part: the densities and formulas are evaluated by mpmath at random parameters.
"""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import mpmath as mp
import pytest
import sympy as sp

from symkl.language import is_document, load_families
from symkl.model import Claim, Distribution, Family, Known, Parameter, claim

FOLDER = Path(__file__).resolve().parents[2] / "derivations"
FAMILIES = load_families(path for path in sorted(FOLDER.glob("*.toml")) if not is_document(path))
EVERY = [(family, known) for family in FAMILIES.values() for known in family.known]
FORMS = [(family, known) for family, known in EVERY if known.formula != sp.oo]
TOLERANCE = mp.mpf(10) ** -10


def draw(parameter: Parameter, chance: random.Random) -> sp.Rational:
    """A short decimal in the middle of the parameter's domain."""
    whole = {"integer": (-3, 4), "positive_integer": (1, 6)}.get(parameter.domain)
    if whole:
        return sp.Integer(chance.randint(*whole))
    low, high = {"real": (-15, 15), "unit": (1, 9)}.get(parameter.domain, (6, 30))
    return sp.Rational(chance.randint(low, high), 10)


def logarithm(member: Distribution, at: dict[sp.Symbol, sp.Rational]) -> Callable[[mp.mpf], mp.mpf]:
    """log p(x) as a function of mpmath numbers, from the definition's own density."""
    given = member.density if member.log_density is None else member.log_density
    value = sp.lambdify(member.variable, given.subs(at), "mpmath")
    return (lambda x: mp.log(value(x))) if member.log_density is None else value


def mean(of: Callable[[mp.mpf], mp.mpf], member: Distribution, at: dict[sp.Symbol, sp.Rational]) -> mp.mpf:
    """E[of(x)] under the member, by tanh-sinh quadrature between many cuts, or by adding up."""
    log_density = logarithm(member, at)
    low, high = (mp.mpf(bound.subs(at)) if bound.is_finite else mp.mpf(float(bound)) for bound in member.support)

    def weighted(x: mp.mpf) -> mp.mpf:
        exponent = log_density(x)
        return mp.mpf(0) if exponent < -400 else mp.exp(exponent) * of(x)

    if member.kind == "discrete":
        last = 120 if mp.isinf(high) else int(high)
        return mp.fsum(weighted(mp.mpf(k)) for k in range(int(low), last + 1))
    cuts = {mp.mpf(value) for value in at.values()} | {mp.mpf(c) for c in (-80, -30, -8, -3, 3, 8, 30, 80)}
    return mp.quad(weighted, [low, *sorted(c for c in cuts if low < c < high), high], maxdegree=10)


def true_value(made: Claim, at: dict[sp.Symbol, sp.Rational]) -> mp.mpf:
    """The quantity from its definition, in nats."""
    log_p = logarithm(made.p, at)
    if made.quantity == "expectation":
        return mean(sp.lambdify(made.p.variable, made.of.subs(at), "mpmath"), made.p, at)
    if made.quantity == "entropy":
        return mean(lambda x: -log_p(x), made.p, at)
    log_q = logarithm(made.q, at)
    if made.quantity == "cross_entropy":
        return mean(lambda x: -log_q(x), made.p, at)
    return mean(lambda x: log_p(x) - log_q(x), made.p, at)


def error(family: Family, known: Known, turn: int) -> mp.mpf:
    """How far the formula is from the defining integral at the turn-th random point, relative beyond 1."""
    made = claim(known.quantity, family, FAMILIES[known.other] if known.other else None, known.of, known.where)
    chance = random.Random(f"{family.name} {known.field} {turn}")
    at = {parameter.symbol: draw(parameter, chance) for parameter in made.parameters}
    unit = mp.log(2) if known.units == "bits" else 1
    with mp.workdps(20):
        true = true_value(made, at) / unit
        return abs(mp.mpf(str(known.formula.subs(at).evalf(25))) - true) / max(1, abs(true))


@pytest.mark.parametrize(("family", "known"), FORMS, ids=[f"{f.name}-{k.field}" for f, k in FORMS])
def test_a_known_form_equals_its_defining_integral(family: Family, known: Known) -> None:
    assert error(family, known, 1) < TOLERANCE


def test_a_wrong_known_form_is_noticed() -> None:
    family, known = next((f, k) for f, k in FORMS if k.quantity == "kl")
    assert error(family, replace(known, formula=known.formula + sp.Rational(1, 10**6)), 0) > TOLERANCE


def test_where_a_known_form_is_infinite_the_first_has_mass_outside_the_second() -> None:
    infinite = [(family, known) for family, known in EVERY if known.formula == sp.oo]
    assert infinite
    for family, known in infinite:
        made = claim(known.quantity, family, FAMILIES[known.other])
        at = {parameter.symbol: draw(parameter, random.Random(1)) for parameter in made.parameters}
        assert made.p.support == (-sp.oo, sp.oo)
        outside = mp.mpf(made.q.support[0]) - 1
        assert mp.isfinite(logarithm(made.p, at)(outside))


def test_every_known_form_names_its_source() -> None:
    assert all(len(known.source) > 20 for _, known in EVERY)


@pytest.mark.parametrize("family", FAMILIES.values(), ids=list(FAMILIES))
def test_a_shipped_density_has_total_mass_one(family: Family) -> None:
    member = claim("entropy", family).p
    at = {p.symbol: draw(p, random.Random(family.name)) for p in member.parameters}
    with mp.workdps(20):
        assert abs(mean(lambda x: mp.mpf(1), member, at) - 1) < TOLERANCE
