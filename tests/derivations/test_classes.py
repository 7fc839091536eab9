"""The classes of frameworks that definitions name: each has the fields, and its log_prob is the family's density."""

from __future__ import annotations

import importlib
import math
import random
from collections.abc import Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import sympy as sp
import torch

from symkl.codegen.ways import ways_of
from symkl.language import is_document, load_families
from symkl.model import Counterpart, Family, Parameter

pytestmark = pytest.mark.sample(3)

ROOT = Path(__file__).parents[2]
FAMILIES = load_families([path for path in sorted((ROOT / "derivations").glob("*.toml")) if not is_document(path)])
CLASSES = [(family, counterpart) for family in FAMILIES.values() for counterpart in family.classes]
TRIES = 8


@pytest.fixture(autouse=True)
def _double() -> Iterator[None]:
    """GeneralizedPareto of torch compares its tensors with one of the default dtype."""
    before = torch.get_default_dtype()
    torch.set_default_dtype(torch.float64)
    yield
    torch.set_default_dtype(before)


def _value(parameter: Parameter, chance: random.Random) -> float:
    drawn = {
        "real": chance.uniform(-2.0, 2.0),
        "positive": math.exp(chance.uniform(-1.0, 1.5)),
        "unit": chance.uniform(0.1, 0.9),
        "integer": float(chance.randint(-4, 9)),
        "positive_integer": float(chance.randint(1, 9)),
    }
    return drawn[parameter.domain]


def _parameters(family: Family, counterpart: Counterpart, chance: random.Random) -> tuple[dict, dict]:
    """Values of the class's parameters, and of the family's own, that the family allows."""
    way = next((w for w in family.parametrisations if w.name == counterpart.parametrisation), None)
    own = way.parameters if way else family.parameters
    while True:
        given = {parameter.name: _value(parameter, chance) for parameter in own}
        symbols = {parameter.symbol: sp.Float(given[parameter.name], 40) for parameter in own}
        where = dict(way.where) if way else {}
        values = {
            p.symbol: where[p.name].subs(symbols) if p.name in where else sp.Float(given[p.name], 40)
            for p in family.parameters
        }
        if all(condition.subs(values) == sp.true for condition in family.constraints):
            return given, values


def _points(family: Family, values: Mapping[sp.Symbol, sp.Expr], chance: random.Random) -> list[float]:
    """Points of the support near its middle."""
    low, high = (float(bound.subs(values)) for bound in family.support)
    if family.kind == "discrete":
        low = max(low, -1e9)
        return [low + chance.randint(0, int(min(high - low, 6))) for _ in range(3)]
    if math.isfinite(low) and math.isfinite(high):
        return [low + (high - low) * chance.uniform(0.05, 0.95) for _ in range(3)]
    start = low if math.isfinite(low) else -1.5
    return [start + chance.uniform(0.1, 3.0) for _ in range(3)]


def _log_density(family: Family, values: Mapping[sp.Symbol, sp.Expr], point: float) -> float:
    exact = sp.Integer(int(point)) if family.kind == "discrete" else sp.Float(point, 40)
    at = {**values, family.variable: exact}
    if family.log_density is not None:
        return float(family.log_density.subs(at).evalf(30))
    assert family.density is not None
    return float(sp.log(family.density.subs(at)).evalf(30))


def _theirs(counterpart: Counterpart, given: Mapping[str, float], points: list[float]) -> tuple[dict, list[float]]:
    """The class's fields as attributes and its log_prob at the points."""
    arguments = {field: given[parameter] for parameter, field in counterpart.fields}
    if counterpart.framework == "torch":
        made = getattr(torch.distributions, counterpart.name)(
            **{field: torch.tensor(value, dtype=torch.float64) for field, value in arguments.items()}
        )
        log_prob: Any = made.log_prob(torch.tensor(points, dtype=torch.float64))
    else:
        distributions = importlib.import_module("numpyro.distributions")
        made = getattr(distributions, counterpart.name)(**arguments)
        log_prob = made.log_prob(importlib.import_module("jax.numpy").asarray(points))
    attributes = {field: float(getattr(made, field)) for field in arguments}
    return attributes, [float(value) for value in log_prob]


