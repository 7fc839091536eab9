"""The bounds of tails are bounds, intervals hold what they should, and taming changes nothing."""

import mpmath as mp
import pytest
import sympy as sp
from flint import arb, ctx

from symkl.verify.numbers import exact
from symkl.verify.plain_table import evaluator
from symkl.verify.rigorous.growth import FLOOR, Growth, Tail, log_slope
from symkl.verify.rigorous.interval import EVERYTHING, Interval, values_on
from symkl.verify.rigorous.logs import split_logs
from symkl.verify.rigorous.series import _shift
from symkl.verify.rigorous.tame import tame

y = sp.Symbol("y", positive=True)
R = sp.Rational

#: density, statistics, whether upwards, an edge T with a tail that mpmath can integrate
TAILS = [
    (sp.exp(-y), (sp.Integer(1),), True, 3),
    (y ** R(3, 2) * sp.exp(-2 * y), (y**2, sp.log(y)), True, 3),
    (sp.exp(-(y**2) / 2 + 3 * y), (sp.exp(y),), True, 2),
    (1 / (1 + y**2), (sp.log(1 + y**2),), True, 4),
    (y ** R(-5, 2), (y,), True, 2),
    (y ** R(-1, 2), (sp.log(y),), False, -3),
    (sp.exp(-1 / y) / y**3, (1 / y,), False, -2),
    (1 / (1 + y), (sp.log(1 + y),), False, -5),
]


def weighted(density, statistics):
    p, ts = evaluator(density, y), [evaluator(t, y) for t in statistics]
    return lambda z: p(z) * sum(abs(t(z)) for t in ts)


@pytest.mark.parametrize(("density", "statistics", "upwards", "edge"), TAILS)
def test_the_bound_of_a_tail_is_at_least_the_tail(density, statistics, upwards, edge):
    with ctx.workprec(120), mp.workdps(30):
        bound = Tail(density, log_slope(density, y), statistics, y, upwards).bound(edge)
        cut = mp.exp(edge)
        points = [cut, 2 * cut, 8 * cut, 64 * cut, mp.inf] if upwards else [0, cut / 100, cut]
        tail = mp.quad(weighted(density, statistics), points)
        assert bound is not None
        assert exact(tail) < bound < exact(10**6 * tail)


@pytest.mark.parametrize(
    ("density", "statistic", "upwards"),
    [
        (1 / y, sp.Integer(1), True),
        (1 / (1 + y**2), y, True),
        (sp.exp(-y), sp.exp(y), True),
        (1 / y, sp.Integer(1), False),
        (sp.Integer(1), y**-2, False),
    ],
)
def test_a_tail_that_is_infinite_has_no_bound(density, statistic, upwards):
    tail = Tail(density, log_slope(density, y), (statistic,), y, upwards)
    assert all(tail.bound(edge if upwards else -edge) is None for edge in (1, 4, 16, 64, 256))


EXPRESSIONS = [
    1 - y + y**2, y / (1 + y), (1 + y**2) ** R(-3, 2), sp.log(y) ** 2 - sp.log(y), sp.exp(-y) * (y - 3),
    y * (sp.exp(-y) - 1), sp.exp(y) / (1 + sp.exp(y)), sp.log(1 + sp.exp(y)), sp.erf(y - 5), sp.atan(y) * sp.cos(y),
    y**sp.sin(y), sp.Abs(3 - y), sp.tanh(y) / y, (sp.log(y) - 2) ** 3, sp.sqrt(y**3 + y), sp.erfc(-y), 2 ** (-y),
]  # fmt: skip


@pytest.mark.parametrize("form", EXPRESSIONS, ids=str)
def test_intervals_hold_the_values_and_taming_keeps_them(form):
    with ctx.workprec(120), mp.workdps(30):
        for upwards, domain in ((True, Interval(arb(7), arb.pos_inf())), (False, Interval(arb(0), arb("0.01")))):
            tamed = tame(form, y, sp.Integer(2) ** 12 if upwards else R(1, 2**12))
            found = [values_on(f, y, domain) for f in (form, tamed)]
            for point in (7, 8.5, 33, 1000) if upwards else (1e-9, 0.001, 0.0099):
                value = evaluator(form, y)(mp.mpf(point))
                assert abs(evaluator(tamed, y)(mp.mpf(point)) - value) <= abs(value) * mp.mpf(10) ** -25
                ball = exact(value)
                slack = abs(ball) * arb("1e-25") + arb("1e-30")
                assert all(i.lo - slack <= ball <= i.hi + slack for i in found)


def test_taming_says_something_where_plain_intervals_say_nothing():
    domain = Interval(arb(7), arb.pos_inf())
    form = y**2 / (3 + y**2)
    assert not values_on(form, y, domain).hi.is_finite()
    assert values_on(tame(form, y, sp.Integer(4096)), y, domain).hi <= 1


def test_what_no_row_knows_may_be_anything():
    assert values_on(sp.gamma(y), y, Interval(arb(7), arb(8))) == EVERYTHING


@pytest.mark.parametrize("statistic", [y, y**2, sp.log(y), sp.exp(y / 3), sp.log(1 + y), y * sp.log(y), 1 / y])
def test_the_growth_of_a_statistic_is_bounded_by_its_bound(statistic):
    domain = Interval(arb(4), arb.pos_inf())
    with ctx.workprec(120), mp.workdps(30):
        for scale in (y, sp.Integer(1)):
            bound = Growth(statistic, scale * statistic.diff(y), y, True).on(domain)
            ratio = evaluator(scale * statistic.diff(y), y), evaluator(statistic, y)
            seen = max(abs(ratio[0](z)) / (1024 + abs(ratio[1](z))) for z in map(mp.mpf, (4, 5, 9, 50, 400)))
            assert bound is None or exact(seen) <= bound * (1 + arb("1e-20"))


def test_a_statistic_that_falls_has_a_bounded_growth():
    bound = Growth(sp.exp(-y), -y * sp.exp(-y), y, True).on(Interval(arb(4), arb.pos_inf()))
    assert bound is not None
    assert arb(4) * arb(-4).exp() / (FLOOR + arb(-4).exp()) <= bound < 1


def test_the_shift_of_a_log_mass_is_the_difference_of_its_neighbours():
    k = sp.Symbol("k", positive=True)
    form = 3 * k - 2 * sp.loggamma(k + R(5, 2)) + sp.log(k + 1) + sp.log(sp.gamma(k + 1)) * 4 + k**2
    with mp.workdps(30):
        at = evaluator(form, k)
        assert abs(evaluator(_shift(form), k)(mp.mpf(7)) - at(mp.mpf(8)) + at(mp.mpf(7))) < mp.mpf(10) ** -25


def test_splitting_a_log_keeps_its_absolute_value():
    form = sp.log(y**3 * (y - 5) ** 2 * sp.exp(-y) / 7)
    with mp.workdps(30):
        split = evaluator(split_logs(form, y), y)(mp.mpf(2))
        assert abs(split.real - evaluator(form, y)(mp.mpf(2))) < mp.mpf(10) ** -25
