"""Special functions that the libraries have for some arguments only, and factors that have no room alone."""

from __future__ import annotations

from collections.abc import Callable
from types import ModuleType

import jinja2
import mpmath as mp
import pytest
import sympy as sp

from symkl.codegen import emit, lower
from symkl.codegen.reach import check_reach, filled, scaled
from symkl.codegen.stable.form import proved_equal
from symkl.codegen.stable.kernels import GammaGap, GivenLogGamma, LogGammaSum, LogMean, LogRatioSum, expand_kernels
from symkl.errors import NotYet
from symkl.model import Verified, symbol

A, B = symbol("a", "positive"), symbol("b", "positive")
R = symbol("r", "real")


def inverse_gaussian_entropy(mu: float, lam: float) -> mp.mpf:
    """By quadrature of the density, as its logarithm is known."""
    m, n = mp.mpf(mu), mp.mpf(lam)

    def log_density(x: mp.mpf) -> mp.mpf:
        return (mp.log(n) - mp.log(2 * mp.pi) - 3 * mp.log(x)) / 2 - n * (x - m) ** 2 / (2 * m**2 * x)

    s = mp.sqrt(m**3 / n)  # the standard deviation
    cuts = [0, *(c for c in (m - 12 * s, m - 3 * s) if c > 0), m, m + 3 * s, m + 12 * s, mp.inf]
    return mp.quad(lambda x: -mp.exp(log_density(x)) * log_density(x) if x else mp.mpf(0), cuts)


def gamma_laplace(alpha: float, beta: float, mu: float, b: float) -> mp.mpf:
    a, r, m, s = map(mp.mpf, (alpha, beta, mu, b))

    def log_density(x: mp.mpf) -> mp.mpf:
        return a * mp.log(r) - mp.loggamma(a) + (a - 1) * mp.log(x) - r * x

    def term(x: mp.mpf) -> mp.mpf:
        return mp.exp(log_density(x)) * (log_density(x) + mp.log(2 * s) + abs(x - m) / s) if x else mp.mpf(0)

    cuts = {a / r * c for c in (mp.mpf("0.5"), mp.mpf("0.8"), 1, mp.mpf("1.2"), 2, 4)} | {m, mp.mpf(0), mp.inf}
    return mp.quad(term, sorted(cuts))


@pytest.fixture(scope="module")
def module(
    verified: Callable[..., Verified], loader: jinja2.BaseLoader, imported: Callable[[str, str], ModuleType]
) -> ModuleType:
    programs = [lower(verified("entropy", "InverseGaussian")), lower(verified("kl", "Gamma", "Laplace"))]
    return imported(emit(programs, "numpy", loader), "special_numpy")


@pytest.mark.parametrize(("mu", "lam"), [(0.7, 1.3), (0.25, 12.0), (1.0, 900.0)])
def test_an_exponential_integral_has_a_value_where_its_factor_has_no_room(
    module: ModuleType, mu: float, lam: float
) -> None:
    with mp.workdps(30):
        assert float(module.entropy_inversegaussian(mu, lam)) == pytest.approx(
            float(inverse_gaussian_entropy(mu, lam)), rel=1e-13
        )


@pytest.mark.parametrize("at", [(1.2, 0.7, 2.3, 1.1), (0.4, 2.0, 0.1, 0.5), (250.0, 2.0, 120.0, 3.0)])
def test_an_incomplete_gamma_function_has_a_value_at_a_large_shape(module: ModuleType, at: tuple[float, ...]) -> None:
    with mp.workdps(30):
        assert float(module.kl_gamma_laplace(*at)) == pytest.approx(float(gamma_laplace(*at)), rel=1e-11)


def test_what_is_scaled_is_the_same_by_the_kernels_definitions() -> None:
    form = 3 * sp.exp(2 * A) * sp.expint(1, 2 * A) + B * sp.exp(-sp.loggamma(A)) * sp.uppergamma(A, B)
    found = scaled(form)
    assert not found.has(sp.expint, sp.uppergamma)
    assert sp.powsimp(expand_kernels(found), force=True) - sp.powsimp(form, force=True) == 0
    apart = sp.exp(A) * sp.expint(1, 2 * A)
    assert scaled(apart) == apart


@pytest.mark.parametrize(
    "beyond",
    [
        sp.expint(A, B),
        sp.uppergamma(R, B),
        sp.lowergamma(-A, B),
        sp.betainc(A, B, R, 1),
        sp.betainc(A, R, 0, B),
    ],
)
def test_arguments_that_the_libraries_do_not_know_are_refused(beyond: sp.Expr) -> None:
    with pytest.raises(NotYet, match=f"'{beyond.func.__name__}' for"):
        check_reach(1 + 2 * beyond, ())


@pytest.mark.parametrize("known", [sp.expint(2, B), sp.uppergamma(A + 1, B), sp.betainc(A, B, 0, sp.exp(-B))])
def test_arguments_that_the_libraries_know_are_not(known: sp.Expr) -> None:
    check_reach(1 + 2 * known, ())


def test_a_shape_may_be_positive_by_a_condition() -> None:
    check_reach(sp.uppergamma(R, B), (R > 0,))


def test_a_quotient_by_a_logarithm_that_vanishes_with_it_is_a_mean() -> None:
    p = symbol("p", "unit")
    quotient = (1 - 2 * p) / sp.atanh(1 - 2 * p)
    found = filled(quotient)
    assert found == 2 * LogMean(p, 1 - p, 2 * p - 1)
    assert proved_equal(found, quotient)
    assert not proved_equal(found / 2, quotient)


def test_a_gap_with_its_tangent_is_the_logarithm_of_the_gamma_function_from_either_end():
    gap = GammaGap(1 + A / B, sp.Integer(2), (A - B) / B)
    total = (1 - sp.EulerGamma) * (A - B) / B + gap - R
    found = scaled(sp.exp(total))
    assert found == sp.exp(GivenLogGamma(A / B, (A - B) / B, gap) - R)
    assert proved_equal(found, sp.exp(expand_kernels(total)))
    # another slope, another sign, no slope
    for other in (total + gap, gap - R, 2 * (A - B) / B + gap, (1 - sp.EulerGamma) * (A - B) / B - gap):
        assert not scaled(other).has(GivenLogGamma)


def test_a_sum_with_a_logarithm_knows_that_its_gap_and_its_tangent_are_that_of_the_gamma_function():
    gap = GammaGap(1 + A / B, sp.Integer(2), (A - B) / B)
    whole = LogRatioSum(A, B, A - B, B, A - B, 1 - sp.EulerGamma, B, gap)
    assert scaled(whole) == LogGammaSum(*whole.args, A / B)
    assert proved_equal(scaled(whole), expand_kernels(whole))
    for place, other in ((5, sp.EulerGamma - 1), (7, 2 * gap), (4, A - 2 * B)):
        wrong = LogRatioSum(*whole.args[:place], other, *whole.args[place + 1 :])
        assert scaled(wrong) == wrong
