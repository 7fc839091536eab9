from __future__ import annotations

from collections.abc import Callable

import pytest
import sympy as sp

from symkl.algebra import is_zero
from symkl.model import Verified
from symkl.writeup.manifest import difference, exchanged, manifest

Make = Callable[..., Verified]
POINT = [sp.Rational(3, 7), sp.Rational(5, 4), sp.Rational(-2, 9), sp.Rational(8, 3)]
UNITS = [sp.Rational(3, 7), sp.Rational(1, 5)]


def _at(item: Verified, expression: sp.Expr) -> float:
    values = UNITS if item.derivation.claim.p.family.name == "Bernoulli" else [abs(v) for v in POINT]
    symbols = [p.symbol for p in item.derivation.claim.parameters]
    return float(expression.subs(dict(zip(symbols, values, strict=False))))


@pytest.mark.parametrize("name", ["normal", "lognormal", "exponential", "poisson"])
def test_a_sum_of_terms_that_are_not_negative_has_the_value_of_the_divergence(verified: Make, name: str) -> None:
    item = verified("kl", name, name)
    result = item.derivation.result
    found = manifest(result, item.derivation.claim.parameters, is_zero)
    assert found is not None
    assert _at(item, found.weight) > 0
    assert _at(item, found.rest) >= 0
    form = found.weight * (found.ratio - 1 - sp.log(found.ratio)) + found.rest
    assert _at(item, form) == pytest.approx(_at(item, result), rel=1e-12)


def test_no_such_sum_is_found_for_a_formula_that_can_be_negative(normal: tuple[Verified, ...]) -> None:
    derivation = normal[2].derivation
    assert manifest(derivation.result - 1, derivation.claim.parameters, is_zero) is None


def test_no_such_sum_is_shown_that_the_kernel_does_not_prove(normal: tuple[Verified, ...]) -> None:
    derivation = normal[2].derivation
    assert manifest(derivation.result, derivation.claim.parameters, lambda _: False) is None


@pytest.mark.parametrize("name", ["normal", "gamma", "poisson", "bernoulli", "gumbel"])
def test_the_difference_of_the_two_directions_has_the_value_of_their_difference(verified: Make, name: str) -> None:
    item = verified("kl", name, name)
    result, parameters = item.derivation.result, item.derivation.claim.parameters
    gap = _at(item, result) - _at(item, exchanged(result, parameters))
    assert abs(gap) > 1e-3
    assert _at(item, difference(result, parameters)) == pytest.approx(gap, rel=1e-10)
