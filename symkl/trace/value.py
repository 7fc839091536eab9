"""An array of which all elements are one expression, and what reductions make of it.

A function of arrays is traced with arguments that are the same in each of D independent dimensions (and of N members
of a batch): a sum over an axis is then a multiple. Lengths of axes are primes that no program has a reason to name, so
that a length that is read from a shape is known again.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import sympy as sp

from symkl.trace.constants import exact
from symkl.trace.refusal import refuse

__all__ = ["LENGTHS", "Value", "combined", "lifted", "reduced"]

#: the length of an axis in a traced call, and its symbol in the expression
LENGTHS = {
    1009: sp.Symbol("D", integer=True, positive=True),
    2003: sp.Symbol("N", integer=True, positive=True),
}


@dataclass(frozen=True)
class Value:
    """`expression` in each element of an array of that shape; `reduced`: it came of a sum over an axis."""

    expression: sp.Basic
    shape: tuple[int, ...] = ()
    reduced: bool = False


def lifted(number: Any) -> Value:
    """A plain number, or the length of an axis."""
    if number in LENGTHS:
        return Value(LENGTHS[number])
    return Value(exact(number))


def combined(meaning: Callable[..., sp.Basic], operands: Sequence[Value], linear: bool = False) -> Value:
    """An operation on elements; after a sum over an axis only one that is `linear`: all else would mix elements."""
    shape = _broadcast([v.shape for v in operands])
    afterwards = any(v.reduced for v in operands)
    if afterwards:
        others = [v for v in operands if not v.reduced]
        if not linear or any(v.expression.free_symbols - set(LENGTHS.values()) for v in others):
            raise refuse(
                "a sum over an axis is put into another operation with the arguments",
                "only sums of such sums and multiples by numbers can be followed",
            )
    return Value(meaning(*(v.expression for v in operands)), shape, afterwards)


def reduced(value: Value, axes: Any, keep: bool, mean: bool) -> Value:
    """The sum, or the mean, over the axes (None: all)."""
    rank = len(value.shape)
    wanted = range(rank) if axes is None else [axes] if isinstance(axes, int) else axes
    # of an array without axes libraries let the only one be named
    positions = {axis % rank if rank else 0 for axis in wanted}
    if not rank:
        return value
    factor = sp.Mul(*(LENGTHS.get(value.shape[i], sp.Integer(value.shape[i])) for i in positions))
    shape = tuple(1 if i in positions else n for i, n in enumerate(value.shape) if keep or i not in positions)
    return Value(value.expression if mean else factor * value.expression, shape, value.reduced or bool(positions))


def _broadcast(shapes: Sequence[tuple[int, ...]]) -> tuple[int, ...]:
    rank = max((len(shape) for shape in shapes), default=0)
    found = []
    for i in range(rank):
        lengths = {shape[i - rank] for shape in shapes if len(shape) >= rank - i} - {1}
        if len(lengths) > 1:
            raise refuse(f"arrays of the shapes {', '.join(map(str, shapes))} do not broadcast")
        found.append(lengths.pop() if lengths else 1)
    return tuple(found)
