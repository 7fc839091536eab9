"""Values of formulas as balls, points drawn from domains, conditions at points, and normalisation."""

import math

import mpmath as mp
import pytest
import sympy as sp
from flint import arb, ctx

from symkl.model import Expectation, Family, Law, Parameter, claim, symbol
from symkl.verify import normalisation
from symkl.verify.numbers import agreement, ball_of, decimal, exact, number_of, truth, unreal
from symkl.verify.points import draw, shown

from .conftest import make

a, b = symbol("a", "positive"), symbol("b", "positive")
k = sp.Symbol("k", integer=True)
R = sp.Rational


def near(ball, number, digits=30):
    with ctx.workprec(250):
        return abs(ball - exact(number)) < arb(10) ** -digits


def test_a_form_is_enclosed_to_the_digits_asked_for_although_they_cancel():
    form = sp.log(1 + a) - a + a**2 / 2 - a**3 / 3
    tiny = R(1, 10**12)
    ball = ball_of(form, {a: tiny}, 30)
    with mp.workdps(120):
        true = mp.log(1 + mp.mpf(10) ** -12) - mp.mpf(10) ** -12 + mp.mpf(10) ** -24 / 2 - mp.mpf(10) ** -36 / 3
        assert near(ball, true, 35)


def test_sums_integrals_and_expectations_inside_a_form_are_enclosed():
    x = sp.Symbol("x", positive=True)
    dist = claim("entropy", make(lambda x, a: a * sp.exp(-a * x), 0, sp.oo, "a: positive"))
    inner = Expectation(dist.p.variable**3, dist.p.variable, Law("p"))
    form = sp.Sum(a**k / sp.factorial(k), (k, 0, sp.oo)) + sp.Integral(sp.exp(-x) * sp.log(x), (x, 0, sp.oo)) + inner
    ball = ball_of(form, {a: R(2)}, 30, dist)
    with mp.workdps(40):
        assert near(ball, mp.exp(2) - mp.euler + mp.mpf(3) / 4)


def test_a_form_without_a_real_value_has_no_ball():
    assert ball_of(sp.log(-a), {a: R(1, 2)}) is None
    assert unreal(sp.log(-a), {a: R(1, 2)}) is not None
    assert unreal(sp.log(a), {a: R(1, 2)}) is None
    assert ball_of(1 / (a - b), {a: R(1, 2), b: R(1, 2)}) is None
    assert number_of(sp.log(-a), {a: R(1, 2)}) is None


def test_plain_evaluation_notices_cancelled_digits():
    form = (sp.exp(a) - 1 - a) / a**2
    assert number_of(form, {a: R(1, 10**25)}, 20) is None
    assert abs(number_of(form, {a: R(1, 10)}, 20) - mp.mpf("0.5170918075647624")) < 1e-15


def test_balls_apart_disprove_and_balls_that_meet_count_their_digits():
    one = arb("1.5", "1e-20")
    assert agreement(one, arb("1.5", "1e-12")).digits == 12
    assert not agreement(one, arb("1.5", "1e-12")).apart
    assert agreement(one, arb("1.5000000001", "1e-12")).apart


def test_conditions_are_decided_where_balls_can_tell():
    assert truth(a > 2, {a: R(5, 2)}) is True
    assert truth(sp.exp(a) > 3, {a: R(1)}) is False
    assert truth(sp.And(a > 2, b > a), {a: R(3), b: R(4)}) is True
    assert truth(sp.Or(a > 2, b > 9), {a: R(1), b: R(4)}) is False
    assert truth(sp.Eq(sp.exp(sp.log(a, evaluate=False)), a + b * 0), {a: R(3), b: R(4)}) in (True, None)


@pytest.mark.parametrize("number", ["0.1", "-3.25", "1e-30", "12345678901234567890"])
def test_an_mpmath_number_becomes_exactly_that_ball(number):
    with mp.workdps(40), ctx.workprec(200):
        ball = exact(mp.mpf(number))
        assert ball.is_exact()
        assert mp.mpf(decimal(ball, 40)) == mp.mpf(number) or abs(mp.mpf(decimal(ball, 40)) - mp.mpf(number)) < 1e-39