def _worst(family: Family, counterpart: Counterpart, seed: int = 0) -> float:
    """The largest difference of log-densities, relative where large, and of attributes from what was given."""
    chance = random.Random(f"{family.name} {counterpart} {seed}")
    worst = 0.0
    for _ in range(TRIES):
        given, values = _parameters(family, counterpart, chance)
        points = _points(family, values, chance)
        attributes, found = _theirs(counterpart, given, points)
        for parameter, field in counterpart.fields:
            worst = max(worst, abs(attributes[field] - given[parameter]))
        for point, value in zip(points, found, strict=True):
            true = _log_density(family, values, point)
            worst = max(worst, abs(value - true) / (1 + abs(true)))
    return worst


def _name(value: object) -> str:
    if isinstance(value, Counterpart):
        return f"{value.framework}.{value.name}.{value.parametrisation or 'given'}"
    return value.name if isinstance(value, Family) else str(value)


@pytest.mark.parametrize(("family", "counterpart"), CLASSES, ids=_name)
def test_the_log_prob_of_the_class_is_the_definitions_density(family: Family, counterpart: Counterpart) -> None:
    if counterpart.framework == "numpyro":
        pytest.importorskip("numpyro")
    # NumPyro computes in single precision unless it is told otherwise
    assert _worst(family, counterpart) < (1e-7 if counterpart.framework == "torch" else 2e-3)


@pytest.mark.parametrize("name", ["Gamma", "Beta", "Weibull", "Kumaraswamy", "FisherSnedecor"])
def test_fields_that_change_places_are_noticed(name: str) -> None:
    family = FAMILIES[name]
    [counterpart] = [c for c in family.classes if c.framework == "torch"]
    (first, one), (second, other) = counterpart.fields
    assert _worst(family, replace(counterpart, fields=((first, other), (second, one)))) > 0.01


def test_another_parametrisation_under_the_same_field_is_noticed() -> None:
    family = FAMILIES["Gamma"]
    wrong = Counterpart("torch", "Gamma", "scale", (("alpha", "concentration"), ("theta", "rate")))
    assert _worst(family, wrong) > 0.1


@pytest.mark.parametrize("family", [family for family in FAMILIES.values() if family.classes], ids=_name)
def test_each_way_of_calling_a_family_has_a_name_of_its_own(family: Family) -> None:
    ways = ways_of(family)
    for counterpart in family.classes:
        fields = tuple(field for _, field in counterpart.fields)
        assert any(tuple(p.name for p in way.parameters) == fields for way in ways.values()), counterpart
    assert {way.name for way in family.parametrisations} <= set(ways)
    assert all(name == way.name for name, way in ways.items())


def test_every_univariate_class_of_torch_is_some_familys() -> None:
    """Those that are left out have events that are vectors, or are made of other distributions."""
    left_out = {
        "Categorical", "Dirichlet", "Distribution", "ExponentialFamily", "Independent", "LKJCholesky",
        "LogisticNormal", "LowRankMultivariateNormal", "MixtureSameFamily", "Multinomial", "MultivariateNormal",
        "OneHotCategorical", "OneHotCategoricalStraightThrough", "RelaxedBernoulli", "RelaxedOneHotCategorical",
        "TransformedDistribution", "Wishart",
    }  # fmt: skip
    there = {
        name
        for name in torch.distributions.__all__
        if isinstance(kind := getattr(torch.distributions, name), type)
        and issubclass(kind, torch.distributions.Distribution)
    }
    assert there - left_out == {counterpart.name for _, counterpart in CLASSES if counterpart.framework == "torch"}
