"""Removable singularities: the value where a formula is 0/0, as the limit of the formula."""

from __future__ import annotations

from dataclasses import replace

import sympy as sp

from symkl.model import Case, Derivation

__all__ = ["with_limits"]

#: how near the singular point the formula is compared with its limit, and how well they must agree
_NEAR, _TOLERANCE = sp.Rational(1, 10**15), sp.Float("1e-10", 60)


def with_limits(made: Derivation) -> Derivation:
    """Each condition `parameter != number` met by a case of its own: the limit there, where it is found and seen."""
    gaps = [c for c in made.conditions if isinstance(c, sp.Ne) and c.lhs.is_Symbol and c.rhs.is_number]
    if made.status != "conditional" or len(gaps) != 1 or made.result is None:
        return made
    (gap,) = gaps
    limit = _limit(made.result, gap.lhs, gap.rhs)
    if limit is None:
        return made
    rest = tuple(c for c in made.conditions if c != gap)
    cases = (*made.cases, Case((sp.Eq(gap.lhs, gap.rhs), *rest), limit))
    status = "conditional" if rest else "closed"
    return replace(made, status=status, conditions=rest, cases=cases, otherwise=made.otherwise if rest else None)


def _limit(value: sp.Expr, parameter: sp.Symbol, at: sp.Expr) -> sp.Expr | None:
    try:
        found = sp.expand_log(sp.limit(value, parameter, at))
    except (NotImplementedError, ValueError, TypeError, RecursionError):
        return None
    if not found.is_finite and found.has(sp.oo, sp.nan, sp.zoo):
        return None
    others = sorted(value.free_symbols - {parameter}, key=lambda s: str(s.name))
    point = {s: sp.Rational(2 * i + 3, 2 * i + 5) for i, s in enumerate(others)}
    beside = sp.N(value.subs({**point, parameter: at + _NEAR}), 60)
    there = sp.N(found.subs(point), 60)
    if not (beside.is_real and there.is_real and abs(beside - there) < _TOLERANCE * (1 + abs(there))):
        return None
    return found
