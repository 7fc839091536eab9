"""Divergences that are a gap of one function of the parameters: values and derivatives near equality and far from it.

The truths are sums over the distribution and its closed form in hundreds of digits.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from functools import partial
from types import ModuleType

import jax
import jinja2
import mpmath as mp
import numpy as np
import pytest
import sympy as sp
import torch

from symkl.codegen import emit, lower
from symkl.codegen.running import gradient, values
from symkl.codegen.stable import kernels as k
from symkl.codegen.stable.bregman import open_bregman
from symkl.codegen.stable.form import proved_equal
from symkl.model import Verified, symbol

pytestmark = pytest.mark.sample(3)

NAMES = ("Logarithmic", "VonMises")
BACKENDS = ["numpy", "torch", "jax", pytest.param("numba", marks=pytest.mark.slow)]
P1, P2 = symbol("p_1", "unit"), symbol("p_2", "unit")
X, Y = symbol("x", "positive"), symbol("y", "positive")
BESSEL = sp.log(sp.besseli(0, Y) / sp.besseli(0, X)) - (Y - X) * sp.besseli(1, X) / sp.besseli(0, X)
M = P1 / ((P1 - 1) * sp.log(1 - P1))
LOG_SERIES = sp.log(sp.log(1 - P2) / sp.log(1 - P1)) - M * sp.log(P2 / P1)
#: at small and large parameters, to each side; at a ratio where another way of working it out takes over; far apart
WEIGHTS = (
    *((p, p + d * p * (1 - p)) for p in (1e-12, 1e-3, 0.3, 0.7, 0.75, 0.999) for d in (-1e-2, 1e-5, -1e-8, 1e-12)),
    *((0.5, 1 - 0.5**x) for x in (3.99, 4.01)),
    *((0.8, 1 - 0.2**x) for x in (0.1, 1.79, 1.81)),
    *((0.25, 1e-300), (1e-300, 0.25), (1e-300, 2e-300), (0.999999, 0.1), (0.1, 0.999999), (0.2, 1 - 2.0**-53)),
)
CONCENTRATIONS = (1e-9, 0.02, 0.9, 6.4, 7.9999, 30.0, 1e5)
#: mean direction and concentration of the first, then of the second
DIRECTIONS = (
    *((0.3, x, 0.3 + d, x * (1 + d)) for x in CONCENTRATIONS for d in (0.3, -1e-2, 1e-5, -1e-8, 1e-12)),
    *((0.3, x, 0.3, x + d) for x in (1e-3, 0.7, 7.0) for d in (1.99, 2.01, 2.0 * x)),
    *((2.0, x, -1.5, y) for x in (1e-3, 2.0, 9.0, 1e4) for y in (0.05, 5.0, 40.0, 2e4)),
    *((-3.0, 20.0, 275.23, 21.0), (0.1, 1e-100, 0.7, 3e-100), (0.1, 1e250, 0.1 + 1e-120, 2e250), (1e99, 0.3, 1.0, 0.4)),
)
POINTS = {"Logarithmic": WEIGHTS, "VonMises": DIRECTIONS}
Made = Callable[[str, str], Callable]


def log_series(p: float, q: float) -> tuple[mp.mpf, list[mp.mpf]]:
    """The divergence and its derivatives."""
    with mp.workdps(1000):
        p, q = mp.mpf(p), mp.mpf(q)
        x, y = -mp.log1p(-p), -mp.log1p(-q)
        mean, other = p / (1 - p) / x, q / (1 - q) / y
        spread = mean / (1 - p) - mean**2
        return mp.log(y / x) - mean * mp.log(q / p), [spread / p * mp.log(p / q), (other - mean) / q]


def von_mises(mu: float, kappa: float, nu: float, other: float) -> tuple[mp.mpf, list[mp.mpf]]:
    """The same, with Bessel functions that exponentials are taken out of."""
    # the digits of the difference of all, the directions' among them
    with mp.workdps(700 if max(kappa, other) > 1e6 or min(kappa, other) < 1e-6 else 250):
        mu, x, nu, y = map(mp.mpf, (mu, kappa, nu, other))
        (zero_x, zero_y), (one_x, one_y) = ([scaled_bessel(n, z) for z in (x, y)] for n in (0, 1))
        mean, other_mean, step = one_x / zero_x, one_y / zero_y, mu - nu
        value = y - x + mp.log(zero_y / zero_x) + mean * (x - y * mp.cos(step))
        bend = 1 - mean / x - mean**2
        turn = mean * y * mp.sin(step)
        return value, [turn, bend * (x - y * mp.cos(step)), -turn, other_mean - mean * mp.cos(step)]


def scaled_bessel(n: int, x: mp.mpf) -> mp.mpf:
    """exp(-x)*I(n, x): its asymptotic series where its last digit is beyond those of x."""
    if x < 1e6:
        return mp.exp(-x) * mp.besseli(n, x)
    terms, term = [], mp.mpf(1)
    for i in range(1, 20):
        terms.append(term)
        term *= -(4 * n**2 - (2 * i - 1) ** 2) / (8 * i * x)
    return mp.fsum(terms) / mp.sqrt(2 * mp.pi * x)


def excess(mu: float, x: float, nu: float, y: float, t: mp.mpf) -> mp.mpf:
    """The first's unscaled density times the difference of the exponents."""
    own = x * mp.cos(t - mu)
    return mp.exp(own) * (own - y * mp.cos(t - nu))


