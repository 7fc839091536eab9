"""The parts that the balls and the plain sums are put together from: each right, and each refusing its misuse."""

import math

import mpmath as mp
import pytest
import sympy as sp
from flint import acb, arb, ctx

from symkl.model import claim
from symkl.model.special import zeta_derivative
from symkl.verify.endless import endless
from symkl.verify.numbers import exact
from symkl.verify.plain import in_doubles
from symkl.verify.plain_float import on_line, real_functions
from symkl.verify.plain_sum import _rest, add_up
from symkl.verify.plain_table import NoValue, evaluator, evaluators
from symkl.verify.rigorous import enclose
from symkl.verify.rigorous.compile import compile_balls
from symkl.verify.rigorous.ends import ExpRatio, ExpRatioSlope, Log1mRatio, Log1mRatioSlope, tidy
from symkl.verify.rigorous.interval import EVERYTHING, Interval, values_on
from symkl.verify.rigorous.linear import statistics
from symkl.verify.rigorous.operations import NoEnclosure
from symkl.verify.rigorous.powers import power_sum
from symkl.verify.rigorous.primitives import exp_ratio, log1m_ratio
from symkl.verify.setting import put

from .conftest import make

R = sp.Rational
x = sp.Symbol("x", real=True)
y = sp.Symbol("y", positive=True)
k = sp.Symbol("k", integer=True, positive=True)


@pytest.fixture(autouse=True)
def precision():
    with ctx.workprec(160), mp.workdps(45):
        yield


def exp_ratio_at(z):
    return mp.expm1(z) / z


def log1m_ratio_at(z):
    return -mp.log1p(-z) / z


def contains(ball, value):
    return ball.real.contains(exact(value.real)) and ball.imag.contains(exact(value.imag))


@pytest.mark.parametrize(("operation", "value"), [(exp_ratio, exp_ratio_at), (log1m_ratio, log1m_ratio_at)])
def test_the_ball_of_a_ratio_holds_its_values_and_is_narrow_around_zero(operation, value):
    for centre, radius in (((0, 0), 0.125), ((0.25, 0.5), 0.25), ((-3, 1), 0.5), ((-0.0625, 0), 0.0625)):
        ball = operation(True, acb(arb(centre[0], radius), arb(centre[1], radius)))
        for u, v in ((-0.9, 0.3), (0.4, -0.8), (0.01, 0.01), (0.99, 0.99)):
            z = mp.mpc(centre[0] + u * radius, centre[1] + v * radius)
            assert contains(ball, value(z)), (centre, z)
    assert operation(True, acb(arb(0, 1e-9), arb(0, 1e-9))).real.rad() < 1e-7
    assert operation(True, acb(0)) == 1


def test_the_ratio_of_a_logarithm_is_nan_across_its_cut():
    assert not log1m_ratio(True, acb(arb(2, 0.5), arb(0, 0.1))).is_finite()
    assert not log1m_ratio(True, acb(arb(1, 0.1), arb(0, 0.1))).is_finite()


@pytest.mark.parametrize("function", [ExpRatio, ExpRatioSlope, Log1mRatio, Log1mRatioSlope])
def test_the_intervals_of_ratios_hold_their_values(function):
    values = {
        ExpRatio: exp_ratio_at,
        Log1mRatio: log1m_ratio_at,
        ExpRatioSlope: lambda z: mp.diff(lambda w: mp.log(exp_ratio_at(w)), z),
        Log1mRatioSlope: lambda z: mp.diff(lambda w: mp.log(log1m_ratio_at(w)), z),
    }
    found = values_on(function(y), y, Interval(arb(0), arb("0.75")))
    for z in ("1e-6", "0.2", "0.7499"):
        assert found.lo - arb("1e-12") <= exact(values[function](mp.mpf(z))) <= found.hi + arb("1e-12")
    if function in (Log1mRatio, Log1mRatioSlope):
        assert values_on(function(y), y, Interval(arb(0), arb(2))) == EVERYTHING
    assert values_on(function(-y), y, Interval(arb(0), arb.pos_inf())).lo >= 0


@pytest.mark.parametrize(
    "form",
    [1 - (1 - y) ** R(2, 7), (1 - y) ** R(9, 4) - 1, 3 - 3 * sp.exp(-2 * y), 2 - 2 ** R(1, 2) * (2 - y) ** R(1, 2)],
    ids=str,
)
def test_what_vanishes_at_an_end_is_written_with_its_power_of_y(form):
    tidied = tidy(form, y)
    assert tidied.has(ExpRatio)
    program = compile_balls(tidied, y)
    for point in ("1e-30", "0.01", "0.5"):
        ball, true = program(acb(arb(point))).real, exact(evaluator(form, y)(mp.mpf(point)))
        assert abs(ball - true) < arb("1e-38")
    assert program(acb(arb("1e-30"))).real.rad() < arb("1e-70")


