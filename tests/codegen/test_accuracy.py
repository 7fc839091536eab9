"""Generated functions against 50-digit references: at random, near equality, at extreme scales."""

from __future__ import annotations

import math
import random
from collections.abc import Callable
from types import ModuleType

import mpmath as mp
import numpy as np
import pytest
import torch

pytestmark = pytest.mark.sample(5)

#: what a parameter is, by position, for drawing: r real, s scale or rate or shape, u in (0, 1), l logarithm
SHAPES = {
    "kl_normal_normal": "rsrs",
    "kl_normal_normal__variance": "rsrs",
    "kl_normal_normal__log_variance": "rlrl",
    "kl_lognormal_lognormal": "rsrs",
    "kl_exponential_exponential": "ss",
    "kl_gamma_gamma": "ssss",
    "kl_laplace_laplace": "rsrs",
    "kl_gumbel_gumbel": "rsrs",
    "kl_poisson_poisson": "ss",
    "kl_bernoulli_bernoulli": "uu",
    "kl_normal_laplace": "rsrs",
    "kl_laplace_normal": "rsrs",
    "kl_gumbel_normal": "rsrs",
    "kl_exponential_gamma": "sss",
}
#: units in the last place at random and near equality
BOUNDS = {
    "kl_normal_normal": (4, 4),
    "kl_normal_normal__variance": (4, 4),
    "kl_normal_normal__log_variance": (4, 4),
    "kl_lognormal_lognormal": (4, 4),
    "kl_exponential_exponential": (4, 4),
    "kl_laplace_laplace": (4, 4),
    "kl_poisson_poisson": (4, 4),
    "kl_bernoulli_bernoulli": (4, 4),
    "kl_gamma_gamma": (40, 8),
    "kl_gumbel_gumbel": (8, 4),
}
DISTANCES = (1e-2, 1e-4, 1e-8)
BACKENDS = ("numpy", "torch", "jax", pytest.param("numba", marks=pytest.mark.slow))
FAMILIES = ("bernoulli", "exponential", "gamma", "gumbel", "laplace", "lognormal", "normal")
Backend = tuple[str, ModuleType]


def draw(rng: random.Random, shape: str, spread: float = 1.0) -> list[float]:
    makers = {
        "r": lambda: rng.uniform(-3, 3) * spread,
        "s": lambda: math.exp(rng.uniform(-2, 2) * spread),
        "u": lambda: rng.uniform(0.01, 0.99),
        "l": lambda: rng.uniform(-3, 3),
    }
    return [makers[letter]() for letter in shape]


