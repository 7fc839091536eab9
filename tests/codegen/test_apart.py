"""Forms of two families: no part leaves the range of numbers before the value does."""

from __future__ import annotations

import math
from collections.abc import Callable
from types import ModuleType

import jinja2
import mpmath as mp
import numpy as np
import pytest
import sympy as sp

from symkl.codegen import emit, lower
from symkl.codegen.stable.apart import compared, kept_apart, parted
from symkl.codegen.stable.extremes import failures, far_points
from symkl.codegen.stable.form import proved_equal, stable_form
from symkl.codegen.stable.kernels import Binet, ExpM1, Log1P, LogRatio, LogSquares, ProductLogRatio, expand_kernels
from symkl.language import to_text
from symkl.model import Verified, symbol

A, B, C = (symbol(name, "positive") for name in "abc")
X, Y = (symbol(name, "real") for name in "xy")
T = A + B


def same(left: sp.Expr, right: sp.Expr) -> bool:
    return proved_equal(left, expand_kernels(right))


@pytest.mark.parametrize(
    ("whole", "parts"),
    [
        ((2 * A**2 * B * C + A**2 + B**2) / (2 * A * B * T), A * C / T + A / (2 * B * T) + B / (2 * A * T)),
        ((A + B + C) / T, 1 + C / T),
        ((A * C + B * C - 1) / (A * T**2), C / (A * T) - 1 / (A * T**2)),
        ((X - A / T) ** 2 / (2 * B**2) + (A - 1) / A, (X - A / T) ** 2 / (2 * B**2) + 1 - 1 / A),
        ((X - A) / B - Y / B, (X - Y - A) / B),
    ],
)
def test_a_quotient_stands_term_by_term(whole: sp.Expr, parts: sp.Expr) -> None:
    functions, rational = parted(whole)
    assert (functions, rational) == (0, parts)
    assert sp.cancel(rational - whole) == 0


def test_functions_stand_by_themselves() -> None:
    functions, rational = parted((A - 1) * (sp.log(A) - 1 / (2 * A)))
    assert functions == A * sp.log(A) - sp.log(A)
    assert rational == 1 / (2 * A) - sp.Rational(1, 2)


def test_terms_of_either_sign_are_compared_over_one_divisor() -> None:
    assert compared(A**2 / (2 * B**2) - X / B + Y / B) == (A**2 / (2 * B) - X + Y) / B
    assert compared(X / A - 2 * Y / B + C / A**2 + C / (A * B)) == (X + C / A + C / B) / A - 2 * Y / B
    assert compared(X / (A * B) - C / A + Binet(A) / B) == X / (A * B) - C / A + Binet(A) / B
    assert kept_apart(sp.exp(A - X / B + Y / B)) == sp.exp(A + (Y - X) / B)


def test_a_product_beside_one_is_divided_through() -> None:
    found = kept_apart(A * B * sp.exp(X) / (A * B + 1))
    assert found == B * sp.exp(X) / (B + 1 / A)
    assert failures(found, far_points(A * B * X, [])) < failures(
        A * B * sp.exp(X) / (A * B + 1), far_points(A * B * X, [])
    )


def test_an_exponential_less_one_is_one_function() -> None:
    assert kept_apart(sp.exp(A) / B - 1 / B + X) == ExpM1(A) / B + X
    assert kept_apart(sp.exp(A) / B + 1 / B) == sp.exp(A) / B + 1 / B


@pytest.mark.parametrize(
    ("log", "kinds"),
    [
        (LogRatio(T**3, A * B * C**2, T**3 - A * B * C**2), {ProductLogRatio}),
        (LogRatio(A**2 * B**2, C, A**2 * B**2 - C), {ProductLogRatio}),
        (LogRatio(A * B * C, 1, A * B * C - 1), {ProductLogRatio, LogRatio}),
        (LogRatio(A, B, A - B), {LogRatio}),
        (LogRatio(A, X**2 + B, A - B - X**2), {LogRatio}),
        (sp.log(1 + 1 / (A * B)), {LogSquares}),
        (sp.log(1 + 2 / A), {Log1P}),
        (sp.log((2 + A) / A), {Log1P}),
        (sp.log(A + B), {sp.log}),
    ],
)
def test_a_logarithm_is_that_of_short_ratios(log: sp.Expr, kinds: set[type]) -> None:
    found = kept_apart(log)
    assert {f.func for f in found.atoms(sp.Function)} == kinds
    assert same(found, log)
    assert not same(found, log + sp.log(2))


def test_what_leaves_the_range_or_cancels_is_counted() -> None:
    at = far_points(A * B * C, [])
    assert failures(A * C / T + A / B, at) < failures((A**2 * C + A * T) / (B * T), at)
    assert failures(A - A * B / T + 1, at) > failures(A**2 / T + 1, at)
    # a product may grow, a sum may not; a logarithm of what is none has no value
    assert failures(sp.log(A * B / (A * B) * C), at) == 0
    assert failures(sp.log(A * B * C**2), at) > 0
    assert failures(Binet(A) + A, at) == 0
    assert failures(sp.loggamma(A) - (A - 1) * sp.digamma(A) + A, at) > 0


def test_the_form_that_has_most_values_is_taken() -> None:
    closed = (X - Y) / B + sp.exp(A**2 / (2 * B**2) - (X - Y) / B) + sp.log(B / A)
    form = stable_form(closed, [], divergence=True).expression
    assert form.has(sp.exp((A**2 / (2 * B) - X + Y) / B))


def _truth(alpha: float, beta: float, rate: float) -> mp.mpf:
    """KL(Beta || Exponential) by the densities' means."""
    with mp.workdps(900):
        a, b, c = mp.mpf(alpha), mp.mpf(beta), mp.mpf(rate)
        means = (a - 1) * mp.digamma(a) + (b - 1) * mp.digamma(b) - (a + b - 2) * mp.digamma(a + b)
        return means + mp.loggamma(a + b) - mp.loggamma(a) - mp.loggamma(b) - mp.log(c) + c * a / (a + b)


EXTREME = [
    (1.33e137, 1.16e137, 2.27e136),
    (2.13e-179, 4.49e-179, 3.29e-179),
    (9.53e238, 6.04e49, 1.34e-22),
    (1.3e-142, 4.6e201, 1.37e-110),
    (1.91e-149, 6.32e-280, 2.38e-200),
]


def test_beta_and_exponential_have_their_value_at_extreme_scales(
    verified: Callable[..., Verified], loader: jinja2.BaseLoader, imported: Callable[[str, str], ModuleType]
) -> None:
    program = lower(verified("kl", "Beta", "Exponential"), text=to_text)
    module = imported(emit([program], "numpy", loader, "Two families."), "two_families")
    found = module.kl_beta_exponential(*(np.array(column) for column in zip(*EXTREME, strict=True)))
    for value, at in zip(found, EXTREME, strict=True):
        truth = _truth(*at)
        assert abs(mp.mpf(float(value)) - truth) <= 4 * math.ulp(float(truth))
