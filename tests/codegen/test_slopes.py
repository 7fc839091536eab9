"""Derivatives of stable forms: each kernel's row against differences in high precision, forms near equality."""

from __future__ import annotations

import mpmath as mp
import pytest
import sympy as sp

from symkl.codegen.stable import kernels as k
from symkl.codegen.stable import slopes
from symkl.codegen.stable.compared import same_by_kernels
from symkl.codegen.stable.form import proved_equal, stable_form
from symkl.codegen.stable.measure import exact_value, exact_values, float_value, loss, points
from symkl.codegen.stable.slopes import ROWS, slope, stable_slope
from symkl.codegen.stable.sums import balanced, carried_in, stepped, summed
from symkl.model import symbol

pytestmark = pytest.mark.sample(3)

A, B, C, D = (symbol(name, "positive") for name in "abcd")
X, Y = symbol("x", "real"), symbol("y", "real")
HALF = sp.Rational(1, 2)
LOG = k.LogRatio(A, B, A - B)
#: each kernel at arguments that depend on two symbols
APPLIED = {
    k.LogGap: (k.LogGap(A * B, B + 1, A * B - B - 1), (A, B)),
    k.RampGap: (k.RampGap(A * B, B + 1, C, A * B - B - 1), (A, B, C)),
    k.CrossingGap: (k.CrossingGap(A + B, B, A, B + C, A, A - B - C), (A, B, C)),
    k.BellGap: (k.BellGap(-A, B + C, X, A + B, Y, C, X - Y, A + B - C), (A, B, C, X, Y)),
    k.BellOverhang: (k.BellOverhang(-A - D, B + C, -A, B, X, C), (A, B, C, D, X)),
    k.ProductGap: (k.ProductGap(A, B + 1, B, A + C), (A, B, C)),
    k.ScaledProductGap: (k.ScaledProductGap(A, B + 1, B, A + C), (A, B, C)),
    k.EntropyGap: (k.EntropyGap(A, A * B, A * B - A), (A, B)),
    k.ExpGap: (k.ExpGap(A * X - Y), (A, X, Y)),
    k.GivenExpGap: (k.GivenExpGap(A * X - Y, sp.exp(A * X - Y)), (A, X, Y)),
    k.ExpOfStep: (k.ExpOfStep(A * X, Y, A + B), (A, B, X, Y)),
    k.PowerOfRatio: (k.PowerOfRatio(A, A + B, X * C), (A, B, C, X)),
    k.GammaOfRatio: (k.GammaOfRatio(A * B, B + C), (A, B, C)),
    k.ExpLag: (k.ExpLag(A * X), (A, X)),
    k.ScaledExpGap: (k.ScaledExpGap(X - Y, A), (A, X, Y)),
    k.GammaGap: (k.GammaGap(A * B, B, A * B - B), (A, B)),
    k.BinetGap: (k.BinetGap(A + B, B, A), (A, B)),
    k.LogGammaRise: (k.LogGammaRise(A * B, 1 + B, A * B - B - 1), (A, B)),
    k.PoweredGammaGap: (k.PoweredGammaGap(A + B, B, A * C, A, A * C - 1), (A, B, C)),
    k.BetaGap: (k.BetaGap(A + B, C * A, B, C, A, C * A - C), (A, B, C)),
    k.Binet: (k.Binet(A * B), (A, B)),
    k.BinetSlope: (k.BinetSlope(A * B), (A, B)),
    k.SoftplusGap: (k.SoftplusGap(X, Y, X - Y), (X, Y)),
    k.LogOddsRise: (k.LogOddsRise(A * C, B / 2, A * C - B / 2), (A, B, C)),
    k.SinhcGap: (k.SinhcGap(A * X, Y, A * X - Y), (A, X, Y)),
    k.LangevinRise: (k.LangevinRise(A * X, Y, A * X - Y), (A, X, Y)),
    k.BesselGap: (k.BesselGap(A * B, B + C, A * B - B - C), (A, B, C)),
    k.BesselLack: (k.BesselLack(A * B), (A, B)),
    k.LogScaledBessel: (k.LogScaledBessel(A * B), (A, B)),
    k.BesselRatio: (k.BesselRatio(A * B), (A, B)),
    k.BesselRatioRise: (k.BesselRatioRise(A * B, B + C, A * B - B - C), (A, B, C)),
    k.SineOfStep: (k.SineOfStep(A * X, Y), (A, X, Y)),
    k.Versine: (k.Versine(A * X, Y), (A, X, Y)),
    k.LogSeriesGap: (k.LogSeriesGap(A * C, B / 2, A * C - B / 2), (A, B, C)),
    k.LogSeriesRise: (k.LogSeriesRise(A * C, B / 2, A * C - B / 2), (A, B, C)),
    k.Softplus: (k.Softplus(A * X), (A, X)),
    k.Sigmoid: (k.Sigmoid(A * X), (A, X)),
    k.LogRatio: (k.LogRatio(A * B, B + C, A * B - B - C), (A, B, C)),
    k.LogRatioSum: (k.LogRatioSum(A * B, B + C, A * B - B - C, A * C, X, B, A + C, Y * A), (A, B, C, X, Y)),
    k.ProductRise: (k.ProductRise(A * B, C, A * B - 1, C - 1), (A, B, C)),
    k.ProductLogRatio: (k.ProductLogRatio(A, A * B, C, B + D), (A, B, C, D)),
    k.LogShareRatio: (k.LogShareRatio(A, A + B, C, B + C, A / (A + B) - C / (B + C)), (A, B, C)),
    k.LogSquares: (k.LogSquares(A * X - Y, X, A * C, B), (A, B, C, X, Y)),
    k.XLogY: (k.XLogY(A * B, B), (A, B)),
    k.XLog1PY: (k.XLog1PY(A, A * B), (A, B)),
    k.LogGamma: (k.LogGamma(A * B), (A, B)),
    k.Digamma: (k.Digamma(A * B), (A, B)),
    k.Trigamma: (k.Trigamma(A * B), (A, B)),
    k.Log1P: (k.Log1P(A * B), (A, B)),
    k.ExpM1: (k.ExpM1(A * X), (A, X)),
}
AT = {A: 0.7, B: 1.9, C: 0.4, D: 2.5, X: -0.3, Y: 1.1}
NORMAL = sp.log(B / A) + (A**2 + (X - Y) ** 2) / (2 * B**2) - HALF
NORMAL_PAIRS = [(A, B), (X, Y)]


