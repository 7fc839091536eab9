"""Convergence at one end, by the growth of the terms: known integrals, cancellations, and what must stay undecided."""

import mpmath as mp
import pytest
import sympy as sp

from symkl.algebra.tails import Tail, growing_term, regions, tail
from symkl.model import Unit

x = sp.Symbol("x", real=True)
a, b, c, s, k = sp.symbols("a b c s k", positive=True)
m, n = sp.symbols("m n", real=True)
u = Unit("u")
L, E = sp.log, sp.exp
FINITE, PLUS, MINUS = Tail("finite"), Tail("oo"), Tail("-oo")

#: log p up to a constant, weight, end, side, what is expected
KNOWN = [
    (-x, x**5, sp.oo, 1, FINITE),
    (-x, E(x), sp.oo, 1, PLUS),
    (-x, -E(x), sp.oo, 1, MINUS),
    (-x, E(x) / x**2, sp.oo, 1, FINITE),
    (-x, E(x) / (x * L(x)), sp.oo, 1, PLUS),
    (-x, E(x) / (x * L(x) ** 2), sp.oo, 1, FINITE),
    (-2 * L(x), 1 + sp.Integer(0) * x, sp.oo, 1, FINITE),
    (-2 * L(x), x, sp.oo, 1, PLUS),
    (-2 * L(x), L(x) ** 7, sp.oo, 1, FINITE),
    (-2 * L(x), sp.sqrt(x), sp.oo, 1, FINITE),
    (-2 * L(-x), x**3, -sp.oo, 1, MINUS),
    (-L(1 + x**2), sp.Abs(x), -sp.oo, 1, PLUS),
    (-L(1 + x**2), x, -sp.oo, 1, MINUS),
    (-(L(x) ** 2), E(sp.sqrt(L(x))), sp.oo, 1, FINITE),
    (-(L(x) ** 2), x**9, sp.oo, 1, FINITE),
    (-(L(x) ** 2), E(x), sp.oo, 1, PLUS),
    (-sp.sqrt(x), E(x / 1000), sp.oo, 1, PLUS),
    (-sp.sqrt(x), x**9, sp.oo, 1, FINITE),
    (-E(x), E(E(x) / 2), sp.oo, 1, FINITE),
    (-E(x), E(2 * E(x)), sp.oo, 1, PLUS),
    (-x, L(1 + E(x)) ** 2, sp.oo, 1, FINITE),
    (-L(sp.cosh(x)), E(x), sp.oo, 1, PLUS),
    (-L(sp.cosh(x)), E(x / 2), sp.oo, 1, FINITE),
    (-(x**2) / 2, L(sp.erfc(x)), sp.oo, 1, FINITE),
    (-3 * L(x), L(sp.erfc(x)), sp.oo, 1, MINUS),
    (-sp.loggamma(x + 1), sp.gamma(x) * x**2, sp.oo, 1, PLUS),
    (-sp.loggamma(x + 1), sp.gamma(x) / x, sp.oo, 1, FINITE),
    (-sp.loggamma(x + 1), E(100 * x), sp.oo, 1, FINITE),
    (sp.Integer(0) * x - L(2) + 0 * x, 1 / x, 0, 1, PLUS),
    (L(x), 1 / x, 0, 1, FINITE),
    (L(x), L(x) / x**2, 0, 1, MINUS),
    (-L(x) / 2, L(x), 0, 1, FINITE),
    (-1 / x, x**-20, 0, 1, FINITE),
    (-1 / x, E(2 / x), 0, 1, PLUS),
    (L(1 - x), 1 / (1 - x) ** 2, 1, -1, PLUS),
    (-L(1 - x) / 2, L(1 - x), 1, -1, FINITE),
    (-L(x) - 2 * L(-L(x)), -L(-L(x)), 0, 1, Tail("finite")),
    (-L(x) - 2 * L(-L(x)), -L(x), 0, 1, PLUS),
]


@pytest.mark.parametrize(("log_p", "weight", "end", "side", "expected"), KNOWN)
def test_a_known_integral(log_p, weight, end, side, expected):
    assert tail(sp.sympify(log_p), sp.sympify(weight), x, sp.sympify(end), side=side) == expected


#: those that plain numbers can follow far out
_PLAIN = [row for row in KNOWN if not sp.sympify(row[0] + row[1]).has(E, sp.cosh, sp.erfc, sp.gamma, sp.loggamma)]


@pytest.mark.parametrize(("log_p", "weight", "end", "side", "expected"), _PLAIN)
def test_the_integral_does_what_is_said(log_p, weight, end, side, expected):
    integrand = [sp.lambdify(x, sp.sympify(part), "mpmath") for part in (log_p, weight)]
    near, far = (_stretch(*integrand, sp.sympify(end), side, start) for start in (16, 64))
    if expected.kind == "finite":
        assert abs(far) < abs(near)
    else:
        assert abs(far) > abs(near) * 0.9
        assert (far > 0) == (expected.kind == "oo")


def test_enough_integrals_are_followed():
    assert len(_PLAIN) >= 14


def _stretch(log_p, weight, end, side, start):
    """The integral over start < s < 2*start, where exp(s) is x or 1/(distance from the end)."""
    total = mp.mpf(0)
    with mp.workprec(900):
        for j in range(24):
            at = start * (1 + mp.mpf(2 * j + 1) / 48)
            if end.is_infinite:
                value, measure = (1 if end > 0 else -1) * mp.exp(at), at
            else:
                value, measure = mp.mpf(int(end)) + side * mp.exp(-at), -at
            total += mp.exp(log_p(value) + measure) * weight(value) * start / 24
    return total


