"""Products of parameters put so that none of them leaves the range of numbers."""

from __future__ import annotations

import pytest
import sympy as sp

from symkl.codegen.stable.kernels import ExpGap, LogGap, ScaledExpGap, expand_kernels
from symkl.codegen.stable.measure import float_value
from symkl.codegen.stable.ratios import divided_through, of_ratio, scales_inside
from symkl.model import symbol

A, B, C = (symbol(name, "positive") for name in "abc")
X = symbol("x", "real")


@pytest.mark.parametrize("total", [A**2 + 1, A * B - 1, A * B + 1, 3 * X + A / (1 + B**2)])
def test_a_sum_with_a_number_is_divided_by_a_parameter(total: sp.Expr) -> None:
    put = divided_through(total)
    assert put != total
    assert sp.cancel(put - total) == 0


@pytest.mark.parametrize(
    "total", [X**2 + 1, 1 - A * B, A**2 + 2, A + 1, A**3 + 1, A * B + C, A**2 * B + 1, 1 / A**2 + 1]
)
def test_another_sum_stays(total: sp.Expr) -> None:
    assert divided_through(total) == total


@pytest.mark.parametrize("a", [1e-250, 1.0, 1e250])
def test_a_share_of_squares_has_a_value_at_every_scale(a: float) -> None:
    share = A * B / (A**2 + 1)
    assert float_value(divided_through(share), {A: a, B: a}) == pytest.approx(a / (a + 1 / a))


def test_a_gap_of_products_is_that_of_their_ratio() -> None:
    above, below = A * B * C, C**3
    found = of_ratio(above, below, B * C * (A - C) + C**2 * (B - C))
    assert isinstance(found, LogGap)
    assert sp.expand_log(expand_kernels(found - LogGap(above, below, above - below))).expand() == 0
    for scale in (1e-120, 1e120):
        assert float_value(found, {A: 3 * scale, B: scale, C: scale}) == pytest.approx(2 - float(sp.log(3)))


@pytest.mark.parametrize("gap", [A**2 * B * ExpGap(X / A), B / A**2 * ExpGap(A * X * B), A**4 * ExpGap(X / A**2)])
def test_squares_beside_a_gap_go_inside(gap: sp.Expr) -> None:
    found = scales_inside(gap)
    assert found.has(ScaledExpGap)
    assert not found.has(ExpGap)
    assert sp.expand(expand_kernels(found - gap)) == 0


@pytest.mark.parametrize("gap", [ExpGap(X / A), A * ExpGap(X / A), A**2 * ExpGap(A * X), X**2 * ExpGap(A / X)])
def test_other_gaps_stay(gap: sp.Expr) -> None:
    assert scales_inside(gap) == gap
