"""Coordinates in which SymPy's assumptions see what a domain says: odds for (0, 1), a gap for an ordered pair."""

from __future__ import annotations

from collections.abc import Callable, Iterable

import sympy as sp

from symkl.model import Unit

__all__ = ["gap_coordinates", "inside", "to_odds"]


def to_odds(expression: sp.Expr) -> sp.Expr:
    """`u` in the open unit interval => `o/(1+o)` with `o > 0`, so that `1-u` is known positive."""
    units = expression.atoms(Unit)
    if not units:
        return expression
    if len(units) == 1:  # a + b*u is put together at once: nothing above the sum has to look for it later
        (unit,) = units
        expression = expression.replace(lambda node: isinstance(node, sp.Add) and node.has(unit), _linear_in(unit))
    odds = {u: _odds(u) for u in units}
    entered = expression.xreplace({u: o / (1 + o) for u, o in odds.items()})
    return sp.Expr.replace(entered, _is_odds_sum, lambda total: sp.cancel(sp.together(total)))


def _odds(unit: Unit) -> sp.Symbol:
    return sp.Symbol(f"odds {unit.name}", positive=True)


def _linear_in(unit: Unit) -> Callable[[sp.Expr], sp.Expr]:
    """`a + b*u` => `(a + (a + b)*o)/(1 + o)`; any other sum stays."""
    o = _odds(unit)

    def enter(total: sp.Expr) -> sp.Expr:
        constant: list[sp.Expr] = []
        slope: list[sp.Expr] = []
        for term in total.args:
            coefficient, rest = term.as_independent(unit, as_Add=False)
            if rest not in (1, unit):
                return total
            (slope if rest == unit else constant).append(coefficient)
        return (sp.Add(*constant) + sp.expand(sp.Add(*constant, *slope)) * o) / (1 + o)

    return enter


def _is_odds_sum(node: sp.Basic) -> bool:
    return (
        isinstance(node, sp.Add)
        and any(s.name.startswith("odds ") for s in node.free_symbols)
        and any(isinstance(p, sp.Pow) and p.exp.is_negative for p in node.atoms(sp.Pow))
        and node.is_rational_function(*node.free_symbols)
    )


def gap_coordinates(constraints: Iterable[sp.Basic]) -> dict[sp.Symbol, sp.Expr]:
    """`a < b` => `b = a + gap` with a positive gap (nonnegative for `<=`), for each constraint that has a free side.

    A triple `(x, a, b)` says that x lies strictly between a and b.
    """
    found: dict[sp.Symbol, sp.Expr] = {}
    for constraint in constraints:
        if isinstance(constraint, sp.Tuple):
            found[constraint[0]] = inside(*constraint)
            continue
        if not isinstance(constraint, (sp.StrictLessThan, sp.LessThan, sp.StrictGreaterThan, sp.GreaterThan)):
            continue
        low, high = constraint.lts, constraint.gts
        strict = isinstance(constraint, (sp.StrictLessThan, sp.StrictGreaterThan))
        sign = {"positive": True} if strict else {"nonnegative": True}
        # a positive symbol is not written as a sum of which less is known
        rises = not high.is_positive or low.is_nonnegative
        if isinstance(high, sp.Symbol) and rises and high not in found and high not in _ends(low, found):
            found[high] = low + sp.Symbol(f"gap {high.name}", **sign)
        elif isinstance(low, sp.Symbol) and low not in found and low not in _ends(high, found):
            found[low] = high - sp.Symbol(f"gap {low.name}", **sign)
    return found


def _ends(expression: sp.Expr, found: dict[sp.Symbol, sp.Expr]) -> set[sp.Basic]:
    """The symbols that the expression comes down to: a constraint that follows from others must not close a circle."""
    for _ in range(len(found) + 1):
        expression = expression.xreplace(found)
    return set(expression.free_symbols)


def inside(x: sp.Symbol, lower: sp.Expr, upper: sp.Expr) -> sp.Expr:
    """Any point between the bounds, in a coordinate whose sign SymPy knows."""
    free = sp.Symbol(f"inside {x.name}", positive=True)
    if lower == -sp.oo and upper == sp.oo:
        return sp.Symbol(f"inside {x.name}", real=True)
    if lower == -sp.oo:
        return upper - free
    if upper == sp.oo:
        return lower + free
    return lower + (upper - lower) * free / (1 + free)
