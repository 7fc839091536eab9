"""Numbers whose powers of two have no end, and what is worked out again in them."""

from __future__ import annotations

import itertools
import math
import random
from collections.abc import Callable, Iterator
from dataclasses import replace
from types import ModuleType
from typing import Any

import jinja2
import mpmath as mp
import numpy as np
import pytest
import sympy as sp
import torch

from symkl.codegen import BACKENDS, emit, lower
from symkl.codegen.operations import OPERATIONS
from symkl.codegen.program import Program
from symkl.codegen.reading import Broken, prove
from symkl.codegen.running import gradient, loaded, values
from symkl.codegen.stable import kernels as k
from symkl.codegen.stable.extremes import escapes
from symkl.codegen.wide import wide
from symkl.model import Verified, symbol

A, B, C = (symbol(name, "positive") for name in "abc")
NAME = "kl_asymmetriclaplace_asymmetriclaplace"
WIDE = [name for name, backend in BACKENDS.items() if backend.WIDE]
#: points at which a part of the value, or of a derivative, is no number where the whole is one
FAR = [
    (1.075e-162, 1.223e272, 2.698e-50, 4.152e252, 1.751e-228, 1.809e133),
    (-2.772e277, 2.457e197, 1.675e168, -8.582e-279, 5.749e-177, 1.733e-41),
    (1.368e167, 1.681e208, 2.392e189, 1.824e-91, 2.768e224, 6.613e-209),
    (-6.292e235, 2.14e236, 3.84e235, -3.27e236, 4.871e236, 1.495e235),
    (-3.392e-198, 2.591e-199, 3.35e-199, 6.71e-199, 3.867e-199, 3.46e-199),
    (5.705e173, 1.002e-238, 8.288e-228, -5.934e172, 5.078e-238, 4.293e-227),
    (-9.623e248, 2.376e235, 6.192e162, 3.135e249, 1.026e235, 1.745e164),
    (4.756e-252, 2.428e-252, 1.905e-253, -5.319e-252, 1.205e-252, 5.094e-253),
]


@pytest.fixture(scope="module")
def program(verified: Callable[..., Verified]) -> Program:
    return lower(verified("kl", "AsymmetricLaplace", "AsymmetricLaplace"), slopes=True)


@pytest.fixture(scope="module")
def modules(
    program: Program, loader: jinja2.BaseLoader, imported: Callable[[str, str], ModuleType]
) -> dict[str, ModuleType]:
    return {name: imported(emit([program], name, loader), f"wide_{name}") for name in WIDE}


@pytest.fixture(scope="module")
def module(modules: dict[str, ModuleType]) -> ModuleType:
    return modules["torch"]


@pytest.fixture(autouse=True)
def _quiet() -> Iterator[None]:
    """As the functions of a module call its kernels."""
    with np.errstate(all="ignore"):
        yield


def divergence(m_1: mp.mpf, lam_1: mp.mpf, kappa_1: mp.mpf, m_2: mp.mpf, lam_2: mp.mpf, kappa_2: mp.mpf) -> mp.mpf:
    """From the lengths of the two sides, the first's mode not right of the second's: else all is seen in a mirror."""
    right, left, right_2, left_2 = 1 / (lam_1 * kappa_1), kappa_1 / lam_1, 1 / (lam_2 * kappa_2), kappa_2 / lam_2
    if m_1 > m_2:
        right, left, right_2, left_2 = left, right, left_2, right_2
    step = abs(m_2 - m_1)
    beyond = right**2 / (right + left) * mp.exp(-step / right)
    before = beyond - (right - left - step)
    return mp.log((right_2 + left_2) / (right + left)) - 1 + beyond / right_2 + before / left_2


def truths(point: tuple[float, ...]) -> list[mp.mpf]:
    """The divergence and its derivatives, as differences over steps that are nothing beside the arguments."""
    with mp.workdps(4000):
        at, found = [mp.mpf(v) for v in point], [divergence(*map(mp.mpf, point))]
        for i, x in enumerate(at):
            step = x * mp.mpf(10) ** -1000
            ends = (divergence(*at[:i], x + sign * step, *at[i + 1 :]) for sign in (1, -1))
            found.append((next(ends) - next(ends)) / (2 * step))
        return found


def units(value: float, truth: mp.mpf) -> float:
    """The error in units in the last place; none where both are infinite."""
    if abs(truth) >= mp.mpf(2) ** 1024:
        return 0.0 if value == math.copysign(math.inf, truth) else math.inf
    return float(abs(mp.mpf(value) - truth) / math.ulp(float(truth))) if math.isfinite(value) else math.inf


def far(module: ModuleType, x: mp.mpf) -> Any:
    """A wide number."""
    part, power = mp.frexp(x)
    numbers = torch.tensor([float(part)], dtype=torch.float64) if hasattr(module, "torch") else np.array([float(part)])
    return module._Wide(numbers, float(power))


