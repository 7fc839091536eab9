"""A readable form has the value of what it was made from."""

import pytest
import sympy as sp

from symkl.algebra.tidy import gathered, tidy
from symkl.model import Unit

a, b, s, t = sp.symbols("a b s t", positive=True)
m, n = sp.symbols("m n", real=True)
p, q = Unit("p"), Unit("q")
POINT = {a: sp.Rational(7, 5), b: sp.Rational(3, 8), s: sp.Rational(9, 4), t: sp.Rational(1, 3)}
POINT |= {m: sp.Rational(-5, 3), n: sp.Rational(2, 7), p: sp.Rational(2, 9), q: sp.Rational(4, 5)}

EXPRESSIONS = [
    sp.log(2 * sp.pi) / 2 + sp.log(t) + (m**2 + s**2) / (2 * t**2) - m * n / t**2 + n**2 / (2 * t**2) - sp.log(s),
    p * sp.log(p) - p * sp.log(q) + (1 - p) * sp.log(1 - p) - (1 - p) * sp.log(1 - q),
    a / b * (sp.digamma(a + 1) - sp.log(b)),
    (a - s) * sp.digamma(a) - sp.loggamma(a) + sp.loggamma(s) + s * (sp.log(b) - sp.log(t)) + a * (t / b - 1),
    sp.exp(-m / s + n / s) * sp.gamma(1 + s / t) + sp.EulerGamma * (s - t) / t,
    (p / (1 - p) + 1) ** a * (1 - p) ** a + sp.log(1 / (1 - p)),
    sp.exp(a * sp.log(b) - sp.loggamma(a)) * sp.gamma(a) / b**a,
    sp.erf(m / (sp.sqrt(2) * s) - n / (sp.sqrt(2) * s)) * (m - n),
]


@pytest.mark.parametrize("expression", EXPRESSIONS, ids=range(len(EXPRESSIONS)))
def test_tidying_keeps_the_value(expression):
    assert abs(sp.N((tidy(expression) - expression).subs(POINT), 40)) < sp.Float("1e-33")


def test_logs_are_joined_and_squares_completed():
    found = tidy(-m * n / t**2 + n**2 / (2 * t**2) + (m**2 + s**2) / (2 * t**2) + sp.log(t) - sp.log(s))
    assert found == sp.log(t / s) + (s**2 + (m - n) ** 2) / (2 * t**2)


def test_gathering_joins_only_logs_with_one_coefficient():
    assert gathered(-sp.log(s) - sp.log(2) / 2 - sp.log(sp.pi) / 2 - m) == -sp.log(s) - sp.log(2 * sp.pi) / 2 - m
