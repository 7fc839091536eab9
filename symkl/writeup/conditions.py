r"""Conditions on parameters and on the variable as LaTeX: `x < c`, `a_1 < \mu_2 < b_1`."""

from __future__ import annotations

from collections.abc import Callable, Iterable

import sympy as sp

__all__ = ["BOTH", "conjunction"]

BOTH = r" \text{ and } "

_SIGNS = {"<": "<", "<=": r"\le", ">": ">", ">=": r"\ge", "==": "=", "!=": r"\ne"}
_TURNED = {"<": ">", "<=": ">=", ">": "<", ">=": "<=", "==": "==", "!=": "!="}

#: left side, sign, right side
_Relation = tuple[sp.Expr, str, sp.Expr]


def conjunction(
    conditions: Iterable[sp.Basic], latex: Callable[[sp.Basic], str], variables: frozenset[sp.Symbol] = frozenset()
) -> list[str]:
    """What all holds, each once; two bounds of one thing in one piece, the variable and what is bounded on the left."""
    flat = [c for condition in conditions for c in sp.And.make_args(condition) if c != sp.true]
    relations = [_read(c, variables) if isinstance(c, sp.core.relational.Relational) else c for c in flat]
    out: list[str] = []
    used: set[int] = set()
    for i, one in enumerate(relations):
        if i in used:
            continue
        if not isinstance(one, tuple):
            out.append(latex(one))
            continue
        for j in range(i + 1, len(relations)):
            between = _between(one, relations[j])
            if between is not None and j not in used:
                used.add(j)
                low, first, middle, second, high = between
                out.append(f"{latex(low)} {_SIGNS[first]} {latex(middle)} {_SIGNS[second]} {latex(high)}")
                break
        else:
            left, sign, right = one
            out.append(f"{latex(left)} {_SIGNS[sign]} {latex(right)}")
    return list(dict.fromkeys(out))


def _read(relation: sp.Basic, variables: frozenset[sp.Symbol]) -> _Relation:
    left, right = relation.args
    sign = relation.rel_op
    if isinstance(left, sp.log) and isinstance(right, sp.log):
        left, right = left.args[0], right.args[0]  # the logarithm is strictly increasing
    turned = (right.free_symbols & variables and not left.free_symbols & variables) or (
        left.is_number and not right.is_number
    )
    if turned:
        left, sign, right = right, _TURNED[sign], left
    factor = left.as_coeff_Mul()[0]
    if right.is_number and factor.is_Rational and factor.is_positive:
        left, right = left / factor, right / factor
    return left, sign, right


def _between(one: _Relation, other: object) -> tuple[sp.Expr, str, sp.Expr, str, sp.Expr] | None:
    r"""`a < x` and `x < b`, either way round => (a, <, x, <, b)."""
    if not isinstance(other, tuple):
        return None
    ways = [(a, b) for a in (one, _turn(one)) for b in (other, _turn(other))]
    for (low, first, middle), (again, second, high) in [*ways, *((b, a) for a, b in ways)]:
        if middle == again and low != high and {first, second} <= {"<", "<="} and not middle.is_number:
            return low, first, middle, second, high
    return None


def _turn(relation: _Relation) -> _Relation:
    left, sign, right = relation
    return right, _TURNED[sign], left
