"""Bregman divergences of functions that stand in a closed form by themselves, at two parameters: one kernel each."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import sympy as sp

from symkl.codegen.stable.kernels import BesselGap, Kernel, LogSeriesGap
from symkl.codegen.stable.logs import split_logs
from symkl.codegen.stable.shape import factored, spread
from symkl.codegen.stable.signs import nonnegative
from symkl.model import Unit

__all__ = ["ROWS", "Row", "open_bregman"]


@dataclass(frozen=True)
class Row:
    """`c*potential(b) - c*potential(a) => c*gap(b, a, b - a)` and what the gap's linear part leaves, for c >= 0."""

    gap: type[Kernel]
    potential: Callable[[sp.Expr], sp.Expr]
    #: whether it is one of that parameter
    of: Callable[[sp.Symbol], bool]


ROWS = (
    Row(LogSeriesGap, lambda p: sp.log(-sp.log(1 - p)), lambda p: isinstance(p, Unit)),
    Row(BesselGap, lambda x: sp.log(sp.besseli(0, x)), lambda x: bool(x.is_positive)),
)


def open_bregman(closed: sp.Expr, pairs: list[tuple[sp.Expr, sp.Expr]]) -> tuple[sp.Expr, sp.Expr] | None:
    """What is left and the gaps, of the second's parameters from the first's; None where there are none."""
    found = [(row, b, a) for row in ROWS for a, b in pairs if _stands(row, (a, b), closed)]
    if not found:
        return None
    rest, gaps = spread(split_logs(closed)), sp.S.Zero
    for row, b, a in found:
        coefficient = factored(rest.coeff(row.potential(b), 1))
        if coefficient != 0 and nonnegative(coefficient) and rest.coeff(row.potential(a), 1) == -coefficient:
            gap = row.gap(b, a, b - a)
            rest = spread(sp.factor(rest - split_logs(coefficient * gap.definition())))
            gaps += coefficient * gap
    return None if gaps == 0 else (rest, gaps)


def _stands(row: Row, pair: tuple[sp.Expr, sp.Expr], closed: sp.Expr) -> bool:
    """Whether the potentials of both may stand in the closed form: what they are made of does."""
    functions = closed.atoms(sp.Function)
    return all(x.is_Symbol and row.of(x) and row.potential(x).args[0].atoms(sp.Function) <= functions for x in pair)