def test_what_does_not_vanish_is_left_alone():
    for form in (2 - (1 - y) ** R(2, 7), 1 - sp.exp(y) / 2, 1 - (y - 1) ** R(2, 7)):
        assert not tidy(form, y).has(ExpRatio)


@pytest.mark.parametrize(
    ("mass", "weight"),
    [(k ** R(-5, 2), sp.log(k)), (3 / k**2, sp.Integer(1)), ((k + R(1, 2)) ** -3, sp.log(k + R(1, 2)) ** 2)],
)
def test_power_sums_are_those_of_mpmath(mass, weight):
    term = evaluator(mass * weight, k)
    true = mp.nsum(lambda n: term(mp.mpf(n)), [2, mp.inf], method="e")
    found = power_sum(mass, weight, k, 2)
    assert abs(found - exact(true)) < arb("1e-20")
    assert found.rad() < arb("1e-35")


def test_an_infinite_power_sum_is_refused_and_others_are_not_recognised():
    for weight in (sp.Integer(1), sp.sqrt(k), sp.log(k)):
        with pytest.raises(NoEnclosure):
            power_sum(1 / k, weight, k, 1)
    assert power_sum(R(1, 2) ** k, k, k, 1) is None
    assert power_sum(k ** R(-3), sp.log(1 + k) * sp.log(k), k, 1) is None
    assert power_sum((k - 5) ** R(-3), sp.Integer(1), k, 1) is None


@pytest.mark.parametrize(
    "weight",
    [
        (x - 3) ** 2 / 7 + sp.log(2 * sp.pi),
        -sp.log(sp.exp(-sp.Abs(x)) / (5 * (1 + x**2) ** 3)),
        sp.log((x - 2) ** 2 * (x + 9) ** R(1, 3)),
        (1 + 2 * x) * sp.log(x + 9) - sp.cos(x) / (x + 12),
    ],
)
def test_the_statistics_add_up_to_the_weight(weight):
    parts = statistics(weight, x)
    assert len({statistic for _, statistic in parts}) == len(parts)
    assert all(x not in coefficient.free_symbols for coefficient, _ in parts)
    whole = sp.Add(*[coefficient * statistic for coefficient, statistic in parts])
    for point in ("-1.25", "0.5", "6"):
        assert abs(evaluator(whole, x)(mp.mpf(point)) - evaluator(weight, x)(mp.mpf(point))) < mp.mpf(10) ** -40


def test_a_logarithm_split_at_negative_factors_gives_no_false_ball():
    dist = claim("entropy", make(lambda x: 2 * x, 0, 1)).p
    weight = sp.log((dist.variable - 3) * (dist.variable - 4))
    found = enclose(dist, weight, {}).ball
    true = mp.quad(lambda z: 2 * z * mp.log((z - 3) * (z - 4)), [0, 1])
    assert found is None or abs(found - exact(true)) < arb("1e-30")


def test_terms_that_cancel_are_bought_back_by_digits():
    dist = claim("entropy", make(lambda x: sp.exp(-x), 0, sp.oo)).p
    t = dist.variable
    found = enclose(dist, 10**15 * t**2 - 2 * 10**15 * t + sp.sin(1) * t, {}).ball
    assert abs(found - exact(mp.sin(1))) < arb("1e-29")


def test_terms_that_are_infinite_one_by_one_are_taken_together():
    dist = claim("entropy", make(lambda x: 1 / (1 + x) ** 2, 0, sp.oo)).p
    t = dist.variable
    assert enclose(dist, t, {}).ball is None
    found = enclose(dist, sp.sqrt(1 + t) * sp.log(1 + t) - t + (t**2 + 2 * t) / (t + 2), {}).ball
    assert found is None or abs(found - 4) < arb("1e-28")


@pytest.mark.parametrize("order", [0, 1, 3])
def test_the_derivative_of_zeta_is_that_of_mpmath(order):
    for point in (R(3, 2), R(-5, 3), R(7)):
        ball = compile_balls(zeta_derivative(order, x), x, points=True)(acb(arb(point.p) / point.q)).real
        assert abs(ball - exact(mp.zeta(mp.mpf(point.p) / point.q, 1, order))) < arb("1e-35")
    assert not compile_balls(zeta_derivative(1, x), x)(acb(arb(1, 0.1))).is_finite()
    with pytest.raises(NoEnclosure):
        compile_balls(zeta_derivative(50, x), x)


