"""Means of powers of gamma distributions: the rule that opens them, and slopes where terms leave the range of numbers.

The truths are the closed forms in so many digits that nothing is lost.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from functools import lru_cache
from types import ModuleType

import jinja2
import mpmath as mp
import pytest
import sympy as sp

from symkl.codegen import emit, lower
from symkl.codegen.running import gradient, values
from symkl.codegen.stable import kernels as k
from symkl.codegen.stable.far import exponentials_shared, far_from_equality
from symkl.codegen.stable.form import proved_equal, stable_form
from symkl.codegen.stable.powered import open_powered
from symkl.codegen.stable.slopes import slope, stable_slope
from symkl.model import Verified, symbol

A, B, U, V, P, Q = (symbol(name, "positive") for name in ("a", "b", "u", "v", "p", "q"))
PAIRS = [(A, B), (P, Q), (U, V)]
POWER = (A / B) ** Q * sp.gamma((U + Q) / P) / sp.gamma(U / P)
CLOSED = (
    POWER
    - U / P
    + (U - V) * (sp.log(A) + sp.digamma(U / P) / P)
    + sp.log(B**V * P * sp.gamma(V / Q) / (A**U * Q * sp.gamma(U / P)))
)
#: scale, shape and power of the first, then of the second: near equality
NEAR = tuple(
    (1.3, u, p, 1.3 * (1 + c * d), u * (1 + d), p * (1 - 2 * d))
    for u, p in ((0.7, 1.9), (3.0, 0.8), (1.0, 1.0))
    for d in (1e-3, -1e-9)
    for c in (0.0, 3.0)
)
#: far from it, where powers, shapes and ratios leave the range of numbers, and what the divergence and slopes are
FAR = (
    (2.0, 3.0, 1e-290, 1.0, 0.2, 5e-290),
    (2.0, 3e-200, 1e90, 1.0, 4e-200, 3e90),
    (1e200, 1e-30, 1e-200, 1.0, 1e130, 1e200),
    (1e-300, 1e200, 1e-30, 1e-20, 1e120, 1e-100),
    (1e81, 1.4e82, 6e81, 5e82, 8e81, 5e81),
)


#: digits that hold what is left of the terms at these points
_MANY = 700


@lru_cache(maxsize=64)
def truths(point: tuple[float, ...]) -> tuple[mp.mpf, ...]:
    """The divergence, and its slopes by the arguments."""
    with mp.workdps(_MANY):
        a, u, p, b, v, q = map(mp.mpf, point)
        log, first, second, moved = mp.log(a) - mp.log(b), u / p, v / q, (u + q) / p
        (own, rise), (other, _), (above, _) = ((mp.digamma(x), mp.psi(1, x)) for x in (first, second, moved))
        power = mp.exp(q * log + mp.loggamma(moved) - mp.loggamma(first))
        gammas = mp.log(p / q) + mp.loggamma(second) - mp.loggamma(first)
        return (
            power - first - v * log + (u - v) * own / p + gammas,
            (q * power - v) / a,
            (power * (above - own) - 1 + (u - v) / p * rise) / p,
            (power * (first * own - moved * above) + first + 1 + first * own - (u - v) / p * (own + first * rise)) / p,
            (v - q * power) / b,
            other / q - own / p - log,
            power * (log + above / p) - (1 + second * other) / q,
        )


def right(value: float, truth: mp.mpf) -> bool:
    """Whether the value is the truth to ten digits, infinite or 0 where that is too large or too small for numbers."""
    if abs(truth) > 1e308:
        return value == math.copysign(math.inf, truth)
    return abs(truth) < 1e-307 or abs(value - truth) <= 1e-10 * abs(truth)


def test_a_mean_of_a_power_is_opened_by_its_scale() -> None:
    left, gaps = open_powered(CLOSED, PAIRS)
    assert left == 0
    assert len(gaps.atoms(k.ExpGap)) == len(gaps.atoms(k.PoweredGammaGap)) == 1
    assert proved_equal(gaps, CLOSED)
    assert not proved_equal(gaps, CLOSED + U / 10**9)
    assert not proved_equal(
        gaps.replace(k.PoweredGammaGap, lambda w, u, v, d, e: k.PoweredGammaGap(w, u, v, d, e) * 2), CLOSED
    )
    form = stable_form(CLOSED, PAIRS, divergence=True)
    assert form.nonnegative
    assert form.expression.has(k.PoweredGammaGap)


@pytest.mark.parametrize(
    ("closed", "pairs"),
    [
        # no parameters that are equal, another shape there, a power that is not 1 there, twice the mean
        (CLOSED, []),
        (CLOSED.subs(V, 2 * V), PAIRS),
        (CLOSED.subs(Q, 2 * Q), PAIRS),
        (CLOSED + POWER, PAIRS),
    ],
)
def test_what_is_no_such_mean_stays(closed: sp.Expr, pairs: list[tuple[sp.Expr, sp.Expr]]) -> None:
    assert open_powered(closed, pairs) is None


def test_slopes_are_written_for_near_and_for_far() -> None:
    _, form = open_powered(CLOSED, PAIRS)
    for x in (A, U, V):
        raw = slope(form, x)
        exponent, far = far_from_equality(raw)
        assert exponent in {e.args[0] for e in form.atoms(k.ExpGap)}
        assert proved_equal(exponentials_shared(raw, PAIRS), sp.diff(CLOSED, x))
        assert proved_equal(far, sp.diff(CLOSED, x))
        assert not far.has(k.ExpM1, k.ExpGap, k.LogGap)
        assert stable_slope(form, CLOSED, x, PAIRS).func is k.NearOrFar
    assert far_from_equality(k.ExpGap(A) + k.ExpGap(B)) is None


@pytest.mark.parametrize("backend", ["numpy", "torch", "jax", pytest.param("numba", marks=pytest.mark.slow)])
def test_no_digit_is_lost_near_and_nothing_is_nan_far_out(
    backend: str,
    verified: Callable[..., Verified],
    loader: jinja2.BaseLoader,
    imported: Callable[[str, str], ModuleType],
) -> None:
    program = lower(verified("kl", "GeneralizedGamma", "GeneralizedGamma"), slopes=backend in ("torch", "jax"))
    function = imported(emit([program], backend, loader), f"powered_{backend}").kl_generalizedgamma_generalizedgamma
    points = (*NEAR, *FAR)
    for point, value in zip(points, values(backend, function, list(zip(*points, strict=True))), strict=True):
        truth = truths(point)[0]
        assert right(value, truth), point
        if point in NEAR:
            assert abs(value - truth) < 64 * math.ulp(float(truth)), point
    if backend in ("torch", "jax"):
        for point in (NEAR[0], NEAR[5], *(FAR[i] for i in (0, 1, 4))):
            found = gradient(backend, function, [[v] for v in point])
            for (value,), truth in zip(found, truths(point)[1:], strict=True):
                assert right(value, truth), point


@pytest.mark.parametrize(
    ("kernel", "old", "new"),
    [
        ("powered_gamma_gap", "e * (d / u)", "e * (1.001 * d / u)"),
        ("powered_gamma_gap", "(low * slope - 0.5)", "(low * slope - 0.501)"),
        ("powered_gamma_gap", "np.where(steep, w * v / u", "np.where(steep, 2.0 * w * v / u"),
        ("log_gamma_rise", "_digamma(a) * d", "1.001 * _digamma(a) * d"),
        ("log_gamma_rise", "np.minimum(x, 1e306)", "x"),
    ],
)
def test_a_broken_kernel_is_seen(
    kernel: str, old: str, new: str, verified: Callable[..., Verified], with_slip: Callable[..., ModuleType]
) -> None:
    program = lower(verified("kl", "GeneralizedGamma", "GeneralizedGamma"))
    broken = with_slip(program, "numpy", kernel, old, new).kl_generalizedgamma_generalizedgamma
    points = (*NEAR, *FAR, (2.0, 1e-150, 1e150, 3.0, 1e-150, 1e-140))
    found = values("numpy", broken, list(zip(*points, strict=True)))
    assert not all(right(value, truths(point)[0]) for value, point in zip(found, points, strict=True))
