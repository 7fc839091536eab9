"""Divergences with an incomplete gamma function: the rule that opens it, and values near equality and far from it.

The truths are quadratures of the gap of the ratio of two hazards, and the closed form in hundreds of digits.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from types import ModuleType

import jinja2
import mpmath as mp
import pytest
import sympy as sp

from symkl.codegen import emit, lower
from symkl.codegen.operations import OPERATIONS
from symkl.codegen.running import gradient, values
from symkl.codegen.stable import kernels as k
from symkl.codegen.stable.form import proved_equal
from symkl.codegen.stable.incomplete import incomplete_lowered, open_incomplete
from symkl.model import Verified, symbol

X, Y, A, B = (symbol(name, "positive") for name in ("x", "y", "a", "b"))
MEAN = sp.exp(X) * sp.expint(1, X)
#: the mean of (1 + T/x)**(b/a - 1) for a standard exponential T, times y/x
POWER = Y * sp.exp(X) * sp.uppergamma(B / A, X) / X ** (B / A)
PAIRS = [(X, Y), (A, B)]
#: shape and rate of the first, then of the second
NEAR = tuple(
    (x, 0.7, x * (1 + c * d), 0.7 * (1 + d))
    for x in (1e-12, 0.02, 0.3, 3.0, 80.0, 1e5)
    for d in (1e-3, -1e-9)
    for c in (0.0, 3.0)
)
FAR = (
    (0.02, 1.0, 0.3, 0.2),
    (0.2, 1.0, 0.3, 2.5),
    (0.26, 1.0, 0.1, 4.0),
    (9.0, 2.0, 30.0, 17.0),
    (9.0, 2.0, 30.0, 19.0),
    (5.0, 1.0, 3.0, 1e-9),
)


def divergence(x: mp.mpf, a: mp.mpf, y: mp.mpf, b: mp.mpf) -> mp.mpf:
    """The form that cancels, with so many digits that it does not matter."""
    with mp.workdps(120):
        x, a, y, b = (mp.mpf(v) for v in (x, a, y, b))
        step = (b - a) / a
        gap = OPERATIONS[k.UpperGammaGap].exact(mp, b / a, x, step)
        u = mp.log(b * y / (a * x)) + step * mp.exp(x) * mp.e1(x) + gap
        return mp.expm1(u) - u + gap


def units(value: float, truth: mp.mpf) -> float:
    return float(abs(value - truth)) / math.ulp(float(truth))


def test_an_incomplete_gamma_function_is_opened_at_its_order_at_equality() -> None:
    step = (B - A) / A
    closed = POWER * B / A - sp.log(B * Y / (A * X)) - step * MEAN - 1
    left, gaps = open_incomplete(closed, PAIRS)
    gap = k.UpperGammaGap(B / A, X, sp.factor(step))
    (exponential,) = gaps.atoms(k.ExpGap)
    assert left == 0
    assert gaps - gap == exponential
    assert gap in exponential.args[0].args
    assert proved_equal(gaps, closed)
    assert proved_equal(gaps + X / 3, closed + X / 3)
    assert not proved_equal(gaps, closed + MEAN / 10**9)
    assert not proved_equal(gaps.replace(k.UpperGammaGap, lambda s, x, d: k.UpperGammaGap(s, x, 2 * d)), closed)


@pytest.mark.parametrize(
    ("closed", "pairs"),
    [
        # no parameters that are equal, another order there, a power that is not 1 there, a negative sign
        (POWER * B / A, []),
        (POWER.subs(B, B / 2) * B / A, PAIRS),
        (POWER * X, PAIRS),
        (-POWER * B / A, PAIRS),
        (sp.log(X / Y) + A / B, PAIRS),
    ],
)
def test_what_is_no_power_of_one_stays(closed: sp.Expr, pairs: list[tuple[sp.Expr, sp.Expr]]) -> None:
    assert open_incomplete(closed, pairs) is None


def test_an_order_is_lowered_by_whole_numbers() -> None:
    lowered = incomplete_lowered(sp.uppergamma(A + 2, X))
    assert {e.args[0] for e in lowered.atoms(sp.uppergamma)} == {A}
    with mp.workdps(30):
        found = lowered.subs({A: sp.Rational(1, 3), X: 2}).evalf(25)
        assert abs(mp.mpf(str(found)) - mp.gammainc(mp.mpf(7) / 3, 2)) < 1e-23
    assert incomplete_lowered(sp.uppergamma(3, X)) == sp.uppergamma(3, X)


def test_the_divergence_is_the_mean_of_the_gap_of_the_hazards() -> None:
    for x, a, y, b in (*NEAR[4:8], *FAR[1:5]):
        with mp.workdps(30):
            rise, step = mp.log(mp.mpf(b) * y / (mp.mpf(a) * x)), mp.mpf(b) / a - 1

            def gap(t: mp.mpf) -> mp.mpf:
                u = rise + step * mp.log1p(t / x)  # noqa: B023 - called at once
                return mp.exp(-t) * (mp.expm1(u) - u)

            assert abs(mp.quad(gap, [0, 1, 4, 10, 30, 80]) / divergence(x, a, y, b) - 1) < 1e-9


@pytest.mark.parametrize("backend", ["numpy", "torch", "jax", pytest.param("numba", marks=pytest.mark.slow)])
def test_no_digit_is_lost_near_equality(
    backend: str,
    verified: Callable[..., Verified],
    loader: jinja2.BaseLoader,
    imported: Callable[[str, str], ModuleType],
) -> None:
    program = lower(verified("kl", "Gompertz", "Gompertz"))
    module = imported(emit([program], backend, loader), f"incomplete_{backend}")
    function = module.kl_gompertz_gompertz
    for points, bound in ((NEAR, 16), (FAR, 24)):
        found = values(backend, function, list(zip(*points, strict=True)))
        for value, point in zip(found, points, strict=True):
            assert units(value, divergence(*point)) < bound, point
    if backend in ("torch", "jax"):
        for point in (NEAR[4], NEAR[9], FAR[0], FAR[2], FAR[4]):
            slopes = gradient(backend, function, [[v] for v in point])
            for i, (slope,) in enumerate(slopes):
                with mp.workdps(60):
                    h = mp.mpf(point[i]) * mp.mpf(10) ** -25
                    ends = ([*point[:i], mp.mpf(point[i]) + s * h, *point[i + 1 :]] for s in (1, -1))
                    above, below = (divergence(*end) for end in ends)
                    assert abs(slope / ((above - below) / (2 * h)) - 1) < 1e-12, (point, i)


@pytest.mark.parametrize(
    ("kernel", "old", "new"),
    [
        ("upper_gamma_gap", "little = x < 0.25", "little = x < 4.0"),
        ("upper_gamma_gap", "42.0 / (1.0", "12.0 / (1.0"),
        ("upper_gamma_gap", "- np.expm1(power)", "- np.expm1(1.00001 * power)"),
        ("upper_gamma_gap", "d * (level - mean)", "d * (level - 1.01 * mean)"),
        ("upper_gamma_gap", "np.log1p(-np.exp(-(gap", "np.log1p(-0.999 * np.exp(-(gap"),
        ("scaled_exp_int", "- _EULER) + series", "- 0.5772) + series"),
        ("product_log_ratio", "(above, below, difference)", "(above, below, above - below)"),
    ],
)
def test_a_broken_kernel_is_seen(
    kernel: str, old: str, new: str, verified: Callable[..., Verified], with_slip: Callable[..., ModuleType]
) -> None:
    broken = with_slip(lower(verified("kl", "Gompertz", "Gompertz")), "numpy", kernel, old, new)
    points = (*NEAR, *FAR)
    found = values("numpy", broken.kl_gompertz_gompertz, list(zip(*points, strict=True)))
    assert max(units(value, divergence(*point)) for value, point in zip(found, points, strict=True)) > 100
