"""Plain quadrature of the raw density: values from elsewhere, honest errors, and words where there is no value."""

import mpmath as mp
import pytest
import sympy as sp
from scipy import stats

from symkl.model import claim
from symkl.verify.integral import estimated, violation, weight_of
from symkl.verify.plain import expectation
from symkl.verify.plain_table import NoValue, evaluator, value

from .conftest import make

R = sp.Rational
SCIPY = {
    "Normal": ({"mu": R(5, 2), "sigma": R(1, 3)}, lambda v: stats.norm(v["mu"], v["sigma"])),
    "LogNormal": ({"mu": R(1, 2), "sigma": R(3, 2)}, lambda v: stats.lognorm(v["sigma"], scale=float(mp.e ** v["mu"]))),
    "Exponential": (None, lambda v: stats.expon(scale=1 / v[0])),
    "Gamma": (None, lambda v: stats.gamma(v[0], scale=1 / v[1])),
    "Laplace": ({"mu": R(-1), "b": R(4)}, lambda v: stats.laplace(v["mu"], v["b"])),
    "Gumbel": ({"mu": R(2), "beta": R(1, 2)}, lambda v: stats.gumbel_r(v["mu"], v["beta"])),
    "Poisson": ({"lam": R(40)}, lambda v: stats.poisson(v["lam"])),
    "Bernoulli": ({"p": R(3, 4)}, lambda v: stats.bernoulli(v["p"])),
}


@pytest.mark.parametrize("name", sorted(SCIPY))
def test_quadrature_agrees_with_scipy_on_entropy_and_variance(built_in, name):
    point, reference = SCIPY[name]
    about = claim("entropy", built_in[name])
    symbols = [p.symbol for p in about.p.parameters]
    if point is None:
        at = dict(zip(symbols, (R(5, 3), R(7, 2)), strict=False))
        law = reference([float(v) for v in at.values()])
    else:
        at = {s: point[s.name] for s in symbols}
        law = reference({name: float(v) for name, v in point.items()})
    x = about.p.variable
    assert abs(float(estimated(about, at).value) - law.entropy()) < 1e-8
    mean = expectation(about.p, x, at)
    assert abs(float(mean.value) - law.mean()) < 1e-8
    second = expectation(about.p, x**2, at)
    assert abs(float(second.value) - law.mean() ** 2 - law.var()) < 1e-7 * (1 + law.var())


def test_the_error_that_is_stated_is_not_too_small():
    beta = make(lambda x: x ** R(-1, 2) * (1 - x) ** R(-3, 4) / sp.beta(R(1, 2), R(1, 4)), 0, 1)
    found = expectation(claim("entropy", beta).p, sp.Integer(1), {})
    assert found.status == "value"
    assert abs(found.value - 1) <= found.error + mp.mpf(10) ** -12


def test_far_and_narrow_mass_is_found_by_looking(built_in):
    dist = claim("entropy", built_in["Normal"]).p
    mu, sigma = (p.symbol for p in dist.parameters)
    found = expectation(dist, dist.variable, {mu: R(300), sigma: R(1, 50)})
    assert abs(found.value - 300) < 1e-8


def test_a_violated_support_is_divergent_and_says_where(built_in):
    about = claim("kl", built_in["Normal"], built_in["Gamma"])
    at = {p.symbol: R(1) for p in about.parameters}
    assert violation(about, at) == "p has mass between -oo and 0, where q has none"
    assert estimated(about, at).status == "divergent"


def test_a_support_inside_the_other_is_no_violation(built_in):
    about = claim("kl", built_in["Gamma"], built_in["Normal"])
    assert violation(about, {p.symbol: R(1) for p in about.parameters}) is None


def test_the_weights_of_the_quantities_add_up(built_in):
    p, q = built_in["Gumbel"], built_in["Normal"]
    kl, cross, own = (weight_of(claim(name, p, q)) for name in ("kl", "cross_entropy", "entropy"))
    assert sp.expand(kl - cross + own) == 0


def test_an_unknown_function_has_no_value():
    x = sp.Symbol("x")
    with pytest.raises(NoValue):
        evaluator(sp.Function("f")(x), x)
    with pytest.raises(NoValue):
        value(sp.Symbol("a") + 1)


def test_a_tower_of_exponentials_is_clipped_instead_of_filling_the_memory():
    x = sp.Symbol("x", real=True)
    at = evaluator(sp.exp(-sp.exp(sp.exp(x))), x)
    assert at(mp.mpf(10) ** 6) == 0
