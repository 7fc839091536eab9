"""The balls of every family in `derivations/`: the density's integral, and the entropy against its published form.

All pairs: `python -m pytest tests/verify/test_families.py --sweep -m sweep` (about ten minutes).
"""

import mpmath as mp
import pytest
import sympy as sp
from flint import arb, ctx

from symkl.algebra import standing
from symkl.model import claim
from symkl.verify.integral import enclosed, estimated, violation, weight_of
from symkl.verify.numbers import exact
from symkl.verify.plain_table import evaluator
from symkl.verify.points import draw
from symkl.verify.rigorous import enclose
from symkl.verify.setting import put

from .conftest import DERIVATIONS

pytestmark = pytest.mark.sample(3)

NAMES = sorted(path.stem for path in DERIVATIONS.glob("*.toml") if path.stem != "vae")
#: families without a published closed form of the entropy: it is added up term by term
SUMMED = {"binomial", "logarithmic", "negativebinomial", "poisson"}


@pytest.fixture(scope="module")
def families(built_in):
    return {name.lower(): family for name, family in built_in.items()}


def published(family, point):
    (known,) = [k for k in family.known if k.quantity == "entropy" and not k.where][:1]
    scale = mp.log(2) if known.units == "bits" else 1
    return evaluator(known.formula.xreplace(dict(point)))(mp.mpf(0)) * scale


def added_up(about, point):
    here = put(about.p, weight_of(about), point)
    mass, weight = evaluator(here.density, here.variable), evaluator(here.weight, here.variable)
    first, last = int(here.support[0]), 2000 if here.support[1].is_infinite else int(here.support[1])
    terms = ((mass(mp.mpf(k)), mp.mpf(k)) for k in range(first, last + 1))
    return mp.fsum(p * weight(k) for p, k in terms if p > mp.mpf(10) ** -60)


def holds(ball, value):
    with ctx.workprec(300):
        return (ball - exact(value)).abs_lower() < arb("1e-40") and ball.rad() < arb("1e-30") * (1 + abs(ball))


@pytest.mark.parametrize("name", NAMES)
def test_the_balls_hold_one_and_the_published_entropy(families, name):
    about = claim("entropy", families[name])
    (point,) = draw(about, 1)
    one, entropy = enclose(about.p, sp.S.One, point), enclosed(about, point)
    assert one.ball is not None, one.reason
    assert entropy.ball is not None, entropy.reason
    with mp.workdps(60):
        true = added_up(about, point) if name in SUMMED else published(families[name], point)
        assert holds(one.ball, mp.mpf(1))
        assert holds(entropy.ball, true)
        assert not holds(entropy.ball, true + (1 + abs(true)) * mp.mpf(10) ** -28)


@pytest.mark.parametrize("name", NAMES)
def test_plain_quadrature_agrees_and_its_error_is_as_estimated(families, name):
    about = claim("entropy", families[name])
    (point,) = draw(about, 1)
    ball, plain = enclosed(about, point).ball, estimated(about, point)
    assert plain.status == "value", plain.note
    with ctx.workprec(200):
        gap = abs(ball - exact(plain.value))
        assert gap < arb("1e-9")
        assert gap < exact(plain.error) + arb("1e-12")


def included(p, q):
    """The conditions under which p's support lies in q's; None where it cannot."""
    about = claim("cross_entropy", p, q)
    (low_p, high_p), (low_q, high_q) = about.p.support, about.q.support
    wanted = [c for c in (sp.Le(low_q, low_p), sp.Ge(high_q, high_p)) if c is not sp.true]
    return None if p.kind != q.kind or sp.false in wanted else (about, wanted)


def test_eight_points_are_found_for_nested_supports_and_they_are_nested(families):
    for first, second in [
        ("uniform", "beta"), ("uniform", "uniform"), ("triangular", "uniform"), ("uniform", "triangular"),
        ("pareto", "pareto"), ("pareto", "frechet"), ("truncatednormal", "arcsine"), ("loguniform", "truncatednormal"),
        ("arcsine", "semicircle"), ("vonmises", "uniform"), ("generalizedpareto", "generalizedextremevalue"),
        ("binomial", "discreteuniform"), ("discreteuniform", "binomial"), ("discreteuniform", "zeta"),
    ]:  # fmt: skip
        about, wanted = included(families[first], families[second])
        points = draw(about, 8, 0, wanted)
        assert len(points) == 8, (first, second)
        assert all(violation(about, point) is None for point in points)
        assert all(c.subs(point) == sp.true for point in points for c in (*wanted, *standing(about)))
        assert points == draw(about, 8, 0, wanted)


def test_the_first_distribution_is_the_same_for_every_partner(families):
    drawn = {}
    for second in ("gamma", "normal", "laplace", "gumbel", "cauchy"):
        about = claim("kl", families["lognormal"], families[second])
        drawn[second] = [{s: v for s, v in point.items() if s.name.endswith("_1")} for point in draw(about, 8)]
    assert len({str(points) for points in drawn.values()}) == 1


def test_a_point_outside_breaks_a_condition(families):
    about, wanted = included(families["uniform"], families["beta"])
    for point in draw(about, 4, 0, wanted, outside=True):
        assert violation(about, point) is not None
    assert draw(about, 4, 0, (), outside=True) == []


def test_conditions_that_contradict_each_other_have_no_point(families):
    about = claim("entropy", families["gamma"])
    alpha = about.parameters[0].symbol
    assert draw(about, 2, 0, (alpha > 3, alpha < 2)) == []


def test_where_the_form_for_large_values_fails_the_other_encloses(families):
    about = claim("cross_entropy", families["lognormal"], families["loglogistic"])
    first = dict(zip(about.parameters, ("-2/7", "11/5", "2", "3/7"), strict=True))
    point = {parameter.symbol: sp.Rational(value) for parameter, value in first.items()}
    ball, plain = enclosed(about, point).ball, estimated(about, point)
    with ctx.workprec(200):
        assert ball.rad() < arb("1e-30")
        assert abs(ball - exact(plain.value)) < arb("1e-8")


#: heavy tails against the logarithm of a hyperbolic cosine, or of a sum of exponentials: no bound is shown for them
OPEN = {"HyperbolicSecant", "Logistic"}


@pytest.mark.sweep
@pytest.mark.parametrize("name", NAMES)
def test_every_cross_entropy_that_is_finite_by_quadrature_is_enclosed(families, name):
    for other in NAMES:
        pair = included(families[name], families[other])
        if pair is None:
            continue
        about, wanted = pair
        for point in draw(about, 1, 0, wanted):
            plain = estimated(about, point)
            ball = enclosed(about, point).ball
            if plain.status == "value" and about.q.family.name not in OPEN:
                assert ball is not None, (about.id, point)
            if ball is not None and plain.status == "value":
                with ctx.workprec(200):
                    assert abs(ball - exact(plain.value)) < arb("1e-8") * (1 + abs(ball)), (about.id, point)
            assert ball is None or plain.status != "divergent", (about.id, point)