def exact(x: Any) -> mp.mpf:
    return mp.ldexp(mp.mpf(x.part.item()), int(x.power.item()))


def drawn(draw: random.Random) -> mp.mpf:
    """A positive number of any size, of 53 bits."""
    return mp.ldexp(mp.mpf(draw.uniform(0.5, 1.0)), int(draw.choice((2, 60, 4000)) * draw.uniform(-1, 1)))


def beside(draw: random.Random, b: mp.mpf) -> tuple[mp.mpf, mp.mpf]:
    """Another, or one near it, and by how much it is larger."""
    step = draw.choice((1e-9, 1e-3, 0.3, 0.9, 2.0, 0.0)) * draw.choice((-1, 1))
    a = b + mp.mpf(float(mp.ldexp(b, -mp.frexp(b)[1]))) * step * mp.ldexp(1, mp.frexp(b)[1])
    a = a if step and a > 0 else drawn(draw)
    part, power = mp.frexp(a)
    a = mp.ldexp(mp.mpf(float(part)), power)
    return a, a - b


def exponents(draw: random.Random) -> mp.mpf:
    return (
        draw.choice((-1, 1))
        * mp.mpf(draw.choice((1.0, 30.0, 600.0)) * draw.random())
        * mp.mpf(2) ** (draw.choice((0, 0, 0, -30, -3000)))
    )


def gaps(draw: random.Random) -> list[mp.mpf]:
    a, d = beside(draw, b := drawn(draw))
    return [a, b, d]


def risen(draw: random.Random) -> list[mp.mpf]:
    """Of one sign: elsewhere the two differences may cancel."""
    while True:
        (x, d), (y, e) = (beside(draw, mp.mpf(1)) for _ in range(2))
        if d * e >= 0:
            return [x, y, d, e]


def scaled(draw: random.Random) -> list[mp.mpf]:
    return [exponents(draw) * (a := mp.ldexp(1, draw.randint(-3000, 3000))), a]


DRAWN = {
    k.LogRatio: gaps,
    k.LogGap: gaps,
    k.EntropyGap: lambda draw: [x if i < 2 else -x for i, x in enumerate(gaps(draw))],
    k.ScaledExpGap: scaled,
    k.ProductRise: risen,
    k.ExpM1: lambda draw: [exponents(draw)],
    k.ExpLag: lambda draw: [exponents(draw)],
}
ALLOWED = {k.LogGap: 8, k.EntropyGap: 8, k.ScaledExpGap: 8, k.ExpLag: 8}


@pytest.mark.parametrize("name", WIDE)
@pytest.mark.parametrize("head", DRAWN)
def test_a_kernel_is_its_definition(modules: dict[str, ModuleType], head: type[sp.Expr], name: str) -> None:
    module, spelled = modules[name], BACKENDS[name].WIDE[head].partition("(")[0]
    draw = random.Random(5)
    with mp.workdps(4000):
        for _ in range(150):
            at = DRAWN[head](draw)
            found = exact(getattr(module, spelled)(*(far(module, x) for x in at)))
            truth = OPERATIONS[head].exact(mp, *at)
            assert abs(found - truth) <= ALLOWED.get(head, 4) * abs(truth) * mp.mpf(2) ** -53, [mp.nstr(x) for x in at]


def test_all_kernels_of_wide_numbers_are_tested() -> None:
    assert {head for name in WIDE for head in BACKENDS[name].WIDE} == set(DRAWN)


@pytest.mark.parametrize("name", WIDE)
def test_sums_products_and_comparisons(modules: dict[str, ModuleType], name: str) -> None:
    module = modules[name]
    draw = random.Random(3)
    with mp.workdps(4000):
        for x, y in ((drawn(draw), -drawn(draw)) for _ in range(100)):
            u, v = far(module, x), far(module, y)
            for found, truth in ((u + v, x + y), (u - v, x - y), (u * v, x * y), (u / v, x / y), (1.0 - v, 1 - y)):
                assert abs(exact(found) - truth) <= abs(truth) * mp.mpf(2) ** -53
            assert exact(-u) == -x
            assert bool(u > v)
            assert bool(v <= v)
            assert not bool(u < v)
            assert not bool(v >= u)
        zero = far(module, mp.mpf(0.75)) - 0.75
        assert exact(zero) == 0
        assert exact(zero * u + v) == y
        assert (zero * zero).number().item() == 0.0


@pytest.mark.parametrize("name", WIDE)
@pytest.mark.parametrize(
    ("x", "number"),
    [(mp.ldexp(0.75, 1024), 0.75 * 2.0**1000 * 2.0**24), (mp.ldexp(0.75, -1060), 0.75 * 2.0**-1060), (1, 1.0)]
    + [
        (sign * mp.ldexp(0.75, power), sign * end)
        for sign in (-1, 1)
        for power, end in ((1100, math.inf), (-(10**6), 0.0))
    ],
)
def test_a_number_is_rounded_once_or_infinite(
    modules: dict[str, ModuleType], name: str, x: mp.mpf, number: float
) -> None:
    module = modules[name]
    assert far(module, mp.mpf(x)).number().item() == number