def triangle():
    names = ("lo", "mode", "hi")
    lo, mode, hi = (Parameter(n, "real") for n in names)
    x = symbol("x", "real")
    density = 2 * (x - lo.symbol) / ((hi.symbol - lo.symbol) * (mode.symbol - lo.symbol))
    constraints = (lo.symbol < mode.symbol, mode.symbol < hi.symbol)
    return Family(
        "T", x, "continuous", (lo.symbol, hi.symbol), (lo, mode, hi), density=density, constraints=constraints
    )


def test_points_keep_to_domains_constraints_and_the_order_of_a_support():
    about = claim("entropy", triangle())
    lo, mode, hi = (p.symbol for p in about.parameters)
    points = draw(about, 5, seed=3)
    assert len(points) == 5
    assert all(point[lo] < point[mode] < point[hi] for point in points)


def test_points_are_the_same_for_the_same_seed_and_others_for_another(built_in):
    about = claim("kl", built_in["Normal"], built_in["Gamma"])
    assert draw(about, 3, seed=1) == draw(about, 3, seed=1) != draw(about, 3, seed=2)
    assert all(isinstance(value, sp.Rational) for point in draw(about, 3) for value in point.values())


def test_points_lie_inside_the_conditions_or_outside_as_asked(built_in):
    about = claim("entropy", built_in["Gamma"])
    s = about.parameters[0].symbol
    assert all(point[s] > 2 for point in draw(about, 4, conditions=[s > 2]))
    assert all(point[s] <= 2 for point in draw(about, 4, conditions=[s > 2], outside=True))
    assert len(draw(about, 3, conditions=[s > 5])) == 3
    assert draw(about, 4, conditions=[s < -1]) == []


def test_a_point_is_shown_by_short_decimals_or_fractions():
    assert shown({a: R(5, 2), b: R(1, 3)}) == (("a", "2.5"), ("b", "1/3"))


def test_each_built_in_density_is_normalised(built_in):
    for family in built_in.values():
        found = normalisation(family)
        assert found.is_one, family.name
        assert found.rigorous, family.name


def doubled(x, s):
    return 2 * sp.exp(-(x**2) / (2 * s**2)) / (s * sp.sqrt(2 * sp.pi))


@pytest.mark.parametrize(
    ("family", "value"),
    [
        (make(doubled, -sp.oo, sp.oo, "s: positive"), "2.0"),
        (make(lambda x: sp.exp(-x), 1, sp.oo), "0.3678794412"),
        (make(lambda x, p: (1 - p) ** x, 0, sp.oo, "p: unit", kind="discrete"), None),
        (make(lambda x: 1 / x, 1, sp.oo), "infinity"),
    ],
)
def test_a_density_that_does_not_integrate_to_one_is_told_what_it_integrates_to(family, value):
    found = normalisation(family)
    assert found.is_one is False
    assert value is None or found.value == value
    assert "not to 1" in str(found)


@pytest.mark.parametrize(
    ("family", "place", "value"),
    [
        (make(lambda x: 12 * x**2 - 6 * x, 0, 1), "x = 0.00", lambda x: 12 * x**2 - 6 * x),
        (make(lambda x: sp.exp(-x) * (2 - x), 0, sp.oo), "x = ", lambda x: math.exp(-x) * (2 - x)),
        (make(lambda x: (1 - x) * sp.exp(-(x**2) / 2) / sp.sqrt(2 * sp.pi), -sp.oo, sp.oo), "x = ", None),
        (make(lambda x: R(3, 2) * (-R(1, 2)) ** x, 0, sp.oo, kind="discrete"), "x = 1", lambda x: -0.75),
    ],
)
def test_a_density_that_is_negative_somewhere_is_refused_though_it_integrates_to_one(family, place, value):
    found = normalisation(family)
    assert found.is_one is False
    assert "is negative at " + place in str(found)
    assert float(found.value) < 0
    if value is not None:
        assert float(found.value) == pytest.approx(value(float(R(dict(found.at)["x"]))), rel=1e-5)


def test_a_density_that_touches_zero_is_one():
    assert normalisation(make(lambda x: 3 * (1 - 2 * x) ** 2, 0, 1)).is_one


def test_a_density_that_nobody_can_integrate_is_not_called_normalised():
    found = normalisation(make(lambda x: sp.Function("f")(x), 0, 1))
    assert found.is_one is None
