"""What is infinite, or does not exist, never gets a ball; plain quadrature sees it grow."""

import itertools

import mpmath as mp
import pytest
import sympy as sp

from symkl.model import claim
from symkl.verify.infinite import by_inequality
from symkl.verify.integral import estimated, violation
from symkl.verify.plain import expectation
from symkl.verify.points import draw
from symkl.verify.rigorous import enclose
from symkl.verify.rigorous.divergence import infinite_tail

from .conftest import make

ONE = sp.Integer(1)


def gamma_one():
    return make(lambda x: sp.exp(-x), 0, sp.oo)


def zeta_like():
    return make(lambda x: 6 / (sp.pi * (x + 1)) ** 2, 0, sp.oo, kind="discrete")


CASES = {
    "E[1/x^2] under Gamma(1, 1)": (gamma_one, lambda x: x**-2),
    "E[1/x] under Gamma(1, 1): the logarithm's pace": (gamma_one, lambda x: 1 / x),
    "E[e^x] under Gamma(1, 1): the density cancels": (gamma_one, sp.exp),
    "E[e^(2x)] under Gamma(1, 1)": (gamma_one, lambda x: sp.exp(2 * x)),
    "the mean of a Cauchy distribution": (
        lambda: make(lambda x: 1 / (sp.pi * (1 + x**2)), -sp.oo, sp.oo),
        lambda x: x,
    ),
    "the second moment of a Cauchy distribution": (
        lambda: make(lambda x: 1 / (sp.pi * (1 + x**2)), -sp.oo, sp.oo),
        lambda x: x**2,
    ),
    "E[1/x^2] with the pole inside the support": (
        lambda: make(lambda x: sp.exp(-(x**2) / 2) / sp.sqrt(2 * sp.pi), -sp.oo, sp.oo),
        lambda x: x**-2,
    ),
    "E[1/(1 - x)] of a uniform": (lambda: make(lambda x: sp.Integer(1) + 0 * x, 0, 1), lambda x: 1 / (1 - x)),
}


@pytest.mark.parametrize("name", sorted(CASES))
def test_a_divergent_integral_has_no_ball(name):
    family, weight = CASES[name]
    dist = claim("entropy", family()).p
    found = enclose(dist, weight(dist.variable), {})
    assert found.ball is None
    assert found.reason


@pytest.mark.parametrize("name", sorted(CASES))
def test_a_divergent_integral_is_seen_to_grow(name):
    family, weight = CASES[name]
    dist = claim("entropy", family()).p
    found = expectation(dist, weight(dist.variable), {})
    assert found.status == "divergent"
    assert mp.isnan(found.value) if "mean of a Cauchy" in name else found.value == mp.inf


def test_what_grows_downwards_is_minus_infinity():
    dist = claim("entropy", gamma_one()).p
    assert expectation(dist, -(dist.variable**-2), {}).value == -mp.inf


@pytest.mark.parametrize("name", sorted(CASES))
def test_an_infinite_tail_is_shown_by_an_inequality(name):
    family, weight = CASES[name]
    dist = claim("entropy", family()).p
    shown = infinite_tail(dist, weight(dist.variable), {})
    assert shown is not None
    assert infinite_tail(dist, -weight(dist.variable), {}) is None or "mean of a Cauchy" in name


@pytest.mark.parametrize(
    "weight", [lambda x: x**2, lambda x: sp.log(x) ** 2, lambda x: x ** sp.Rational(-9, 10), lambda x: sp.exp(x / 2)]
)
def test_a_finite_integral_is_not_shown_to_be_infinite(weight):
    dist = claim("entropy", gamma_one()).p
    assert infinite_tail(dist, weight(dist.variable), {}) is None
    assert enclose(dist, weight(dist.variable), {}).ball is not None


def test_no_finite_divergence_is_shown_to_be_infinite(built_in):
    some = [built_in[name] for name in ("Gamma", "Exponential", "Gompertz", "Lomax")]
    seen = set()
    for p, q in itertools.product(some, repeat=2):
        about = claim("kl", p, q)
        for point in draw(about, 1):
            if violation(about, point) is None:
                shown, plain = by_inequality(about, [point]), estimated(about, point)
                assert shown is None or plain.status == "divergent", about.id
                seen.add(shown is None)
    assert seen == {True, False}


def test_an_infinite_divergence_is_shown_by_an_inequality(built_in):
    tail = make(lambda x, a: a * x ** (-a - 1), 1, sp.oo, "a: unit")
    about = claim("kl", tail, built_in["Exponential"])
    check = by_inequality(about, draw(about, 2))
    assert check is not None
    assert "infinite beside oo" in check.note


def test_a_divergent_sum_has_no_ball_and_no_value():
    dist = claim("entropy", zeta_like()).p
    assert enclose(dist, dist.variable**2, {}).ball is None
    assert expectation(dist, dist.variable**2, {}).status == "divergent"


def test_a_slow_sum_is_enclosed_and_another_is_unknown_rather_than_guessed():
    dist = claim("entropy", zeta_like()).p
    assert enclose(dist, ONE, {}).ball.contains(1)
    assert abs(expectation(dist, ONE, {}).value - 1) < 1e-12
    slow = sp.log(1 + sp.log(2 + dist.variable) ** 2)  # in no table of power sums
    assert enclose(dist, slow, {}).ball is None
