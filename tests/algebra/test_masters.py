"""Each cited theorem is sampled against quadrature or summation of what it says, moments included."""

from dataclasses import replace

import mpmath as mp
import pytest
import sympy as sp

from symkl.algebra.mastering import Diverges, apply_masters
from symkl.algebra.mastering import _value as value_of
from symkl.algebra.masters import ETA, HIGH, LOW, MASTERS, QUADRATIC, SHAPE, WIDTH, Z

pytestmark = pytest.mark.sample(3)

#: coefficients of the statistics inside each theorem's conditions
POINTS = {
    "gauss": ["3/5", "-4/3"],
    "arctangent": [],
    "poisson": [],
    "gamma": ["2/5", "-7/4"],
    "half_gauss": ["-3/5", "-4/3"],
    "beta_prime": ["1/3", "-7/2"],
    "half_arctangent": [],
    "half_poisson": [],
    "root_poisson": [],
    "logistic_log": [],
    "beta": ["2/5", "-1/4"],
    "arcsine_log": [],
    "arcsine_exponential": ["-5/3"],
    "semicircle_exponential": ["-5/3"],
    "power_interval": ["-1/3"],
    "exponential_interval": ["-5/3"],
    "power_between": ["2/3"],
    "power_away": ["-7/3"],
    "reciprocal_between": [],
    "log_reciprocal_between": [],
    "exponential_between": ["5/3"],
    "gauss_between": ["3/5", "-4/3"],
    "log_exponential_part": ["-5/3"],
    "log_exponential_interval": ["5/3"],
    "gamma_part": ["2/5", "-7/4"],
    "power_of_rest": ["-7/3"],
    "log_exponential_between": ["-5/3"],
    "log_growth_between": ["5/3"],
    "shifted_power_part": ["-7/3"],
    "log_logistic_part": [],
    "beta_part": ["2/5", "-1/4"],
    "power_tail": ["-9/2"],
    "exponential_tail": ["-5/3"],
    "log_exponential_tail": ["-5/3"],
    "gamma_tail": ["-7/5", "-7/4"],
    "gauss_tail": ["3/5", "-4/3"],
    "shifted_power_tail": ["-9/2"],
    "log_logistic_tail": [],
    "bessel_circle": ["3/4", "-5/4"],
    "bessel_k": ["2/5", "-7/4", "-3/2"],
    "bessel_log_below": ["-7/4", "-3/2"],
    "bessel_log_above": ["-7/4", "-3/2"],
    "exponential_series": ["1/2"],
    "geometric_series": ["-2/3"],
    "geometric_series_from_one": ["-2/3"],
    "negative_binomial_series": ["-2/3"],
    "binomial_sum": ["-1/3"],
    "logarithmic_series": ["-2/3"],
    "zeta_series": ["-7/2"],
    "count": [],
    "sum_of_integers": [],
    "sum_of_squares": [],
    "finite_geometric_sum": ["-2/3"],
}
_R = sp.Rational
#: the other symbols of a row, where not the common ones
COMMON = {WIDTH: _R(7, 3), LOW: _R(2, 3), HIGH: _R(9, 4), SHAPE: _R(5, 2)}
COMMON |= dict(zip(QUADRATIC, (_R(3, 2), _R(-4, 5), _R(7, 3)), strict=True))
OWN = {
    "binomial_sum": {SHAPE: sp.Integer(6)},
    "power_interval": {WIDTH: _R(7, 3)},
    "gauss_between": {LOW: _R(-2, 3)},
    "exponential_between": {LOW: _R(-2, 3)},
    "bessel_circle": {LOW: -sp.pi},
    "beta_part": {WIDTH: _R(3, 4)},
    "power_of_rest": {WIDTH: _R(3, 4)},
    "gauss_tail": {LOW: _R(-2, 3)},
    "half_poisson": {QUADRATIC[1]: sp.Integer(0)},
    "root_poisson": {QUADRATIC[1]: _R(4, 5)},
    "logistic_log": {QUADRATIC[1]: _R(4, 5)},
    "count": {HIGH: sp.Integer(7)},
    "sum_of_integers": {HIGH: sp.Integer(7)},
    "sum_of_squares": {HIGH: sp.Integer(7)},
    "finite_geometric_sum": {HIGH: sp.Integer(7)},
}