#: log p, weight, end, the condition for a finite integral, what it is otherwise
CONDITIONAL = [
    (-(a + 1) * L(x), x, sp.oo, "a > 1", "oo"),
    (-(a + 1) * L(x), x**b, sp.oo, "a > b", "oo"),
    (-(a + 1) * L(x), -(x**2), sp.oo, "a > 2", "-oo"),
    (-(a + 1) * L(x), E(x), sp.oo, None, "oo"),
    (-x / a, E(x / b), sp.oo, "b > a", "oo"),
    (-sp.Abs(x) / a, E(-x / b), -sp.oo, "b > a", "oo"),
    (-2 * L(1 + E(-x / a)) - x / a, E(-x / b), -sp.oo, "b > a", "oo"),
    (x * L(u), x**b, sp.oo, (), None),
    (-(x**a), x**b, sp.oo, (), None),
    (-(sp.Abs(x - m) ** a), sp.Abs(x - n) ** b, sp.oo, (), None),
    (-((x - m) ** 2) / (2 * a), (x - n) ** 2 / (2 * b), sp.oo, (), None),
    ((a - 1) * L(x), 1 / x, 0, "a > 1", "oo"),
    ((a - 1) * L(x), x**-b, 0, "a > b", "oo"),
    ((a - 1) * L(x), L(x), 0, (), None),
    (-L(x) - (1 + c) * L(L(x)), L(L(x)), sp.oo, (), None),
    (-L(x) - (1 + c) * L(L(x)), L(x), sp.oo, "c > 1", "oo"),
    (-s * L(x) + (b - 1) * L(1 + x), x, sp.oo, "s > b + 1", "oo"),
]


@pytest.mark.parametrize(("log_p", "weight", "end", "condition", "otherwise"), CONDITIONAL)
def test_a_condition_is_found(log_p, weight, end, condition, otherwise):
    found = tail(log_p, weight, x, sp.sympify(end))
    assert found is not None
    if condition is None:
        assert found == Tail(otherwise)
    elif condition == ():
        assert found == FINITE
    else:
        symbols = {str(v): v for v in (a, b, c, s, u)}
        left, right = condition.split(" > ")
        wanted = sp.Gt(*(sp.sympify(side, locals=symbols) for side in (left, right)))
        assert found.kind == "finite"
        assert found.otherwise == otherwise
        assert len(found.conditions) == 1
        difference = found.conditions[0].gts - found.conditions[0].lts
        assert sp.expand(difference - (wanted.gts - wanted.lts)) == 0


def test_equal_leading_terms_cancel_exactly():
    log_p = -2 * L(x)
    assert tail(log_p, (x + 1) ** 2 - x**2 - 2 * x, x, sp.oo) == FINITE
    assert tail(log_p, (x + 1) ** 2 - x**2, x, sp.oo) == PLUS
    assert tail(log_p, L(sp.cosh(x)) - x, x, sp.oo) == FINITE
    assert tail(log_p, sp.sqrt(x**2 + m * x) - x, x, sp.oo) == FINITE
    assert tail(log_p, sp.loggamma(x) - x * L(x) + x, x, sp.oo) == FINITE
    assert tail(log_p, (a + b) * x - a * x - b * x, x, sp.oo) == FINITE
    assert tail(log_p, (x + m) ** 3 - x**3, x, sp.oo) == Tail("finite", (sp.Eq(m, 0),), None)


def test_a_sign_that_is_open_makes_regions():
    found = regions(-2 * L(x), m * x, x, ((sp.oo, 1),))
    assert found.where("oo") == sp.Gt(m, 0)
    assert found.where("-oo") == sp.Lt(m, 0)
    assert found.where("finite") == sp.Eq(m, 0)
    assert tail(-2 * L(x), m * x, x, sp.oo, (sp.Gt(m, 0),)) == PLUS


def test_constraints_are_used():
    log_p = -(a + 1) * L(x)
    assert tail(log_p, x, x, sp.oo, (sp.Gt(a, 2),)) == FINITE
    assert tail(log_p, x, x, sp.oo, (sp.Lt(a, 1),)) == PLUS
    assert tail(L(x - m), 1 / (x - n), x, m, (sp.Gt(m, n),)) == FINITE


@pytest.mark.parametrize(
    "weight",
    [
        x * sp.sin(x),  # changes its sign for ever
        x * (2 + sp.cos(x)),
        sp.Function("f")(x),
        E(x**2 + x * sp.sin(x)),
        sp.besselj(0, x) * x**3,
    ],
)
def test_what_is_not_known_stays_undecided(weight):
    assert tail(-2 * L(x), weight, x, sp.oo) is None


def test_a_bounded_oscillation_does_no_harm():
    assert tail(-2 * L(x), sp.cos(x), x, sp.oo) == FINITE
    assert tail(-2 * L(x), x**2 + sp.cos(x), x, sp.oo) == PLUS


def test_two_infinite_tails_of_different_sign_are_undecided():
    ends = ((-sp.oo, 1), (sp.oo, 1))
    log_p = -L(1 + x**2)
    assert regions(log_p, x, x, ends).where("oo", "-oo", "finite") == sp.false
    assert regions(log_p, x**2, x, ends).where("oo") == sp.true


def test_a_piecewise_density_is_read_near_the_end():
    density = sp.Piecewise((E(-x), x < m), (x**-2, True))
    assert tail(L(density), sp.sqrt(sp.Abs(x)), x, sp.oo) == FINITE
    assert tail(L(density), x, x, sp.oo) == PLUS


def test_the_term_that_grows_is_named():
    assert growing_term(-2 * L(x), 3 * x**2 + x, x, sp.oo) == x**2
    assert growing_term(sp.Integer(0), 5 / x, x, sp.Integer(0)) == 1 / x
    assert growing_term(-x, x, x, sp.oo) is None
