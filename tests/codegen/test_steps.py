"""Long closed forms whose logarithms are one gap and whose rest is a sum of products of the parameters' differences."""

from __future__ import annotations

import mpmath as mp
import pytest
import sympy as sp

from symkl.codegen.stable.candidates import in_few_steps
from symkl.codegen.stable.form import LARGE, proved_equal, stable_form
from symkl.codegen.stable.kernels import LogGap, ScaledExpGap
from symkl.codegen.stable.measure import exact_value, exact_values, loss, points
from symkl.codegen.stable.shape import shortest_in_steps
from symkl.codegen.stable.slopes import stable_slope
from symkl.model import symbol

M1, M2 = symbol("m_1", "real"), symbol("m_2", "real")
R1, R2, K1, K2 = (symbol(name, "positive") for name in ("lam_1", "lam_2", "kappa_1", "kappa_2"))
PAIRS = [(M1, M2), (R1, R2), (K1, K2)]
# the asymmetric Laplace distribution by its rates above and below the mode, the first's mode above the second's
UP_1, DOWN_1, UP_2, DOWN_2 = R1 * K1, R1 / K1, R2 * K2, R2 / K2
TAIL = (UP_2 + DOWN_2) * UP_1 / ((UP_1 + DOWN_1) * DOWN_1) * sp.exp(-DOWN_1 * (M1 - M2))
LOGS = sp.log(R1 * K1 * (K2**2 + 1) / (R2 * K2 * (K1**2 + 1)))
TILTED = LOGS - 1 + UP_2 * (M1 - M2 + 1 / UP_1 - 1 / DOWN_1) + TAIL
ABOVE = (M1 > M2,)


def by_quadrature(m_1: float, lam_1: float, kappa_1: float, m_2: float, lam_2: float, kappa_2: float) -> mp.mpf:
    """The divergence by its definition."""

    def log_density(x: mp.mpf, m: float, lam: float, kappa: float) -> mp.mpf:
        return mp.log(lam / (kappa + 1 / mp.mpf(kappa))) - lam * abs(x - m) * mp.mpf(kappa) ** mp.sign(x - m)

    def part(x: mp.mpf) -> mp.mpf:
        log_p = log_density(x, m_1, lam_1, kappa_1)
        return mp.exp(log_p) * (log_p - log_density(x, m_2, lam_2, kappa_2))

    return mp.quad(part, [-mp.inf, m_2, m_1, mp.inf])


def test_the_closed_form_is_the_divergence() -> None:
    at = {M1: 0.75, R1: 1.25, K1: 0.5, M2: 0.25, R2: 2.0, K2: 1.5}
    assert float(exact_value(TILTED, at)) == pytest.approx(float(by_quadrature(*at.values())), rel=1e-12)


def test_a_form_in_few_steps_keeps_its_digits_near_equality_and_is_proved_equal() -> None:
    (found,) = in_few_steps(sp.expand_log(TILTED), PAIRS)
    assert proved_equal(found, TILTED)
    assert len(found.atoms(LogGap)) == len(found.atoms(ScaledExpGap)) == 1
    drawn = points(sorted(TILTED.free_symbols, key=str), PAIRS, seed=7)
    at = [point for point in drawn if point[M1] > point[M2]]
    truth = exact_values(TILTED, at)
    assert len(at) >= 8
    assert loss(found, at, truth) <= 64
    assert loss(TILTED, at, truth) > 1e12


def test_a_long_closed_form_gets_that_form_and_derivatives_of_it() -> None:
    long = TILTED + sp.expand((K1 + 1) ** 24) - (K1 + 1) ** 24
    assert long.count_ops() > LARGE
    found = stable_form(long, PAIRS, True, ABOVE)
    assert found.rearranged
    # outside the conditions the exponential would rise without bound
    assert found.error <= 64
    slope = stable_slope(found.expression, long, R2, PAIRS, ABOVE)
    at = {M1: 0.25, R1: 1.5, K1: 0.75, M2: 0.25 - 2**-30, R2: 1.5 + 2**-31, K2: 0.75 + 2**-29}
    assert loss(slope, [at], exact_values(sp.diff(TILTED, R2), [at])) <= 64


def test_a_difference_of_products_is_put_by_the_differences_of_few_parameters() -> None:
    long = sp.expand(K2 * R2 * (K1**2 + 1) - K1 * R1 * (K2**2 + 1))
    found = shortest_in_steps(long, PAIRS)
    assert found is not None
    assert sp.expand(found - long) == 0
    assert {*sp.Add.make_args(found)} == {-K1 * (K2**2 + 1) * (R1 - R2), R2 * (K1 - K2) * (K1 * K2 - 1)}


@pytest.mark.parametrize(
    ("rest", "pairs"),
    [
        (R1 - R2, PAIRS[1:2]),  # of one pair there are no fewer
        (R1 * K1 - R2 * K2 + 1, PAIRS),  # not 0 at equality
        (sp.exp(R1 * K1) - sp.exp(R2 * K2), PAIRS),  # no polynomial
    ],
)
def test_other_sums_are_not_put_so(rest: sp.Expr, pairs: list[tuple[sp.Expr, sp.Expr]]) -> None:
    assert shortest_in_steps(rest, pairs) is None
