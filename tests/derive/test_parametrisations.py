"""Densities in parametrisations that no file has, derived and compared with quadrature of a density typed again."""

import mpmath as mp
import pytest
import sympy as sp

from symkl.derive import derive
from symkl.errors import BadInput
from symkl.language import load_families
from symkl.model import claim
from tests.derive.toml import written

pytestmark = pytest.mark.sample(3)

E, L = mp.exp, mp.log
R, P, U = "-oo, oo", "0, oo", "0, 1"
#: name -> parameters, support, density; the log-density in mpmath; two parameter points; where the quadrature breaks
TABLE = {
    "NormalVariance": (
        ("m: real, v: positive", R, "exp(-(x-m)**2/(2*v))/sqrt(2*pi*v)"),
        lambda x, m, v: -((x - m) ** 2) / (2 * v) - L(2 * mp.pi * v) / 2,
        ((0.3, 1.7), (-0.4, 0.8)),
        [-20, -3, 0, 3, 20],
    ),
    "NormalLogVariance": (
        ("m: real, l: real", R, "exp(-(x-m)**2*exp(-l)/2 - l/2)/sqrt(2*pi)"),
        lambda x, m, ell: -((x - m) ** 2) * E(-ell) / 2 - ell / 2 - L(2 * mp.pi) / 2,
        ((0.3, 0.7), (-0.4, -0.3)),
        [-20, -3, 0, 3, 20],
    ),
    "GammaMean": (
        ("mu: positive, k: positive", P, "(k/mu)**k/gamma(k)*x**(k-1)*exp(-k*x/mu)"),
        lambda x, mu, k: k * L(k / mu) - mp.loggamma(k) + (k - 1) * L(x) - k * x / mu,
        ((1.7, 2.2), (0.8, 1.4)),
        [0, 1, 3, 8, 40],
    ),
    "BetaMean": (
        ("m: unit, k: positive", U, "x**(m*k-1)*(1-x)**((1-m)*k-1)/beta(m*k, (1-m)*k)"),
        lambda x, m, k: (m * k - 1) * L(x) + ((1 - m) * k - 1) * L(1 - x) - L(mp.beta(m * k, (1 - m) * k)),
        ((0.4, 4.5), (0.6, 3.1)),
        [0, 0.5, 1],
    ),
    "LogisticByCosh": (
        ("m: real, s: positive", R, "1/(4*s*cosh((x-m)/(2*s))**2)"),
        lambda x, m, s: -L(4 * s) - 2 * L(mp.cosh((x - m) / (2 * s))),
        ((0.3, 0.7), (0.3, 0.7)),
        [-40, -3, 0, 3, 40],
    ),
    "WeibullRate": (
        ("k: positive, r: positive", P, "k*r*x**(k-1)*exp(-r*x**k)"),
        lambda x, k, r: L(k * r) + (k - 1) * L(x) - r * x**k,
        ((1.7, 2.2), (1.3, 1.4)),
        [0, 0.5, 1, 3, 12],
    ),
    "WeibullLogTime": (
        ("u: real, k: positive", P, "k*exp(-k*u)*x**(k-1)*exp(-exp(k*(log(x) - u)))"),
        lambda x, u, k: L(k) - k * u + (k - 1) * L(x) - E(k * (L(x) - u)),
        ((0.3, 2.2), (-0.2, 1.4)),
        [0, 0.5, 1, 3, 12],
    ),
    "LogNormalGeometric": (
        ("m: positive, g: positive", P, "exp(-(log(x/m)/log(g))**2/2)/(x*log(g)*sqrt(2*pi))", "continuous", ["g > 1"]),
        lambda x, m, g: -((L(x / m) / L(g)) ** 2) / 2 - L(x * L(g)) - L(2 * mp.pi) / 2,
        ((1.3, 2.2), (0.8, 1.6)),
        [0, 0.1, 0.5, 1, 3, 12, 100, 1000],
    ),
    "BetaMeanLogit": (
        (
            "e: real, k: positive",
            U,
            "x**(k/(1+exp(-e))-1)*(1-x)**(k/(1+exp(e))-1)/beta(k/(1+exp(-e)), k/(1+exp(e)))",
        ),
        lambda x, e, k: (
            (k / (1 + E(-e)) - 1) * L(x) + (k / (1 + E(e)) - 1) * L(1 - x) - L(mp.beta(k / (1 + E(-e)), k / (1 + E(e))))
        ),
        ((0.4, 4.5), (-0.3, 3.1)),
        [0, 0.5, 1],
    ),
    "FrechetUpsideDown": (
        ("a: positive, s: positive", P, "a/s*(s/x)**(1+a)*exp(-(s/x)**a)"),
        lambda x, a, s: L(a / s) + (1 + a) * L(s / x) - (s / x) ** a,
        ((2.3, 1.2), (1.6, 0.8)),
        [0, 0.3, 1, 3, 12, 100, mp.inf],
    ),
    "LogNormalMeanVariance": (
        (
            "m: positive, v: positive",
            P,
            "exp(-(log(x) - log(m**2/sqrt(v+m**2)))**2/(2*log(1+v/m**2)))/(x*sqrt(2*pi*log(1+v/m**2)))",
        ),
        lambda x, m, v: (
            -((L(x) - L(m**2 / mp.sqrt(v + m**2))) ** 2) / (2 * L(1 + v / m**2))
            - L(x)
            - L(2 * mp.pi * L(1 + v / m**2)) / 2
        ),
        ((1.3, 0.9), (0.8, 0.7)),
        [0, 0.1, 0.5, 1, 3, 12, 100, 1000],
    ),
    "GompertzByBase": (
        ("a: positive, c: positive", P, "a*c**x*exp(-a*(c**x-1)/log(c))", "continuous", ["c > 1"]),
        lambda x, a, c: L(a) + x * L(c) - a * (c**x - 1) / L(c),
        ((0.7, 1.9), (1.2, 2.6)),
        [0, 1, 3, 9],
    ),
    "LaplaceByLeast": (
        ("m: real, b: positive", R, "1/(2*b)*Min(exp((x-m)/b), exp(-(x-m)/b))"),
        lambda x, m, b: -abs(x - m) / b - L(2 * b),
        ((0.3, 0.7), (-0.4, 1.2)),
        [-30, -3, -0.4, 0.3, 3, 30],
    ),
    "InverseGaussianDispersion": (
        ("mu: positive, phi: positive", P, "1/sqrt(2*pi*phi*x**3)*exp(-(x-mu)**2/(2*phi*mu**2*x))"),
        lambda x, mu, phi: -L(2 * mp.pi * phi * x**3) / 2 - (x - mu) ** 2 / (2 * phi * mu**2 * x),
        ((1.7, 0.6), (1.2, 0.9)),
        [0, 0.2, 1, 3, 10, 80],
    ),
    "LaplaceByCases": (
        ("m: real, b: positive", R, "Piecewise((exp((x-m)/b)/(2*b), x < m), (exp(-(x-m)/b)/(2*b), True))"),
        lambda x, m, b: -abs(x - m) / b - L(2 * b),
        ((0.3, 0.7), (-0.4, 1.2)),
        [-30, -3, -0.4, 0.3, 3, 30],
    ),
    "GumbelMinimum": (
        ("m: real, b: positive", R, "exp((x-m)/b - exp((x-m)/b))/b"),
        lambda x, m, b: (x - m) / b - E((x - m) / b) - L(b),
        ((0.3, 0.7), (-0.4, 1.2)),
        [-40, -5, 0, 3, 6],
    ),
    "TruncatedExponential": (
        ("lam: positive, t: positive", "0, t", "lam*exp(-lam*x)/(1 - exp(-lam*t))"),
        lambda x, lam, t: L(lam) - lam * x - L(1 - E(-lam * t)),
        ((0.9, 1.2), (1.4, 1.9)),
        [0, 1.2],
    ),
    "ShiftedExponential": (
        ("lam: positive, m: real", "m, oo", "lam*exp(-lam*(x-m))"),
        lambda x, lam, m: L(lam) - lam * (x - m),
        ((0.9, 0.4), (1.4, -0.3)),
        [0.4, 2, 8, 60],
    ),
    "BurrTied": (
        ("k: positive", P, "2*k*x/(1 + x**2)**(k+1)"),
        lambda x, k: L(2 * k * x) - (k + 1) * L(1 + x**2),
        ((1.7,), (0.9,)),
        [0, 1, 3, 30, mp.inf],
    ),
    "DoubleWeibull": (
        ("c: positive", R, "c/2*Abs(x)**(c-1)*exp(-Abs(x)**c)"),
        lambda x, c: L(c / 2) + (c - 1) * L(abs(x)) - abs(x) ** c,
        ((1.7,), (1.3,)),
        [-14, -1, 0, 1, 14],
    ),
    "VonMisesFromZero": (
        ("m: real, k: positive", "0, 2*pi", "exp(k*cos(x-m))/(2*pi*besseli(0, k))"),
        lambda x, m, k: k * mp.cos(x - m) - L(2 * mp.pi * mp.besseli(0, k)),
        ((0.3, 1.7), (1.1, 0.8)),
        [0, 2, 4, 2 * mp.pi],
    ),
    "Parabola": (
        ("r: positive", "-r, r", "3*(r**2 - x**2)/(4*r**3)"),
        lambda x, r: L(3 * (r**2 - x**2) / (4 * r**3)),
        ((0.8,), (1.3,)),
        [-0.8, 0, 0.8],
    ),
    "Bradford": (
        ("c: positive", U, "c/(log(1+c)*(1+c*x))"),
        lambda x, c: L(c / L(1 + c)) - L(1 + c * x),
        ((1.7,), (1.7,)),
        [0, 1],
    ),
}
NO_OWN_KL = {"LogisticByCosh", "Bradford"}


