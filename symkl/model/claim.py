"""A claim: which quantity of which distribution or ordered pair of distributions."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import sympy as sp

from symkl.model.family import Family, Parameter

__all__ = ["QUANTITIES", "Claim", "Distribution", "claim", "indexed"]

QUANTITIES = ("entropy", "cross_entropy", "kl", "expectation")


@dataclass(frozen=True)
class Distribution:
    """One member of a claim: a family whose parameters have been given their index and whose `where` is applied.

    `role` is "p" (the one averaged over) or "q". `parameters` are those that are still free. All expressions are
    in the claim's one shared `variable`.
    """

    family: Family
    role: str
    variable: sp.Symbol
    parameters: tuple[Parameter, ...]
    support: tuple[sp.Expr, sp.Expr]
    constraints: tuple[sp.Basic, ...]
    density: sp.Expr | None
    log_density: sp.Expr | None

    @property
    def kind(self) -> str:
        return self.family.kind


@dataclass(frozen=True)
class Claim:
    """`entropy`, `cross_entropy`, `kl` or `expectation` (of `of`) for p, or p and q, under `where`."""

    quantity: str
    p: Distribution
    q: Distribution | None = None
    of: sp.Expr | None = None
    where: tuple[tuple[str, sp.Expr], ...] = ()

    @property
    def id(self) -> str:
        """`kl:Normal:Gamma`; the names alone, so that claims that differ by `where` or `of` share it."""
        names = [self.quantity, self.p.family.name]
        return ":".join([*names, self.q.family.name] if self.q else names)

    @property
    def parameters(self) -> tuple[Parameter, ...]:
        """The free parameters, the first distribution's and then the second's, in declared order."""
        return self.p.parameters + (self.q.parameters if self.q else ())


def claim(
    quantity: str,
    p: Family,
    q: Family | None = None,
    of: sp.Expr | None = None,
    where: tuple[tuple[str, sp.Expr], ...] = (),
) -> Claim:
    """The claim about families p and q; `where` fixes or ties parameters by their suffixed names."""
    pair = q is not None
    first = _member(p, "p", "1" if pair else "", p.variable, where)
    second = _member(q, "q", "2", p.variable, where) if q is not None else None
    return Claim(quantity, first, second, of, where)


def indexed(parameters: tuple[Parameter, ...], index: str) -> tuple[Parameter, ...]:
    """A family's parameters as they are called in a claim: of a pair's first with index "1", of its second with "2"."""
    return tuple(Parameter(p.name, p.domain, p.latex, p.doc, index) for p in parameters)


# what recurs for a family in all its pairs: there are as many pairs as families squared
@lru_cache(maxsize=512)
def _member(
    family: Family, role: str, index: str, variable: sp.Symbol, where: tuple[tuple[str, sp.Expr], ...]
) -> Distribution:
    given = dict(where)
    old = family.parameters
    new = indexed(old, index)
    rename = {o.symbol: given.get(n.full_name, n.symbol) for o, n in zip(old, new, strict=True)}
    rename[family.variable] = variable

    def put(expression: sp.Basic) -> Any:
        # to rename, all at once, needs no search for what a value might match
        return expression.subs(rename, simultaneous=True) if given else expression.xreplace(rename)

    lower, upper = (put(bound) for bound in family.support)
    return Distribution(
        family=family,
        role=role,
        variable=variable,
        parameters=tuple(n for n in new if n.full_name not in given),
        support=(lower, upper),
        constraints=tuple(put(c) for c in family.constraints),
        density=None if family.density is None else put(family.density),
        log_density=None if family.log_density is None else put(family.log_density),
    )
