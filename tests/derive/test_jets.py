"""Taylor coefficients against SymPy's own derivatives, and 0/0 told from what is not."""

from __future__ import annotations

import pytest
import sympy as sp

from symkl.derive.jets import jet

s = sp.Symbol("s", real=True)
a = sp.Symbol("a", positive=True)
AT = sp.Rational(1, 3)
TRIED = [
    s**3 - a * s,
    a * s / (1 + s) ** 2,
    sp.exp(a * s) * sp.log(1 + s),
    (a + s) ** a,
    a**s / (1 - a**s),
    sp.atanh(1 - 2 * s) * s,
    sp.sqrt(s) * sp.gamma(a),
]


@pytest.mark.parametrize("expression", TRIED, ids=str)
def test_the_coefficients_are_derivatives_over_factorials(expression):
    found = jet(expression, s, AT, 3)
    for k, coefficient in enumerate(found):
        expected = sp.diff(expression, s, k).subs(s, AT) / sp.factorial(k)
        assert abs((coefficient - expected).subs(a, sp.Rational(7, 5)).evalf(30)) < 1e-25
    wrong = found[1] + sp.Rational(1, 1000)
    assert abs((wrong - sp.diff(expression, s).subs(s, AT)).subs(a, sp.Rational(7, 5)).evalf(30)) > 1e-4


def test_a_singular_point_has_no_coefficients():
    assert jet(1 / s, s, sp.Integer(0), 2)[0] is sp.zoo
