"""Deciding a condition from the domains of its symbols: True and False are proofs, None means unknown."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar

import sympy as sp

from symkl.algebra.coordinates import gap_coordinates, to_odds

__all__ = ["assumed", "assuming", "holds", "is_negative", "is_nonnegative", "is_positive"]

_ASSUMED: ContextVar[tuple[sp.Basic, ...]] = ContextVar("assumed", default=())


@contextmanager
def assuming(constraints: Iterable[sp.Basic]) -> Iterator[None]:
    """Inside, every question of sign is asked under these constraints too (`a < b` of a support, declared ones)."""
    token = _ASSUMED.set((*_ASSUMED.get(), *constraints))
    try:
        yield
    finally:
        _ASSUMED.reset(token)


def assumed() -> tuple[sp.Basic, ...]:
    """The constraints that are assumed at present."""
    return _ASSUMED.get()


def holds(condition: sp.Basic, given: Iterable[sp.Basic] = ()) -> bool | None:
    """Whether a relational (or a conjunction of them) follows from the symbols' domains and the constraints `given`."""
    if condition in (sp.true, True):
        return True
    if condition in (sp.false, False):
        return False
    if isinstance(condition, sp.And):
        parts = [holds(part, given) for part in condition.args]
        return False if False in parts else (None if None in parts else True)
    given = (*given, *assumed())
    if condition in given:
        return True
    if isinstance(condition, (sp.StrictLessThan, sp.StrictGreaterThan)):
        return is_positive(condition.gts - condition.lts, given)
    if isinstance(condition, (sp.LessThan, sp.GreaterThan)):
        return is_nonnegative(condition.gts - condition.lts, given)
    if isinstance(condition, sp.Ne):
        different = condition.lhs - condition.rhs
        return True if is_positive(different, given) or is_negative(different, given) else None
    return None


def is_positive(expression: sp.Expr, given: Iterable[sp.Basic] = ()) -> bool | None:
    """Whether the expression is positive everywhere on the domains (False: nowhere)."""
    for form in _forms(expression, given):
        if form.is_positive:
            return True
        if form.is_nonpositive:
            return False
    return None


def is_negative(expression: sp.Expr, given: Iterable[sp.Basic] = ()) -> bool | None:
    """Whether the expression is negative everywhere on the domains (False: nowhere)."""
    return is_positive(-expression, given)


def is_nonnegative(expression: sp.Expr, given: Iterable[sp.Basic] = ()) -> bool | None:
    """Whether the expression is nonnegative everywhere on the domains (False: nowhere)."""
    for form in _forms(expression, given):
        if form.is_nonnegative:
            return True
        if form.is_negative:
            return False
    return None


def _forms(expression: sp.Expr, given: Iterable[sp.Basic]) -> Iterable[sp.Expr]:
    """Forms of one expression in which SymPy's assumptions may see a sign that another form hides."""
    if expression.is_number:
        yield expression
        return
    gaps = gap_coordinates((*given, *assumed()))
    for _ in gaps:  # a chain a < b < c needs as many passes as it has links
        expression = expression.subs(gaps)
    expression = to_odds(expression)
    yield expression
    yield sp.expand(expression)
    if expression.is_rational_function(*expression.free_symbols):
        yield sp.factor(expression)
