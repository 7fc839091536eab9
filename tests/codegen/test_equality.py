"""A divergence where the two distributions coincide: 0, also of a closed form that is 0/0 there."""

from __future__ import annotations

import math

import numpy as np
import pytest
import sympy as sp

from symkl.codegen.cases import Case, with_equality
from symkl.codegen.stable.form import StableForm, stable_form
from symkl.codegen.stable.kernels import LangevinRise, LogRatio
from symkl.codegen.stable.measure import exact_value, exact_values, loss
from symkl.codegen.stable.signs import nonnegative
from symkl.model import symbol

M1, M2 = symbol("mu_1", "real"), symbol("mu_2", "real")
S1, S2 = symbol("s_1", "positive"), symbol("s_2", "positive")
A1, A2, B1, B2 = (symbol(name, "real") for name in ("a_1", "a_2", "b_1", "b_2"))
HALF = (M1 - M2) / (2 * S1)
GAP = (M1 - M2) * LangevinRise(HALF, 0, HALF) / S1
PAIRS = [(M1, M2), (S1, S2)]
ONE_SCALE, APART = sp.Eq(S2, S1), sp.Ne(M1, M2)
ARCSINE = sp.log((sp.sqrt(B2 - A1) + sp.sqrt(B2 - B1)) * (sp.sqrt(A1 - A2) + sp.sqrt(B1 - A2)) / (B1 - A1))


def case(form: sp.Expr, *when: sp.Basic) -> Case:
    return Case(when, form, StableForm(form, False, 1.0, True))


@pytest.mark.parametrize("scales", [ONE_SCALE, sp.Eq(S1, S2), sp.Eq(sp.sqrt(3) * S2 / sp.pi, sp.sqrt(3) * S1 / sp.pi)])
def test_a_form_that_is_0_at_equality_needs_no_condition_that_parameters_differ(scales: sp.Basic) -> None:
    assert with_equality([case(GAP, scales, APART)], PAIRS) == [case(GAP, scales)]


@pytest.mark.parametrize(
    ("form", "when", "pairs"),
    [
        (GAP + 1, (ONE_SCALE, APART), PAIRS),  # another value there
        (GAP / (M1 - M2) ** 2, (ONE_SCALE, APART), PAIRS),  # none
        (GAP, (APART,), PAIRS),  # the scales may differ: the distributions do not coincide
        (GAP, (sp.Eq(S2**2 - S2, S1**2 - S1), APART), PAIRS),  # as here, where the equation has two solutions
        (GAP, (S2 <= S1, APART), PAIRS),
        (GAP, (ONE_SCALE, APART, M1 > 0), PAIRS),
    ],
)
def test_the_condition_stays_where_equality_or_the_value_there_is_in_doubt(
    form: sp.Expr, when: tuple[sp.Basic, ...], pairs: list[tuple[sp.Expr, sp.Expr]]
) -> None:
    assert with_equality([case(form, *when)], pairs) == [case(form, *when)]


def test_what_is_of_the_sign_of_its_step_is_positive_with_the_step_alone() -> None:
    assert nonnegative(GAP)
    assert not nonnegative(-GAP)
    assert not nonnegative((M1 + M2) * LangevinRise(HALF, 0, HALF))


def test_sums_of_two_roots_are_ratios_that_keep_their_digits_where_the_supports_meet() -> None:
    given = (A1 >= A2, B2 >= B1, A1 < B1, A2 < B2)
    found = stable_form(ARCSINE, [(A1, A2), (B1, B2)], True, given)
    assert found.nonnegative
    assert len(found.expression.atoms(LogRatio)) == 2
    steps = (2.0**-4, 2.0**-20, 2.0**-40, 0.0)
    at = [{A1: 0.25, B1: 1.5, A2: 0.25 - step, B2: 1.5 + 2 * other} for step in steps for other in steps]
    truth = exact_values(ARCSINE, at)
    assert loss(found.expression, at, truth) <= 4
    assert loss(ARCSINE, at, truth) > 1e4
    for point in at:
        ratio = [(point[A1] - point[A2]) / 1.25, (point[B2] - point[B1]) / 1.25]
        by_hand = math.fsum(np.arcsinh(np.sqrt(ratio)))
        assert float(exact_value(found.expression, point)) == pytest.approx(by_hand, rel=1e-14)
