"""Derived closed forms against quadrature of densities that are typed here a second time, in plain mpmath."""

import mpmath as mp
import pytest
import sympy as sp

from symkl.derive import derive
from symkl.model import claim

pytestmark = pytest.mark.sample(3)

E, L, G = mp.exp, mp.log, mp.gamma
#: log-densities written by hand, parameters in order; then the range, broken where the density has a kink
LOG = {
    "Gauss": lambda x, m, s: -L(s) - L(2 * mp.pi) / 2 - (x - m) ** 2 / (2 * s**2),
    "GaussPrecision": lambda x, m, t: L(t / (2 * mp.pi)) / 2 - t * (x - m) ** 2 / 2,
    "LogGauss": lambda x, m, s: -L(x * s) - L(2 * mp.pi) / 2 - (L(x) - m) ** 2 / (2 * s**2),
    "Expo": lambda x, lam: L(lam) - lam * x,
    "GammaRate": lambda x, a, b: a * L(b) - mp.loggamma(a) + (a - 1) * L(x) - b * x,
    "TwoSided": lambda x, m, b: -L(2 * b) - abs(x - m) / b,
    "Extreme": lambda x, m, b: -L(b) - (x - m) / b - E(-(x - m) / b),
    "Counts": lambda k, lam: k * L(lam) - lam - mp.loggamma(k + 1),
    "Coin": lambda k, p: L(p) if k == 1 else L(1 - p),
    "Trials": lambda k, p: L(p) + k * L(1 - p),
    "Ray": lambda x, s: L(x) - 2 * L(s) - x**2 / (2 * s**2),
    "Stretched": lambda x, k, lam: L(k / lam) + (k - 1) * L(x / lam) - (x / lam) ** k,
    "Shares": lambda x, a, b: (a - 1) * L(x) + (b - 1) * L(1 - x) - L(mp.beta(a, b)),
    "Flat": lambda x, a, b: -L(b - a),
    "PowerTail": lambda x, m, a: L(a) + a * L(m) - (a + 1) * L(x),
    "InverseG": lambda x, a, b: a * L(b) - mp.loggamma(a) - (a + 1) * L(x) - b / x,
    "Sech": lambda x, m, s: -(x - m) / s - L(s) - 2 * mp.log1p(E(-(x - m) / s)),
}
DISCRETE = {"Counts", "Coin", "Trials"}
#: two parameter points for each, the second for q
AT = {
    "Gauss": [("1/3", "5/4"), ("-1/2", "2/3")],
    "GaussPrecision": [("1/3", "5/4"), ("-1/2", "2/3")],
    "LogGauss": [("1/3", "3/4"), ("-1/2", "2/3")],
    "Expo": [("7/4",), ("2/5",)],
    "GammaRate": [("5/2", "4/3"), ("7/5", "3/4")],
    "TwoSided": [("1/3", "5/4"), ("-1/2", "7/3")],
    "Extreme": [("1/3", "5/4"), ("-1/2", "7/3")],
    "Counts": [("7/4",), ("2/5",)],
    "Coin": [("2/7",), ("3/5",)],
    "Trials": [("2/7",), ("3/5",)],
    "Ray": [("5/4",), ("2/3",)],
    "Stretched": [("5/2", "4/3"), ("7/5", "3/4")],
    "Shares": [("5/2", "4/3"), ("7/5", "3/4")],
    "Flat": [("1/3", "5/4"), ("-1/2", "7/3")],
    "PowerTail": [("5/2", "7/2"), ("7/5", "3/4")],
    "InverseG": [("5/2", "4/3"), ("7/5", "3/4")],
    "Sech": [("1/3", "5/4"), ("-1/2", "7/3")],
}


