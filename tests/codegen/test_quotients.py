"""Divisions that slopes share: the same values with fewer of them."""

from __future__ import annotations

import pytest
import sympy as sp

from symkl.codegen.program import Assignment
from symkl.codegen.quotients import shared

A, B, D, Q, S, T = sp.symbols("a b d q s t", real=True)
GIVEN = [Assignment(D, A - B), Assignment(Q, D / S), Assignment(T, Q**2)]


def divided(slopes, assignments=()):
    """The slopes, their names put in again; how many divisions there are, those of the names included."""
    names = iter(["n_1", "n_2", "n_3"])
    found, named = shared(slopes, assignments, lambda hint: next(names))
    after, before = ([*found, *(a.value for a in named)], [a.value for a in assignments])
    count = sum(map(_divisions, after)) - sum(map(_divisions, before))
    for assignment in reversed(named):
        found = [e.xreplace({assignment.name: assignment.value}) for e in found]
    return found, count


def _divisions(e: sp.Expr) -> int:
    return sum(-power.exp for power in e.atoms(sp.Pow) if power.exp.is_negative)


@pytest.mark.parametrize(
    ("slopes", "count"),
    [
        pytest.param([D / S**2], 1, id="a quotient that the value has"),
        pytest.param([D**2 / S**3], 1, id="a square that the value has"),
        pytest.param([-T / S - 2 * D / S**2], 1, id="one divisor of all terms"),
        pytest.param([A / S + B / S + sp.exp(A)], 1, id="one divisor of some terms"),
        pytest.param([A / B * (A + S) / S, D / (B * S)], 3, id="different divisors"),
        pytest.param([B / A, -2 * B / A, sp.exp(B / A)], 1, id="a quotient of several slopes"),
        pytest.param([A * S, B + S], 0, id="nothing to divide"),
        pytest.param([D * (A + B) / (A * B)], 2, id="a sum over its own parts"),
        pytest.param([D * (A + S) / (A * B)], 2, id="a sum over one of its parts"),
    ],
)
def test_the_slopes_stay_the_same_with_fewer_divisions(slopes, count):
    found, divisions = divided(slopes, GIVEN)
    for before, after in zip(slopes, found, strict=True):
        put = before
        for assignment in reversed(GIVEN):
            put = put.xreplace({assignment.name: assignment.value})
        assert sp.simplify(after - put) == 0
    assert divisions == count


def test_a_sum_over_its_own_parts_is_divided_before_it_grows():
    assert divided([Q * (A + B) / (A * B), Q * (A + S) / (A * B)])[0] == [Q / A + Q / B, Q * (A + S) / (A * B)]


def test_a_sum_over_one_of_its_parts_is_taken_from_their_relative_difference():
    given = [Assignment(D, A - B), Assignment(Q, D / B), Assignment(T, A + B)]
    (found,), _ = shared([S * T / B], given, lambda hint: "n")
    assert found == S * (Q + 2)
    assert shared([S * T / A], given, lambda hint: "n")[0] == [S * T / A]
    turned = [Assignment(D, A - B), Assignment(Q, D / A), Assignment(T, A + B)]
    assert shared([S * T / A], turned, lambda hint: "n")[0] == [S * (2 - Q)]


def test_a_factor_of_all_terms_over_one_divisor_meets_the_divisor():
    assert divided([A * T / S + A * Q / S])[0] == [A * (Q + T) / S]
    assert divided([A * T / S + B * Q / S])[0] == [(A * T + B * Q) / S]


def test_sums_that_slopes_alone_are_made_of_are_divided_once():
    total = Assignment(T, A / S - B * Q / S)
    _, (found,) = shared([T * A], [total], lambda hint: "n")
    assert found.value == (A - B * Q) / S
    assert shared([T * A], [total], lambda hint: "n", kept={T})[1] == [total]


@pytest.mark.parametrize(
    ("slopes", "quotients"),
    [
        # t/s by itself, then what else there is over s
        ([A * T / S**2, B * T / S**2], {T / S, A / S, B / S}),
        ([A * T / (S * D), sp.exp(B) * T / S], {T / S, A / D}),
        # nothing else is there
        ([T / S**2, B + T / S**2], {T / S}),
    ],
)
def test_what_is_over_a_divisor_meets_no_second_one_by_itself(slopes, quotients):
    found, named = shared(slopes, [], lambda hint: f"n_{hint}")
    put = {assignment.name: assignment.value for assignment in named}
    assert [e.xreplace(put).xreplace(put) for e in found] == slopes
    assert {e for e in put.values() if not e.has(*put)} == quotients


def test_a_root_in_the_divisor_stays():
    assert divided([A / sp.sqrt(S), B / sp.sqrt(S)])[0] == [A / sp.sqrt(S), B / sp.sqrt(S)]


def test_a_name_is_asked_for_by_what_it_stands_for():
    hints = []
    shared([B / A, -B / A], [], lambda hint: hints.append(hint) or "n")
    assert hints == ["b_over_a"]


def test_a_long_sum_that_is_a_factor_gets_a_name():
    total = sp.Add(*(sp.Symbol(f"parameter_{i}") * (i + 1) for i in range(5)))
    (found,), (named,) = shared([total / S - A], [], lambda hint: "n")
    assert named.value == total
    assert found == named.name / S - A
