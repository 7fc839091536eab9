"""Values on the boundary of the domain: limits typed from mathematics, and gradients where there are any.

A row is two families, the arguments, the limit, the gradient by each argument (None where it is infinite, or there is
none), and a parametrisation.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from types import ModuleType

import jinja2
import numpy as np
import pytest
import torch

from symkl.codegen import emit, function_name, lower
from symkl.language import to_text
from symkl.model import Family, Verified, claim

pytestmark = pytest.mark.sample(3)

INF, log = math.inf, math.log


@dataclass(frozen=True)
class Row:
    """One boundary case."""

    p: str
    q: str
    arguments: tuple[float, ...]
    limit: float
    gradient: tuple[float | None, ...] = ()
    way: str | None = None

    def __str__(self) -> str:
        return f"{self.p}-{self.q}-{self.way or 'given'}-{self.arguments}"


ROWS = [
    # 0 log 0 = 0: what has no weight costs nothing; the slope in the weight itself is infinite
    Row("Bernoulli", "Bernoulli", (0.0, 0.25), -log(0.75), (None, 4 / 3)),
    Row("Bernoulli", "Bernoulli", (1.0, 0.25), -log(0.25), (None, -4.0)),
    Row("Bernoulli", "Bernoulli", (0.0, 0.0), 0.0),
    Row("Bernoulli", "Bernoulli", (1.0, 1.0), 0.0),
    Row("Bernoulli", "Bernoulli", (0.5, 0.0), INF),
    Row("Bernoulli", "Bernoulli", (0.5, 1.0), INF),
    Row("Bernoulli", "Bernoulli", (0.0, 1.0), INF),
    Row("Bernoulli", "Bernoulli", (1.0, 0.0), INF),
    # 0/0 as they are derived: two equal distributions
    Row("Logistic", "Logistic", (1.5, 2.0, 1.5, 2.0), 0.0, (0.0, 0.0, 0.0, None)),
    Row("LogLogistic", "LogLogistic", (1.5, 2.0, 1.5, 2.0), 0.0, (0.0, 0.0, 0.0, None)),
    Row("Poisson", "Poisson", (0.0, 3.0), 3.0, (None, 1.0)),
    Row("Poisson", "Poisson", (0.0, 0.0), 0.0),
    Row("Poisson", "Poisson", (3.0, 0.0), INF),
    Row("Binomial", "Binomial", (5.0, 1.0, 5.0, 0.25), -5 * log(0.25), (None, None, None, -20.0)),
    Row("Binomial", "Binomial", (5.0, 0.0, 5.0, 0.25), -5 * log(0.75), (None, None, None, 20 / 3)),
    Row("Binomial", "Binomial", (5.0, 1.0, 5.0, 1.0), 0.0),
    Row("Binomial", "Binomial", (5.0, 0.0, 5.0, 0.0), 0.0),
    Row("Binomial", "Binomial", (5.0, 0.5, 5.0, 1.0), INF),
    Row("Binomial", "Binomial", (5.0, 0.5, 5.0, 0.0), INF),
    Row("Geometric", "Geometric", (1.0, 0.25), -log(0.25), (None, -4.0)),
    Row("Geometric", "Geometric", (1.0, 1.0), 0.0),
    Row("Geometric", "Geometric", (0.5, 1.0), INF),
    Row("Geometric", "Geometric", (0.5, 0.0), INF),
    Row("NegativeBinomial", "NegativeBinomial", (2.0, 1.0, 2.0, 0.25), -2 * log(0.25)),
    Row("NegativeBinomial", "NegativeBinomial", (2.0, 1.0, 2.0, 1.0), 0.0),
    Row("NegativeBinomial", "NegativeBinomial", (2.0, 0.5, 2.0, 1.0), INF),
    Row("Bernoulli", "Poisson", (0.0, 3.0), 3.0, (None, 1.0)),
    Row("Bernoulli", "Poisson", (1.0, 3.0), 3 - log(3)),
    Row("Bernoulli", "Geometric", (0.0, 0.25), -log(0.25), (None, -4.0)),
    Row("Bernoulli", "Geometric", (0.0, 1.0), 0.0),
    Row("Bernoulli", "Geometric", (0.5, 1.0), INF),
    # a scale of 0: all mass at a point, or none anywhere
    Row("Normal", "Normal", (0.0, 0.0, 0.0, 1.0), INF),
    Row("Normal", "Normal", (0.0, 1.0, 0.0, 0.0), INF),
    Row("Normal", "Normal", (0.0, 1.0, 3.0, 0.0), INF),
    Row("Normal", "Normal", (0.0, -INF, 0.0, 0.0), INF, way="log_variance"),
    Row("Laplace", "Laplace", (0.0, 0.0, 0.0, 1.0), INF),
    Row("Laplace", "Laplace", (0.0, 1.0, 0.0, 0.0), INF),
    Row("Laplace", "Laplace", (1.0, 2.0, 1.0, 3.0), log(1.5) + 2 / 3 - 1, (0.0, 1 / 3 - 1 / 2, 0.0, 1 / 3 - 2 / 9)),
    Row("Exponential", "Exponential", (0.0, 1.0), INF),
    Row("Exponential", "Exponential", (1.0, 0.0), INF),
    Row("HalfNormal", "HalfNormal", (0.0, 1.0), INF),
    Row("HalfNormal", "HalfNormal", (1.0, 0.0), INF),
    # supports that touch
    Row("Uniform", "Uniform", (0.0, 1.0, 0.0, 2.0), log(2), (None, -1.0, None, 0.5)),
    Row("Uniform", "Uniform", (1.0, 2.0, 0.0, 2.0), log(2)),
    Row("Uniform", "Uniform", (0.0, 2.0, 0.0, 2.0), 0.0),
    Row("Uniform", "Uniform", (0.0, 2.0, 0.0, 1.0), INF),
    Row("Uniform", "Uniform", (0.0, 1.0, 1.0, 2.0), INF),
    Row("Uniform", "Uniform", (-1.0, 1.0, 0.0, 2.0), INF),
    Row("Uniform", "Beta", (0.0, 1.0, 2.0, 3.0), log(1 / 12) + 3),
    Row("Uniform", "Beta", (0.0, 1.0, 1.0, 1.0), 0.0),
    Row("Uniform", "Beta", (0.0, 0.5, 2.0, 1.0), 1 + log(2)),
    Row("Uniform", "Beta", (0.5, 1.0, 1.0, 2.0), 1 + log(2)),
    Row("Uniform", "Beta", (-0.5, 1.0, 2.0, 3.0), INF),
    Row("Uniform", "Beta", (0.0, 1.5, 2.0, 3.0), INF),
    Row("Beta", "Uniform", (1.0, 1.0, 0.0, 1.0), 0.0),
    Row("Beta", "Uniform", (1.0, 1.0, -1.0, 2.0), log(3)),
    Row("Beta", "Uniform", (2.0, 1.0, 0.0, 1.0), log(2) - 0.5),
    Row("Beta", "Uniform", (2.0, 1.0, 0.0, 0.5), INF),
    Row("Beta", "Uniform", (2.0, 1.0, 0.5, 1.0), INF),
    Row("Pareto", "Pareto", (1.0, 2.0, 1.0, 3.0), log(2 / 3) + 0.5),
    Row("Pareto", "Pareto", (1.0, 2.0, 1.0, 2.0), 0.0),
    Row("Pareto", "Pareto", (2.0, 2.0, 1.0, 2.0), 2 * log(2)),
    Row("Pareto", "Pareto", (1.0, 2.0, 2.0, 2.0), INF),
    Row("Pareto", "Exponential", (1.0, 2.0, 1.0), log(2) + 0.5),
    Row("Pareto", "Exponential", (1.0, 1.0, 1.0), INF),
    Row("Exponential", "Pareto", (1.0, 1.0, 2.0), INF),
    Row("Uniform", "Pareto", (1.0, 2.0, 1.0, 2.0), 5 * log(2) - 3),
    Row("Uniform", "Pareto", (0.5, 2.0, 1.0, 2.0), INF),
    Row("Uniform", "Exponential", (0.0, 1.0, 1.0), 0.5, (1.5, -0.5, -0.5)),
    Row("Uniform", "Exponential", (-1.0, 1.0, 1.0), INF),
    Row("Uniform", "Gamma", (0.0, 1.0, 2.0, 1.0), 1.5),
    Row("Uniform", "Gamma", (0.0, 1.0, 1.0, 1.0), 0.5),
    Row("Uniform", "Gamma", (-1.0, 1.0, 1.0, 1.0), INF),
    Row("Uniform", "Chi2", (0.0, 1.0, 2.0), 0.25 + log(2)),
    Row("Uniform", "HalfNormal", (0.0, 1.0, 1.0), 1 / 6 + log(math.pi / 2) / 2),
    Row("Uniform", "LogNormal", (0.0, 1.0, 0.0, 1.0), log(2 * math.pi) / 2),
    Row("Uniform", "Weibull", (0.0, 1.0, 2.0, 1.0), 4 / 3 - log(2)),
    Row("DiscreteUniform", "DiscreteUniform", (1.0, 6.0, 0.0, 6.0), log(7 / 6)),
    Row("DiscreteUniform", "DiscreteUniform", (1.0, 6.0, 1.0, 6.0), 0.0),
    Row("DiscreteUniform", "DiscreteUniform", (3.0, 3.0, 1.0, 6.0), log(6)),
    Row("DiscreteUniform", "DiscreteUniform", (0.0, 3.0, 1.0, 6.0), INF),
]
#: families of one parametrisation whose divergence from themselves is closed, and points for them
EQUAL = {
    "Normal": [(0.5, 2.0), (-1e8, 1e-8), (3.0, 1e200)],
    "LogNormal": [(0.5, 2.0), (-1e8, 1e-8)],
    "Laplace": [(0.5, 2.0), (1e9, 1e-9)],
    "Exponential": [(0.3,), (1e-300,), (1e300,)],
    "Poisson": [(0.3,), (1e-300,), (1e300,), (0.0,)],
    "Bernoulli": [(0.3,), (1e-300,), (0.0,), (1.0,)],
    "Geometric": [(0.3,), (1.0,), (1e-300,)],
    "Binomial": [(7.0, 0.3), (1.0, 1.0), (9.0, 0.0)],
    "NegativeBinomial": [(2.5, 0.3), (0.1, 1.0)],
    "Uniform": [(0.1, 0.3), (-1e300, 1e300)],
    "DiscreteUniform": [(0.0, 7.0), (2.0, 2.0)],
    "Pareto": [(0.3, 2.0), (1e-300, 1e-3)],
    "HalfNormal": [(0.3,), (1e300,)],
    "Gamma": [(0.3, 2.0), (1e8, 1e-8), (1e-8, 1e8)],
    "InverseGamma": [(0.3, 2.0), (1e8, 1e-8)],
    "Chi2": [(0.3,), (1e8,)],
    "Beta": [(0.3, 2.0), (1e8, 1e-8)],
    "Gumbel": [(0.3, 2.0), (1e8, 1e-8)],
    "Weibull": [(0.3, 2.0), (1e2, 1e-8)],
    "Cauchy": [(0.3, 2.0), (1e8, 1e-8)],
    "Logistic": [(0.3, 2.0), (1e8, 1e-8), (-1e300, 1e-300)],
    "LogLogistic": [(0.3, 2.0), (1e300, 1e300)],
    "HyperbolicSecant": [(0.3, 2.0), (1e8, 1e-8), (-1e300, 1e-300)],
    "Arcsine": [(0.3, 2.0), (-1e300, 1e300)],
}
PAIRS = sorted({(row.p, row.q, row.way) for row in ROWS} | {(name, name, None) for name in EQUAL}, key=str)


@pytest.fixture(scope="module")
def functions(
    verified: Callable[..., Verified],
    families: dict[str, Family],
    loader: jinja2.BaseLoader,
    imported: Callable[[str, str], ModuleType],
) -> Callable[[str, str, str, str | None], Callable]:
    """The divergence of two families in a backend."""
    programs = [lower(verified("kl", p, q), way, way, to_text) for p, q, way in PAIRS]
    modules = {
        backend: imported(emit(programs, backend, loader), f"boundaries_{backend}") for backend in ("numpy", "torch")
    }

    def function(backend: str, p: str, q: str, way: str | None) -> Callable:
        return getattr(modules[backend], function_name(claim("kl", families[p], families[q]), way, way))

    return function


Functions = Callable[[str, str, str, "str | None"], Callable]


@pytest.mark.parametrize("validate", [True, False])
@pytest.mark.parametrize("row", ROWS, ids=str)
def test_the_value_on_the_boundary_is_the_limit(row: Row, validate: bool, functions: Functions) -> None:
    for backend in ("numpy", "torch"):
        make = np.float64 if backend == "numpy" else lambda value: torch.tensor(value, dtype=torch.float64)
        function = functions(backend, row.p, row.q, row.way)
        found = float(function(*(make(a) for a in row.arguments), validate=validate))
        assert found == pytest.approx(row.limit, rel=1e-14, abs=0.0), backend


@pytest.mark.parametrize("row", [row for row in ROWS if row.gradient], ids=str)
def test_the_gradient_on_the_boundary_is_the_limit(row: Row, functions: Functions) -> None:
    arguments = [torch.tensor(a, dtype=torch.float64, requires_grad=True) for a in row.arguments]
    functions("torch", row.p, row.q, row.way)(*arguments).backward()
    for argument, slope in zip(arguments, row.gradient, strict=True):
        if slope is not None:
            assert argument.grad is not None
            assert float(argument.grad) == pytest.approx(slope, rel=1e-13, abs=1e-15)


@pytest.mark.parametrize("name", sorted(EQUAL))
def test_a_divergence_from_itself_is_exactly_0(name: str, functions: Functions) -> None:
    for point in EQUAL[name]:
        assert float(functions("numpy", name, name, None)(*point, *point)) == 0.0, point
        arguments = [torch.tensor(a, dtype=torch.float64, requires_grad=True) for a in (*point, *point)]
        value = functions("torch", name, name, None)(*arguments)
        assert value.item() == 0.0, point


def test_the_table_is_not_about_interior_points_alone() -> None:
    """A limit that the naive formula gives as well would test nothing: 0 log 0 is nan there."""
    with np.errstate(all="ignore"):
        p, q = np.float64(0.0), np.float64(0.25)
        assert math.isnan(p * np.log(p / q) + (1 - p) * np.log((1 - p) / (1 - q)))
