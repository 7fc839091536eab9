"""Values and derivatives worked out again where a part of them leaves the range of numbers and the whole does not.

Where parameters are vast or tiny, no order of the factors and divisors of a long product keeps each part of it within
that range. There the same forms are worked out in numbers whose powers of two have no end.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Any

import sympy as sp

from symkl.codegen.program import Assignment, Branch, Program
from symkl.codegen.stable.extremes import escapes, far_points
from symkl.codegen.twice import Exact

__all__ = ["Wide", "wide"]

_DOMAINS = {"real", "positive"}
#: powers are multiplied out, up to this one
_MOST = 4


@dataclass(frozen=True)
class Wide:
    """What is worked out again: `assignments`, and of each of the `cases` the value and then the derivatives."""

    assignments: tuple[Assignment, ...]
    cases: tuple[Exact, ...]


def wide(program: Program, heads: Collection[Any]) -> Wide | None:
    """How the value of a program and its derivatives are worked out again; None where that is not wanted.

    Not wanted of two families, where the domains are others than all numbers and the positive ones, of functions that
    are not known in wide numbers, `heads` are, and where nothing leaves the range of numbers but the whole.
    """
    if not program.pairs or program.constraints or not {a.domain for a in program.arguments} <= _DOMAINS:
        return None
    if any(branch.closed is None for branch in program.branches):
        return None
    assigned = (*program.assignments, *program.later)
    cases = tuple(Exact(branch.conditions, (branch.value, *branch.slopes)) for branch in program.branches)
    if not all(_known(e, heads) for e in (*(a.value for a in assigned), *(e for case in cases for e in case.values))):
        return None
    return Wide(assigned, cases) if any(_escapes(branch, assigned) for branch in program.branches) else None


def _escapes(branch: Branch, assigned: Sequence[Assignment]) -> bool:
    """Whether a part of the value in such a case, or of a derivative, leaves the range of numbers by itself."""
    assert branch.closed is not None
    at = [p for p in far_points(branch.closed, ()) if all(c.subs(p) is sp.true for c in branch.conditions)]
    values: dict[sp.Symbol, sp.Expr] = {}
    for assignment in assigned:
        values[assignment.name] = assignment.value.xreplace(values)
    return any(escapes(e.xreplace(values), at) for e in (branch.value, *branch.slopes))


def _known(e: sp.Expr, heads: Collection[Any]) -> bool:
    """Whether an expression is made of sums, products, whole powers and functions that are known."""
    for part in (p for p in sp.preorder_traversal(e) if p.free_symbols and p.args):
        if part.is_Pow and part.base != sp.E:
            if not (part.exp.is_Integer and abs(part.exp) <= _MOST):
                return False
        elif not (part.is_Add or part.is_Mul or part.func in heads):
            return False
    return True