TRUTHS = {"Logarithmic": log_series, "VonMises": von_mises}


@pytest.fixture(scope="module")
def known() -> dict[str, list[tuple[mp.mpf, list[mp.mpf]]]]:
    return {name: [TRUTHS[name](*point) for point in POINTS[name]] for name in NAMES}


@pytest.fixture(scope="module")
def made(
    verified: Callable[..., Verified], loader: jinja2.BaseLoader, imported: Callable[[str, str], ModuleType]
) -> Made:
    """The divergence from itself of a family in a backend; the modules are generated when they are first asked for."""
    found: dict[str, ModuleType] = {}

    def make(backend: str, name: str) -> Callable:
        if backend not in found:
            programs = [lower(verified("kl", n, n), slopes=backend in ("torch", "jax")) for n in NAMES]
            found[backend] = imported(emit(programs, backend, loader), f"bregman_{backend}")
        return getattr(found[backend], f"kl_{name.lower()}_{name.lower()}")

    return make


def units(value: float, truth: mp.mpf) -> float:
    return float(abs(mp.mpf(value) - truth)) / math.ulp(float(truth)) if math.isfinite(value) else math.inf


def test_the_truths_are_those_of_the_distributions() -> None:
    for p, q in ((0.3, 0.4), (0.7, 0.2)):
        x, y = -mp.log1p(-p), -mp.log1p(-q)
        summed = mp.fsum(p**n / n / x * (n * mp.log(p / q) + mp.log(y / x)) for n in range(1, 200))
        assert abs(log_series(p, q)[0] / summed - 1) < 1e-12
    for mu, x, nu, y in ((0.3, 2.0, 1.0, 5.0), (2.0, 4.0, -1.0, 0.1)):
        whole, other = (mp.quad(lambda t, z=z: mp.exp(z * mp.cos(t)), [-mp.pi, 0, mp.pi]) for z in (x, y))
        between = mp.quad(partial(excess, mu, x, nu, y), [-mp.pi, 0, mp.pi])
        assert abs(von_mises(mu, x, nu, y)[0] / (between / whole + mp.log(other / whole)) - 1) < 1e-12


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("backend", BACKENDS)
def test_values_have_their_digits(made: Made, known: dict, backend: str, name: str) -> None:
    found = values(backend, made(backend, name), list(zip(*POINTS[name], strict=True)))
    for value, point, (truth, _) in zip(found, POINTS[name], known[name], strict=True):
        assert units(value, truth) <= 8, point


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("backend", ["torch", "jax"])
def test_derivatives_have_their_digits(made: Made, known: dict, backend: str, name: str) -> None:
    found = gradient(backend, made(backend, name), list(zip(*POINTS[name], strict=True)))
    for point, (_, truths), *slopes in zip(POINTS[name], known[name], *found, strict=True):
        for slope, truth in zip(slopes, truths, strict=True):
            assert units(slope, truth) <= 8, point


