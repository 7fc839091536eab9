"""What is infinite, or does not exist, never gets a ball; plain quadrature sees it grow."""

import mpmath as mp
import pytest
import sympy as sp

from symkl.model import claim
from symkl.verify.plain import expectation
from symkl.verify.rigorous import enclose

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


def test_a_divergent_sum_has_no_ball_and_no_value():
    dist = claim("entropy", zeta_like()).p
    assert enclose(dist, dist.variable**2, {}).ball is None
    assert expectation(dist, dist.variable**2, {}).status == "divergent"


def test_a_slow_sum_is_unknown_rather_than_guessed():
    dist = claim("entropy", zeta_like()).p
    assert enclose(dist, ONE, {}).ball is None
    assert expectation(dist, ONE, {}).status == "unknown"
