"""Closed forms of Bessel functions: their exponentials taken out, so that no argument overflows."""

from __future__ import annotations

import math
from collections.abc import Callable

import jinja2
import mpmath as mp
import pytest
import sympy as sp

from symkl.codegen import emit, lower
from symkl.codegen.running import gradient, values
from symkl.codegen.stable import kernels as k
from symkl.codegen.stable.bessel import named, open_bessel
from symkl.codegen.stable.form import proved_equal
from symkl.model import Verified, symbol

pytestmark = pytest.mark.sample(3)

X, Y, S, T = symbol("x", "positive"), symbol("y", "positive"), symbol("s", "real"), symbol("t", "real")
I0, I1 = sp.besseli(0, X), sp.besseli(1, X)
SIZES = (1e-200, 1e-3, 0.7, 7.999, 8.001, 300.0, 800.0, 1e6)


@pytest.mark.parametrize("backend", ["numpy", "torch", "jax", pytest.param("numba", marks=pytest.mark.slow)])
def test_entropies_and_cross_entropies_have_their_digits_at_all_sizes(
    verified: Callable[..., Verified], loader: jinja2.BaseLoader, imported: Callable, backend: str
) -> None:
    slopes = backend in ("torch", "jax")
    about = (("entropy", "VonMises"), ("cross_entropy", "VonMises", "VonMises"))
    module = imported(emit([lower(verified(*a), slopes=slopes) for a in about], backend, loader), f"bessel_{backend}")
    mu, nu = 0.3, -2.2
    columns = [[mu] * len(SIZES), SIZES, [nu] * len(SIZES), [2 * x for x in SIZES]]
    entropies = values(backend, module.entropy_vonmises, columns[:2])
    crossed = values(backend, module.cross_entropy_vonmises_vonmises, columns)
    steps = gradient(backend, module.entropy_vonmises, columns[:2])[1] if slopes else [None] * len(SIZES)
    with mp.workdps(450):
        for x, entropy, cross, step in zip(map(mp.mpf, SIZES), entropies, crossed, steps, strict=True):
            mean = mp.besseli(1, x) / mp.besseli(0, x)
            level, other = (mp.log(2 * mp.pi * mp.besseli(0, z)) for z in (x, 2 * x))
            assert units(entropy, level - x * mean) <= 8, x
            assert units(cross, other - 2 * x * mean * mp.cos(mp.mpf(mu) - mp.mpf(nu))) <= 8, x
            assert step is None or units(step, -x * (1 - mean / x - mean**2)) <= 8, x


def units(value: float, truth: mp.mpf) -> float:
    size = math.ulp(max(1.0, abs(float(truth)))) if abs(truth) > 0.05 else math.ulp(float(truth))
    return float(abs(mp.mpf(value) - truth)) / size if math.isfinite(value) else math.inf


def test_exponentials_are_taken_out_of_logarithms_and_ratios() -> None:
    entropy = sp.log(2 * sp.pi * I0) - X * I1 / I0
    opened = open_bessel(entropy)
    assert opened == (sp.log(2) + sp.log(sp.pi) + k.LogScaledBessel(X) + X * k.BesselLack(X), 0)
    assert proved_equal(opened[0], entropy)
    assert not proved_equal(opened[0], entropy + X * sp.Rational(1, 10**9))
    crossed = sp.log(I0) - X * sp.besseli(1, Y) / sp.besseli(0, Y) * sp.cos(S - T)
    rest, _ = open_bessel(crossed)
    assert rest.has(k.Versine(S, T))
    assert not rest.has(sp.cos)
    assert proved_equal(rest, crossed)


@pytest.mark.parametrize(
    "closed",
    # none, no logarithm and no ratio, another order, an argument of either sign
    [sp.log(X) * sp.cos(S), X * I0, I1, sp.log(I0) + sp.besseli(2, X) / I0, sp.log(sp.besseli(0, S))],
)
def test_what_keeps_a_bessel_function_stays(closed: sp.Expr) -> None:
    assert open_bessel(closed) is None


def test_functions_and_differences_without_their_digits_have_kernels() -> None:
    ratio = sp.besseli(1, X) / sp.besseli(0, X)
    assert named(T * ratio * (1 - sp.cos(S - T))) == T * k.BesselRatio(X) * k.Versine(S, T)
    assert named(sp.cos(2 * S) - 1) == -k.Versine(2 * S, 0)
    # two of a cosine, another function, an order that is another
    for e in (2 - sp.cos(S), 1 - sp.cosh(S), 1 + sp.cos(S), sp.besseli(2, X)):
        assert named(e) == e


def test_bessel_functions_of_higher_order_are_known_by_those_of_the_first_two() -> None:
    assert proved_equal(sp.besseli(3, X), sp.besseli(1, X) - 4 * sp.besseli(2, X) / X)
    assert proved_equal(k.BesselRatioSlope(X, T), T * sp.diff(k.BesselRatio(X).definition(), X))
    assert not proved_equal(sp.besseli(3, X), sp.besseli(1, X) - 2 * sp.besseli(2, X) / X)