@pytest.mark.parametrize("backend", BACKENDS)
def test_the_ends_are_a_point_and_infinitely_far(made: Made, backend: str) -> None:
    same = [(p, p) for p in (0.0, 1e-300, 0.3, 0.75, 1.0)]
    apart = [(0.3, 0.0), (1.0, 0.3), (0.3, 1.0), (0.9, 1.0), (0.0, 1.0), (1.0, 0.0)]
    at_one = [(0.0, q) for q in (1e-9, 0.4, 0.999)]
    columns = list(zip(*same, *apart, *at_one, strict=True))
    found = values(backend, made(backend, "Logarithmic"), columns)
    assert found[: len(same)] == [0.0] * len(same)
    assert found[len(same) : -len(at_one)] == [math.inf] * len(apart)
    for value, (_, q) in zip(found[-len(at_one) :], at_one, strict=True):
        with mp.workdps(60):
            assert units(value, mp.log(-mp.log1p(-mp.mpf(q)) / q)) <= 4


@pytest.mark.parametrize("backend", BACKENDS)
def test_no_concentration_is_uniform(made: Made, backend: str) -> None:
    same = [(0.3, 0.0, 2.0, 0.0), (0.3, 1e200, 0.3, 1e200), (0.3, 1e-300, 0.3, 1e-300)]
    sizes = (0.5, 2.5, 700.0)
    columns = list(zip(*same, *((0.3, 0.0, 1.0, x) for x in sizes), *((0.3, x, 1.0, 0.0) for x in sizes), strict=True))
    found = values(backend, made(backend, "VonMises"), columns)
    assert found[:3] == [0.0] * 3
    for from_it, to_it, x in zip(found[3:6], found[6:], sizes, strict=True):
        with mp.workdps(60):
            zero, one = mp.besseli(0, x), mp.besseli(1, x)
            assert units(from_it, mp.log(zero)) <= 8
            assert units(to_it, x * one / zero - mp.log(zero)) <= 8


@pytest.mark.filterwarnings("ignore:`torch.jit.script` is deprecated:DeprecationWarning")
@pytest.mark.parametrize(
    ("name", "rows"),
    [
        ("Logarithmic", [[0.3, 0.5, 0.9, 0.01, 0.7], [0.5, 0.3, 0.91, 0.8, 0.3]]),
        ("VonMises", [[0.3, 0.5, 2.0], [0.5, 9.0, 3.0], [0.5, 0.7, -1.0], [0.6, 9.1, 20.0]]),
    ],
)
def test_derivatives_of_both_orders_agree_with_differences(made: Made, name: str, rows: list[list[float]]) -> None:
    function = made("torch", name)
    leaves = [torch.tensor(row, dtype=torch.float64, requires_grad=True) for row in rows]
    assert torch.autograd.gradcheck(function, leaves)
    assert torch.autograd.gradgradcheck(function, leaves)


@pytest.mark.slow  # compiling takes half a minute
@pytest.mark.parametrize(("name", "point"), [("Logarithmic", (0.7, 0.3)), ("VonMises", (2.0, 3.0, -1.0, 20.0))])
def test_second_derivatives_are_the_same_in_both(made: Made, name: str, point: tuple[float, ...]) -> None:
    function = made("torch", name)
    with jax.enable_x64(True):
        tensors = tuple(torch.tensor(x, dtype=torch.float64) for x in point)
        wanted = [[float(x) for x in row] for row in torch.autograd.functional.hessian(function, tensors)]
        other = jax.hessian(made("jax", name), argnums=tuple(range(len(point))))
        assert np.allclose(other(*point), wanted, rtol=1e-11)


