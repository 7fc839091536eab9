"""The normal form decides textbook identities, and is never talked into a wrong one."""

import pytest
import sympy as sp

from symkl.algebra import equal, expand_logs, is_zero, normal
from symkl.model import Expectation, Law, Unit

a, b, s, t = sp.symbols("a b s t", positive=True)
m, n = sp.symbols("m n", real=True)
p, q = Unit("p"), Unit("q")
R = sp.Rational

IDENTITIES = [
    (
        sp.log(t / s) + (s**2 + (m - n) ** 2) / (2 * t**2),
        (sp.log(t**2) - sp.log(s**2)) / 2 + (s**2 + m**2 - 2 * m * n + n**2) / (2 * t**2),
    ),
    (sp.gamma(a + 2) / sp.gamma(a), a * (a + 1)),
    (sp.digamma(a + 1), sp.digamma(a) + 1 / a),
    (sp.polygamma(1, a + 1), sp.polygamma(1, a) - 1 / a**2),
    (sp.log(sp.gamma(a)), sp.loggamma(a)),
    (sp.loggamma(a + 2), sp.loggamma(a) + sp.log(a) + sp.log(a + 1)),
    (sp.log((1 - p) / p), sp.log(1 - p) - sp.log(p)),
    (
        p * sp.log(p / q) + (1 - p) * sp.log((1 - p) / (1 - q)),
        p * sp.log(p * (1 - q) / (q * (1 - p))) + sp.log(1 - p) - sp.log(1 - q),
    ),
    (sp.exp(-sp.Abs(m - n) / a), sp.exp(-sp.Abs(n / a - m / a))),
    (sp.beta(a, b), sp.gamma(a) * sp.gamma(b) / sp.gamma(a + b)),
    (sp.log(2 * sp.pi * sp.E * s**2) / 2, sp.log(s * sp.sqrt(2 * sp.pi * sp.E))),
    ((a / b) ** s, a**s * b**-s),
    (sp.erfc(a), 1 - sp.erf(a)),
    ((R(1, 2) - b) ** (-m / 2), 2 ** (m / 2) * (1 - 2 * b) ** (-m / 2)),
    (1 / (1 + sp.exp(-m)), sp.exp(m) / (1 + sp.exp(m))),
    (sp.log(a * b + a * s), sp.log(a) + sp.log(b + s)),
    (sp.Max(m, n), (m + n + sp.Abs(m - n)) / 2),
    (sp.cosh(a) ** 2 - sp.sinh(a) ** 2, sp.Integer(1)),
]


@pytest.mark.parametrize(("left", "right"), IDENTITIES, ids=[str(i) for i in range(len(IDENTITIES))])
def test_a_textbook_identity_is_proved(left, right):
    assert equal(left, right)


@pytest.mark.parametrize(("left", "right"), IDENTITIES, ids=[str(i) for i in range(len(IDENTITIES))])
def test_the_same_identity_broken_by_a_billionth_is_not(left, right):
    assert not equal(left, right + sp.Rational(1, 10**9))
    assert not equal(left, right * (1 + sp.Rational(1, 10**9)))


@pytest.mark.parametrize(
    "wrong",
    [
        sp.log(m**2) - 2 * sp.log(m),  # false for negative m
        sp.log(m * n) - sp.log(m) - sp.log(n),
        sp.sqrt(m**2) - m,
        sp.Abs(m) - m,
        sp.digamma(a + 1) - sp.log(a),
        sp.gamma(a + 1) - (a + 1) * sp.gamma(a),
        sp.log(1 - p) - sp.log(1 + p),
        sp.log(a + b) - sp.log(a) - sp.log(b),
    ],
)
def test_what_is_false_for_some_parameters_is_not_proved(wrong):
    assert not is_zero(wrong)


@pytest.mark.parametrize(("left", "right"), IDENTITIES, ids=[str(i) for i in range(len(IDENTITIES))])
def test_the_normal_form_is_zero_exactly_where_the_value_is(left, right):
    point = {a: sp.Rational(7, 5), b: sp.Rational(3, 8), s: sp.Rational(9, 4), t: sp.Rational(1, 3)}
    point |= {m: sp.Rational(-5, 3), n: sp.Rational(2, 7), p: sp.Rational(2, 9), q: sp.Rational(4, 5)}
    assert abs(sp.N((left - right).subs(point), 40)) < sp.Float("1e-35")


def test_an_expectation_is_linear_and_the_mean_of_a_constant_is_the_constant():
    x, law = sp.Symbol("x", real=True), Law("p")
    whole = Expectation(a * x**2 + b * x + 3, x, law)
    parts = a * Expectation(x**2, x, law) + b * Expectation(x, x, law) + 3
    assert equal(whole, parts)
    assert not equal(whole, parts - Expectation(x, x, law))


def test_each_coefficient_of_an_expectation_is_tested_and_so_is_what_is_left():
    x, law = sp.Symbol("x", real=True), Law("p")
    one, two = (Expectation(body, x, law) for body in (x, sp.log(1 + x**2)))
    zero = sp.log(a * b) * one - (sp.log(a) + sp.log(b)) * one + (two / a - (two + a) / a + 1) * one.func(x, x, law)
    assert is_zero(zero)
    for wrong in (one / 10**9, two / 10**9, sp.Rational(1, 10**9), (sp.log(a * b) - sp.log(a)) * two):
        assert not is_zero(zero + wrong)
    assert is_zero((one + 1) ** 2 - one**2 - 2 * one - 1)
    assert not is_zero((one + 1) ** 2 - one**2 - one - 1)


def test_an_expectation_inside_an_expectation_is_split_too():
    x, law = sp.Symbol("x", real=True), Law("p")
    mean = Expectation(x, x, law)
    doubled = Expectation(2 * x, x, law)
    assert is_zero(Expectation((x - doubled) * x, x, law) - Expectation(x**2, x, law) + 2 * mean**2)
    assert not is_zero(Expectation((x - doubled) * x, x, law) - Expectation(x**2, x, law) + mean**2)


def test_a_logarithm_is_split_only_where_the_factors_are_positive():
    assert expand_logs(sp.log(a * b)) == sp.log(a) + sp.log(b)
    assert expand_logs(sp.log(m * n)) == sp.log(m * n)
    assert expand_logs(sp.log(p / (1 - p))) == sp.log(p) - sp.log(1 - p)
    assert expand_logs(sp.log(m**2)) == 2 * sp.log(sp.Abs(m))


def test_zero_is_returned_as_the_integer_zero():
    assert normal(sp.log(a**2) - 2 * sp.log(a)) is sp.S.Zero