def average(name, point, f):
    """E_p[f] of the hand-written density, by tanh-sinh quadrature or by summation."""

    def p(x):
        return E(LOG[name](x, *point))

    with mp.workdps(20):
        if name in DISCRETE:
            return mp.fsum(p(k) * f(k) for k in range(2 if name == "Coin" else 400))
        if name == "Flat":
            return mp.quad(lambda x: p(x) * f(x), list(point))
        if name == "PowerTail":
            return mp.quad(lambda t: p(E(t)) * f(E(t)) * E(t), [L(point[0]), 2, 4, 8, 16])
        if name == "Shares":
            return mp.quad(lambda x: p(x) * f(x), [0, 0.25, 0.5, 0.75, 1])
        if name in ("LogGauss", "Expo", "GammaRate", "Ray", "Stretched", "InverseG"):
            return mp.quad(lambda t: p(E(t)) * f(E(t)) * E(t), [-30, -10, -4, -1, 0, 1, 2, 4, 10, 30])
        breaks = sorted(
            {
                mp.mpf(-60),
                mp.mpf(-8),
                mp.mpf(-3),
                mp.mpf(1) / 3,
                mp.mpf(-1) / 2,
                mp.mpf(0),
                mp.mpf(3),
                mp.mpf(8),
                mp.mpf(60),
            }
        )
        return mp.quad(lambda x: p(x) * f(x), breaks)


def number(point):
    return tuple(mp.mpf(sp.Rational(v).p) / sp.Rational(v).q for v in point)


def value(derivation, strangers, p, q=None):
    claim_ = derivation.claim
    put = {x.symbol: sp.Rational(v) for x, v in zip(claim_.p.parameters, AT[p][0], strict=True)}
    if q:
        put |= {x.symbol: sp.Rational(v) for x, v in zip(claim_.q.parameters, AT[q][1], strict=True)}
    assert all(condition.subs(put) == sp.true for condition in derivation.conditions)
    return mp.mpf(sp.N(derivation.result.subs(put), 25))


@pytest.mark.parametrize("name", sorted(set(LOG) - {"Counts"}))
def test_an_entropy_equals_quadrature(strangers, name):
    derivation = derive(claim("entropy", strangers[name]))
    point = number(AT[name][0])
    wanted = average(name, point, lambda x: -LOG[name](x, *point))
    assert derivation.status == "closed"
    assert mp.almosteq(value(derivation, strangers, name), wanted, rel_eps=1e-10, abs_eps=1e-10)


PAIRS = [(n, n) for n in sorted(set(LOG) - {"Flat", "Sech"})]
PAIRS += [
    ("Gauss", "GaussPrecision"),
    ("Gauss", "TwoSided"),
    ("TwoSided", "Gauss"),
    ("Extreme", "Gauss"),
    ("Gauss", "Extreme"),
    ("Expo", "GammaRate"),
    ("GammaRate", "Expo"),
    ("GammaRate", "Gauss"),
    ("GammaRate", "LogGauss"),
    ("LogGauss", "GammaRate"),
    ("Stretched", "Ray"),
    ("Expo", "TwoSided"),
    ("Flat", "Gauss"),
    ("Shares", "Gauss"),
    ("Coin", "Counts"),
    ("Trials", "Trials"),
    ("PowerTail", "Expo"),
    ("PowerTail", "Gauss"),
    ("TwoSided", "Extreme"),
    ("InverseG", "GammaRate"),
    ("Extreme", "TwoSided"),
    ("Sech", "TwoSided"),
    ("Stretched", "TwoSided"),
    ("LogGauss", "TwoSided"),
    ("InverseG", "TwoSided"),
]


@pytest.mark.parametrize(("p", "q"), PAIRS, ids=[f"{p}-{q}" for p, q in PAIRS])
def test_a_divergence_equals_quadrature_and_is_not_negative(strangers, p, q):
    derivation = derive(claim("kl", strangers[p], strangers[q]))
    one, two = number(AT[p][0]), number(AT[q][1])
    wanted = average(p, one, lambda x: LOG[p](x, *one) - LOG[q](x, *two))
    found = value(derivation, strangers, p, q)
    assert derivation.status in ("closed", "conditional")
    assert found > 0
    assert mp.almosteq(found, wanted, rel_eps=1e-8, abs_eps=1e-9)


def test_a_wrong_density_here_would_be_seen(strangers):
    """The comparison is not blind: the same closed form fails against another law's quadrature."""
    derivation = derive(claim("entropy", strangers["Ray"]))
    point = number(AT["Ray"][0])
    other = average("Expo", point, lambda x: -LOG["Expo"](x, *point))
    assert not mp.almosteq(value(derivation, strangers, "Ray"), other, rel_eps=1e-4)
