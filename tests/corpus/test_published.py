"""Formulas as people write them are right, and those with a mistake wrong: by their values at two points each.

A few, and with `--sweep` all, go through the whole of `check`, verdict, counterexample and diagnosis.
"""

from __future__ import annotations

from functools import cache
from typing import Any

import mpmath as mp
import pytest
import sympy as sp
from corpus.published import ENTRIES, claim_of, given, points, wrong

from symkl.check.formula import DIMENSIONS
from symkl.check.lines import lines_compared
from symkl.derive import derive
from symkl.model import Derivation
from symkl.verify.known import UNITS
from symkl.verify.numbers import ball_of, decimal

pytestmark = pytest.mark.sample(3)

#: of each way to write a few
SAMPLE = ["wp-poisson", "wp-truncnormal", "klucb", "pareto-cases", "tex-macros", "delta-defined"]


def values(entry: dict[str, Any], latex: str) -> list[list[mp.mpf]]:
    """Of each line that is read, the values at the points, in nats."""
    about = claim_of(entry)
    rows = []
    for formula in given(entry, latex).formulas:
        if formula is not None:
            form = formula.per_dimension.subs(DIMENSIONS, 3) * UNITS[formula.units]
            rows.append([_value(form, at) for at, _ in points(entry, about)])
    return rows


def _value(form: sp.Expr, at: dict[sp.Symbol, sp.Rational]) -> mp.mpf:
    """The form's value there, sums added up; nan where it has none."""
    ball = ball_of(form, at, 20)
    return mp.nan if ball is None or not ball.is_finite() else mp.mpf(decimal(ball))


def agree(entry: dict[str, Any], row: list[mp.mpf]) -> bool:
    truth = [value for _, value in points(entry, claim_of(entry))]
    return all(abs(one - two) < mp.mpf(10) ** -9 * (1 + abs(two)) for one, two in zip(row, truth, strict=True))


@pytest.mark.parametrize("name", ENTRIES)
def test_every_line_has_the_value_of_the_integral_and_the_broken_sibling_has_not(name: str) -> None:
    entry = ENTRIES[name]
    read, broken = values(entry, entry["latex"]), values(entry, wrong(entry))
    assert read
    assert all(agree(entry, row) for row in read)
    assert broken
    assert not all(agree(entry, row) for row in broken)


@cache
def derived(about: tuple[str, ...], where: tuple[str, ...]) -> Derivation:
    return derive(claim_of({"about": about, "where": where}))


def answer(entry: dict[str, Any], latex: str) -> dict[str, Any]:
    derivation = derived(tuple(entry["about"]), tuple(entry.get("where", ())))
    return lines_compared(derivation, given(entry, latex), entry.get("dims", "none"))


@pytest.mark.parametrize(
    "name", [pytest.param(name, marks=() if name in SAMPLE else pytest.mark.sweep) for name in ENTRIES]
)
def test_the_formula_is_correct_and_the_mistake_of_its_sibling_named(name: str) -> None:
    entry = ENTRIES[name]
    assert answer(entry, entry["latex"])["verdict"] == "correct"
    found = answer(entry, wrong(entry))
    assert found["verdict"] == "wrong"
    assert found["counterexample"]["given"] != found["counterexample"]["true"]
    assert entry["says"] in found["diagnosis"]