@pytest.fixture(scope="module")
def families(tmp_path_factory):
    folder = tmp_path_factory.mktemp("parametrisations")
    for name, (definition, *_) in TABLE.items():
        (folder / f"{name.lower()}.toml").write_text(written(name, *definition), encoding="utf-8")
    return load_families(sorted(folder.glob("*.toml")))


def value(derivation, numbers):
    names = {p.full_name: v for p, v in zip(derivation.claim.parameters, numbers, strict=True)}
    here = {p.symbol: names[p.full_name] for p in derivation.claim.parameters}
    return mp.mpf(derivation.result.subs(here).evalf(20))


def average(name, point, f):
    log = TABLE[name][1]
    with mp.workdps(20):
        return mp.quad(lambda x: E(log(x, *point)) * f(x), TABLE[name][3])


@pytest.mark.parametrize("name", sorted(TABLE))
def test_the_entropy_of_a_stranger_is_what_quadrature_says(families, name):
    found = derive(claim("entropy", families[name]))
    point = TABLE[name][2][0]
    assert found.status == "closed"
    expected = average(name, point, lambda x: -TABLE[name][1](x, *point))
    assert mp.almosteq(value(found, point), expected, rel_eps=mp.mpf("1e-9"), abs_eps=mp.mpf("1e-9"))
    assert not mp.almosteq(value(found, point) + mp.mpf("1e-6"), expected, rel_eps=mp.mpf("1e-9"))


