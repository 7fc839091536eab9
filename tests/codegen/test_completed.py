"""Completing the exponential: the rule, and what comes of it far from where parameters are of the size of 1."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from types import ModuleType

import jinja2
import mpmath as mp
import pytest
import sympy as sp

from symkl.codegen import emit, lower
from symkl.codegen.program import Program
from symkl.codegen.running import gradient, values
from symkl.codegen.stable import kernels as k
from symkl.codegen.stable.completed import open_completed
from symkl.codegen.stable.form import proved_equal, stable_form
from symkl.codegen.stable.measure import settled_value
from symkl.model import Verified, symbol

M, N = symbol("m", "real"), symbol("n", "real")
A, B, P, Q = (symbol(name, "positive") for name in ("a", "b", "p", "q"))
PAIRS = [(M, N), (A, B), (P, Q)]
#: an exponential of slope 1/P on one side, of which the ratio (1 + Q**2)/(1 + P**2) is left at equality of M and N
STEP = P * A * (N - M)
WEIGHT = B / (A * P * Q)
CLOSED = (
    WEIGHT * (1 + Q**2) / (1 + P**2) * sp.exp(-STEP)
    + WEIGHT * (STEP + P**2 - 1)
    - 1
    + sp.log(A * P * (1 + Q**2) / (B * Q * (1 + P**2)))
)
#: the centre, the rate and the asymmetry of the first, then of the second
NEAR = tuple(
    (0.7, 1.3, kappa, 0.7 + sign * 1.1 * d, 1.3 * (1 - d), kappa * (1 + 0.6 * d))
    for kappa in (0.2, 0.9, 4.0)
    for sign in (-1, 1)
    for d in (1e-2, 1e-6)
)
FAR = (
    (1e88, 1.1e90, 3.5e90, -1.3e90, 1.5e90, 3.1e90),
    (-1.5e-66, 3.4e-67, 4.4e-67, 8.9e-67, 5.1e-67, 4.6e-67),
    (3e81, 1.5e18, 1.8e69, -1.7e81, 2.2e17, 1e69),
    (1.3e-78, 3e-43, 6.7e-49, 1.4e-78, 5.6e-43, 1.6e-50),
    (2e24, 1e23, 1.9e22, -4.1e22, 1.5e23, 3.4e22),
)


@pytest.fixture(scope="module")
def program(verified: Callable[..., Verified]) -> Program:
    return lower(verified("kl", "AsymmetricLaplace", "AsymmetricLaplace"), slopes=True)


def truths(program: Program, point: Sequence[float], *, slopes: bool) -> list[mp.mpf]:
    """The divergence, or its slopes by the arguments."""
    at = {a.symbol: v for a, v in zip(program.arguments, point, strict=True)}
    branch = next(b for b in program.branches if all(c.subs(at) == sp.true for c in b.conditions))
    wanted = [sp.diff(branch.closed, a.symbol) for a in program.arguments] if slopes else [branch.closed]
    return [settled_value(e, at) for e in wanted]


def units(value: float, truth: mp.mpf) -> float:
    """The error in units in the last place."""
    return math.inf if math.isnan(value) else float(abs(mp.mpf(value) - truth) / math.ulp(float(truth)))


def test_an_exponential_is_completed() -> None:
    left, gaps = open_completed(CLOSED, PAIRS)
    assert left == 0
    assert len(gaps.atoms(k.ScaledExpGap)) == len(gaps.atoms(k.EntropyGap)) == len(gaps.atoms(k.ProductRise)) == 1
    assert proved_equal(gaps, CLOSED)
    assert not proved_equal(gaps, CLOSED + A / 10**9)
    assert not proved_equal(gaps.replace(k.EntropyGap, lambda *u: 2 * k.EntropyGap(*u)), CLOSED)
    form = stable_form(CLOSED, PAIRS, divergence=True, given=(sp.Ge(N, M),))
    assert form.nonnegative
    assert form.expression.has(k.ScaledExpGap)


@pytest.mark.parametrize(
    ("closed", "pairs"),
    [
        # nothing that is equal, nothing linear, another weight there, the same weight everywhere, two exponentials
        (CLOSED, []),
        (CLOSED.subs(N - M, (N - M) ** 2), PAIRS),
        (CLOSED + WEIGHT * STEP, PAIRS),
        (CLOSED.subs(Q, P), PAIRS),
        (CLOSED + sp.exp(M - N), PAIRS),
    ],
)
def test_what_cannot_be_completed_stays(closed: sp.Expr, pairs: list[tuple[sp.Expr, sp.Expr]]) -> None:
    assert open_completed(closed, pairs) is None


@pytest.mark.parametrize("backend", ["numpy", "torch", "jax", pytest.param("numba", marks=pytest.mark.slow)])
def test_no_digit_is_lost_near_equality_and_far_out(
    backend: str, program: Program, loader: jinja2.BaseLoader, imported: Callable[[str, str], ModuleType]
) -> None:
    module = imported(emit([program], backend, loader), f"completed_{backend}")
    function = module.kl_asymmetriclaplace_asymmetriclaplace
    points = (*NEAR, *FAR)
    for point, value in zip(points, values(backend, function, list(zip(*points, strict=True))), strict=True):
        assert units(value, truths(program, point, slopes=False)[0]) <= (8 if point in NEAR else 64), point
    if backend in ("torch", "jax"):
        for point in (*NEAR, *FAR):
            found = gradient(backend, function, [[v] for v in point])
            for (value,), truth in zip(found, truths(program, point, slopes=True), strict=True):
                assert units(value, truth) <= (4 if point in NEAR else 256), point


@pytest.mark.parametrize(("old", "new"), [("y * d + e", "x * e + d"), ("x < 1.0", "x > 1.0")])
def test_a_difference_that_is_lost_is_seen(
    old: str, new: str, program: Program, with_slip: Callable[..., ModuleType]
) -> None:
    broken = with_slip(program, "numpy", "product_rise", old, new).kl_asymmetriclaplace_asymmetriclaplace
    point = (4e-42, 1.6e-5, 5.7e19, -3.7e-52, 1397.0, 3.2e27)
    (found,) = values("numpy", broken, [[v] for v in point])
    assert units(found, truths(program, point, slopes=False)[0]) > 1e6


def test_slopes_far_out_are_those_of_the_plain_sums(program: Program, with_slip: Callable[..., ModuleType]) -> None:
    """With twice the digits the closed form has none there: 1 beside the fourth power of 1e15 is none."""
    old = "sure = sure & (exact.off <= 2.0**-46 * better.abs())"
    broken = with_slip(program, "torch", "refined", old, "").kl_asymmetriclaplace_asymmetriclaplace
    point = (2.3e-22, 4e20, 1.8e15, -3.8e-22, 2.8e19, 3e14)
    found = gradient("torch", broken, [[v] for v in point])
    errors = [units(value, t) for (value,), t in zip(found, truths(program, point, slopes=True), strict=True)]
    assert max(errors) > 1e6
