"""Removable singularities: the value where a formula is 0/0, as the limit of the formula."""

from __future__ import annotations

from dataclasses import replace

import sympy as sp

from symkl.algebra.reading import expand_terms
from symkl.derive.jets import jet
from symkl.model import Case, Derivation

__all__ = ["with_limits"]

#: so many powers of the distance from the singular point are looked at
_ORDERS = 3
#: SymPy's own limit is asked only for what has fewer operations than this
_LONGEST = 120
#: functions at whose singular points no limit is looked for
_NO_SERIES = (sp.Ei, sp.expint, sp.Abs, sp.uppergamma, sp.Piecewise)
#: how near the singular point the formula is compared with its limit, and how well they must agree
_NEAR, _TOLERANCE = sp.Rational(1, 10**15), sp.Float("1e-10", 60)


def with_limits(made: Derivation) -> Derivation:
    """Each condition `parameter != number` met by a case of its own: the limit there, where it is found and seen."""
    gaps = [c for c in made.conditions if isinstance(c, sp.Ne)]
    if not gaps or made.result is None:
        return made
    gap = gaps[0]
    named = len(gaps) == 1 and gap.lhs.is_Symbol and gap.rhs.is_number and made.status == "conditional"
    limit = _limit(made.result, gap.lhs, gap.rhs) if named else None
    if limit is None:  # the formula does not say what holds there, and "oo" is not it
        return replace(made, otherwise="unknown")
    rest = tuple(c for c in made.conditions if c != gap)
    cases = (*made.cases, Case((sp.Eq(gap.lhs, gap.rhs), *rest), limit))
    status = "conditional" if rest else "closed"
    return replace(made, status=status, conditions=rest, cases=cases, otherwise=made.otherwise if rest else None)


def _limit(value: sp.Expr, parameter: sp.Symbol, at: sp.Expr) -> sp.Expr | None:
    if value.has(*_NO_SERIES):
        return None
    found = _by_terms(value, parameter, at)
    if found is None and sp.count_ops(value) < _LONGEST:
        found = _by_sympy(value, parameter, at)
    if found is None or not _finite(found):
        return None
    others = sorted(value.free_symbols - {parameter}, key=lambda s: str(s.name))
    point = {s: sp.Rational(2 * i + 3, 2 * i + 5) for i, s in enumerate(others)}
    beside = sp.N(value.subs({**point, parameter: at + _NEAR}), 60)
    there = sp.N(found.subs(point), 60)
    if not (beside.is_real and there.is_real and abs(beside - there) < _TOLERANCE * (1 + abs(there))):
        return None
    return found


def _by_terms(value: sp.Expr, s: sp.Symbol, at: sp.Expr) -> sp.Expr | None:
    """Regular terms at their value, logarithms of 0/0 at the log of its limit, the rest as quotients.

    The rest is taken by the factor that is free of s: what is 0/0 is then a function of s alone.
    """
    regular: sp.Expr = sp.Integer(0)
    singular: dict[sp.Expr, sp.Expr] = {}
    for term in sp.Add.make_args(expand_terms(value)):
        here = term.subs(s, at)
        if _finite(here):
            regular += here
            continue
        outer, log = term.as_independent(sp.log, as_Add=False)
        inner = _quotient(log.args[0], s, at) if isinstance(log, sp.log) and _finite(outer.subs(s, at)) else None
        if inner is not None and inner != 0 and not _finite(log.args[0].subs(s, at)):
            regular += outer.subs(s, at) * sp.log(inner)
        else:
            factor, part = term.as_independent(s, as_Add=False)
            number, factor = factor.as_coeff_Mul()
            singular[factor] = singular.get(factor, sp.Integer(0)) + number * part
    for factor, part in singular.items():
        limit = _quotient(part, s, at)
        if limit is None:
            return None
        regular += factor * limit
    return regular


def _by_sympy(part: sp.Expr, s: sp.Symbol, at: sp.Expr) -> sp.Expr | None:
    try:
        return sp.limit(part, s, at)
    except (NotImplementedError, ValueError, TypeError, RecursionError):
        return None


def _quotient(expression: sp.Expr, s: sp.Symbol, at: sp.Expr) -> sp.Expr | None:
    """The limit of 0/0: the first coefficients above and below that do not vanish belong to the same power."""
    above, below = (jet(part, s, at, _ORDERS) for part in sp.together(expression).as_numer_denom())
    for top, bottom in zip(above, below, strict=True):
        if not (_finite(top) and _finite(bottom)):
            return None
        if bottom != 0 and sp.expand(bottom) != 0:
            return top / bottom
        if sp.expand(top) != 0:
            return None
    return None


def _finite(value: sp.Expr) -> bool:
    return not value.has(sp.nan, sp.zoo, sp.oo, -sp.oo)
