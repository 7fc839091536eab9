"""The cases of a value, and those that another covers: a point at which a closed form is 0/0, but its form is not."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import sympy as sp

from symkl.codegen.stable.form import StableForm, proved_equal

__all__ = ["Case", "continued"]


@dataclass(frozen=True)
class Case:
    """One case: its conditions, its value as it was derived, and in a stable form."""

    when: tuple[sp.Basic, ...]
    closed: sp.Expr
    form: StableForm


def continued(cases: Sequence[Case]) -> list[Case]:
    """The cases without those at `x = c` that the form for `x != c` is proved to have as its value there.

    Then the form's derivatives are right there too, where the case by itself would have none in x.
    """
    left = list(cases)
    for case in cases:
        for condition in case.when:
            if not isinstance(condition, sp.Eq):
                continue
            apart = sp.Ne(condition.lhs, condition.rhs)
            for i, other in enumerate(left):
                rest = tuple(c for c in other.when if c != apart)
                if {*rest, condition} != {*case.when} or len(rest) == len(other.when):
                    continue
                if _has_value(other.form.expression, condition, case.closed):
                    left[i] = replace(other, when=rest)
                    left.remove(case)
                    break
    return left


def _has_value(form: sp.Expr, at: sp.Eq, value: sp.Expr) -> bool:
    """Whether the form is defined where the equation holds, and proved to have that value."""
    symbols = sorted(at.free_symbols, key=sp.default_sort_key)
    solutions = sp.solve(at.lhs - at.rhs, symbols[0]) if len(symbols) == 1 else []
    if len(solutions) != 1 or not solutions[0].is_real:
        return False
    there = form.subs(symbols[0], solutions[0])
    return not there.has(sp.nan, sp.zoo, sp.oo) and proved_equal(there, value)
