"""Formulas with cases: the case that holds where the truth is a number, and what they say where it is infinite."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import sympy as sp

from symkl.language import to_text
from symkl.model import Counterexample, Derivation
from symkl.verify.numbers import ball_of, decimal, truth
from symkl.verify.points import draw, shown

__all__ = ["chosen", "finite_elsewhere", "where_infinite"]

_POINTS = 6


def chosen(form: sp.Expr, points: Sequence[Mapping[sp.Symbol, sp.Expr]]) -> sp.Expr:
    """The form with the one case that holds at all the points in the place of cases, where it is one."""
    found: dict[sp.Basic, sp.Expr] = {}
    for cases in form.atoms(sp.Piecewise):
        met = {_holding(cases, point) for point in points}
        if len(met) == 1 and None not in met:
            found[cases] = cases.args[met.pop()].expr
    return form.xreplace(found)


def _holding(cases: sp.Piecewise, point: Mapping[sp.Symbol, sp.Expr]) -> int | None:
    """The index of the first case that holds at the point; None where it cannot be told."""
    for index, case in enumerate(cases.args):
        holds = truth(case.cond, point)
        if holds or holds is None:
            return index if holds else None
    return None


def finite_elsewhere(derivation: Derivation, form: sp.Expr) -> Counterexample | None:
    """Where a form with cases is a number, and the truth, outside the conditions of what was derived, infinite."""
    if derivation.status != "conditional" or derivation.otherwise != "oo" or not form.has(sp.Piecewise):
        return None
    for point in draw(derivation.claim, _POINTS, conditions=derivation.conditions, outside=True):
        if all(truth(condition, point) is not False for condition in derivation.conditions):
            continue
        ball = ball_of(chosen(form, [point]), point, 20)
        if ball is not None and ball.is_finite():
            return Counterexample(shown(point), decimal(ball), "oo")
    return None


def where_infinite(derivation: Derivation) -> str:
    """What is said of a form that is a number where the truth is infinite."""
    return f"it is right where {' and '.join(map(to_text, derivation.conditions))}, and elsewhere the truth is infinite"