def put_for(master):
    return {**COMMON, **OWN.get(master.name, {})}


def whole(master, orders):
    """The integral or sum itself, with the statistics to their powers, by quadrature or summation of 30 digits."""
    put = put_for(master)
    statistic = master.weight * sp.Mul(*(b**j for b, j in zip(master.basis, orders, strict=False)))
    exponent = sum((_R(e) * b for e, b in zip(POINTS[master.name], master.basis, strict=True)), master.fixed)
    term = (statistic * sp.exp(exponent)).subs(put)
    low, high = (end.subs(put) for end in master.domain)
    f = sp.lambdify(Z, term, "mpmath")
    with mp.workdps(20):
        if master.discrete and high == sp.oo:
            return mp.nsum(f, [int(low), mp.inf], method="euler-maclaurin" if master.name == "zeta_series" else "d")
        if master.discrete:
            return sum(f(k) for k in range(int(low), int(high) + 1))
        ends = [mp.mpf(sp.N(end, 30)) if end.is_finite else mp.inf * (1 if end == sp.oo else -1) for end in (low, high)]
        if master.name == "root_poisson":  # falls too slowly for quadrature as it stands
            return mp.quad(lambda t: f(mp.exp(t)) * mp.exp(t), [-mp.inf, 0, mp.inf])
        inner = mp.mpf(sp.N(low, 30)) + mp.mpf(1) / 2 if low.is_finite else mp.mpf(0)
        return mp.quad(f, [ends[0], inner, ends[1]])


def stated(master, orders):
    """What the row says, differentiated by numbers in the coefficients."""
    value = master.value if master.value is not None else sp.exp(master.log_value)
    form = value.subs(master.parameters, simultaneous=True).subs(put_for(master))
    zetas = {"zeta_derivative": lambda n, s: mp.zeta(s, 1, n)}
    f = sp.lambdify(ETA[: len(POINTS[master.name])] or [Z], form, ["mpmath", zetas])
    with mp.workdps(40):
        at = [mp.mpf(_R(e).p) / _R(e).q for e in POINTS[master.name]] or [mp.mpf(0)]
        return mp.diff(f, tuple(at), tuple(orders)) if any(orders) else f(*at)


def orders_of(master):
    """Derivatives that the engine takes."""
    n = len(master.basis)
    tried = [(0,) * n] + [tuple(int(i == k) for i in range(n)) for k in range(n)]
    tried += [(2,), (3,)] if n == 1 else [(2, 1)] if n == 2 else []
    return [orders for orders in tried if value_of(master.name, orders) is not None]


CASES = [(m, orders) for m in MASTERS for orders in orders_of(m)]


@pytest.mark.parametrize(("master", "orders"), CASES, ids=[f"{m.name}-{o}" for m, o in CASES])
def test_a_master_equals_the_integral_or_sum_that_it_states(master, orders):
    assert mp.almosteq(whole(master, orders), stated(master, orders), rel_eps=mp.mpf("1e-12"))


@pytest.mark.parametrize(("master", "orders"), CASES, ids=[f"{m.name}-{o}" for m, o in CASES])
def test_the_derivatives_that_the_engine_uses_are_those_of_the_row(master, orders):
    log_value, rest = value_of(master.name, orders)
    put = {**dict(zip(ETA, map(_R, POINTS[master.name]), strict=False)), **put_for(master)}
    put |= {p: e.subs(put) for p, e in master.parameters.items()}
    used = sp.N((sp.exp(log_value) * rest).subs(put), 30)
    assert mp.almosteq(mp.mpf(used), stated(master, orders), rel_eps=mp.mpf("1e-12"))


def test_a_theorem_with_a_wrong_factor_is_caught():
    gamma = next(m for m in MASTERS if m.name == "gamma")
    wrong = replace(gamma, log_value=gamma.log_value + sp.log(2))
    assert not mp.almosteq(whole(wrong, (0, 0)), stated(wrong, (0, 0)), rel_eps=mp.mpf("1e-12"))


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
