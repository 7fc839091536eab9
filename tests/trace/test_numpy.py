"""NumPy and SciPy functions to expressions."""

from __future__ import annotations

import math
import sys
from functools import partial

import numpy as np
import pytest
import sympy as sp
from scipy import special
from scipy.special import polygamma

from symkl.model import symbol
from symkl.trace import Rounded, Untraceable, recognised
from symkl.trace.constants import exact
from symkl.trace.meanings import ALIASES
from symkl.trace.numpy import named, traced

from .rows import ARGUMENTS, X, Y, names_in, value

MU, LOGVAR = symbol("mu", "real"), symbol("logvar", "real")
D, N = (sp.Symbol(name, integer=True, positive=True) for name in "DN")


def library(name):
    return getattr(np if hasattr(np, name) else special, name)


@pytest.mark.parametrize("name", names_in(np, special))
def test_a_row_of_the_table_is_what_the_library_computes(name):
    arguments = ARGUMENTS[ALIASES.get(name, name)]
    found = traced(lambda *x: library(name)(*x), [X, Y][: len(arguments)])
    assert value(found, arguments) == pytest.approx(float(library(name)(*arguments)), rel=1e-13, abs=1e-15)


def test_operators_and_numbers_are_followed():
    found = traced(lambda x, y: (2 - x) / 3.0 + 1 / y**2 + np.float64(0.5) * -x + (x % 1.0) * abs(y) + 0.1 * x, [X, Y])
    assert found == (2 - X) / 3 + 1 / Y**2 - X / 2 + sp.Mod(X, 1) * Y + X / 10


def test_a_choice_becomes_a_case():
    found = traced(lambda x, y: np.where(x > y, np.log(x), 0.0), [X, Y])
    assert found == sp.Piecewise((sp.log(X), X > Y), (0, True))


def test_a_choice_that_the_domain_decides_is_none():
    assert traced(lambda x: np.where(~np.isnan(x) & (x >= 0.0), x, np.nan), [X]) == X


def test_a_function_that_needs_no_scipy_is_followed_without_it(monkeypatch):
    monkeypatch.setitem(sys.modules, "scipy", None)
    assert traced(lambda x: 1 - np.log(x), [X]) == 1 - sp.log(X)


def test_a_sum_over_an_axis_is_a_multiple_and_a_mean_is_none():
    def loss(mu, logvar):
        return np.mean(-0.5 * np.sum(1 + logvar - mu**2 - np.exp(logvar), axis=-1))

    each = (MU**2 + sp.exp(LOGVAR) - 1 - LOGVAR) / 2
    assert sp.expand(traced(loss, [MU, LOGVAR], (2003, 1009)) - D * each) == 0
    assert sp.expand(traced(lambda x: x.sum() / x.shape[0], [X], (2003, 1009)) - D * X) == 0
    assert sp.expand(traced(lambda x: x.sum(axis=0, keepdims=True).sum(), [X], (2003, 1009)) - N * D * X) == 0


def test_functions_that_take_only_numbers_are_replaced_while_it_runs():
    def mixed(x):
        return np.asarray(x, dtype=float) + math.log(x) + polygamma(1, x) + special.zeta(x, 2.0) + math.sqrt(4)

    assert traced(mixed, [X]) == X + sp.log(X) + sp.polygamma(1, X) + sp.zeta(X, 2) + 2
    assert traced(partial(np.add, 1), [X]) == X + 1
    assert mixed.__globals__["np"] is np
    assert mixed(2.0) == pytest.approx(2 + math.log(2) + math.pi**2 / 6 - 1 + math.pi**2 / 6 - 1 + 2)


def test_a_named_function_stays_by_its_name():
    head = sp.Function("head")
    inner = named(head)
    assert traced(lambda x, y: 2 * inner(x, y - x), [X, Y]) == 2 * head(X, Y - X)