def near(rng: random.Random, shape: str, distance: float) -> list[float]:
    first = draw(rng, shape[: len(shape) // 2])
    return first + [x * (1 + distance * rng.uniform(0.5, 1.5) * rng.choice((-1, 1))) for x in first]


def ulps(value: float, truth: mp.mpf) -> float:
    with mp.workdps(60):
        return float(abs(mp.mpf(float(value)) - truth) / math.ulp(float(truth)))


def values(backend: str, module: ModuleType, name: str, points: list[list[float]]) -> list[float]:
    columns = [list(column) for column in zip(*points, strict=True)]
    if backend != "torch":
        return list(getattr(module, name)(*(np.array(c) for c in columns)))
    return getattr(module, name)(*(torch.tensor(c, dtype=torch.float64) for c in columns)).tolist()


@pytest.fixture(params=BACKENDS)
def backend(request: pytest.FixtureRequest) -> tuple[str, ModuleType]:
    return request.param, request.getfixturevalue(f"{request.param}_module")


@pytest.fixture(scope="session")
def kl(references: ModuleType) -> Callable[..., mp.mpf]:
    """`kl(name, *parameters)` to 50 digits."""
    return lambda name, *parameters: references.at_50_digits(references.KL[name], *parameters)


@pytest.fixture(scope="session")
def entropy(references: ModuleType) -> Callable[..., mp.mpf]:
    """`entropy(family, *parameters)` to 50 digits."""
    return lambda name, *parameters: references.at_50_digits(references.ENTROPIES[name], *parameters)


def worst(backend: Backend, kl: Callable[..., mp.mpf], name: str, points: list[list[float]]) -> float:
    truths = [kl(name, *point) for point in points]
    return max(ulps(v, t) for v, t in zip(values(*backend, name, points), truths, strict=True))


@pytest.mark.parametrize("name", sorted(BOUNDS))
def test_a_kl_within_a_family_keeps_its_digits_at_random_parameters(
    backend: Backend, kl: Callable[..., mp.mpf], name: str
) -> None:
    rng = random.Random(1)
    assert worst(backend, kl, name, [draw(rng, SHAPES[name]) for _ in range(100)]) <= BOUNDS[name][0]


@pytest.mark.parametrize("distance", DISTANCES)
@pytest.mark.parametrize("name", sorted(BOUNDS))
def test_a_kl_within_a_family_keeps_its_digits_near_equality(
    backend: Backend, kl: Callable[..., mp.mpf], name: str, distance: float
) -> None:
    rng = random.Random(2)
    assert worst(backend, kl, name, [near(rng, SHAPES[name], distance) for _ in range(100)]) <= BOUNDS[name][1]


@pytest.mark.parametrize("name", sorted(set(SHAPES) - set(BOUNDS)))
def test_a_kl_of_two_families_agrees_with_the_literature_to_an_absolute_error_of_1e_13(
    backend: Backend, kl: Callable[..., mp.mpf], name: str
) -> None:
    rng = random.Random(3)
    points = [draw(rng, SHAPES[name]) for _ in range(50)]
    for value, point in zip(values(*backend, name, points), points, strict=True):
        truth = kl(name, *point)
        assert abs(value - float(truth)) <= 1e-13 * (1 + abs(float(truth)))


@pytest.mark.parametrize("family", FAMILIES)
def test_an_entropy_agrees_with_the_literature(backend: Backend, entropy: Callable[..., mp.mpf], family: str) -> None:
    rng = random.Random(4)
    shape = {"exponential": "s", "gamma": "ss", "bernoulli": "u"}.get(family, "rs")
    points = [draw(rng, shape) for _ in range(50)]
    for value, point in zip(values(*backend, f"entropy_{family}", points), points, strict=True):
        truth = float(entropy(family, *point))
        assert abs(value - truth) <= 1e-14 * (1 + abs(truth) + sum(abs(x) for x in point))


@pytest.mark.parametrize("family", FAMILIES)
def test_a_cross_entropy_is_the_entropy_plus_the_kl(
    backend: Backend, kl: Callable[..., mp.mpf], entropy: Callable[..., mp.mpf], family: str
) -> None:
    rng = random.Random(5)
    name = f"kl_{family}_{family}"
    points = [draw(rng, SHAPES[name]) for _ in range(50)]
    for value, point in zip(values(*backend, f"cross_entropy_{family}_{family}", points), points, strict=True):
        own = point[: len(point) // 2]
        truth = float(entropy(family, *own) + kl(name, *point))
        assert abs(value - truth) <= 1e-13 * (1 + abs(truth))


@pytest.mark.parametrize(
    ("p", "q", "first", "second"),
    [
        ("normal", "normal", [0.3, 1.2], [-0.5, 0.8]),
        ("gamma", "gamma", [2.5, 1.5], [1.25, 0.75]),
        ("gumbel", "gumbel", [0.5, 1.25], [0.25, 1.5]),
        ("laplace", "laplace", [0.5, 1.25], [-0.25, 0.75]),
        ("normal", "laplace", [0.5, 1.25], [-0.25, 0.75]),
        ("laplace", "normal", [0.5, 1.25], [-0.25, 0.75]),
        ("gumbel", "normal", [0.5, 1.25], [-0.25, 0.75]),
        ("exponential", "gamma", [1.5], [2.5, 0.75]),
    ],
)
def test_a_generated_kl_is_the_defining_integral(
    backend: Backend, references: ModuleType, p: str, q: str, first: list[float], second: list[float]
) -> None:
    (value,) = values(*backend, f"kl_{p}_{q}", [[*first, *second]])
    assert value == pytest.approx(float(references.by_quadrature(p, q, first, second)), rel=1e-13)


@pytest.mark.parametrize(
    "point",
    [
        [1e200, 1e200, -1e200, 2e200],
        [0.0, 1e-200, 0.0, 1e200],
        [1e-200, 1e-200, 2e-200, 3e-200],
        [0.0, 1e-17, 0.0, 1.0],
        [1e200, 1.0, 1e200, 1.0],
        [0.0, 3.0, 1e150, 1e150],
    ],
)
@pytest.mark.parametrize("name", ["kl_normal_normal", "kl_laplace_laplace", "kl_lognormal_lognormal"])
def test_extreme_scales_overflow_only_where_the_truth_does(
    backend: Backend, kl: Callable[..., mp.mpf], name: str, point: list[float]
) -> None:
    (value,) = values(*backend, name, [point])
    truth = kl(name, *point)
    assert value == truth == 0 or ulps(value, truth) <= 8


def test_extreme_variances_overflow_only_where_the_truth_does(backend: Backend, kl: Callable[..., mp.mpf]) -> None:
    for point in ([1e200, 1e300, -1e200, 2e300], [0.0, 1e-250, 0.0, 1e250], [1e-200, 1e-300, 2e-200, 3e-300]):
        (value,) = values(*backend, "kl_normal_normal__variance", [point])
        assert ulps(value, kl("kl_normal_normal__variance", *point)) <= 8


def test_extreme_log_variances_overflow_only_where_the_truth_does(backend: Backend, kl: Callable[..., mp.mpf]) -> None:
    for point in ([1e200, 920.0, -1e200, 921.0], [0.0, -2000.0, 0.0, 3.0], [1e-200, -900.0, 2e-200, -901.0]):
        (value,) = values(*backend, "kl_normal_normal__log_variance", [point])
        # the rounding of the log-variance itself is worth |logvar| units in the last place
        assert ulps(value, kl("kl_normal_normal__log_variance", *point)) <= 1000


@pytest.mark.parametrize("name", sorted(BOUNDS))
def test_a_divergence_is_never_negative_and_zero_at_equality(backend: Backend, name: str) -> None:
    rng = random.Random(6)
    firsts = [draw(rng, SHAPES[name][: len(SHAPES[name]) // 2]) for _ in range(50)]
    assert values(*backend, name, [[*x, *x] for x in firsts]) == [0.0] * 50
    closest = [[*x, *(math.nextafter(v, math.inf) for v in x)] for x in firsts]
    assert min(values(*backend, name, closest)) >= 0.0


@pytest.mark.parametrize("name", sorted(BOUNDS))
def test_float32_is_the_float64_value_rounded_once(backend: Backend, kl: Callable[..., mp.mpf], name: str) -> None:
    rng = random.Random(7)
    distances = [1e-3, 1e-4, 1e-5, 1e-6] * 15
    points = [[float(np.float32(v)) for v in near(rng, SHAPES[name], distance)] for distance in distances]
    columns = [np.array(c, dtype=np.float32) for c in zip(*points, strict=True)]
    kind, module = backend
    if kind != "torch":
        found = getattr(module, name)(*columns)
        assert found.dtype == np.float32
    else:
        found = getattr(module, name)(*(torch.from_numpy(c) for c in columns))
        assert found.dtype == torch.float32
        found = found.numpy()
    for value, point in zip(found, points, strict=True):
        truth = kl(name, *point)
        spacing = float(np.spacing(np.float32(float(truth))))
        assert abs(float(value) - float(truth)) <= 0.51 * spacing
