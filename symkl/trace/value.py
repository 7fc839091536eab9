"""An array of which all elements are one expression, and what reductions make of it.

A function of arrays is traced with arguments that are the same in each of D independent dimensions (and of N members
of a batch): a sum over an axis is then a multiple. Lengths of axes are primes that no program has a reason to name, so
that a length that is read from a shape is known again, alone, in a product of lengths, or in a simple multiple.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from fractions import Fraction
from math import prod
from typing import Any

import sympy as sp

from symkl.trace.constants import Rounded, exact, recognised
from symkl.trace.refusal import refuse

__all__ = ["AXES", "LENGTHS", "Value", "combined", "length", "lifted", "reduced"]

#: the length of an axis in a traced call, and its symbol in the expression
LENGTHS = {
    1009: sp.Symbol("D", integer=True, positive=True),
    2003: sp.Symbol("N", integer=True, positive=True),
}
#: the length of an axis by its name
AXES = {symbol.name: size for size, symbol in LENGTHS.items()}
#: a number is a multiple of a length where what is left of it is as simple as this
_SIMPLE = 100


@dataclass(frozen=True)
class Value:
    """`expression` in each element of an array of that shape; `reduced`: it came of a sum over an axis."""

    expression: sp.Basic
    shape: tuple[int, ...] = ()
    reduced: bool = False


def lifted(number: Any) -> Value:
    """A plain number, or a simple multiple of lengths of axes and of their inverses."""
    found = exact(number)
    if isinstance(found, sp.Rational) and not found.is_Integer:
        return Value(_of_lengths(Fraction(int(found.p), int(found.q))) or found)
    if found.is_Integer:
        return Value(_of_lengths(Fraction(int(found))) or found)
    if found.is_Symbol:  # a rounded number: one over the product of the lengths is no simple ratio
        for scale in (*LENGTHS, prod(LENGTHS)):
            near = Fraction(float(number) * scale).limit_denominator(_SIMPLE)
            if near and near.numerator / near.denominator / scale == float(number):
                return Value(_of_lengths(near / scale) or found)
        for size, symbol in LENGTHS.items():  # such as D*log(2*pi)
            share = recognised(exact(float(number) / size))
            if not share.has(Rounded):
                return Value(symbol * share)
    return Value(found)


def length(size: int) -> sp.Expr:
    """The length of an axis, be it one of several that were put together."""
    return _of_lengths(Fraction(size)) or sp.Integer(size)


def _of_lengths(ratio: Fraction) -> sp.Expr | None:
    """The ratio with lengths by their symbols; None where there is none in it."""
    powers: list[sp.Expr] = []
    for size, symbol in LENGTHS.items():
        while ratio.numerator and ratio.numerator % size == 0:
            ratio, powers = ratio / size, [*powers, symbol]
        while ratio.denominator % size == 0:
            ratio, powers = ratio * size, [*powers, 1 / symbol]
    if not powers or abs(ratio.numerator) > _SIMPLE or ratio.denominator > _SIMPLE:
        return None
    return sp.Rational(ratio.numerator, ratio.denominator) * sp.Mul(*powers)


def combined(meaning: Callable[..., sp.Basic], operands: Sequence[Value], linear: bool = False) -> Value:
    """An operation on elements; after a sum over an axis only one that is `linear`: all else would mix elements."""
    shape = _broadcast([v.shape for v in operands])
    sums = [v.reduced and _depends(v) for v in operands]
    if any(sums):
        beside = any(_depends(v) and not v.reduced for v in operands)
        stand_ins = [sp.Dummy() if one else v.expression for v, one in zip(operands, sums, strict=True)]
        made = meaning(*stand_ins)
        dummies = [s for s, one in zip(stand_ins, sums, strict=True) if one]
        if not made.has(*dummies):  # such as whether it is nan
            return Value(made, shape)
        if not linear or beside or any(sp.diff(made, dummy).has(*dummies) for dummy in dummies):
            raise refuse(
                "a sum over an axis is put into another operation with the arguments",
                "only sums of such sums and multiples by numbers can be followed",
            )
    return Value(meaning(*(v.expression for v in operands)), shape, any(v.reduced for v in operands))


def _depends(value: Value) -> bool:
    return bool(value.expression.free_symbols - set(LENGTHS.values()) - value.expression.atoms(Rounded))


def reduced(value: Value, axes: Any, keep: bool, mean: bool) -> Value:
    """The sum, or the mean, over the axes (None: all)."""
    rank = len(value.shape)
    wanted = range(rank) if axes is None else [axes] if isinstance(axes, int) else axes
    # of an array without axes libraries let the only one be named
    positions = {axis % rank if rank else 0 for axis in wanted}
    if not rank:
        return value
    factor = sp.Mul(*(length(value.shape[i]) for i in positions))
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
