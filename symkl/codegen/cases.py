"""The cases of a value, and those that another covers: a point at which a closed form is 0/0, but its form is not."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import sympy as sp

from symkl.codegen.stable.form import StableForm, proved_equal
from symkl.codegen.stable.signs import positive

__all__ = ["Case", "continued", "with_equality"]


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


def with_equality(cases: Sequence[Case], pairs: Sequence[tuple[sp.Expr, sp.Expr]]) -> list[Case]:
    """The cases of a divergence without an `x != y` that leaves out only where the two distributions coincide.

    There the divergence is 0; the form must be proved to be 0 there too. `pairs` are the parameters that are equal
    where they coincide.
    """
    found = []
    for case in cases:
        when = case.when
        for apart in (c for c in case.when if isinstance(c, sp.Ne)):
            rest = tuple(c for c in case.when if c != apart)
            equal = [(x, y) for x, y in pairs if any(_says(c, x, y) for c in (*rest, sp.Eq(*apart.args)))]
            if equal == [*pairs] and all(isinstance(c, sp.Eq) for c in rest):
                there = case.form.expression.subs(equal, simultaneous=True)
                if not there.has(sp.nan, sp.zoo, sp.oo) and proved_equal(there, sp.S.Zero):
                    when = rest
        found.append(replace(case, when=when))
    return found


def _says(condition: sp.Basic, x: sp.Symbol, y: sp.Expr) -> bool:
    """Whether the condition is that a function of x has the value that it has at y, and so x is y."""
    if not isinstance(condition, sp.Eq):
        return False
    slopes = [sp.diff(one, x) for one, other in (condition.args, condition.args[::-1]) if one.subs(x, y) == other]
    return any(positive(slope) or positive(-slope) for slope in slopes)


def _has_value(form: sp.Expr, at: sp.Eq, value: sp.Expr) -> bool:
    """Whether the form is defined where the equation holds, and proved to have that value."""
    symbols = sorted(at.free_symbols, key=sp.default_sort_key)
    solutions = sp.solve(at.lhs - at.rhs, symbols[0]) if len(symbols) == 1 else []
    if len(solutions) != 1 or not solutions[0].is_real:
        return False
    there = form.subs(symbols[0], solutions[0])
    return not there.has(sp.nan, sp.zoo, sp.oo) and proved_equal(there, value)
