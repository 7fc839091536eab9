"""The expressions that tracing gave, read again, and held against what the function gave when it was run."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

import mpmath as mp
import sympy as sp

from symkl.check.formula import DIMENSIONS
from symkl.check.function.calls import Calls
from symkl.check.function.numeric import close
from symkl.errors import BadInput
from symkl.language import parse
from symkl.model import Derivation, symbol
from symkl.trace.user.answering import NAMES_OF_AXES
from symkl.verify.numbers import number_of
from symkl.verify.points import Point

__all__ = ["Read", "divided", "faithful", "proportional", "read_traces"]


@dataclass(frozen=True)
class Read:
    """The function of arrays with those `axes`, `left` of which what comes out has; D and N are their lengths."""

    axes: tuple[str, ...]
    left: tuple[str, ...]
    expression: sp.Expr

    D: ClassVar[sp.Symbol] = symbol(NAMES_OF_AXES["D"], "positive_integer")
    N: ClassVar[sp.Symbol] = symbol(NAMES_OF_AXES["N"], "positive_integer")

    @property
    def over(self) -> tuple[str, ...]:
        """The axes that are summed over."""
        return tuple(axis for axis in self.axes if axis not in self.left)

    def batch(self) -> str:
        """What it makes of a batch: "sum", "mean", or nothing where there is none."""
        return "" if "N" not in self.over else "sum" if self.expression.has(self.N) else "mean"

    def lengths_named(self) -> sp.Expr:
        """The expression with the lengths by their plain names."""
        return self.expression.xreplace({self.D: DIMENSIONS, self.N: symbol("N", "positive_integer")})

    def other_than(self, dims: str) -> str:
        """In words, where it sums over dimensions and should take the mean, or the other way round."""
        if "D" not in self.over or dims == "none":
            return ""
        if dims == "sum" and not self.expression.has(self.D):
            return "over the dimensions it is the mean, not the sum"
        if dims == "mean" and not sp.expand(self.expression / self.D).has(self.D):
            return "over the dimensions it is the sum, not the mean"
        return ""

    def of_one(self) -> tuple[sp.Expr | None, str]:
        """What it is of one member of a batch (None where that depends on N), and in words what it makes of a batch."""
        if not self.expression.has(self.N):
            return self.expression, "of a batch it is the mean" if "N" in self.over else ""
        alone = divided(self.expression, self.N)
        return (None, "") if alone.has(self.N) else (alone, "of a batch of N it is the sum: N times this")


def divided(whole: sp.Expr, by: sp.Symbol) -> sp.Expr:
    """The share, as the whole is written where that is possible: a diagnosis names its terms."""
    share = whole / by
    return sp.expand(share) if share.has(by) else share


def proportional(whole: Read, flat: Read, points: Sequence[Point]) -> bool:
    """Whether of a batch of two the function is a multiple of what it is of arrays (D,), the same at all points."""
    sizes = {Read.D: sp.Integer(3), Read.N: sp.Integer(2)}
    pairs = [[number_of(read.expression.xreplace(sizes), point) for read in (whole, flat)] for point in points[:4]]
    ratios = [one / two for one, two in pairs if one is not None and two]
    return len(ratios) > 1 and all(close(ratio, ratios[0], coarse=False) for ratio in ratios)


def read_traces(said: Sequence[Mapping[str, Any]], derivation: Derivation) -> list[Read]:
    """What the other process sent; an expression that the language does not have is left out."""
    names = {p.full_name: p.symbol for p in derivation.claim.parameters} | {s.name: s for s in (Read.D, Read.N)}
    found = []
    for trace in said:
        try:
            expression = parse(trace["expression"], names)
        except BadInput:
            continue
        found.append(Read(tuple(trace["axes"]), tuple(trace["left"]), expression))
    return found


def faithful(read: Read, calls: Calls, points: Sequence[Point]) -> bool:
    """Whether the function gave, at each point, what its expression says: of several, the mean over its elements."""
    if not calls.elements:
        return False
    sizes = {read.D: sp.Integer(calls.sizes.get("D", 1)), read.N: sp.Integer(calls.sizes.get("N", 1))}
    if read.expression in (sp.oo, -sp.oo):
        return all(element.value == (mp.inf if read.expression is sp.oo else -mp.inf) for element in calls.elements)
    values = [number_of(read.expression.xreplace(sizes), point) for point in points]
    compared = 0
    for element in calls.elements:
        own = [values[i] for i in element.points]
        known = [value for value in own if value is not None]
        if len(known) < len(own):
            if not mp.isfinite(element.value):
                return False  # the expression may be infinite there, and nobody would look at whether it should be
            continue
        if not close(element.value, mp.fsum(known) / len(known), calls.coarse):
            return False
        compared += 1
    return 2 * compared >= len(calls.elements)
