"""What is JAX's own: compiled or not, mapped, differentiated once and twice, in float32 where there is no float64."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from types import ModuleType
from typing import Any

import jax
import jax.numpy as jnp
import jinja2
import mpmath as mp
import numpy as np
import pytest
from jax.test_util import check_grads

from symkl.codegen import Program, emit, lower
from symkl.model import Verified

pytestmark = pytest.mark.sample(3)

#: function: family, parametrisation, and how its parameters of one distribution are drawn
FAMILIES: dict[str, tuple[str, str | None, str]] = {
    "kl_normal_normal": ("Normal", None, "rp"),
    "kl_normal_normal__log_variance": ("Normal", "log_variance", "rr"),
    "kl_exponential_exponential": ("Exponential", None, "p"),
    "kl_laplace_laplace": ("Laplace", None, "rp"),
    "kl_poisson_poisson": ("Poisson", None, "p"),
    "kl_bernoulli_bernoulli": ("Bernoulli", None, "u"),
}
DISTANCES = (1e-1, 1e-3, 1e-6, 1e-9, 1e-12)
Points = list[list[float]]


@pytest.fixture(scope="module")
def programs(verified: Callable[..., Verified]) -> dict[str, Program]:
    return {
        name: lower(verified("kl", family, family), way, way, slopes=True)
        for name, (family, way, _) in FAMILIES.items()
    }


@pytest.fixture(scope="module")
def module(
    programs: dict[str, Program], loader: jinja2.BaseLoader, imported: Callable[[str, str], ModuleType]
) -> ModuleType:
    return imported(emit(list(programs.values()), "jax", loader), "few_in_jax")


@pytest.fixture(autouse=True)
def in_float64() -> Iterator[None]:
    with jax.enable_x64(True):
        yield


def drawn(name: str, distances: Sequence[float], dtype: type = np.float64, far: int = 20) -> Points:
    """Points near equality and `far` at random, as numbers that the dtype has."""
    rng = random.Random(5)
    draw = {"r": lambda: rng.uniform(-3, 3), "p": lambda: np.exp(rng.gauss(0, 1)), "u": lambda: rng.uniform(0.05, 0.95)}
    kinds = FAMILIES[name][2]
    points = [[draw[kind]() for kind in kinds + kinds] for _ in range(far)]
    for distance in distances:
        for _ in range(4):
            q = [draw[kind]() for kind in kinds]
            points.append([x * (1 + distance * rng.uniform(0.5, 1) * rng.choice((-1, 1))) for x in q] + q)
    return [[float(dtype(x)) for x in point] for point in points]


def columns(points: Points, dtype: type = np.float64) -> list[jax.Array]:
    return [jnp.asarray(column, dtype) for column in zip(*points, strict=True)]


def units(found: Sequence[Any], truths: Sequence[Any], dtype: type = np.float64) -> float:
    """The largest error, in units in the last place that the truth has in the dtype."""
    errors = [
        abs(mp.mpf(float(value)) - truth) / float(np.spacing(abs(dtype(truth))))
        for value, truth in zip(found, truths, strict=True)
    ]
    return max(float(error) for error in errors)


def divergences(references: ModuleType, name: str, points: Points) -> list[Any]:
    return [references.at_50_digits(references.KL[name], *point) for point in points]


def slopes(references: ModuleType, name: str, points: Points, position: int) -> list[Any]:
    """The exact derivative by one of the arguments."""
    orders = tuple(int(i == position) for i in range(len(points[0])))
    with mp.workdps(80):
        return [mp.diff(references.KL[name], tuple(map(mp.mpf, point)), orders) for point in points]


def worst_slope(module: ModuleType, references: ModuleType, name: str) -> float:
    points = drawn(name, DISTANCES, far=0)
    count = len(points[0])
    by_each = jax.jit(jax.grad(lambda *a: getattr(module, name)(*a).sum(), argnums=tuple(range(count))))
    found = by_each(*columns(points))
    return max(units(found[i], slopes(references, name, points, i)) for i in range(count))


@pytest.mark.parametrize("name", ["kl_normal_normal", "kl_normal_normal__log_variance", "kl_bernoulli_bernoulli"])
def test_it_computes_the_same_compiled_and_step_by_step(module: ModuleType, references: ModuleType, name: str) -> None:
    points = drawn(name, DISTANCES)[::3]
    truths = divergences(references, name, points)
    assert units(jax.jit(getattr(module, name))(*columns(points)), truths) <= 4
    with jax.disable_jit():
        assert units(getattr(module, name)(*columns(points)), truths) <= 4


@pytest.mark.parametrize("name", ["kl_normal_normal", "kl_bernoulli_bernoulli"])
def test_mapping_over_some_arguments_gives_what_broadcasting_gives(module: ModuleType, name: str) -> None:
    arguments = columns(drawn(name, DISTANCES))
    half = len(arguments) // 2
    mixed = [*arguments[:half], *(a[0] for a in arguments[half:])]
    axes = (0,) * half + (None,) * half
    mapped = jax.vmap(getattr(module, name), axes)(*mixed)
    assert mapped.shape == arguments[0].shape
    np.testing.assert_array_max_ulp(np.asarray(mapped), np.asarray(getattr(module, name)(*mixed)), 2)


def test_mapped_gradients_are_the_gradients_of_each(module: ModuleType) -> None:
    arguments = columns(drawn("kl_normal_normal", DISTANCES))
    each = jax.vmap(jax.grad(module.kl_normal_normal, argnums=(0, 1, 2, 3)))(*arguments)
    summed = jax.grad(lambda *a: module.kl_normal_normal(*a).sum(), argnums=(0, 1, 2, 3))(*arguments)
    for one, other in zip(each, summed, strict=True):
        np.testing.assert_array_max_ulp(np.asarray(one), np.asarray(other), 4)


@pytest.mark.parametrize("name", sorted(FAMILIES))
def test_gradients_keep_their_digits_near_equality(module: ModuleType, references: ModuleType, name: str) -> None:
    assert worst_slope(module, references, name) <= 4


def doubled(program: Program, position: int) -> Program:
    """The program with one of its derivatives wrong."""
    branches = [
        replace(branch, slopes=tuple(2 * s if i == position else s for i, s in enumerate(branch.slopes)))
        for branch in program.branches
    ]
    return replace(program, branches=tuple(branches))


ORDERS = {"kl_normal_normal": (0.3, 1.2, -0.4, 0.7), "kl_exponential_exponential": (1.2, 0.2)}


@pytest.mark.parametrize("mode", ["fwd", "rev"])
@pytest.mark.parametrize("name", sorted(ORDERS))
def test_first_and_second_derivatives_agree_with_differences(module: ModuleType, name: str, mode: str) -> None:
    check_grads(getattr(module, name), tuple(map(jnp.float64, ORDERS[name])), order=2, modes=[mode], rtol=1e-5)


def test_a_wrong_derivative_is_seen(
    programs: dict[str, Program],
    loader: jinja2.BaseLoader,
    imported: Callable[[str, str], ModuleType],
    references: ModuleType,
) -> None:
    name = "kl_exponential_exponential"
    broken = imported(emit([doubled(programs[name], 1)], "jax", loader), "slope_in_jax")
    assert worst_slope(broken, references, name) > 1e10
    with pytest.raises(AssertionError):
        check_grads(getattr(broken, name), tuple(map(jnp.float64, ORDERS[name])), order=1, rtol=1e-5)


def worst_in_float32(module: ModuleType, references: ModuleType, name: str) -> float:
    """Without float64 to compute in."""
    points = drawn(name, (1e-1, 1e-2, 1e-4, 1e-6), np.float32)
    with jax.enable_x64(False):
        found = getattr(module, name)(*columns(points, np.float32))
        assert found.dtype == jnp.float32
        return units(found, divergences(references, name, points), np.float32)


@pytest.mark.parametrize("name", sorted(FAMILIES))
def test_float32_alone_keeps_its_digits(module: ModuleType, references: ModuleType, name: str) -> None:
    assert worst_in_float32(module, references, name) <= 4


def test_float32_keeps_half_a_unit_where_there_is_float64(module: ModuleType, references: ModuleType) -> None:
    name = "kl_normal_normal"
    points = drawn(name, (1e-1, 1e-2, 1e-4, 1e-6), np.float32)
    found = module.kl_normal_normal(*columns(points, np.float32))
    assert found.dtype == jnp.float32
    assert units(found, divergences(references, name, points), np.float32) <= 0.51


def test_a_broken_kernel_is_seen_in_both(
    programs: dict[str, Program], with_slip: Callable[..., ModuleType], references: ModuleType
) -> None:
    name, head = "kl_normal_normal", '"""d/b - log(a/b) >= 0, where d is a - b, formed exactly."""\n'
    broken = with_slip(programs[name], "jax", "log_gap", head, f"{head}    d = 1.00001 * d\n")
    points = drawn(name, DISTANCES)
    assert units(getattr(broken, name)(*columns(points)), divergences(references, name, points)) > 4
    assert worst_in_float32(broken, references, name) > 4