@pytest.mark.parametrize("name", WIDE)
def test_what_is_a_number_is_found(name: str, modules: dict[str, ModuleType]) -> None:
    module, backend = modules[name], BACKENDS[name]
    for point in FAR:
        truth = truths(point)
        (value,) = values(name, getattr(module, NAME), [[v] for v in point])
        assert units(value, truth[0]) <= 64, point
        found = gradient(name, getattr(module, NAME), [[v] for v in point]) if backend.SLOPES else []
        for (slope,), true in zip(found, truth[1:], strict=False):
            assert units(slope, true) <= 256, point


def test_without_wide_numbers_none_of_them_is_found(
    program: Program, module: ModuleType, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "_reached", lambda found, *_: found)
    for point in FAR:
        found = [values("torch", getattr(module, NAME), [[v] for v in point])]
        found += gradient("torch", getattr(module, NAME), [[v] for v in point])
        assert max(units(x, true) for (x,), true in zip(found, truths(point), strict=True)) > 1e6, point


def test_only_where_an_argument_is_vast_or_tiny(module: ModuleType, monkeypatch: pytest.MonkeyPatch) -> None:
    before = [values("torch", getattr(module, NAME), [[v] for v in at]) for at in ((0.3, 1.0, 2.0, 0.5, 1.5, 1.7),)]
    monkeypatch.setattr(module, f"_{NAME}_wide", None)
    for value in (0.0, -1.0, math.nan, math.inf):
        values("torch", getattr(module, NAME), [[v] for v in (0.3, value, 2.0, 0.5, 1.5, 1.7)])
    assert [values("torch", getattr(module, NAME), [[0.3], [1.0], [2.0], [0.5], [1.5], [1.7]])] == before
    with pytest.raises(TypeError):
        values("torch", getattr(module, NAME), [[0.3], [1e-40], [2.0], [0.5], [1.5], [1.7]])


def test_points_beside_each_other_have_their_own_values(module: ModuleType) -> None:
    points = [FAR[0], (0.3, 1.0, 2.0, 0.5, 1.5, 1.7), FAR[1], (math.nan, 1.0, 1.0, 1.0, 1.0, 1e-40), FAR[2]]
    columns = list(zip(*points, strict=True))
    alone = [values("torch", getattr(module, NAME), [[v] for v in at])[0] for at in points]
    together = values("torch", getattr(module, NAME), columns)
    assert [x for i, x in enumerate(together) if i != 3] == [x for i, x in enumerate(alone) if i != 3]
    assert math.isnan(together[3])
    lone = [gradient("torch", getattr(module, NAME), [[v] for v in at]) for at in points]
    for i, (at, slopes) in enumerate(itertools.product(range(3), gradient("torch", getattr(module, NAME), columns))):
        assert slopes[at] == lone[at][i % 6][0]


@pytest.mark.parametrize(
    ("name", "old", "new"),
    [
        ("torch", "t_14 = t_10 / kappa_2\n", "t_14 = t_10 / kappa_1\n"),
        ("torch", "_selected_wide((m_1 > m_2)", "_selected_wide((m_1 < m_2)"),
        ("torch", "t_40 = _exp_m1_wide(t_39)", "t_40 = _exp_lag_wide(t_39)"),
        (
            "numpy",
            "t_12 = _product_rise_wide(lam_2_over_lam_1, t_10",
            "t_12 = _product_rise_wide(lam_2_over_lam_1, t_2",
        ),
        ("numpy", "_selected_wide((m_1 > m_2)", "_selected_wide((m_1 < m_2)"),
    ],
)
def test_the_text_is_read_back(name: str, old: str, new: str, program: Program, loader: jinja2.BaseLoader) -> None:
    bare = replace(program, later=(), branches=tuple(replace(branch, slopes=()) for branch in program.branches))
    made = program if BACKENDS[name].SLOPES else bare
    text = emit([made], name, loader)
    with loaded(text) as module:
        prove(made, name, module)
    assert old in text
    with loaded(text.replace(old, new)) as module, pytest.raises(Broken):
        prove(made, name, module)


@pytest.mark.parametrize("family", ["Laplace", "Normal", "Gamma"])
def test_others_have_none(family: str, verified: Callable[..., Verified]) -> None:
    assert wide(lower(verified("kl", family, family), slopes=True), BACKENDS["torch"].WIDE) is None


def test_a_part_that_is_no_number_is_seen() -> None:
    at = [{A: 1e200, B: 1e-200, C: 1e-300}]
    assert escapes(C * sp.log(A) + A * C / B * B, at) is False
    assert escapes(C * sp.log(A / B), at) is True
    assert escapes(k.LogGap(A / B, 1, A / B - 1), at) is False  # the whole is none either