@pytest.mark.parametrize(
    ("name", "kernel", "old", "new"),
    [
        ("Logarithmic", "log_series_gap", "u < 4.0 * v, low,", "u < 4.0 * v, low_far,"),
        ("Logarithmic", "log_series_gap", "u < 1.8 * v, high", "u < 0.0 * v, high"),
        ("Logarithmic", "log_series_gap", "v < 1.3", "v < 30.0"),
        ("Logarithmic", "log_series_gap", "0.5 * step)", "0.50001 * step)"),
        ("VonMises", "bessel_gap", "1.25 * np.minimum(a, b)", "125.0 * np.minimum(a, b)"),
        ("VonMises", "bessel_gap", "np.maximum(2.0, 1.25", "np.maximum(0.0, 0.0"),
        ("VonMises", "bessel_ratio_slope", "x >= 8.0", "x >= 80.0"),
        ("VonMises", "bessel_ratio", "x >= 8.0", "x >= 80.0"),
        ("VonMises", "bessel_ratio", "16.0 / x", "16.0001 / x"),
        ("VonMises", "versine", "np.sin(lost)", "0.0"),
        ("VonMises", "versine", "2.0 * half * half", "1.0 - np.cos(x - y)"),
    ],
)
def test_a_broken_kernel_is_seen(
    name: str,
    kernel: str,
    old: str,
    new: str,
    verified: Callable[..., Verified],
    with_slip: Callable[..., ModuleType],
    known: dict,
) -> None:
    broken = with_slip(lower(verified("kl", name, name)), "numpy", kernel, old, new)
    function = getattr(broken, f"kl_{name.lower()}_{name.lower()}")
    found = values("numpy", function, list(zip(*POINTS[name], strict=True)))
    assert max(units(value, truth) for value, (truth, _) in zip(found, known[name], strict=True)) > 8


def test_a_function_at_two_parameters_is_a_gap() -> None:
    gap = k.LogSeriesGap(P2, P1, P2 - P1)
    assert open_bregman(LOG_SERIES, [(P1, P2)]) == (0, gap)
    assert open_bregman(3 * LOG_SERIES + P1, [(P1, P2)]) == (P1, 3 * gap)
    assert proved_equal(gap, LOG_SERIES)
    assert not proved_equal(gap, LOG_SERIES + P1 * sp.Rational(1, 10**9))
    other = k.BesselGap(Y, X, Y - X)
    assert open_bregman(BESSEL + LOG_SERIES, [(P1, P2), (X, Y)]) == (0, gap + other)
    assert proved_equal(other, BESSEL)
    assert not proved_equal(k.BesselGap(Y, X, 2 * Y - X), BESSEL)


@pytest.mark.parametrize(
    ("closed", "pairs"),
    [
        # no parameters that are equal, another function, one parameter alone, of the wrong sign, not as much of both
        (LOG_SERIES, []),
        (sp.log(P2 / P1) + (1 - P1) * sp.log((1 - P2) / (1 - P1)), [(P1, P2)]),
        (sp.log(-sp.log(1 - P2)) + sp.log(1 - P1), [(P1, P2)]),
        (-LOG_SERIES, [(P1, P2)]),
        (LOG_SERIES + sp.log(-sp.log(1 - P1)), [(P1, P2)]),
        (BESSEL.subs(sp.besseli(0, Y), sp.besseli(2, Y)), [(X, Y)]),
    ],
)
def test_what_is_no_gap_stays(closed: sp.Expr, pairs: list[tuple[sp.Expr, sp.Expr]]) -> None:
    assert open_bregman(closed, pairs) is None
