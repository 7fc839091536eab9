"""Balls can lie: each way that was measured is shown to lie, and shown to be refused or to come out right here."""

import mpmath as mp
import pytest
import sympy as sp
from flint import acb, arb, ctx

from symkl.model import claim
from symkl.verify.numbers import exact
from symkl.verify.plain_table import evaluator
from symkl.verify.rigorous import enclose
from symkl.verify.rigorous.compile import compile_balls
from symkl.verify.rigorous.operations import CUTS, OPERATIONS, NoEnclosure, Operation
from symkl.verify.rigorous.program import Program

from .conftest import make

x = sp.Symbol("x", real=True)
SHIFTED = sp.Rational(1, 3)


@pytest.fixture(autouse=True)
def precision():
    with ctx.workprec(120):
        yield


def integral(callback, low, high):
    return acb.integral(callback, low, high, eval_limit=20_000)


def misses(ball, value):
    return not (ball.is_finite() and ball.real.overlaps(value))


def without_flag(program):
    return lambda z, analytic: program(z, False)


@pytest.mark.parametrize(
    ("integrand", "low", "high", "value"),
    [
        (x ** sp.Rational(1, 3), sp.Rational(1, 8), 8, sp.Rational(765, 64)),
        (sp.log(x), sp.Rational(1, 4), 4, 17 * sp.log(4) / 4 - sp.Rational(15, 4)),
        (sp.log(x**3 * sp.exp(x)), 1, 4, 12 * sp.log(4) - sp.Rational(3, 2)),
        (sp.atan(x), 0, 1, sp.pi / 4 - sp.log(2) / 2),
        (sp.loggamma(x), 1, 2, sp.log(2 * sp.pi) / 2 - 1),
    ],
)
def test_the_compiled_integrand_is_right(integrand, low, high, value):
    low, high, true = (compile_balls(sp.sympify(end), points=True)(acb(0)).real for end in (low, high, value))
    assert not misses(integral(compile_balls(integrand, x), low, high), true)


@pytest.mark.parametrize(
    ("integrand", "low", "high", "value"),
    [
        (sp.sqrt(x), 1, 4, sp.Rational(14, 3)),
        (x ** sp.Rational(3, 2), 0, 4, sp.Rational(64, 5)),
        (sp.Abs(x - SHIFTED), -1, 1, sp.Rational(10, 9)),
        (sp.exp(-sp.Abs(x - SHIFTED)), -1, 1, 2 - sp.exp(-sp.Rational(4, 3)) - sp.exp(-sp.Rational(2, 3))),
    ],
)
def test_the_compiled_integrand_is_right_and_would_lie_without_the_analytic_flag(integrand, low, high, value):
    program = compile_balls(integrand, x)
    low, high, true = (compile_balls(sp.sympify(end), points=True)(acb(0)).real for end in (low, high, value))
    assert not misses(integral(program, low, high), true)
    assert misses(integral(without_flag(program), low, high), true)


@pytest.mark.parametrize(
    "integrand",
    [
        sp.Pow((x**2 - 1) ** 2, sp.Rational(3, 2), evaluate=False),
        sp.Pow((x - 3) * (x - 4), sp.Rational(1, 2), evaluate=False),
        sp.log((x - 3) * (x - 4)),
        sp.log((x**2 - 1) ** 2),
        sp.Pow((x - 3) * sp.Abs(x - 4) * (x - 5), sp.Rational(-1, 2), evaluate=False),
    ],
    ids=str,
)
def test_a_product_is_taken_apart_only_where_its_factors_are_positive(integrand):
    plain = evaluator(integrand, x)
    with mp.workdps(40):
        true = exact(mp.quad(plain, [0, mp.mpf(1) / 2, 1, 2]).real)
    found = integral(compile_balls(integrand, x), 0, 2)
    assert not found.is_finite() or abs(found.real - true) < arb("1e-20") + found.real.rad()


def test_a_product_taken_apart_regardless_would_lie():
    product = sp.sqrt(x - 3) * sp.sqrt(x - 4)  # minus the root of the product, for x < 3
    found = acb.integral(compile_balls(product, x), 0, 2, eval_limit=20_000)
    assert found.real < 0


def test_python_operators_and_branches_in_a_callback_lie_which_is_why_none_is_compiled():
    def power(z, analytic):
        return z ** acb("0.5")

    def branch(z, analytic):
        return z * z if z.real.mid() < SHIFTED.p / SHIFTED.q else z

    def absolute(z, analytic):
        return acb(abs(z - acb(1) / 3))

    assert misses(integral(power, 1, 4), arb(14) / 3)
    assert misses(integral(branch, 0, 1), arb(1) / 81 + arb(4) / 9)
    assert misses(integral(absolute, -1, 1), arb(10) / 9)


@pytest.mark.parametrize(
    "refused",
    [
        sp.floor(x),
        sp.Heaviside(x),
        sp.LambertW(x),
        sp.asin(x),
        sp.Piecewise((x, x < SHIFTED), (x**2, True)),
        sp.Min(x, x**2),
        sp.besseli(x, 2),
        sp.polygamma(x, 2),
        sp.zeta(2, x),
        sp.Symbol("unbound") + x,
    ],
)
def test_what_is_in_no_table_of_analytic_operations_is_refused(refused):
    with pytest.raises(NoEnclosure):
        compile_balls(refused, x)


