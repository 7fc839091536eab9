"""A closed form that is 0/0 where two weights are equal: values and derivatives there, beside it and far from it.

The truths are quadratures of the density `lam**x*(1 - lam)**(1 - x)` over 0 < x < 1, which has nothing to cancel.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from types import ModuleType

import jax
import jinja2
import mpmath as mp
import numpy as np
import pytest
import sympy as sp
import torch

from symkl.codegen import emit, lower
from symkl.codegen.cases import Case, continued
from symkl.codegen.running import gradient, values
from symkl.codegen.stable import kernels as k
from symkl.codegen.stable.form import StableForm, proved_equal
from symkl.codegen.stable.langevin import open_langevin
from symkl.model import Verified, symbol

pytestmark = pytest.mark.sample(3)

NAME = "ContinuousBernoulli"
P1, P2 = symbol("p_1", "unit"), symbol("p_2", "unit")
BACKENDS = ["numpy", "torch", "jax", pytest.param("numba", marks=pytest.mark.slow)]
POINTS = (
    (0.5 + 1e-9, 0.3),
    (0.5, 0.5 + 1e-12),
    (0.5, 0.5 - 2.0**-54),
    (0.5 + 1e-9, 0.5),
    (0.499999, 0.500001),
    (0.5, 0.3),
    (0.3, 0.5),
    (0.3, 0.5 - 1e-9),
    (0.2, 0.2000001),
    (0.9999, 0.99990001),
    (0.02, 0.97),
    (0.3, 1 - 2.0**-53),
    (1e-300, 0.3),
    (1e-10, 1 - 1e-10),
)
Made = Callable[[str], ModuleType]


def mean_of(lam: mp.mpf, of: Callable[[mp.mpf], mp.mpf]) -> tuple[mp.mpf, mp.mpf]:
    """Under the density, and the logarithm of what `lam**x*(1 - lam)**(1 - x)` integrates to."""
    up, down = mp.log(lam), mp.log1p(-lam)
    top, rate = max(up, down), abs(up - down)
    cuts = [mp.mpf(0), *(c / rate for c in (1, 4, 16, 40, 80, 140) if c < rate), mp.mpf(1)]
    if up > down:
        cuts = [1 - c for c in reversed(cuts)]

    def density(x: mp.mpf) -> mp.mpf:
        return mp.exp(x * up + (1 - x) * down - top)

    whole = mp.quad(density, cuts)
    return mp.quad(lambda x: density(x) * of(x), cuts) / whole, mp.log(whole) + top


def truths(lam_1: float, lam_2: float) -> dict[str, mp.mpf]:
    """The divergence, its derivatives by both arguments, the cross-entropy and the entropy of the first."""
    p, q = mp.mpf(lam_1), mp.mpf(lam_2)
    mean, log_p = mean_of(p, lambda x: x)
    other, log_q = mean_of(q, lambda x: x)
    spread, _ = mean_of(p, lambda x: (x - mean) ** 2)
    step = mp.log(q) - mp.log1p(-q) - mp.log(p) + mp.log1p(-p)
    cross = log_q - mean * mp.log(q) - (1 - mean) * mp.log1p(-q)
    entropy = log_p - mean * mp.log(p) - (1 - mean) * mp.log1p(-p)
    slopes = (-spread * step / (p * (1 - p)), (other - mean) / (q * (1 - q)))
    return {"kl": cross - entropy, "first": slopes[0], "second": slopes[1], "cross": cross, "entropy": entropy}


@pytest.fixture(scope="module")
def known() -> dict[tuple[float, float], dict[str, mp.mpf]]:
    with mp.workdps(60):
        return {point: truths(*point) for point in POINTS}


@pytest.fixture(scope="module")
def made(
    verified: Callable[..., Verified], loader: jinja2.BaseLoader, imported: Callable[[str, str], ModuleType]
) -> Made:
    """The module of a backend, generated when it is first asked for."""
    found: dict[str, ModuleType] = {}

    def make(backend: str) -> ModuleType:
        if backend not in found:
            slopes = backend in ("torch", "jax")
            about = (("kl", NAME, NAME), ("cross_entropy", NAME, NAME), ("entropy", NAME))
            programs = [lower(verified(*a), slopes=slopes) for a in about]
            found[backend] = imported(emit(programs, backend, loader), f"even_odds_{backend}")
        return found[backend]

    return make


def units(value: float, truth: mp.mpf) -> float:
    return float(abs(mp.mpf(value) - truth)) / math.ulp(float(truth)) if math.isfinite(value) else math.inf


@pytest.mark.parametrize("backend", BACKENDS)
def test_divergences_have_their_digits_at_and_beside_even_odds(made: Made, known: dict, backend: str) -> None:
    function = made(backend).kl_continuousbernoulli_continuousbernoulli
    for value, point in zip(values(backend, function, list(zip(*POINTS, strict=True))), POINTS, strict=True):
        assert units(value, known[point]["kl"]) <= 4, point


@pytest.mark.parametrize("backend", BACKENDS)
def test_entropies_and_cross_entropies_have_their_digits_there(made: Made, known: dict, backend: str) -> None:
    module = made(backend)
    columns = list(zip(*POINTS, strict=True))
    crossed = values(backend, module.cross_entropy_continuousbernoulli_continuousbernoulli, columns)
    entropies = values(backend, module.entropy_continuousbernoulli, columns[:1])
    for point, cross, entropy in zip(POINTS, crossed, entropies, strict=True):
        if point[0] == 0.5:
            assert entropy == 0.0
        else:
            assert units(entropy, known[point]["entropy"]) <= 6, point
        if point[1] != 0.5:
            assert units(cross, known[point]["cross"]) <= 6, point


@pytest.mark.parametrize("backend", ["torch", "jax"])
def test_derivatives_have_their_digits_there(made: Made, known: dict, backend: str) -> None:
    function = made(backend).kl_continuousbernoulli_continuousbernoulli
    found = gradient(backend, function, list(zip(*POINTS, strict=True)))
    for point, first, second in zip(POINTS, *found, strict=True):
        assert units(first, known[point]["first"]) <= 4, point
        assert units(second, known[point]["second"]) <= 4, point


@pytest.mark.parametrize("backend", BACKENDS)
def test_what_is_equal_is_no_distance_apart_and_the_ends_are_infinitely_far(made: Made, backend: str) -> None:
    function = made(backend).kl_continuousbernoulli_continuousbernoulli
    same = (0.0, 1e-300, 0.3, 0.5, 0.75, 1.0)
    assert values(backend, function, [same, same]) == [0.0] * len(same)
    apart = ((0.0, 0.3), (0.3, 0.0), (1.0, 0.3), (0.3, 1.0), (0.0, 1.0), (1.0, 0.0))
    assert values(backend, function, list(zip(*apart, strict=True))) == [math.inf] * len(apart)


def test_in_float32_the_results_are_rounded_once(made: Made, known: dict) -> None:
    points = np.float32([p for p in POINTS if all(1e-30 < np.float32(x) < 1 for x in p)])
    points = points[points[:, 0] != points[:, 1]]
    assert len(points) > 6
    found = made("numpy").kl_continuousbernoulli_continuousbernoulli(points[:, 0], points[:, 1])
    assert found.dtype == np.float32
    with mp.workdps(60):
        for value, point in zip(found, points, strict=True):
            truth = truths(*map(float, point))["kl"]
            assert abs(mp.mpf(float(value)) - truth) <= 0.51 * float(np.spacing(np.float32(float(truth)))), point


@pytest.mark.sweep
@pytest.mark.filterwarnings("ignore:`torch.jit.script` is deprecated:DeprecationWarning")
def test_derivatives_of_both_orders_agree_with_differences(made: Made) -> None:
    function = made("torch").kl_continuousbernoulli_continuousbernoulli
    rows = [[0.5, 0.3, 0.5, 0.2, 0.003], [0.3, 0.5, 0.5, 0.21, 0.98]]
    leaves = [torch.tensor(row, dtype=torch.float64, requires_grad=True) for row in rows]
    assert torch.autograd.gradcheck(function, leaves)
    assert torch.autograd.gradgradcheck(function, leaves)
    with jax.enable_x64(True):
        other = made("jax").kl_continuousbernoulli_continuousbernoulli
        for p, q in zip(*rows, strict=True):
            point = [torch.tensor(x, dtype=torch.float64) for x in (p, q)]
            wanted = [[float(x) for x in row] for row in torch.autograd.functional.hessian(function, tuple(point))]
            assert np.allclose(jax.hessian(other, argnums=(0, 1))(p, q), wanted, rtol=1e-12)


def test_the_case_at_even_odds_needs_no_branch(verified: Callable[..., Verified]) -> None:
    claim = verified("kl", NAME, NAME)
    assert len(claim.derivation.values) == 2
    for way in (None, "logit"):
        (branch,) = lower(claim, way, way).branches
        assert branch.conditions == ()
        assert branch.nonnegative
        assert branch.value.has(k.SinhcGap)


X = k.LogRatio(P1, 1 - P1, 2 * P1 - 1) / 2
GAP = k.SinhcGap(k.LogRatio(P2, 1 - P2, 2 * P2 - 1) / 2, X, X)
EVEN = sp.Eq(P1, sp.Rational(1, 2))


def case(form: sp.Expr, *when: sp.Basic) -> Case:
    return Case(when, k.expand_kernels(form), StableForm(form, True, 0.0, True))


def test_only_a_case_that_the_other_form_is_proved_to_cover_is_left_out() -> None:
    elsewhere, right = case(GAP, sp.Ne(*EVEN.args)), GAP.subs(P1, sp.Rational(1, 2))
    assert continued([elsewhere, case(right, EVEN)]) == [case(GAP)]
    assert continued([case(right, EVEN), elsewhere]) == [case(GAP)]
    # another value, a condition more, another point, a form that is 0/0 there
    for others in (
        [elsewhere, case(2 * right, EVEN)],
        [elsewhere, case(right, EVEN, sp.Gt(P2, P1))],
        [elsewhere, case(right, sp.Eq(P1, sp.Rational(1, 3)))],
        [case(X / (2 * P1 - 1), sp.Ne(*EVEN.args)), case(sp.S.One, EVEN)],
    ):
        assert continued(others) == others


@pytest.mark.parametrize(
    "closed",
    [
        P1 * sp.log(P1 / P2) + (1 - P1) * sp.log((1 - P1) / (1 - P2)),
        sp.atanh(2 * P1 - 1),
        1 / (2 * P1 - 1) - sp.log(P1),
        P1 / (2 * P1 - 1) - 1 / sp.atanh(2 * P1 - 1),
        sp.log(sp.atanh(2 * P1 - 1)),
    ],
)
def test_what_has_other_terms_in_the_weights_is_left_as_it_is(closed: sp.Expr) -> None:
    opened = open_langevin(closed)
    assert opened is None or not (opened[1].has(k.SinhcGap) or opened[1].has(k.LangevinRise))


def test_a_mean_is_half_of_one_and_a_rise() -> None:
    closed = P1 / (2 * P1 - 1) - 1 / (2 * sp.atanh(2 * P1 - 1))
    opened = open_langevin(closed)
    assert opened is not None
    assert proved_equal(sp.Add(*opened), closed)
    assert not proved_equal(sp.Add(*opened), closed + sp.Rational(1, 10**9))
    assert opened[0] == sp.Rational(1, 2)
