"""Deciding a condition from the domains of its symbols: True and False are proofs, None means unknown."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from functools import lru_cache

import sympy as sp

from symkl.algebra.coordinates import gap_coordinates, to_odds
from symkl.model.symbols import Unit

__all__ = ["assumed", "assuming", "bearing_on", "holds", "is_negative", "is_nonnegative", "is_positive", "is_real", "only"]

_ASSUMED: ContextVar[tuple[sp.Basic, ...]] = ContextVar("assumed", default=())


@contextmanager
def assuming(constraints: Iterable[sp.Basic]) -> Iterator[None]:
    """Inside, every question of sign is asked under these constraints too (`a < b` of a support, declared ones)."""
    token = _ASSUMED.set((*_ASSUMED.get(), *constraints))
    try:
        yield
    finally:
        _ASSUMED.reset(token)


@contextmanager
def only(constraints: tuple[sp.Basic, ...]) -> Iterator[None]:
    """Inside, these are all the constraints there are: what is worked out then depends on nothing else."""
    token = _ASSUMED.set(constraints)
    try:
        yield
    finally:
        _ASSUMED.reset(token)


def assumed() -> tuple[sp.Basic, ...]:
    """The constraints that are assumed at present."""
    return _ASSUMED.get()


def bearing_on(symbols: Iterable[sp.Basic]) -> tuple[sp.Basic, ...]:
    """Those of the constraints at present that say something about the symbols, directly or through others."""
    reached, kept = set(symbols), dict.fromkeys(assumed(), False)
    growing = True
    while growing:
        growing = False
        for constraint, known in kept.items():
            if not known and constraint.free_symbols & reached:
                kept[constraint] = growing = True
                reached |= constraint.free_symbols
    return tuple(constraint for constraint, known in kept.items() if known)


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
    if expression.is_positive:
        return True
    return _is_positive(expression, (*given, *assumed()))


@lru_cache(maxsize=16384)
def _is_positive(expression: sp.Expr, given: tuple[sp.Basic, ...]) -> bool | None:
    for form in _forms(expression, given):
        if form.is_positive:
            return True
        if form.is_nonpositive:
            return False
    for more, strict in _beyond(expression, given):
        if more.is_positive or (strict and more.is_nonnegative):
            return True
    return None


def is_negative(expression: sp.Expr, given: Iterable[sp.Basic] = ()) -> bool | None:
    """Whether the expression is negative everywhere on the domains (False: nowhere)."""
    return is_positive(-expression, given)


def is_nonnegative(expression: sp.Expr, given: Iterable[sp.Basic] = ()) -> bool | None:
    """Whether the expression is nonnegative everywhere on the domains (False: nowhere)."""
    if expression.is_nonnegative:
        return True
    return _is_nonnegative(expression, (*given, *assumed()))


@lru_cache(maxsize=4096)
def _is_nonnegative(expression: sp.Expr, given: tuple[sp.Basic, ...]) -> bool | None:
    for form in _forms(expression, given):
        if form.is_nonnegative:
            return True
        if form.is_negative:
            return False
    if any(more.is_nonnegative for more, _ in _beyond(expression, given)):
        return True
    return None


def is_real(expression: sp.Expr) -> bool:
    """Whether the expression is shown to be real on the domains."""
    return bool(expression.is_real) or any(form.is_real for form in _forms(expression, assumed()))


@lru_cache(maxsize=1024)
def _gaps(constraints: tuple[sp.Basic, ...]) -> tuple[dict[sp.Symbol, sp.Expr], ...]:
    places = tuple(c for c in constraints if isinstance(c, sp.Tuple))
    found = [gap_coordinates(places)] if places else []
    if len(places) < len(constraints):
        found.append(gap_coordinates(constraints))
    return ({}, *found)


def _forms(expression: sp.Expr, given: tuple[sp.Basic, ...]) -> Iterable[sp.Expr]:
    """Forms of one expression in which SymPy's assumptions may see a sign that another form hides."""
    if expression.is_number:
        yield expression
        return
    expression = _powers_of_units(expression)
    for gaps in _gaps(given):
        form = expression
        for _ in gaps:  # a chain a < b < c needs as many passes as it has links
            form = form.xreplace(gaps)
        if gaps and form == expression:
            continue
        form = to_odds(form)
        yield form
        yield sp.expand(form)
        if form.is_rational_function(*form.free_symbols):
            yield sp.factor(form)


def _powers_of_units(expression: sp.Expr) -> sp.Expr:
    """`u**a` with u in the open unit interval and a positive lies in it too."""
    return expression.replace(
        lambda node: isinstance(node, sp.Pow) and isinstance(node.base, Unit) and node.exp.is_positive,
        lambda node: node if node.exp.is_Integer else Unit(str(node)),
    )


def _beyond(expression: sp.Expr, given: tuple[sp.Basic, ...]) -> Iterable[tuple[sp.Expr, bool]]:
    """What the expression is more than each constraint says that is there anyway, and whether that one is strict."""
    for constraint in given:
        if isinstance(constraint, (sp.StrictLessThan, sp.StrictGreaterThan, sp.LessThan, sp.GreaterThan)):
            strict = isinstance(constraint, (sp.StrictLessThan, sp.StrictGreaterThan))
            yield sp.expand(expression - constraint.gts + constraint.lts), strict
