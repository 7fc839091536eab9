"""The points at which functions are measured, and the truth there."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import replace

import mpmath as mp
import pytest

from symkl.codegen.arguments import signature
from symkl.measure.exact import Exact
from symkl.measure.points import Regime, regimes
from symkl.measure.preparation import Sample, _text, sample, sampled
from symkl.measure.ulps import rounded

Proved = Callable[..., tuple]


def taken(found: tuple, regime: Regime, count: int = 6, what: str = "slopes") -> Sample:
    case, verified = found
    return sampled(regime, sample(verified, case, regime, count, 0, what))


def exponential(a: float, b: float) -> mp.mpf:
    """KL of two exponentials by quadrature of the densities, not by a closed form."""
    with mp.workdps(30):
        a, b = mp.mpf(a), mp.mpf(b)
        density = lambda x: a * mp.exp(-a * x)  # noqa: E731
        return mp.quad(lambda x: density(x) * (mp.log(a) - mp.log(b) + (b - a) * x), [0, 1 / a, 10 / a, mp.inf])


def test_values_and_slopes_are_those_of_the_defining_integral(proved: Proved) -> None:
    found = taken(proved("Exponential"), Regime("random", "float64"))
    assert found.agree == 2
    assert found.apart == ()
    for a, b, value, slopes in zip(*found.columns, found.values, found.slopes, strict=True):
        assert abs(value - exponential(a, b)) < 1e-15
        assert abs(slopes[0] - mp.diff(exponential, (a, b), (1, 0))) < 1e-6
        assert abs(slopes[1] - mp.diff(exponential, (a, b), (0, 1))) < 1e-6


def test_a_wrong_closed_form_is_noticed_by_the_quadrature(proved: Proved) -> None:
    case, verified = proved("Exponential")
    wrong = replace(verified, derivation=replace(verified.derivation, result=verified.derivation.result + 1, cases=()))
    found = taken((case, wrong), Regime("random", "float64"))
    assert found.agree == 0
    assert len(found.apart) == 2
    assert "the defining integral" in found.apart[0]


@pytest.mark.parametrize("regime", [r for d in ("float64", "float32") for r in regimes(d, near=True)], ids=str)
def test_points_are_as_near_as_they_should_be_and_of_their_dtype(proved: Proved, regime: Regime) -> None:
    found = taken(proved("Exponential"), regime, what="values")
    assert len(found.values) == 6
    for a, b, value in zip(*found.columns, found.values, strict=True):
        assert rounded(a, regime.dtype) == a > 0
        assert rounded(b, regime.dtype) == b > 0
        assert value is not None
        if regime.kind == "near":
            assert 0.4 < abs(a - b) / b / regime.distance < 1.6
            # half the square of the distance: what is left when all larger terms have cancelled
            assert value == pytest.approx(((a - b) / b) ** 2 / 2, rel=3 * regime.distance)


def test_extreme_points_reach_far(proved: Proved) -> None:
    found = taken(proved("Exponential"), Regime("extreme", "float64"), 40, "points")
    logs = [math.log10(v) for column in found.columns for v in column]
    assert min(logs) < -150
    assert max(logs) > 150


def test_points_lie_where_a_pair_has_a_value(proved: Proved) -> None:
    found = taken(proved("Pareto"), Regime("random", "float64"), 10, "values")
    starts = list(zip(found.columns[0], found.columns[2], strict=True))
    assert len(starts) == 10
    assert all(first >= second for first, second in starts)


def test_the_same_seed_gives_the_same_points(proved: Proved) -> None:
    (case, verified), regime = proved("Exponential"), Regime("random", "float64")
    first, again, other = (sample(verified, case, regime, 3, seed, "points") for seed in (0, 0, 1))
    assert first == again != other


def test_what_is_small_beside_one_is_not_lost(proved: Proved) -> None:
    _, verified = proved("Bernoulli")
    claim = verified.derivation.claim
    exact = Exact(claim, verified.derivation, signature(claim, None, None))
    p, q = 7.283767500471521e-213, 1.052361315988209e-242
    point = dict(zip((parameter.symbol for parameter in claim.parameters), (p, q), strict=True))
    # (1 - p) log((1 - p)/(1 - q)) is q - p here, to 200 digits
    assert exact.value(point) == pytest.approx(p * math.log(p / q) - p + q, rel=1e-14)


@pytest.mark.parametrize("family", ["Beta", "BetaPrime", "NegativeBinomial", "Binomial"])
@pytest.mark.parametrize("regime", [Regime("near", "float64", 1e-8), Regime("random", "float64")], ids=lambda r: r.name)
def test_closed_forms_with_beta_functions_and_factorials_have_values(
    proved: Proved, family: str, regime: Regime
) -> None:
    found = taken(proved(family), regime, 3, "values")
    assert len(found.values) == 3
    assert None not in found.values


def test_a_discrete_support_may_be_one_point(proved: Proved) -> None:
    _, verified = proved("DiscreteUniform")
    claim = verified.derivation.claim
    exact = Exact(claim, verified.derivation, signature(claim, None, None))
    symbols = [parameter.symbol for parameter in claim.parameters]
    assert exact.value(dict(zip(symbols, (2.0, 2.0, 1.0, 4.0), strict=True))) == pytest.approx(math.log(4))
    assert not exact.holds(dict(zip(symbols, (3.0, 2.0, 1.0, 4.0), strict=True)))


def test_a_truth_of_thousands_of_digits_is_kept_as_text() -> None:
    with mp.workdps(6000):
        third = mp.mpf(10) ** -2000 / 3
    with mp.workdps(60):
        assert abs(mp.mpf(_text(third)) * 3 * mp.mpf(10) ** 2000 - 1) < 1e-44
    assert _text(None) is None
