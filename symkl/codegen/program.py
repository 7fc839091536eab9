"""A program: one function to be generated, as data that no backend has touched yet."""

from __future__ import annotations

from dataclasses import dataclass

import sympy as sp

__all__ = ["Argument", "Assignment", "Branch", "Documentation", "Program"]


@dataclass(frozen=True)
class Argument:
    """An argument: its name in the code, the symbol that it is in the expressions, its domain and its documentation."""

    name: str
    symbol: sp.Symbol
    domain: str
    doc: str = ""


@dataclass(frozen=True)
class Assignment:
    """`name = value`; a value without symbols is a constant, rounded once when it is printed."""

    name: sp.Symbol
    value: sp.Expr


@dataclass(frozen=True)
class Branch:
    """The value where all of `conditions` hold; `nonnegative`: a sum of non-negative terms.

    `slopes` are its derivatives with respect to the arguments, in their order, where these are wanted. `closed` is the
    value as it was derived, and `error` what the stable form of it was seen to lose, in units in the last place.
    """

    conditions: tuple[sp.Basic, ...]
    value: sp.Expr
    nonnegative: bool = False
    slopes: tuple[sp.Expr, ...] = ()
    closed: sp.Expr | None = None
    error: float = 0.0


@dataclass(frozen=True)
class Documentation:
    """What a docstring says, in words; nothing here is code. `rechecked`: how the finished text was checked again."""

    title: str
    formula: str
    conditions: tuple[str, ...]
    otherwise: str
    verdict: str
    sources: tuple[str, ...]
    notes: tuple[str, ...]
    rechecked: str = ""


@dataclass(frozen=True)
class Program:
    """One function.

    `assignments` come in order, each using arguments and earlier names only; the value is the first of `branches`
    whose conditions hold, and `otherwise` (inf or nan) where none does; `later` are the assignments that only the
    slopes of the branches need besides. `constraints` hold on the arguments besides
    their domains. `clipped`: the value is a divergence, but not by its form a sum of non-negative terms, so that
    rounding could make it negative. `pairs` are the parameters that are equal where the two distributions coincide.
    """

    name: str
    arguments: tuple[Argument, ...]
    constraints: tuple[sp.Basic, ...]
    assignments: tuple[Assignment, ...]
    branches: tuple[Branch, ...]
    otherwise: str
    clipped: bool
    documentation: Documentation
    later: tuple[Assignment, ...] = ()
    pairs: tuple[tuple[sp.Expr, sp.Expr], ...] = ()

    @property
    def expressions(self) -> tuple[sp.Basic, ...]:
        """Everything that is evaluated, in order."""
        values = [a.value for a in (*self.assignments, *self.later)]
        branches = [part for b in self.branches for part in (*b.conditions, b.value, *b.slopes)]
        return (*values, *branches, *self.constraints)
