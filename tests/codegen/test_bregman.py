"""Divergences that are a gap of one function of the parameters: values and derivatives near equality and far from it.

The truths are sums over the distribution and its closed form in hundreds of digits.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from types import ModuleType

import jinja2
import mpmath as mp
import pytest
import sympy as sp
import torch

from symkl.codegen import emit, lower
from symkl.codegen.running import gradient, values
from symkl.codegen.stable import kernels as k
from symkl.codegen.stable.bregman import open_bregman
from symkl.codegen.stable.form import proved_equal
from symkl.model import Verified, symbol

BACKENDS = ["numpy", "torch", "jax", pytest.param("numba", marks=pytest.mark.slow)]
P1, P2 = symbol("p_1", "unit"), symbol("p_2", "unit")
M = P1 / ((P1 - 1) * sp.log(1 - P1))
LOG_SERIES = sp.log(sp.log(1 - P2) / sp.log(1 - P1)) - M * sp.log(P2 / P1)
#: at small and large parameters, to each side; at a ratio where another way of working it out takes over; far apart
WEIGHTS = (
    *((p, p + d * p * (1 - p)) for p in (1e-12, 1e-3, 0.3, 0.7, 0.75, 0.999) for d in (-1e-2, 1e-5, -1e-8, 1e-12)),
    *((0.5, 1 - 0.5**x) for x in (3.99, 4.01)),
    *((0.8, 1 - 0.2**x) for x in (0.1, 1.79, 1.81)),
    *((0.25, 1e-300), (1e-300, 0.25), (1e-300, 2e-300), (0.999999, 0.1), (0.1, 0.999999), (0.2, 1 - 2.0**-53)),
)
Made = Callable[[str], ModuleType]


def log_series(p: float, q: float) -> tuple[mp.mpf, list[mp.mpf]]:
    """The divergence and its derivatives."""
    with mp.workdps(1000):
        p, q = mp.mpf(p), mp.mpf(q)
        x, y = -mp.log1p(-p), -mp.log1p(-q)
        mean, other = p / (1 - p) / x, q / (1 - q) / y
        spread = mean / (1 - p) - mean**2
        return mp.log(y / x) - mean * mp.log(q / p), [spread / p * mp.log(p / q), (other - mean) / q]


@pytest.fixture(scope="module")
def made(
    verified: Callable[..., Verified], loader: jinja2.BaseLoader, imported: Callable[[str, str], ModuleType]
) -> Made:
    """The module of a backend, generated when it is first asked for."""
    found: dict[str, ModuleType] = {}

    def make(backend: str) -> ModuleType:
        if backend not in found:
            program = lower(verified("kl", "Logarithmic", "Logarithmic"), slopes=backend in ("torch", "jax"))
            found[backend] = imported(emit([program], backend, loader), f"bregman_{backend}")
        return found[backend]

    return make


def units(value: float, truth: mp.mpf) -> float:
    return float(abs(mp.mpf(value) - truth)) / math.ulp(float(truth)) if math.isfinite(value) else math.inf


def test_the_truths_are_those_of_the_distribution() -> None:
    for p, q in ((0.3, 0.4), (0.7, 0.2)):
        x, y = -mp.log1p(-p), -mp.log1p(-q)
        summed = mp.fsum(p**n / n / x * (n * mp.log(p / q) + mp.log(y / x)) for n in range(1, 200))
        assert abs(log_series(p, q)[0] / summed - 1) < 1e-12


@pytest.mark.parametrize("backend", BACKENDS)
def test_values_have_their_digits(made: Made, backend: str) -> None:
    function = made(backend).kl_logarithmic_logarithmic
    for value, point in zip(values(backend, function, list(zip(*WEIGHTS, strict=True))), WEIGHTS, strict=True):
        assert units(value, log_series(*point)[0]) <= 8, point


@pytest.mark.parametrize("backend", ["torch", "jax"])
def test_derivatives_have_their_digits(made: Made, backend: str) -> None:
    found = gradient(backend, made(backend).kl_logarithmic_logarithmic, list(zip(*WEIGHTS, strict=True)))
    for point, *slopes in zip(WEIGHTS, *found, strict=True):
        for slope, truth in zip(slopes, log_series(*point)[1], strict=True):
            assert units(slope, truth) <= 8, point


@pytest.mark.parametrize("backend", BACKENDS)
def test_the_ends_are_a_point_and_infinitely_far(made: Made, backend: str) -> None:
    function = made(backend).kl_logarithmic_logarithmic
    same = (0.0, 1e-300, 0.3, 0.75, 1.0)
    assert values(backend, function, [same, same]) == [0.0] * len(same)
    apart = ((0.3, 0.0), (1.0, 0.3), (0.3, 1.0), (0.9, 1.0), (0.0, 1.0), (1.0, 0.0))
    assert values(backend, function, list(zip(*apart, strict=True))) == [math.inf] * len(apart)
    # all of the first is at 1
    for q in (1e-9, 0.4, 0.999):
        (value,) = values(backend, function, [(0.0,), (q,)])
        with mp.workdps(60):
            assert units(value, mp.log(-mp.log1p(-mp.mpf(q)) / q)) <= 4


@pytest.mark.filterwarnings("ignore:`torch.jit.script` is deprecated:DeprecationWarning")
def test_derivatives_of_both_orders_agree_with_differences(made: Made) -> None:
    function = made("torch").kl_logarithmic_logarithmic
    rows = [[0.3, 0.5, 0.9, 0.01, 0.7], [0.5, 0.3, 0.91, 0.8, 0.3]]
    leaves = [torch.tensor(row, dtype=torch.float64, requires_grad=True) for row in rows]
    assert torch.autograd.gradcheck(function, leaves)
    assert torch.autograd.gradgradcheck(function, leaves)


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("u < 4.0 * v, low,", "u < 4.0 * v, low_far,"),
        ("u < 1.8 * v, high", "u < 0.0 * v, high"),
        ("v < 1.3", "v < 30.0"),
        ("0.5 * step)", "0.50001 * step)"),
    ],
)
def test_a_broken_kernel_is_seen(
    old: str, new: str, verified: Callable[..., Verified], with_slip: Callable[..., ModuleType]
) -> None:
    program = lower(verified("kl", "Logarithmic", "Logarithmic"))
    broken = with_slip(program, "numpy", "log_series_gap", old, new).kl_logarithmic_logarithmic
    found = values("numpy", broken, list(zip(*WEIGHTS, strict=True)))
    assert max(units(v, log_series(*p)[0]) for v, p in zip(found, WEIGHTS, strict=True)) > 8


def test_a_function_at_two_parameters_is_a_gap() -> None:
    gap = k.LogSeriesGap(P2, P1, P2 - P1)
    assert open_bregman(LOG_SERIES, [(P1, P2)]) == (0, gap)
    assert open_bregman(3 * LOG_SERIES + P1, [(P1, P2)]) == (P1, 3 * gap)
    assert proved_equal(gap, LOG_SERIES)
    assert not proved_equal(gap, LOG_SERIES + P1 * sp.Rational(1, 10**9))


@pytest.mark.parametrize(
    ("closed", "pairs"),
    [
        # no parameters that are equal, another function, one parameter alone, of the wrong sign, not as much of both
        (LOG_SERIES, []),
        (sp.log(P2 / P1) + (1 - P1) * sp.log((1 - P2) / (1 - P1)), [(P1, P2)]),
        (sp.log(-sp.log(1 - P2)) + sp.log(1 - P1), [(P1, P2)]),
        (-LOG_SERIES, [(P1, P2)]),
        (LOG_SERIES + sp.log(-sp.log(1 - P1)), [(P1, P2)]),
    ],
)
def test_what_is_no_gap_stays(closed: sp.Expr, pairs: list[tuple[sp.Expr, sp.Expr]]) -> None:
    assert open_bregman(closed, pairs) is None
