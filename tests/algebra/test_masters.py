"""Each cited theorem is sampled against quadrature or summation of what it says, moments included."""

import mpmath as mp
import pytest
import sympy as sp

from symkl.algebra.mastering import Diverges, apply_masters
from symkl.algebra.masters import ETA, MASTERS, SHAPE, WIDTH, Z

#: coefficients of the statistics, then shape and width, inside each theorem's conditions
POINTS = {
    "gauss": ["3/5", "-4/3"],
    "gamma": ["2/5", "-7/4"],
    "half_gauss": ["-3/5", "-4/3"],
    "beta": ["2/5", "-1/4"],
    "beta_prime": ["1/3", "-7/2"],
    "power_interval": ["-1/3"],
    "exponential_interval": ["-5/3"],
    "exponential_series": ["1/2"],
    "geometric_series": ["-2/3"],
    "negative_binomial_series": ["-2/3"],
    "binomial_sum": ["-1/3"],
}
SHAPES = {"negative_binomial_series": sp.Rational(5, 2), "binomial_sum": sp.Integer(6)}
WIDTHS = {"power_interval": sp.Rational(7, 3), "exponential_interval": sp.Rational(7, 3)}


def whole(master, orders):
    """The integral or sum itself, with the statistics to their powers, by quadrature or summation of 30 digits."""
    etas = [sp.Rational(e) for e in POINTS[master.name]]
    put = {SHAPE: SHAPES.get(master.name, 0), WIDTH: WIDTHS.get(master.name, 0)}
    statistic = sp.Mul(*(b**j for b, j in zip(master.basis, orders, strict=True)))
    term = (statistic * sp.exp(sum(e * b for e, b in zip(etas, master.basis, strict=True)) + master.fixed)).subs(put)
    low, high = (end.subs(put) for end in master.domain)
    f = sp.lambdify(Z, term, "mpmath")
    with mp.workdps(20):
        if master.discrete:
            return sum(f(k) for k in range(int(low), int(high) + 1 if high.is_finite else 200))
        ends = [
            mp.mpf("-inf") if low == -sp.oo else mp.mpf(low),
            mp.mpf("inf") if high == sp.oo else mp.mpf(sp.N(high, 30)),
        ]
        middle = [mp.mpf(1) / 2] if low == 0 else [mp.mpf(0)]
        return mp.quad(f, [ends[0], *middle, ends[1]])


def stated(master, orders):
    value = master.log_value.subs(master.parameters, simultaneous=True)
    total = sp.exp(value)
    for eta, j in zip(ETA, orders, strict=False):
        total = sp.diff(total, eta, j) if j else total
    put = dict(zip(ETA, [sp.Rational(e) for e in POINTS[master.name]], strict=False))
    put |= {SHAPE: SHAPES.get(master.name, 0), WIDTH: WIDTHS.get(master.name, 0)}
    return mp.mpf(sp.N(total.subs(put), 30))


CASES = [
    (m, orders)
    for m in MASTERS
    for orders in ([(0,), (1,), (2,)] if len(m.basis) == 1 else [(0, 0), (1, 0), (0, 1), (2, 1)])
]


@pytest.mark.parametrize(("master", "orders"), CASES, ids=[f"{m.name}-{o}" for m, o in CASES])
def test_a_master_equals_the_integral_or_sum_that_it_states(master, orders):
    assert mp.almosteq(whole(master, orders), stated(master, orders), rel_eps=mp.mpf("1e-12"))


def test_every_master_is_sampled():
    assert set(POINTS) == {m.name for m in MASTERS}


def test_a_divergent_integral_never_gets_a_value():
    z = sp.Symbol("z", positive=True)
    a = sp.Symbol("a", positive=True)
    with pytest.raises(Diverges):
        apply_masters(sp.exp(-z) / z, z, sp.Integer(0), sp.oo)
    with pytest.raises(Diverges):
        apply_masters(z ** (-a - 1) * sp.exp(-z), z, sp.Integer(0), sp.oo)
    with pytest.raises(Diverges):
        apply_masters(sp.exp(a * z), z, sp.Integer(0), sp.oo)
    k = sp.Symbol("k", integer=True, nonnegative=True)
    with pytest.raises(Diverges):
        apply_masters((1 + a) ** k, k, sp.Integer(0), sp.oo, discrete=True)


def test_an_undecided_condition_is_returned_with_the_value():
    z = sp.Symbol("z", positive=True)
    a = sp.Symbol("alpha", positive=True)
    applied = apply_masters(z ** (a - 3) * sp.exp(-z), z, sp.Integer(0), sp.oo)
    assert applied.conditions == (sp.Gt(a, 2),)


def test_an_integrand_that_no_master_reads_has_no_value():
    z = sp.Symbol("z", positive=True)
    assert apply_masters(sp.exp(-(z**3)), z, sp.Integer(0), sp.oo) is None
    assert apply_masters(sp.sin(z) * sp.exp(-z), z, sp.Integer(0), sp.oo) is None
