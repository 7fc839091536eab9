"""The support and the constraints of a family."""

from __future__ import annotations

from collections.abc import Mapping

import sympy as sp

from symkl.algebra import holds
from symkl.errors import BadInput, Location
from symkl.language.expression import parse, parse_condition
from symkl.language.tables import Table, formula_text
from symkl.language.text import to_text

__all__ = ["read_constraints", "read_support"]


def read_support(table: Table, kind: str, names: Mapping[str, sp.Symbol]) -> tuple[sp.Expr, sp.Expr]:
    """`support = [lower, upper]` in the parameters; for a discrete family both ends are integers or infinite."""
    where, ends = table.at("support"), table.list("support")
    if len(ends) != 2:
        raise BadInput(f"the support has {len(ends)} bounds", where, 'write support = ["lower", "upper"]')
    places = [table.at(f"support[{i}]") for i in (1, 2)]
    lower, upper = (_bound(end, names, place) for end, place in zip(ends, places, strict=True))
    for bound, place in zip((lower, upper), places, strict=True):
        if kind == "discrete" and bound.is_integer is False and not bound.is_infinite:
            raise BadInput(f"a bound of a discrete support must be an integer, and {to_text(bound)} is not", place)
    one_point = kind == "discrete" and lower == upper
    if lower == sp.oo or upper == -sp.oo or (holds(sp.Gt(upper, lower)) is False and not one_point):
        raise BadInput(f"the lower bound {to_text(lower)} is not below the upper bound {to_text(upper)}", where)
    return lower, upper


def _bound(end: object, names: Mapping[str, sp.Symbol], where: Location) -> sp.Expr:
    bound = parse(formula_text(end, where), names, where)
    if bound.has(sp.Sum, sp.Integral):
        raise BadInput("a bound cannot be a sum or an integral", where)
    return bound


def read_constraints(table: Table, names: Mapping[str, sp.Symbol]) -> tuple[sp.Basic, ...]:
    """Conditions on the parameters beyond their domains; one that always holds is left out."""
    made = []
    for i, text in enumerate(table.list("constraints"), start=1):
        where = table.at(f"constraints[{i}]")
        condition = parse_condition(formula_text(text, where), names, where)
        if holds(condition) is False:
            raise BadInput("this constraint never holds", where)
        parts = condition.args if isinstance(condition, sp.And) else (condition,)
        for part in parts:
            if part is sp.true:
                continue
            if not isinstance(part, sp.Rel) or isinstance(part, sp.Eq):
                raise BadInput("a constraint is an inequality such as a < b, or several joined by 'and'", where)
            made.append(part)
    return tuple(dict.fromkeys(made))
