"""Where digits are hardest to keep: near equality, in gradients whose parts nearly cancel, at extreme scales."""

from __future__ import annotations

import math
import random
from collections.abc import Callable
from types import ModuleType

import jinja2
import mpmath as mp
import pytest

from symkl.codegen import emit, lower
from symkl.codegen.running import gradient, values
from symkl.language import to_text
from symkl.model import Verified

pytestmark = pytest.mark.sample(3)

#: each backend lost more than 4 units at one of the points at least, before the parts of an exponent were added up
#: without rounding
VALUES = {
    "Weibull": (
        (2.2331909371345255, 1.029919531961213, 2.2330606910172595, 1.0297837431489743),
        (5.315471789980275, 0.3119014615953698, 5.315471817174083, 0.3119014651779466),
        (6.2369510588967385, 1.1215898496405128, 7.295929835646264, 1.211008708921192),
        (5.549773097416085, 6.101759135058439, 6.088369293798083, 5.38832278851191),
        (4.229867492396201, 3.1765292576200506, 4.267947380877618, 3.2103389583800235),
        (6.284174824932061, 0.17119176769869424, 6.928464577818712, 0.18555970289639565),
        (1.455110846269919, 0.14638156822639548, 1.4636819945075445, 0.14848762519493808),
    ),
    "Gumbel": ((1.5743103409680579, 0.19104960588943412, 1.7008431312314691, 0.20279851922214398),),
}
#: families whose gradients are wanted to the last digits, each with its parameters, as in `draw`
GRADIENTS = {"Normal": "rs", "LogNormal": "rs", "Exponential": "s", "Poisson": "s", "Pareto": "ms"}
BACKENDS = ["numpy", "torch", "jax", pytest.param("numba", marks=pytest.mark.slow)]
Made = Callable[[str, str], Callable[..., object]]


@pytest.fixture(scope="module")
def made(
    verified: Callable[..., Verified], loader: jinja2.BaseLoader, imported: Callable[[str, str], ModuleType]
) -> Made:
    """`made(backend, family)`: the function of a family against itself, generated when it is first asked for."""
    found: dict[tuple[str, str], Callable[..., object]] = {}

    def make(backend: str, family: str) -> Callable[..., object]:
        if (backend, family) not in found:
            slopes = backend in ("torch", "jax")
            program = lower(verified("kl", family, family), text=to_text, slopes=slopes)
            module = imported(emit([program], backend, loader), f"near_{backend}_{family.lower()}")
            found[backend, family] = getattr(module, program.name)
        return found[backend, family]

    return make


def draw(rng: random.Random, shape: str, distance: float) -> tuple[float, ...]:
    """Parameters so far apart: r real, s scale or rate or shape, m the same where the first's must be the greater."""
    first, second = [], []
    for letter in shape:
        x = rng.uniform(-3, 3) if letter == "r" else math.exp(rng.uniform(-2, 2))
        off = distance * rng.uniform(0.5, 1.5) * rng.choice((-1, 1))
        first.append(x)
        second.append(x * (1 - abs(off) if letter == "m" else 1 + off))
    return (*first, *second)


def units(value: float, truth: mp.mpf) -> float:
    return float(abs(mp.mpf(value) - truth)) / math.ulp(float(truth)) if math.isfinite(value) else math.inf


@pytest.mark.parametrize("family", sorted(VALUES))
@pytest.mark.parametrize("backend", BACKENDS)
def test_where_an_exponent_lost_digits_a_value_has_them(
    made: Made, references: ModuleType, backend: str, family: str
) -> None:
    points = VALUES[family]
    found = values(backend, made(backend, family), list(zip(*points, strict=True)))
    for value, point in zip(found, points, strict=True):
        with mp.workdps(80):
            assert units(value, references.OWN[family](*map(mp.mpf, point))) <= 4, point


@pytest.mark.parametrize("distance", [1e-1, 1e-2, 1e-4, 1e-8, 1e-12])
@pytest.mark.parametrize("family", sorted(GRADIENTS))
@pytest.mark.parametrize("backend", ["torch", "jax"])
def test_gradients_have_their_digits_also_where_their_parts_nearly_cancel(
    made: Made, references: ModuleType, backend: str, family: str, distance: float
) -> None:
    rng = random.Random(31)
    points = [draw(rng, GRADIENTS[family], distance) for _ in range(60)]
    found = gradient(backend, made(backend, family), list(zip(*points, strict=True)))
    for i, slopes in enumerate(found):
        for slope, point in zip(slopes, points, strict=True):
            with mp.workdps(120):
                exact = [mp.mpf(x) for x in point]

                def along(x: mp.mpf, exact: list[mp.mpf] = exact, i: int = i) -> mp.mpf:
                    return references.OWN[family](*exact[:i], x, *exact[i + 1 :])

                # at m_1 = m_2 the divergence of Pareto has a jump
                truth = mp.diff(along, exact[i], h=mp.mpf(10) ** -50)
                assert units(slope, truth) <= 4, (i, point)


def gamma_gradient(a1: mp.mpf, b1: mp.mpf, a2: mp.mpf, b2: mp.mpf) -> tuple[mp.mpf, ...]:
    """By hand from the closed form of the literature."""
    shapes = (a1 - a2) * mp.polygamma(1, a1) + b2 / b1 - 1, mp.digamma(a2) - mp.digamma(a1) + mp.log(b1 / b2)
    return shapes[0], (a2 * b1 - a1 * b2) / b1**2, shapes[1], a1 / b1 - a2 / b2


@pytest.mark.sweep
@pytest.mark.parametrize("backend", ["torch", "jax"])
def test_gradients_at_extreme_scales_are_numbers_where_the_truth_is(made: Made, backend: str) -> None:
    rng = random.Random(32)
    points = [
        (2.0765050929645664e227, 1.2488930371603303e227, 7.350812951112496e226, 3.0054363676835485e226),
        (1.0281474356660986e163, 4.1718760309099536e169, 2.613779357285382e261, 5.614325126301941e-210),
        (3e-200, 1e-200, 2e-200, 5e-201),
        *(tuple(10 ** rng.uniform(-300, 300) for _ in range(4)) for _ in range(20)),
        *(tuple(10**common * math.exp(rng.uniform(-2, 2)) for _ in range(4)) for common in range(-280, 281, 70)),
    ]
    found = gradient(backend, made(backend, "Gamma"), list(zip(*points, strict=True)))
    seen = 0
    for point, slopes in zip(points, zip(*found, strict=True), strict=True):
        with mp.workdps(1400):
            for slope, truth in zip(slopes, gamma_gradient(*map(mp.mpf, point)), strict=True):
                if 1e-290 < abs(truth) < 1e308:  # what is smaller JAX takes for 0
                    assert units(slope, truth) <= 4, point
                    seen += 1
                elif abs(truth) >= 2e308:
                    assert slope == math.copysign(math.inf, truth)
    assert seen > 80