@pytest.mark.parametrize("name", sorted(set(TABLE) - NO_OWN_KL))
def test_the_divergence_within_a_strange_family_is_what_quadrature_says(families, name):
    found = derive(claim("kl", families[name], families[name]))
    p, q = TABLE[name][2]
    log = TABLE[name][1]
    assert found.status in ("closed", "conditional")
    expected = average(name, p, lambda x: log(x, *p) - log(x, *q))
    assert mp.almosteq(value(found, (*p, *q)), expected, rel_eps=mp.mpf("1e-8"), abs_eps=mp.mpf("1e-9"))


def test_a_total_of_two_quotients_is_seen_in_the_argument_of_a_gamma_function(families):
    found = derive(claim("entropy", families["BetaMeanLogit"]))
    k = next(p.symbol for p in found.claim.parameters if p.name == "k")
    assert sp.loggamma(k) in found.result.atoms(sp.loggamma)
    assert not any(node.args[0].is_Add for node in found.result.atoms(sp.loggamma, sp.polygamma))


def test_a_density_is_measured_inside_its_constraints_and_refused_there_alone(tmp_path):
    # log(g) is negative, and this density with it, where g < 1; twice a density is no density
    for factor, path in ((1, tmp_path / "one.toml"), (2, tmp_path / "two.toml")):
        density = f"{factor}*exp(-(log(x/m)/log(g))**2/2)/(x*log(g)*sqrt(2*pi))"
        path.write_text(written("G", "m: positive, g: positive", P, density, constraints=["g > 1"]), encoding="utf-8")
    assert derive(claim("entropy", load_families([tmp_path / "one.toml"])["G"])).status == "closed"
    with pytest.raises(BadInput, match="integrates to 2, not to 1"):
        derive(claim("entropy", load_families([tmp_path / "two.toml"])["G"]))
