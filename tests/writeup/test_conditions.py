"""Conditions and cases in print."""

from __future__ import annotations

import sympy as sp

from symkl.writeup import TextbookPrinter
from symkl.writeup.breaking import broken
from symkl.writeup.conditions import conjunction
from symkl.writeup.widths import environment_rows, formula_width

x, a, b, m = sp.symbols("x a b m", real=True)
u = sp.Symbol("u", positive=True)


def _said(*conditions: sp.Basic) -> list[str]:
    return conjunction(conditions, TextbookPrinter(variables=[x]).doprint, frozenset({x}))


def test_the_variable_stands_on_the_left() -> None:
    assert _said(sp.Gt(a, x, evaluate=False)) == ["x < a"]
    assert _said(sp.Le(2, a)) == [r"a \ge 2"]


def test_two_bounds_are_said_in_one() -> None:
    assert _said(sp.And(m > a, b > m)) == ["a < m < b"]
    assert _said(m < b, a <= m) == [r"a \le m < b"]
    assert _said(m < b, a < b) == ["m < b", "a < b"]


def test_a_factor_and_a_logarithm_on_both_sides_are_left_out() -> None:
    assert _said(u / 2 > 1) == ["u > 2"]
    assert _said(sp.Gt(sp.log(1 - u), sp.log(u))) == ["1 - u > u"]
    assert _said(sp.Gt(-u, -2)) != ["u > 2"]


def test_each_condition_is_said_once_and_what_always_holds_not_at_all() -> None:
    assert _said(m > a, m > a, sp.true) == ["m > a"]


def test_cases_have_displayed_fractions_and_an_otherwise() -> None:
    printed = TextbookPrinter(variables=[x]).doprint(sp.Piecewise((1 / u**2, x < a), (u, True)))
    assert printed == r"\begin{cases} \dfrac{1}{u^2} & \text{if } x < a \\[2ex] u & \text{otherwise} \end{cases}"


def test_wide_cases_are_broken_inside_and_fit() -> None:
    long = sp.Add(*(sp.log(u + k) / (u + k) for k in range(1, 9)))
    printed = "2 + " + TextbookPrinter(variables=[x]).doprint(sp.Piecewise((long, m < a), (u, True)))
    assert formula_width(printed) > 40
    lines = broken(printed, 28.0)
    assert max(map(formula_width, lines)) <= 28.5
    text = " ".join(lines)
    cases = text[text.index(r"\begin{cases}") :]
    rows = environment_rows(cases)
    assert [row[1] for row in rows] == [r"\text{if } a > m", "", r"\text{otherwise}"]
    assert rows[0][0].startswith(r"\begin{aligned}")
    assert not rows[1][0].strip()  # between a value of several lines and the next there is room
