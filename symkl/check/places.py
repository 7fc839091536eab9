"""What each part of a wrong formula would have to be for the whole to be right, all else left as it stands."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import mpmath as mp
import sympy as sp

from symkl.check.figures import Figures

__all__ = ["Place", "places"]

_LARGEST = mp.mpf(10) ** 6  # of an exponent


@dataclass(frozen=True)
class Place:
    """A part of the formula, its values at the points, and those that it would have to have.

    `inside` is the part that it is an operand of, `depth` how many functions and powers it stands under.
    """

    part: sp.Expr
    values: list[mp.mpf]
    wanted: list[mp.mpf]
    inside: sp.Expr
    depth: int = 0


def places(form: sp.Expr, true: Sequence[mp.mpf], figures: Figures) -> Iterator[Place]:
    """The parts of the form, the form itself not among them, reached through what can be turned round.

    Sums, products, powers, logarithms and exponentials can; what stands under another function is not reached.
    """
    values = figures.of(form)
    if values is not None:
        yield from _inside(form, values, list(true), figures, 0)


def _inside(form: sp.Expr, values: list[mp.mpf], wanted: list[mp.mpf], figures: Figures, depth: int) -> Iterator[Place]:
    depth += not isinstance(form, (sp.Add, sp.Mul))
    for operand in dict.fromkeys(form.args):
        own = figures.of(operand)
        if own is None or form.args.count(operand) > 1:
            continue
        rows = [
            _turned(form, operand, *row)
            for row in zip(values, own, wanted, _others(form, operand, figures), strict=True)
        ]
        targets = [row for row in rows if row is not None]
        if len(targets) < len(rows):
            continue
        yield Place(operand, own, targets, form, depth)
        yield from _inside(operand, own, targets, figures, depth)


def _others(form: sp.Expr, operand: sp.Expr, figures: Figures) -> list[mp.mpf | None]:
    """Of a power the values of the operand that stays; None of all else."""
    if isinstance(form, sp.Pow):
        found = figures.of(form.exp if operand == form.base else form.base)
        if found is not None:
            return list(found)
    return [None] * len(figures.points)


def _turned(
    form: sp.Expr, operand: sp.Expr, value: mp.mpf, own: mp.mpf, wanted: mp.mpf, other: mp.mpf | None
) -> mp.mpf | None:
    """What the operand must be for `form` to be `wanted`, at one point."""
    try:
        match form:
            case sp.Add():
                found = wanted - (value - own)
            case sp.Mul():
                found = wanted * own / value
            case sp.exp() | sp.Pow(base=sp.E):
                found = mp.log(wanted)
            case sp.Pow() if other is not None and operand == form.base:
                found = mp.sign(own) * abs(wanted) ** (1 / other) if wanted > 0 else None
            case sp.Pow() if other is not None:
                found = mp.log(wanted) / mp.log(other)
            case sp.log():
                found = mp.exp(wanted) if abs(wanted) < _LARGEST else None
            case _:
                return None
    except (ZeroDivisionError, ValueError, OverflowError):
        return None
    return found if isinstance(found, mp.mpf) and mp.isfinite(found) else None
