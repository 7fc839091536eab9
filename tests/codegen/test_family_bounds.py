"""What is promised of each family against itself: errors near equality, at random, at extreme scales; no negative KL.

A few families in the usual run, all of them with --sweep.
"""

from __future__ import annotations

import math
import random
from collections.abc import Callable
from dataclasses import dataclass
from types import ModuleType

import jinja2
import mpmath as mp
import numpy as np
import pytest
import torch

from symkl.codegen import emit, lower
from symkl.language import to_text
from symkl.model import Verified

pytestmark = pytest.mark.sample(3)

#: families whose KL is made of x - log1p(x) and expm1(x) - x alone
PLAIN = {
    "Normal": "rs",
    "LogNormal": "rs",
    "Exponential": "s",
    "Laplace": "rs",
    "Pareto": "ms",
    "Poisson": "s",
    "Geometric": "u",
    "Bernoulli": "u",
    "Binomial": "nu",
}
#: those of a logarithm of a sum of squares
SQUARES = {"Cauchy": "rs", "HalfCauchy": "s"}
#: what a parameter is: r real, s scale or rate or shape, m the same where the first's must be the greater,
#: u in (0, 1), n a whole number that both share, k a whole number
SHAPES = {
    **PLAIN,
    **SQUARES,
    "Gamma": "ss",
    "InverseGamma": "ss",
    "Chi2": "s",
    "Erlang": "ks",
    "Beta": "ss",
    "BetaPrime": "ss",
    "Gumbel": "rs",
    "Weibull": "ss",
}


@dataclass(frozen=True)
class Promise:
    """Units in the last place near equality and at random; the latter and `exponent` times |log(value)|."""

    near: float = 4
    random: float = 4
    exponent: float = 0


PROMISES = {
    **dict.fromkeys((*PLAIN, *SQUARES), Promise()),
    **dict.fromkeys(("Gamma", "InverseGamma", "Chi2", "Erlang"), Promise(8, 100)),
    **dict.fromkeys(("Beta", "BetaPrime"), Promise(64, 400)),
    "Gumbel": Promise(4, 4, 1),
    "Weibull": Promise(4, 4, 1),
}
DISTANCES = (1e-1, 1e-2, 1e-4, 1e-6, 1e-8, 1e-10, 1e-12)
SWIFT = ("Normal", "Laplace", "Bernoulli", "Cauchy", "Gamma", "Beta")
Values = Callable[[str, list[list[float]]], list[float]]


@pytest.fixture(scope="module", params=["numpy", "torch"])
def values(
    request: pytest.FixtureRequest,
    verified: Callable[..., Verified],
    loader: jinja2.BaseLoader,
    imported: Callable[[str, str], ModuleType],
) -> Values:
    """`values(family, points)` by the family's generated module, which is made when first asked for."""
    made: dict[str, ModuleType] = {}
    backend = request.param

    def call(family: str, points: list[list[float]]) -> list[float]:
        if family not in made:
            program = lower(verified("kl", family, family), text=to_text)
            made[family] = imported(emit([program], backend, loader), f"bounds_{backend}_{family.lower()}")
        function = getattr(made[family], f"kl_{family.lower()}_{family.lower()}")
        columns = [np.array(column) for column in zip(*points, strict=True)]
        return list(function(*(columns if backend == "numpy" else map(torch.from_numpy, columns))))

    return call


def draw(rng: random.Random, shape: str, extreme: bool = False) -> list[list[float]]:
    """The first's parameters and the second's."""
    makers: dict[str, Callable[[], float]] = {
        "r": lambda: rng.choice((-1, 1)) * 10 ** rng.uniform(-150, 150) if extreme else rng.uniform(-3, 3),
        "s": lambda: 10 ** rng.uniform(-300, 300) if extreme else math.exp(rng.uniform(-2, 2)),
        "u": lambda: 10 ** rng.uniform(-300, -1) if extreme else rng.uniform(0.01, 0.99),
        "k": lambda: float(rng.randint(1, 30)),
    }
    both = [[makers[{"m": "s", "n": "k"}.get(x, x)]() for x in shape] for _ in range(2)]
    for i, letter in enumerate(shape):
        if letter == "m":
            both[0][i], both[1][i] = max(both[0][i], both[1][i]), min(both[0][i], both[1][i])
        if letter == "n":
            both[1][i] = both[0][i]
    return both


def near(rng: random.Random, shape: str, distance: float, extreme: bool = False) -> list[list[float]]:
    first, _ = draw(rng, shape, extreme)
    factors = [distance * rng.uniform(0.5, 1.5) * rng.choice((-1, 1)) for _ in shape]
    change: dict[str, Callable[[float, float], float]] = {
        "u": lambda x, f: x * (1 + f if x * (1 + f) < 1 else 1 - abs(f)),
        "m": lambda x, f: x * (1 - abs(f)),
        "n": lambda x, f: x,
        "k": lambda x, f: x,
    }
    other = [change.get(k, lambda x, f: x * (1 + f))(x, f) for k, x, f in zip(shape, first, factors, strict=True)]
    return [first, other]


