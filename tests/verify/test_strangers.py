"""Densities that no file of the repository defines: both oracles integrate them to 1 and agree on their entropies."""

import mpmath as mp
import pytest
import sympy as sp
from flint import arb

from symkl.model import claim
from symkl.verify.integral import enclosed, estimated
from symkl.verify.numbers import exact
from symkl.verify.points import draw
from symkl.verify.rigorous import enclose

from .conftest import make

oo, R = sp.oo, sp.Rational

STRANGERS = {
    "chi": make(
        lambda x, k: x ** (k - 1) * sp.exp(-(x**2) / 2) * 2 ** (1 - k / 2) / sp.gamma(k / 2), 0, oo, "k: positive"
    ),
    "inverse gamma": make(
        lambda x, a, b: b**a / sp.gamma(a) * x ** (-a - 1) * sp.exp(-b / x), 0, oo, "a: positive", "b: positive"
    ),
    "Weibull": make(
        lambda x, k, c: k / c * (x / c) ** (k - 1) * sp.exp(-((x / c) ** k)), 0, oo, "k: positive", "c: positive"
    ),
    "Frechet": make(lambda x, a: a * x ** (-1 - a) * sp.exp(-(x ** (-a))), 0, oo, "a: positive"),
    "Lomax": make(lambda x, a, c: a / c * (1 + x / c) ** (-a - 1), 0, oo, "a: positive", "c: positive"),
    "generalised normal": make(
        lambda x, m, a, b: b / (2 * a * sp.gamma(1 / b)) * sp.exp(-((sp.Abs(x - m) / a) ** b)),
        -oo,
        oo,
        "m: real",
        "a: positive",
        "b: positive",
    ),
    "two rates": make(
        lambda x, m, a, b: a * b / (a + b) * sp.Piecewise((sp.exp(a * (x - m)), x < m), (sp.exp(-b * (x - m)), True)),
        -oo,
        oo,
        "m: real",
        "a: positive",
        "b: positive",
    ),
    "logistic": make(
        lambda x, m, s: sp.exp(-(x - m) / s) / (s * (1 + sp.exp(-(x - m) / s)) ** 2), -oo, oo, "m: real", "s: positive"
    ),
    "hyperbolic secant": make(lambda x, s: 1 / (2 * s * sp.cosh(sp.pi * x / (2 * s))), -oo, oo, "s: positive"),
    "Student": make(
        lambda x, n: sp.gamma((n + 1) / 2) / sp.sqrt(n * sp.pi) / sp.gamma(n / 2) * (1 + x**2 / n) ** (-(n + 1) / 2),
        -oo,
        oo,
        "n: positive",
    ),
    "beta": make(lambda x, a, b: x ** (a - 1) * (1 - x) ** (b - 1) / sp.beta(a, b), 0, 1, "a: positive", "b: positive"),
    "von Mises": make(
        lambda x, k: sp.exp(k * sp.cos(x)) / (2 * sp.pi * sp.besseli(0, k)), -sp.pi, sp.pi, "k: positive"
    ),
    "inverse Gaussian": make(
        lambda x, m, c: sp.sqrt(c / (2 * sp.pi * x**3)) * sp.exp(-c * (x - m) ** 2 / (2 * m**2 * x)),
        0,
        oo,
        "m: positive",
        "c: positive",
    ),
    "skew normal": make(
        lambda x, a: sp.exp(-(x**2) / 2) / sp.sqrt(2 * sp.pi) * sp.erfc(-a * x / sp.sqrt(2)), -oo, oo, "a: real"
    ),
    "two bumps": make(
        lambda x, m: (sp.exp(-(x**2) / 2) + sp.exp(-((x - m) ** 2) / 2)) / (2 * sp.sqrt(2 * sp.pi)), -oo, oo, "m: real"
    ),
    "Gompertz": make(
        lambda x, n, b: b * n * sp.exp(n + b * x - n * sp.exp(b * x)), 0, oo, "n: positive", "b: positive"
    ),
    "negative binomial": make(
        lambda x, r, p: sp.binomial(x + r - 1, x) * p**r * (1 - p) ** x,
        0,
        oo,
        "r: positive",
        "p: unit",
        kind="discrete",
    ),
    "logarithmic": make(lambda x, p: -(p**x) / (x * sp.log(1 - p)), 1, oo, "p: unit", kind="discrete"),
}


@pytest.mark.parametrize("name", sorted(STRANGERS))
def test_a_strangers_density_is_enclosed_and_estimated_alike(name):
    about = claim("entropy", STRANGERS[name])
    (point,) = draw(about, 1, seed=5)
    one = enclose(about.p, sp.S.One, point, 30)
    assert one.ball is not None, one.reason
    assert one.ball.contains(1)
    assert one.ball.rad() < arb("1e-29")
    rigorous, plain = enclosed(about, point, 30), estimated(about, point)
    assert rigorous.ball is not None, rigorous.reason
    assert plain.status == "value"
    assert abs(rigorous.ball - exact(plain.value)) < arb("1e-10")


def test_digits_that_cancel_near_an_end_are_bought_back_by_precision():
    kumaraswamy = make(lambda x: R(6, 35) * x ** R(-3, 5) * (1 - x ** R(2, 5)) ** R(-4, 7), 0, 1)
    found = estimated(claim("expectation", kumaraswamy, of=sp.S.One), {})
    assert found.status == "value"
    assert abs(found.value - 1) < mp.mpf(10) ** -10


def test_a_density_without_a_bound_for_its_tail_is_left_open_and_not_guessed():
    slow = make(lambda x: sp.coth(sp.pi) / (1 + x**2) / 2, 1, oo, kind="discrete")
    found = enclosed(claim("entropy", slow), {}, 30)
    assert found.ball is None
    assert "tail" in found.reason
