"""Long sums in a shorter form have the value that they had."""

from __future__ import annotations

import pytest
import sympy as sp

from symkl.writeup.compact import compact

a, b, m, s, k = sp.symbols("a b m s k", positive=True)
u, v = sp.erf(a), sp.erf(b)
AT = {a: sp.Rational(7, 5), b: sp.Rational(21, 10), m: sp.Rational(3, 10), s: sp.Rational(6, 5), k: sp.Rational(5, 2)}

SUMS = [
    2 * a * sp.log(a) / (a * k + a - b * k - b) - 2 * b * sp.log(a) / (a * k + a - b * k - b) + sp.log(k),
    m * u * sp.exp(a) / (u * sp.exp(a) - v * sp.exp(a)) - m * v / (u - v),
    sp.sqrt(sp.pi) * s * sp.exp(a * m / s) / (sp.exp(b / s) * u - sp.exp(b / s) * v) + 1 / (u - v) ** 2 - 3,
    -sp.Rational(1, 3) * a / (2 * a - 2 * b) + sp.Rational(2, 7) * b / (3 * a - 3 * b) + sp.exp(-((a - m) ** 2)),
]


@pytest.mark.parametrize("expression", SUMS)
def test_the_value_is_kept(expression: sp.Expr) -> None:
    values = [sp.N(e.subs(AT), 30) for e in (expression, compact(expression))]
    assert abs(values[0] - values[1]) < sp.Float("1e-25")


def test_terms_over_one_denominator_come_together() -> None:
    assert compact(SUMS[0]) == 2 * sp.log(a) / (k + 1) + sp.log(k)
    assert compact(SUMS[1]) == m


def test_a_square_in_an_exponent_is_found_again() -> None:
    expression = 1 / (u - v) + sp.exp(-(a**2) / 2 + a * m - m**2 / 2) / (u - v)
    assert compact(expression).has(sp.exp(-((a - m) ** 2) / 2))


def test_a_sum_without_such_denominators_stays_as_it_is() -> None:
    plain = sp.log(a) / a + b / k - m**2 / (2 * s**2) + sp.Rational(1, 2)
    assert compact(plain) == plain


def test_cases_are_shortened_one_by_one() -> None:
    made = compact(sp.Piecewise((SUMS[1], a < b), (SUMS[0], True)))
    assert made == sp.Piecewise((m, a < b), (compact(SUMS[0]), True))
