"""Families that nobody here has written: from a definition file with a density alone to accurate code."""

from __future__ import annotations

import math
import random
from collections.abc import Callable
from pathlib import Path
from types import ModuleType
from typing import Any

import jinja2
import mpmath as mp
import pytest
import torch

from symkl.codegen import emit, lower
from symkl.derive import derive
from symkl.language import load_family
from symkl.model import Verdict, Verified, claim

POSITIVE = '{ domain = "positive" }'
UNIT = '{ domain = "unit" }'
REAL = '{ domain = "real" }'
DEFINITIONS = {
    "Rayleigh": ("continuous", ("0", "oo"), "x/s**2*exp(-x**2/(2*s**2))", {"s": POSITIVE}),
    "Weibull": ("continuous", ("0", "oo"), "k/l*(x/l)**(k - 1)*exp(-(x/l)**k)", {"l": POSITIVE, "k": POSITIVE}),
    "Pareto": ("continuous", ("m", "oo"), "a*m**a/x**(a + 1)", {"m": POSITIVE, "a": POSITIVE}),
    "Geometric": ("discrete", ("1", "oo"), "(1 - p)**(x - 1)*p", {"p": UNIT}),
    "InverseGamma": ("continuous", ("0", "oo"), "b**a/gamma(a)*x**(-a - 1)*exp(-b/x)", {"a": POSITIVE, "b": POSITIVE}),
    "Nakagami": (
        "continuous",
        ("0", "oo"),
        "2*m**m/(gamma(m)*w**m)*x**(2*m - 1)*exp(-m*x**2/w)",
        {"m": POSITIVE, "w": POSITIVE},
    ),
    "Flat": ("continuous", ("a", "b"), "1/(b - a)", {"a": REAL, "b": REAL}),
}


def weibull(l1: Any, k1: Any, l2: Any, k2: Any) -> Any:
    value = mp.log(k1 / l1**k1) - mp.log(k2 / l2**k2) + (k1 - k2) * (mp.log(l1) - mp.euler / k1)
    return value + (l1 / l2) ** k2 * mp.gamma(k2 / k1 + 1) - 1


def gamma(a1: Any, b1: Any, a2: Any, b2: Any) -> Any:
    value = (a1 - a2) * mp.digamma(a1) - mp.loggamma(a1) + mp.loggamma(a2)
    return value + a2 * mp.log(b1 / b2) + a1 * (b2 - b1) / b1


#: closed forms from the literature; the bound in units in the last place
FORMS: dict[str, tuple[Callable[..., Any], float]] = {
    "Rayleigh": (lambda s, t: s**2 / t**2 - 1 - 2 * mp.log(s / t), 5),
    "Weibull": (weibull, 200),
    "Pareto": (lambda m1, a1, m2, a2: a2 * mp.log(m1 / m2) + mp.log(a1 / a2) + a2 / a1 - 1, 6),
    "Geometric": (lambda p, q: mp.log(p / q) + (1 - p) / p * mp.log((1 - p) / (1 - q)), 6),
    "InverseGamma": (gamma, 40),
    "Nakagami": (lambda m1, w1, m2, w2: gamma(m1, m1 / w1, m2, m2 / w2), 40),
    "Flat": (lambda a1, b1, a2, b2: mp.log((b2 - a2) / (b1 - a1)), 4),
}


def define(name: str, folder: Path) -> Path:
    kind, (lower_bound, upper_bound), density, parameters = DEFINITIONS[name]
    text = f'format = 1\n[family]\nname = "{name}"\nvariable = "x"\nkind = "{kind}"\n'
    text += f'support = ["{lower_bound}", "{upper_bound}"]\ndensity = "{density}"\n[family.parameters]\n'
    text += "".join(f"{parameter} = {domain}\n" for parameter, domain in parameters.items())
    path = folder / f"{name}.toml"
    path.write_text(text, encoding="utf-8")
    return path


def draw(rng: random.Random, name: str, distance: float | None) -> list[float]:
    def one(domain: str) -> float:
        return rng.uniform(0.05, 0.95) if domain is UNIT else math.exp(rng.uniform(-1, 1))

    first = [one(domain) for domain in DEFINITIONS[name][3].values()]
    if name == "Flat":
        first = [rng.uniform(-1, 0), rng.uniform(1, 2)]
        step = distance or 1.0
        return [*first, first[0] - step * rng.random(), first[1] + step * rng.random()]
    second = (
        [one(domain) for domain in DEFINITIONS[name][3].values()]
        if distance is None
        else [x * (1 - distance * rng.uniform(0.5, 1)) for x in first]
    )
    if name == "Pareto":
        second[0] = min(first[0], second[0])
    return [*first, *second]


@pytest.mark.parametrize("name", sorted(DEFINITIONS))
def test_a_strangers_density_gives_a_divergence_that_keeps_its_digits_in_both_backends(
    name: str, tmp_path: Path, loader: jinja2.BaseLoader, imported: Callable[[str, str], ModuleType]
) -> None:
    family = load_family(define(name, tmp_path))
    program = lower(Verified(derive(claim("kl", family, family)), Verdict("proved")))
    assert not program.clipped
    modules = [imported(emit([program], b, loader), f"stranger_{name}_{b}") for b in ("numpy", "torch")]
    form, bound = FORMS[name]
    rng = random.Random(9)
    for distance in (None, 1e-2, 1e-5, 1e-8):
        for _ in range(15):
            point = draw(rng, name, distance)
            with mp.workdps(60):
                truth = form(*(mp.mpf(v) for v in point))
                for module, kind in zip(modules, (float, torch.tensor), strict=True):
                    arguments = (kind(v) if kind is float else kind(v, dtype=torch.float64) for v in point)
                    value = float(getattr(module, program.name)(*arguments))
                    assert abs(mp.mpf(value) - truth) <= bound * math.ulp(float(truth)), point


def test_outside_the_support_of_the_second_the_divergence_is_infinite(
    tmp_path: Path, loader: jinja2.BaseLoader, imported: Callable[[str, str], ModuleType]
) -> None:
    for name, inside, outside in (
        ("Pareto", (2.0, 1.0, 1.0, 1.0), (1.0, 1.0, 2.0, 1.0)),
        ("Flat", (0.0, 1.0, -1.0, 2.0), (0.0, 1.0, 0.5, 2.0)),
    ):
        family = load_family(define(name, tmp_path))
        program = lower(Verified(derive(claim("kl", family, family)), Verdict("proved")))
        module = imported(emit([program], "numpy", loader), f"support_{name}")
        function = getattr(module, program.name)
        assert math.isfinite(function(*inside))
        assert function(*outside) == math.inf
        assert "otherwise infinite" in function.__doc__