def difference_quotient(form: sp.Expr, x: sp.Symbol) -> mp.mpf:
    with mp.workdps(60):
        h = mp.mpf(10) ** -15
        up, down = ({**AT, x: AT[x] + sign * h} for sign in (1, -1))
        return (exact_value(form, up) - exact_value(form, down)) / (2 * h)


def test_every_row_is_tried():
    assert set(APPLIED) == set(ROWS)


@pytest.mark.parametrize("kernel", sorted(APPLIED, key=lambda kernel: kernel.__name__), ids=lambda k: k.__name__)
def test_a_row_is_the_derivative_of_its_kernel(kernel):
    form, symbols = APPLIED[kernel]
    for x in symbols:
        expected = difference_quotient(k.expand_kernels(form), x)
        assert abs(exact_value(slope(form, x), AT) - expected) < abs(expected) * mp.mpf(10) ** -20


def test_a_wrong_row_is_not_the_derivative(monkeypatch):
    monkeypatch.setitem(slopes.ROWS, k.ExpGap, lambda u, du: sp.exp(u[0]) * du[0])
    form, _ = APPLIED[k.ExpGap]
    assert abs(exact_value(slope(form, X), AT) - difference_quotient(k.expand_kernels(form), X)) > 0.1
    # and such a slope is never taken: no shape is proved equal, and the derivative stands as it is
    closed = k.expand_kernels(form)
    assert stable_slope(form, closed, X, []) == sp.diff(closed, X)


