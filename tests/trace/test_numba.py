"""Compiled functions of numbers to expressions: all ways through what they choose, and nothing left behind."""

from __future__ import annotations

import math

import numba
import numpy as np
import pytest
import sympy as sp

from symkl.model import symbol
from symkl.trace import Untraceable
from symkl.trace.numba import named, traced

X, Y = symbol("x", "positive"), symbol("y", "positive")


@numba.njit
def _gap(x, y):
    return x / y - 1.0 - math.log(x / y)


@numba.njit
def _divergence(x, y):
    return _gap(np.float64(x), y) + max(x, y)


@numba.njit
def _chosen(x, y):
    value = x if x < 2.0 else np.inf
    value = y if y > x else value
    valid = (x >= 0.0) & (y < 5.0)
    return value if valid else np.nan


@numba.njit
def _by_what_was_chosen(x, y):
    value = x if x < 2.0 else y
    return value if value < 5.0 else np.nan


@numba.njit
def _often(x):
    value = 0.0
    for i in range(20):
        value = value + (x if x < i + 0.25 else 1.0)
    return value


@numba.njit
def _with_a_plain_number(x):
    return math.log(float(x))


def test_a_function_that_calls_compiled_ones_is_followed_into_them():
    assert traced(_divergence, [X, Y]) == X / Y - 1 - sp.log(X / Y) + sp.Max(X, Y)


def test_the_last_choice_is_the_outermost_case():
    inner = sp.Piecewise((X, X < 2), (sp.oo, True))
    middle = sp.Piecewise((Y, Y > X), (inner, True), evaluate=False)
    assert traced(_chosen, [X, Y]) == sp.Piecewise((middle, Y < 5), (sp.nan, True), evaluate=False)


def test_a_choice_that_the_domain_decides_is_none():
    large = symbol("n", "positive_integer")
    assert traced(lambda n: n if n > 0.0 else math.nan, [large]) == large


def test_the_module_is_as_it_was_afterwards():
    before = dict(globals())
    traced(_divergence, [X, Y])
    with pytest.raises(Untraceable):
        traced(_often, [X])
    assert globals() == before
    assert _divergence(3.0, 2.0) == pytest.approx(0.5 - math.log(1.5) + 3.0)


def test_a_named_function_stays_by_its_name(monkeypatch):
    head = sp.Function("G")
    monkeypatch.setitem(globals(), "_gap", named(head))
    assert traced(_divergence, [X, Y]) == head(X, Y) + sp.Max(X, Y)


@pytest.mark.parametrize(
    ("function", "count", "why"),
    [
        (_by_what_was_chosen, 2, "depends on what it chose before"),
        (_often, 1, "chooses too often"),
        (_with_a_plain_number, 1, "turns a value into a plain number"),
    ],
)
def test_what_cannot_be_said_is_refused(function, count, why):
    with pytest.raises(Untraceable, match=why):
        traced(function, [X, Y][:count])