#: crossings of the real and imaginary axes, on both sides of the origin and of +-1
CROSSINGS = [(-2.3, 0), (-0.6, 0), (0.6, 0), (2.3, 0), (0, -2.3), (0, -0.6), (0, 0.6), (0, 2.3)]


def leaps(row, at):
    """Whether the function has other values on the two sides of an axis (seen at points, where no flag is needed)."""
    real, imaginary = at
    step = mp.mpf(10) ** -12
    sides = [mp.mpc(real, s * step) if imaginary == 0 else mp.mpc(s * step, imaginary) for s in (1, -1)]
    method = getattr(acb, row.method)
    values = [method(acb(side.real, side.imag), *ORDERS.get(row.method, ())) for side in sides]
    return not abs(values[0] - values[1]) < arb("1e-6")


ORDERS = {
    "polygamma": (acb(1),),
    "expint": (acb(1),),
    "bessel_i": (acb("0.3"),),
    "bessel_k": (acb("0.3"),),
    "gamma_upper": (acb("0.3"),),
    "polylog": (acb("0.3"),),
}


@pytest.mark.parametrize("function", sorted(OPERATIONS, key=str), ids=str)
def test_no_row_of_the_table_is_finite_across_a_leap_of_its_function(function):
    row = OPERATIONS[function]
    orders = ORDERS.get(row.method, ())
    for real, imaginary in CROSSINGS:
        if leaps(row, (real, imaginary)):
            around = acb(arb(real, 0.1), arb(imaginary, 0.1))
            assert not row.ball()(True, *orders, around).is_finite(), (function, real, imaginary)


def test_a_row_without_its_guard_is_found_out():
    wrong = Operation("atan", "meromorphic")
    assert leaps(wrong, (0, 2.3))
    assert wrong.ball()(True, acb(arb(0, 0.1), arb(2.3, 0.1))).is_finite()


@pytest.mark.parametrize("name", sorted(CUTS))
def test_a_ball_that_touches_a_cut_is_not_let_through(name):
    touching = {
        "real up to 0": acb(arb(-1, 0.5), arb(0, 0.1)),
        "real from 1": acb(arb(2, 0.5), arb(0, 0.1)),
        "imaginary beyond i": acb(arb(0, 0.1), arb(2, 0.5)),
        "real beyond 1": acb(arb(-2, 0.5), arb(0, 0.1)),
    }
    assert not CUTS[name](touching[name])
    assert CUTS[name](acb(arb(0.5, 0.1), arb(0.5, 0.1)))


def test_every_integrand_is_nan_where_a_log_or_a_root_meets_its_cut():
    for integrand in (sp.log(x), sp.sqrt(x), x ** sp.Rational(3, 2), sp.log(x**3 * sp.exp(x)), sp.Abs(x), sp.Ei(x)):
        ball = compile_balls(integrand, x)(acb(arb(0, 1), arb(0, 1)), True)
        assert not ball.is_finite(), integrand


def test_an_error_inside_the_callback_is_no_enclosure_and_no_crash(monkeypatch):
    dist = claim("entropy", make(lambda x: sp.exp(-x), 0, sp.oo)).p
    plain = Program.__call__

    def broken(self, point, analytic=False):
        if not point.imag.contains(0) or analytic:
            raise ValueError("on purpose")
        return plain(self, point, analytic)

    monkeypatch.setattr(Program, "__call__", broken)
    found = enclose(dist, sp.Integer(1), {})
    assert found.ball is None
    assert "could not be evaluated" in found.reason


FUNCTIONS = [
    sp.erf(x), sp.erfc(x), sp.gamma(x), sp.loggamma(x), sp.digamma(x), sp.polygamma(2, x), sp.Ei(x), sp.Ei(-x),
    sp.expint(2, x), sp.besseli(1, x), sp.besselk(1, x), sp.uppergamma(3, x), sp.polylog(2, -x), sp.zeta(x + 2),
    sp.atan(x), sp.atanh(x / 9), sp.beta(x, 2), sp.binomial(5, x), sp.factorial(x), sp.coth(x), sp.tan(x),
    sp.Min(x, 2), sp.Max(x, 2), sp.Piecewise((x, x > 1), (2, True)), sp.Abs(1 - x), sp.sign(1 - x),
]  # fmt: skip


@pytest.mark.parametrize("form", FUNCTIONS, ids=str)
def test_both_tables_give_the_same_number(form):
    with mp.workdps(50), ctx.workprec(170):
        for point in (sp.Rational(5, 7), sp.Rational(17, 4)):
            ball = compile_balls(form, x, points=True)(acb(arb(point.p) / point.q)).real
            plain = evaluator(form, x)(mp.mpf(int(point.p)) / int(point.q))
            assert abs(ball - exact(plain)) < arb("1e-40"), form
