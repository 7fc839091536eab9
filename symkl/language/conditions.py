"""Conditions in formulas: comparisons, `Eq`, `Ne`, joined by and, or, not."""

from __future__ import annotations

import ast
from itertools import pairwise
from typing import TYPE_CHECKING

import sympy as sp

from symkl.errors import BadInput

if TYPE_CHECKING:
    from symkl.language.expression import Reader

__all__ = ["condition"]

_RELATIONS: dict[type[ast.cmpop], type[sp.Rel]] = {
    ast.Lt: sp.Lt,
    ast.LtE: sp.Le,
    ast.Gt: sp.Gt,
    ast.GtE: sp.Ge,
    ast.Eq: sp.Eq,
    ast.NotEq: sp.Ne,
}


def condition(reader: Reader, node: ast.expr, depth: int) -> sp.Basic:
    """The condition that the node writes; SymPy decides one that the symbols' domains decide."""
    match node:
        case ast.Compare(left=left, ops=operators, comparators=rest):
            values = [_side(reader, part, depth) for part in (left, *rest)]
            pairs = zip(operators, pairwise(values), strict=True)
            return sp.And(*(reader.make(node, _RELATIONS[type(operator)], *pair) for operator, pair in pairs))
        case ast.BoolOp(op=operator, values=parts):
            joined = [reader.condition(part, depth) for part in parts]
            return sp.And(*joined) if isinstance(operator, ast.And) else sp.Or(*joined)
        case ast.UnaryOp(op=ast.Not(), operand=operand):
            return sp.Not(reader.condition(operand, depth))
        case ast.Call(func=ast.Name(id="Eq" | "Ne" as name), args=[left, right], keywords=[]):
            relation = sp.Eq if name == "Eq" else sp.Ne
            return reader.make(node, relation, _side(reader, left, depth), _side(reader, right, depth))
        case ast.Constant(value=bool() as value):
            return sp.true if value else sp.false
    raise BadInput("a condition is needed here", reader.place(node), "such as a < b or Eq(a, b)")


def _side(reader: Reader, node: ast.expr, depth: int) -> sp.Expr:
    """What is compared. SymPy seeks the sets on which cases inside conditions hold, for as long as that takes."""
    made = reader.expression(node, depth)
    if made.has(sp.Piecewise):
        raise BadInput(
            "cases (Piecewise) cannot be compared in a condition", reader.place(node), "compare in each case"
        )
    return made