LINES = [
    (lambda t: math.exp(-t * t), lambda t: t * t, math.sqrt(math.pi) / 2),
    (lambda t: 1 / math.cosh(t), lambda t: 1.0, math.pi),
    (lambda t: math.exp(t - math.exp(t)), lambda t: t, -float(mp.euler)),
]


@pytest.mark.parametrize(("density", "weight", "true"), LINES)
def test_doubles_are_right_to_their_estimated_error(density, weight, true):
    found = on_line(density, weight)
    assert abs(found.value - true) <= found.error
    assert found.error < 1e-11


def test_a_density_that_vanishes_for_want_of_room_is_not_trusted():
    assert on_line(lambda t: 1.0 if abs(t) < 3 else 0.0, lambda t: 1.0) is None
    dist = claim("entropy", make(lambda x: sp.sqrt(2 / sp.pi) * sp.exp(-(x**2) / 2), 0, sp.oo)).p
    found = in_doubles(put(dist, sp.exp(dist.variable**2), {}))
    assert found is None or found.status == "divergent"


def test_doubles_see_what_grows_without_end_and_in_which_direction():
    dist = claim("entropy", make(lambda x: 1 / x**2, 1, sp.oo)).p
    up, down = (in_doubles(put(dist, sign * dist.variable, {})) for sign in (1, -1))
    assert (up.status, up.value, down.value) == ("divergent", mp.inf, -mp.inf)
    assert in_doubles(put(dist, sp.sqrt(dist.variable), {})).status == "value"


def test_what_has_no_row_for_doubles_is_refused():
    with pytest.raises(NoValue):
        real_functions([sp.besseli(1, x)], x)


def test_a_slow_sum_is_added_up_with_its_rest():
    dist = claim("entropy", make(lambda n: 6 / (sp.pi * n) ** 2, 1, sp.oo, kind="discrete")).p
    found = add_up(put(dist, sp.log(dist.variable), {}), 12)
    assert abs(found.value + mp.zeta(2, 1, 1) * 6 / mp.pi**2) <= found.error + mp.mpf(10) ** -12
    assert found.error < 1e-9
    assert add_up(put(dist, dist.variable, {}), 12).status == "divergent"


def test_digits_that_cancel_are_not_taken_for_growth():
    """Masses that fall like n**(-10/3), of which doubles keep nothing far out; and a sum that does diverge."""
    falling = make(lambda n: sp.exp(sp.loggamma(n + R(1, 3)) - sp.loggamma(n + R(11, 3))), 1, sp.oo, kind="discrete")
    for family, seen in ((falling, None), (make(lambda n: 1 / n, 1, sp.oo, kind="discrete"), mp.inf)):
        here = put(claim("entropy", family).p, sp.Integer(1), {})
        density, weight = real_functions([here.density, here.weight], here.variable)
        crude = on_line(lambda t, f=density: f(600 + math.exp(t)) * math.exp(t), weight)
        assert math.isinf(crude.value)
        found = _rest(here, *evaluators([here.density, here.weight], here.variable), 600)
        assert (found if found is None else found.value) == seen


def test_a_sum_or_an_integral_that_diverges_makes_a_form_infinite():
    n, s = sp.Symbol("n", integer=True), sp.Symbol("s", positive=True)
    at = {s: R(3)}
    assert endless(2 * sp.Sum(s, (n, 0, sp.oo)) + 1, at) == sp.oo
    assert endless(s - sp.Sum(1 / n, (n, 1, sp.oo)), at) == -sp.oo
    assert endless(sp.Integral(1 / y, (y, 0, 1)), at) == sp.oo
    finite = (sp.Sum(s**n / sp.factorial(n), (n, 0, sp.oo)), sp.Integral(1 / y**2, (y, 1, sp.oo)), s)
    assert [endless(form, at) for form in finite] == [None, None, None]
    assert endless(sp.Sum(s, (n, 0, sp.oo)) - sp.Sum(s, (n, 1, sp.oo)), at) is None  # oo - oo says nothing


def test_the_incomplete_beta_function_is_that_of_mpmath_and_refused_elsewhere():
    form = sp.betainc(R(3, 7), R(5, 2), 0, R(1, 3))
    ball = compile_balls(form, points=True)(acb(0)).real
    assert abs(ball - exact(mp.betainc(mp.mpf(3) / 7, mp.mpf(5) / 2, 0, mp.mpf(1) / 3))) < arb("1e-38")
    assert not compile_balls(sp.betainc(2, R(1, 2), 0, 3, evaluate=False), points=True)(acb(0)).is_finite()
    for refused in (sp.betainc(2, 3, 0, x), sp.betainc(2, 3, x, 1)):
        with pytest.raises(NoEnclosure):
            compile_balls(refused, x)