def test_rounded_constants_are_recognised():
    found = traced(lambda x: x + 0.9189385332046727 - math.log(2 * math.pi) + math.sqrt(2 / math.pi), [X])
    exact_form = X - (sp.log(2) + sp.log(sp.pi)) / 2 + sp.sqrt(2) / sp.sqrt(sp.pi)
    assert sp.expand(recognised(found) - exact_form) == 0
    assert recognised(found, [sp.log(2 * sp.pi) / 2]).atoms(Rounded)
    strange = exact(0.7312345234523452)
    assert recognised(strange) == strange
    assert exact(0.1) == sp.Rational(1, 10)
    assert exact(1 - 0.8) == sp.Rational(1, 5)
    assert exact(1e-300) == sp.Rational(1, 10**300)
    assert exact(5e-324) != 0


def test_what_writes_in_place_is_followed_for_all_who_hold_the_array():
    def written(x, y):
        other, kept = np.asarray(x), x.copy()
        x += 1
        np.multiply(x, y, out=x)
        other += kept
        y[...] = 2
        return np.sqrt(x) * y

    assert traced(written, [X, Y], (1009,)) == 2 * sp.sqrt((X + 1) * Y + X)


def test_a_number_is_not_written_over():
    def written(x):
        before = x
        x += 1
        return before * x

    assert traced(written, [X]) == X * (X + 1)


def test_other_shapes_hold_the_same_elements():
    def reshaped(mu, logvar):
        each = (
            mu.reshape(len(mu), -1)[:, None].squeeze(1).T ** 2 + np.exp(logvar).T - 1 - logvar.ravel().reshape(-1, 2003)
        )
        return (np.full(mu.shape, 0.5).T * each).sum() / mu.size * np.size(mu, 1)

    each = (MU**2 + sp.exp(LOGVAR) - 1 - LOGVAR) / 2
    assert sp.expand(traced(reshaped, [MU, LOGVAR], (2003, 1009)) - D * each) == 0


def test_a_product_of_vectors_is_a_sum():
    found = traced(lambda x, y: np.dot(x, y) + x @ x - 0.5 / len(x), [X, Y], (1009,))
    assert sp.expand(found - D * X * Y - D * X**2 + 1 / (2 * D)) == 0


def in_place_on_a_view(x):
    x.reshape(-1, 1)[...] = 0
    return x


def in_place_behind_a_view(x):
    y = x[None]
    x += 1
    return y


def some_elements(x):
    x[:3] = 1
    return x


def product_of_sums(x):
    return x.sum() * x.sum()


def by_out(x):
    return np.exp(x, out=np.zeros(1009))


def deciding(x):
    return x if x > 1 else 1 - x


def plain(x):
    return float(x)


def elements(x):
    return x[0]


def loop(x):
    return sum(x)


def unknown(x):
    return np.cumsum(x)


def centred(x):
    return np.sum(x - np.mean(x))


def reduced(x):
    return np.maximum.reduce(x)


def wrong(x):
    return np.log(x) + "one"


def failing(x):
    raise ZeroDivisionError("not like this")


@pytest.mark.parametrize(
    ("function", "why"),
    [
        (in_place_on_a_view, "two views"),
        (in_place_behind_a_view, "two views"),
        (some_elements, "some elements"),
        (product_of_sums, "a sum over an axis"),
        (by_out, "into a plain array"),
        (deciding, "decides by a value"),
        (plain, "a plain number"),
        (elements, "takes elements out"),
        (loop, "goes through the elements"),
        (unknown, "'numpy.cumsum', which has no meaning"),
        (centred, "a sum over an axis"),
        (reduced, "method 'reduce'"),
        (wrong, "a str takes part"),
        (failing, "ZeroDivisionError: not like this"),
    ],
)
def test_what_cannot_be_said_is_refused_with_its_line(function, why):
    with pytest.raises(Untraceable, match=why) as caught:
        traced(function, [X], (1009,))
    first = function.__code__.co_firstlineno
    file, _, line = caught.value.where.file.partition(":")
    assert file == "test_numpy.py"
    assert first < int(line) <= first + 2