def worst(values: Values, references: ModuleType, family: str, points: list[list[list[float]]]) -> float:
    """The largest error over the points in units in the last place, less what the size of the exponent allows."""
    found, promise = [], PROMISES[family]
    for value, (first, second) in zip(values(family, [[*p, *q] for p, q in points]), points, strict=True):
        truth = references.divergence(family, first, second)
        assert value >= 0.0
        if truth > 1.7e308:
            assert value == math.inf or value > 1e308
            continue
        size = float(truth)
        error = float(abs(mp.mpf(float(value)) - truth)) / math.ulp(size) if math.isfinite(value) else math.inf
        found.append(error - promise.exponent * max(0.0, math.log(size)) if size else error)
    assert found
    return max(found)


def case(family: str, *others: object) -> object:
    """Left to the sweep unless it is one of the few that stand for all."""
    return pytest.param(family, *others, marks=() if family in SWIFT else pytest.mark.sweep)


@pytest.mark.parametrize("family", [case(f) for f in SHAPES])
def test_at_random_a_kl_is_as_exact_as_promised(values: Values, references: ModuleType, family: str) -> None:
    rng = random.Random(21)
    points = [draw(rng, SHAPES[family]) for _ in range(40)]
    assert worst(values, references, family, points) <= PROMISES[family].random


@pytest.mark.parametrize("family", [case(f) for f in SHAPES])
def test_near_equality_a_kl_is_as_exact_as_promised(values: Values, references: ModuleType, family: str) -> None:
    rng = random.Random(22)
    points = [near(rng, SHAPES[family], distance) for distance in DISTANCES for _ in range(8)]
    assert worst(values, references, family, points) <= PROMISES[family].near


@pytest.mark.parametrize("family", [case(f) for f in (*PLAIN, *SQUARES)])
def test_at_extreme_scales_a_kl_is_as_exact_as_promised(values: Values, references: ModuleType, family: str) -> None:
    rng = random.Random(23)
    points = [draw(rng, SHAPES[family], extreme=True) for _ in range(20)]
    points += [near(rng, SHAPES[family], distance, extreme=True) for distance in DISTANCES[:4] for _ in range(5)]
    assert worst(values, references, family, points) <= PROMISES[family].random


@pytest.mark.parametrize("family", [case(f) for f in ("Beta", "Gamma", "InverseGamma", "BetaPrime", "Chi2")])
def test_shapes_of_all_sizes_overflow_only_where_the_truth_does(
    values: Values, references: ModuleType, family: str
) -> None:
    rng = random.Random(26)
    shape = SHAPES[family]
    points = [[p for half in draw(rng, shape, extreme=True) for p in half] for _ in range(30)]
    points += [[10.0**common * math.exp(rng.uniform(-2, 2)) for _ in shape * 2] for common in range(-280, 281, 40)]
    for value, point in zip(values(family, points), points, strict=True):
        with mp.workdps(1000):  # twice the decades that the shapes span, and more
            truth = references.OWN[family](*(mp.mpf(x) for x in point))
        if truth > 1.7e308:
            assert value > 1e308
        else:
            assert abs(mp.mpf(float(value)) - truth) <= 64 * math.ulp(max(float(truth), 1e-300))


@pytest.mark.parametrize("family", [case(f) for f in ("Beta", "Gamma", "InverseGamma", "BetaPrime", "Chi2")])
def test_large_shapes_lose_nothing(values: Values, references: ModuleType, family: str) -> None:
    rng = random.Random(24)
    shape = SHAPES[family]
    points = [[[1e8 * math.exp(rng.uniform(-3, 3)) for _ in shape] for _ in range(2)] for _ in range(10)]
    points += [[p, [x * (1 + rng.choice((-1, 1)) * 1e-5) for x in p]] for p, _ in points]
    assert worst(values, references, family, points) <= PROMISES[family].near


@pytest.mark.parametrize("family", [case(f) for f in SHAPES])
def test_next_to_equality_a_kl_is_not_negative_and_at_equality_it_is_0(values: Values, family: str) -> None:
    rng = random.Random(25)
    shape = SHAPES[family]
    firsts = [draw(rng, shape, extreme=family in PLAIN and i % 2 == 0)[0] for i in range(40)]
    assert values(family, [[*p, *p] for p in firsts]) == [0.0] * len(firsts)
    closest = [
        [*p, *(x if k in "nk" else math.nextafter(x, 0.0) for k, x in zip(shape, p, strict=True))] for p in firsts
    ]
    assert min(values(family, closest)) >= 0.0
