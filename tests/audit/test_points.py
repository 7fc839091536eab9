"""The points lie where their regimes say."""

from __future__ import annotations

import math
from collections.abc import Callable

import pytest

from symkl.audit.points import Place, grid, places
from symkl.audit.subjects import Subject

Find = Callable[..., Subject]


def _by_regime(subject: Subject) -> dict[str, list[Place]]:
    found: dict[str, list[Place]] = {}
    for place in places(subject, 0):
        found.setdefault(place.regime, []).append(place)
    return found


def test_supports_are_nested_touch_and_stick_out(subject: Find) -> None:
    found = _by_regime(subject("torch", "Uniform", "Beta"))
    assert all(0 < low < high < 1 for low, high, _, _ in (p.values for p in found["interior"]))
    touching = {p.note: p.values[:2] for p in found["touching"]}
    assert touching["touch"] == (0.0, 1.0)
    assert touching["touch low"][0] == 0.0 < touching["touch low"][1] < 1
    assert 0 < touching["touch high"][0] < touching["touch high"][1] == 1.0
    outside = {p.note: p.values[:2] for p in found["outside"]}
    assert outside["out low"][0] < 0
    assert outside["out high"][1] > 1


def test_counts_are_equal_at_some_points_and_not_at_others(subject: Find) -> None:
    counts = [(p.values[0], p.values[2]) for p in _by_regime(subject("torch", "Binomial", "Binomial"))["interior"]]
    assert any(n == m for n, m in counts)
    assert any(n < m for n, m in counts)


def test_points_near_equality_are_as_near_as_they_say(subject: Find) -> None:
    for place in _by_regime(subject("torch", "Gamma", "Gamma"))["near"]:
        distance = float(place.note.split()[0])
        a, b, c, d = place.values
        assert 0 < abs(a - c) < 2 * distance * c
        assert 0 < abs(b - d) < 2 * distance * d


def test_equal_points_are_equal(subject: Find) -> None:
    assert all(p.values[:2] == p.values[2:] for p in _by_regime(subject("torch", "Gamma", "Gamma"))["equal"])


def test_domains_are_looked_at_at_both_ends(subject: Find) -> None:
    found = {p.values for p in _by_regime(subject("torch", "Bernoulli", "Bernoulli"))["boundary"]}
    assert {(a, b) for a in (0.0, 1.0) for b in (0.0, 1.0)} <= found


def test_a_bound_of_the_support_goes_to_infinity(subject: Find) -> None:
    found = {p.values for p in _by_regime(subject("scipy", "truncnorm"))["boundary"]}
    assert any(math.isinf(b) for _, b in found)
    assert not any(math.isinf(v) for p in places(subject("scipy", "norm"), 0) for v in p.values)


def test_points_depend_on_the_seed_alone(subject: Find) -> None:
    pair = subject("torch", "Uniform", "Normal")
    assert places(pair, 1) == places(pair, 1) != places(pair, 2)


@pytest.mark.parametrize("titles", [("Normal", "Normal"), ("Uniform", "Beta"), ("Binomial", "Binomial"), ("Normal",)])
def test_arrays_and_their_points_are_the_same(subject: Find, titles: tuple[str, ...]) -> None:
    asked = subject("torch", *titles)
    found = grid(asked, 0)
    assert found is not None
    rows = [i for i, value in enumerate(found.values) if isinstance(value[0], list)]  # type: ignore[index]
    assert 0 < len(rows) < len(found.values)
    for index, point in enumerate(found.points):
        i, j = divmod(index, 4)
        assert point == tuple(v[i][0] if k in rows else v[j] for k, v in enumerate(found.values))  # type: ignore[index]


def test_one_argument_alone_is_no_grid(subject: Find) -> None:
    assert grid(subject("torch", "Exponential"), 0) is None
