"""Stable forms as straight-line code: the order of the operations, where it matters."""

from __future__ import annotations

import math

import pytest
import sympy as sp

from symkl.codegen.straightline import Lowering
from symkl.model import Unit, symbol

A, B = (symbol(name, "positive") for name in "ab")
X, Y = symbol("x_1", "real"), symbol("x_2", "real")


def run(form: sp.Expr, at: dict[sp.Symbol, float]) -> float:
    """The lowered form in double precision, factor by factor as SymPy orders them."""
    lowering = Lowering([s.name for s in at])
    (value,) = lowering.lower([form])
    names = dict(at)
    for assignment in lowering.assignments:
        names[assignment.name] = computed(assignment.value, names)
    return computed(value, names)


def computed(e: sp.Expr, names: dict[sp.Symbol, float]) -> float:
    if e.is_Symbol:
        return names[e]
    if e.is_Number:
        return float(e)
    parts = [computed(a, names) for a in e.args]
    if e.is_Pow:
        return math.prod([parts[0]] * int(parts[1])) if parts[1] > 0 else 1 / parts[0]
    return sum(parts) if e.is_Add else math.prod(parts)


def test_a_square_that_overflows_by_itself_is_multiplied_in_between():
    form = A * ((X - Y) / B) ** 2 / 2
    assert run(form, {A: 1e-250, B: 1e-100, X: 1.0, Y: -1.0}) == 2e-50
    assert run(form, {A: 1e250, B: 1e100, X: 1.0, Y: -1.0}) == 2e50
    assert run(form, {A: 2.0, B: 4.0, X: 3.0, Y: 1.0}) == 0.25


def test_a_square_with_a_number_alone_stays_one():
    lowering = Lowering(["a", "x_1"])
    assert lowering.lower([(X / A) ** 2 / 2])[0] == lowering.assignments[0].name ** 2 / 2


def test_of_two_like_parameters_the_ratio_comes_first():
    b_1, b_2 = symbol("b_1", "positive"), symbol("b_2", "positive")
    form = A / B * b_1 / b_2**2
    assert run(form, {A: 1.0, B: 1.0, b_1: 2e-200, b_2: 1e-200}) == 2e200
    lowering = Lowering(["a", "b", "b_1", "b_2"])
    lowering.lower([form])
    assert [assignment.value for assignment in lowering.assignments] == [b_1 / b_2]


def test_in_a_long_product_what_is_alike_is_divided_first():
    a_1, a_2, b_1, b_2 = (symbol(name, "positive") for name in ("a_1", "a_2", "b_1", "b_2"))
    form = a_1 * (b_2 + 1 / b_2) / (a_2 * (b_1 + 1 / b_1))
    for scale in (1e250, 1e-250):
        at = {a_1: 3.0 / scale, a_2: 2.0 / scale, b_1: scale, b_2: scale}
        assert run(form, at) == run(form, {s: 1 / x for s, x in at.items()} | {a_1: 3.0, a_2: 2.0}) == 1.5


def test_a_short_product_stays_as_it_is():
    a_1, a_2 = symbol("a_1", "positive"), symbol("a_2", "positive")
    lowering = Lowering(["a", "a_1", "a_2"])
    assert lowering.lower([A * a_1 / a_2]) == [A * a_1 / a_2]
    assert not lowering.assignments


def test_what_is_made_of_numbers_of_the_unit_interval_comes_first():
    p, q = Unit("p_1"), Unit("p_2")
    assert run(B * (p - q) / p, {B: 1e200, p: 2.0**-500, q: 2.0**-501}) == 5e199
    # what is divided twice is multiplied in between, and 0 stays 0 where B/p is no number
    assert run(B * (p - q) / p**2, {B: 1e300, p: 1e-300, q: 1e-300}) == 0.0
    assert run(B * (p - q) / p**2, {B: 2e-300, p: 2.0**-800, q: 2.0**-801}) == 1e-300 * 2.0**800
    for alone in (B * (p - q), B / p, (p - q) / p):
        assert Lowering(["b", "p_1", "p_2"]).lower([alone]) == [alone]


def test_a_difference_is_divided_by_the_sum_of_the_same_before_anything_else():
    a_1, a_2 = symbol("a_1", "positive"), symbol("a_2", "positive")
    form = (a_1 - a_2) / (a_1 * (a_1 + a_2))
    assert run(form, {a_1: 1e-268, a_2: 1e120}) == -1e268
    assert run(form, {a_1: 3e-220, a_2: 1e-220}) == pytest.approx(1e220 / 6, rel=1e-15)
    lowering = Lowering(["a_1", "a_2"])
    assert lowering.lower([(a_1 - a_2) / (a_1 + a_2)]) == [(a_1 - a_2) / (a_1 + a_2)]
    # of what may be negative the sum may be far smaller than the difference
    lowering.lower([(X - Y) / (A * (X + Y))])
    assert not lowering.assignments


def test_in_a_long_product_a_sum_is_not_paired_with_its_own_part():
    a_1, a_2 = symbol("a_1", "positive"), symbol("a_2", "positive")
    lowering = Lowering(["a", "a_1", "a_2"])
    form = A * (a_1 - a_2) * (a_1 + a_2) / (a_1**2 * a_2)
    assert not any(lowering.lower([form])[0].has(a.name) for a in lowering.assignments if a.value.has(a_1 + a_2))