#: a sum over two pieces, as those of two triangular densities are
PIECES = (A + B) * k.RampGap(A, B, C / 2, A - B) + k.CrossingGap(A + B, B, A, B + C, A, A - B - C) / B


def test_the_slopes_of_a_sum_over_pieces_are_proved_kernel_by_kernel(monkeypatch):
    found = stable_slope(PIECES, k.expand_kernels(PIECES), B, [])
    assert found.has(k.RampLogMean, k.CrossingLogMean, k.ShareMean)
    assert proved_equal(found, sp.diff(k.expand_kernels(PIECES), B))
    # a difference that is none, and a row that is wrong
    assert not slopes.by_rows(PIECES.replace(k.RampGap, lambda p, q, r, d: k.RampGap(p, q, r, 2 * d)))
    assert not slopes.by_rows(PIECES + k.RampGap(A, B, C, A - B) + k.BesselRatioSlope(A, B))
    assert all(map(slopes.row_holds, (k.RampGap, k.CrossingGap, k.BellGap, k.BellOverhang)))
    monkeypatch.setitem(slopes.ROWS, k.RampGap, lambda u, du: slopes._ramp_gap([*u[:3], -u[3]], du))
    assert not slopes.row_holds(k.RampGap)


def test_a_factor_is_carried_into_sums_of_quotients_and_no_further():
    f, total = k.ShareMean(A, B, C, D), A / B - C / D
    found = carried_in((A - B) * (f * total + 2 * X))
    assert found == f * ((A - B) * A / B - (A - B) * C / D) + 2 * X * (A - B)
    assert carried_in(X * (A - B) / C) == X * (A - B) / C


def test_sums_are_compared_by_their_kernels():
    other = (A * B + B**2) / B * k.RampGap(A, B, C / 2, (A * B - B**2) / B)
    gap = k.RampGap(A, B, C / 2, A - B)
    assert same_by_kernels((A + B) * gap + 1 / C, other + A / (A * C))
    assert not same_by_kernels((A + B) * gap, 2 * other)
    assert not same_by_kernels((A + B) * gap, other + 1)
    assert not same_by_kernels(gap, k.RampGap(A, B, C / 3, A - B))
    assert not same_by_kernels(gap + sp.log(A), gap + sp.log(A))  # not of this kind


@pytest.mark.parametrize("x", [A, B, X, Y], ids=str)
def test_the_slopes_of_the_normal_divergence_keep_their_digits(x):
    form = stable_form(NORMAL, NORMAL_PAIRS, divergence=True).expression
    found = stable_slope(form, NORMAL, x, NORMAL_PAIRS)
    plain = sp.diff(NORMAL, x)
    assert proved_equal(found, plain)
    at = points([A, B, X, Y], NORMAL_PAIRS)
    truth = exact_values(plain, at)
    assert loss(found, at, truth) < 6
    if x in (A, B):
        assert loss(plain, at, truth) > 1e4


def test_the_steps_of_one_slope_are_added_up_first():
    total = C * k.BesselRatioSlope(A, B) - k.BesselRatioSlope(A, X) + k.BesselRatioSlope(B, X) + Y
    joined = slopes._steps_joined(total)
    assert joined == k.BesselRatioSlope(A, C * B - X) + k.BesselRatioSlope(B, X) + Y
    assert proved_equal(joined, k.expand_kernels(total))
    # a slope of no step is no slope, and what is no sum of them stays
    assert slopes._steps_joined(k.BesselRatioSlope(A, B) - k.BesselRatioSlope(A, B)) == 0
    assert slopes._steps_joined(k.BesselRatioSlope(A, X) ** 2) == k.BesselRatioSlope(A, X) ** 2


@pytest.mark.parametrize(
    ("total", "joined"),
    [
        (C * LOG - sp.EulerGamma * (D - B) / A + X**2, k.LogRatioSum(A, B, A - B, C, D - B, -sp.EulerGamma, A, X**2)),
        (LOG + (D - B) / (A * B), k.LogRatioSum(A, B, A - B, B, D - B, 1, A, 0) / B),
        # a second logarithm or a second difference: which two belong together nobody knows
        (LOG + k.LogRatio(C, D, C - D) + (D - B) / A, None),
        (LOG + (D - B) / A + (C - A) / B, None),
        (C * D * LOG + (D - B) / A, None),
        (C * LOG + (D - B) / (A * B), None),
        (LOG + X / A, None),
    ],
)
def test_a_log_ratio_and_a_difference_are_added_up_in_one_kernel(total, joined):
    found = summed(total)
    assert found == (total if joined is None else joined)
    assert proved_equal(found, k.expand_kernels(total))


@pytest.mark.parametrize(
    ("total", "joined"),
    [
        (
            -((X - Y) ** 2) / B**3 - (A - B) ** 2 / B**3 - 2 * (A - B) / B**2,
            -k.SquareBalance((X - Y) / B, (A - B) / B, (X - Y) / B**2, X - Y, A - B, B),
        ),
        # not the same number, not a square, one term more, something else below
        (-((X - Y) ** 2) / B**3 - 2 * (A - B) ** 2 / B**3 - 2 * (A - B) / B**2, None),
        (-((X - Y) ** 3) / B**3 - (A - B) ** 2 / B**3 - 2 * (A - B) / B**2, None),
        (X - (X - Y) ** 2 / B**3 - (A - B) ** 2 / B**3 - 2 * (A - B) / B**2, None),
        (-((X - Y) ** 2) / B**3 - (A - B) ** 2 / B**3 - 2 * (A - B) / (B * C), None),
    ],
)
def test_squares_and_a_difference_are_balanced_in_one_kernel(total, joined):
    found = balanced(total)
    assert found == (total if joined is None else joined)
    assert proved_equal(found, k.expand_kernels(total))


@pytest.mark.parametrize(
    ("total", "found"),
    [
        ((A - B) / (A * B), k.ReciprocalStep(A, B, A - B)),
        (X - C * (B - A) / (A * B), X - C * k.ReciprocalStep(B, A, B - A)),
        # another divisor, a power of it, two sums, numbers of either sign
        ((A - B) / (A * C), None),
        ((A - B) / (A * B**2), None),
        ((A - B) * (C + D) / (A * B), None),
        ((X - Y) / (X * Y), None),
    ],
)
def test_a_difference_over_its_own_parts_is_one_of_reciprocals(total, found):
    assert stepped(total) == (total if found is None else found)
    assert proved_equal(stepped(total), k.expand_kernels(total))


def test_a_truth_that_cancels_is_worked_out_with_more_digits():
    (value,) = exact_values(sp.log(1 + sp.exp(-300 * A)), [{A: 1.0}])
    with mp.workdps(40):
        assert abs(value / mp.exp(-300) - 1) < 1e-25


def test_a_slope_has_a_value_where_what_it_is_of_is_infinite():
    form = (X - Y) * k.LangevinRise((X - Y) / (2 * A), sp.S.Zero, (X - Y) / (2 * A)) / A
    closed = k.expand_kernels(form)
    at = {A: 1e-250, X: 3e100, Y: -1e100}
    found = {x: stable_slope(form, closed, x, [(X, Y)]) for x in (A, X, Y)}
    assert all(proved_equal(slope, sp.diff(closed, x)) for x, slope in found.items())
    assert all(slope.has(k.LangevinLag) for slope in found.values())
    assert float_value(found[X], at) == -float_value(found[Y], at) == 1 / at[A]


def test_a_slope_that_is_a_product_of_short_sums_is_found_as_one():
    form = k.LogSquares(A - B, sp.S.Zero, 4 * A, B)
    found = stable_slope(form, k.expand_kernels(form), A, [(A, B)])
    assert sp.factor(found - (A - B) / (A * (A + B))) == 0
    assert not found.has(k.Kernel)
    # the sum of squares here may be too large a number
    form = k.LogSquares(A - B, X, 4 * A, B)
    assert stable_slope(form, k.expand_kernels(form), A, [(A, B), (X, sp.S.Zero)]).has(k.SquaresShare)
