"""From a claim and the chosen parametrisations to the arguments of a function."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import sympy as sp

from symkl.algebra import holds
from symkl.codegen.ways import ways_of
from symkl.errors import BadInput, Location, nearest
from symkl.model import Claim, Distribution, Parameter, Parametrisation

__all__ = ["Signature", "constraints_of", "signature"]


@dataclass(frozen=True)
class Signature:
    """The parameters of a function, the first's and then the second's.

    `substitution` takes the claim's symbols to expressions in these; `pairs` are the parameters (first's, second's)
    that are equal where the two distributions coincide, none for two families.
    """

    parameters: tuple[Parameter, ...]
    substitution: Mapping[sp.Symbol, sp.Expr]
    pairs: tuple[tuple[sp.Expr, sp.Expr], ...]

    def put(self, expression: sp.Basic) -> sp.Basic:
        """The expression in these parameters."""
        return expression.subs(self.substitution, simultaneous=True)


def constraints_of(claim: Claim, chosen: Signature) -> tuple[sp.Basic, ...]:
    """What the families demand of their parameters together: the declared constraints, and a support that is one."""
    found: list[sp.Basic] = []
    for member in (claim.p, claim.q):
        if member is None:
            continue
        below = sp.LessThan if member.family.kind == "discrete" else sp.StrictLessThan
        for condition in (*member.constraints, below(*member.support)):
            put = chosen.put(condition)
            if put not in (sp.true, sp.false) and holds(put) is not True:
                found.append(put)
    return tuple(dict.fromkeys(found))


def signature(claim: Claim, first: str | None, second: str | None) -> Signature:
    """The arguments under the parametrisations of those names (None: the family's own parameters).

    Raises BadInput where a family has no parametrisation of that name.
    """
    members = [(claim.p, first)] + ([(claim.q, second)] if claim.q is not None else [])
    chosen = [_parametrised(member, name) for member, name in members]
    substitution = {old: new for _, mapping in chosen for old, new in mapping.items()}
    parameters = tuple(parameter for own, _ in chosen for parameter in own)
    return Signature(parameters, substitution, _pairs(claim, [own for own, _ in chosen], substitution, first == second))


def _parametrisation(distribution: Distribution, name: str) -> Parametrisation:
    known = ways_of(distribution.family)
    if name not in known:
        has = ", ".join(sorted(known)) or "none but its own parameters"
        raise BadInput(
            f"{distribution.family.name} has no parametrisation '{name}' (it has: {has})",
            Location(distribution.family.origin, "family.parametrisations"),
            nearest(name, known),
        )
    return known[name]


def _parametrised(
    distribution: Distribution, name: str | None
) -> tuple[tuple[Parameter, ...], dict[sp.Symbol, sp.Expr]]:
    """The parameters under the parametrisation, and the free old symbols in terms of them."""
    if name is None:
        return distribution.parameters, {}
    given = _parametrisation(distribution, name)
    free = {p.name: p for p in distribution.parameters}
    index = next((p.index for p in distribution.parameters), "")
    indexed = [Parameter(p.name, p.domain, p.latex, p.doc, index) for p in given.parameters]
    rename = {old.symbol: new.symbol for old, new in zip(given.parameters, indexed, strict=True)}
    replaced = {free[old].symbol: new.subs(rename, simultaneous=True) for old, new in given.where if old in free}
    used = {symbol for value in replaced.values() for symbol in value.free_symbols}
    kept = {name for name in free if name not in dict(given.where)}
    parameters = tuple(p for p in indexed if p.name in kept or p.symbol in used)
    # a parameter that keeps its name may have another domain in the parametrisation
    replaced |= {free[p.name].symbol: p.symbol for p in parameters if p.name in kept}
    return parameters, replaced


def _pairs(
    claim: Claim, chosen: list[tuple[Parameter, ...]], substitution: Mapping[sp.Symbol, sp.Expr], alike: bool
) -> tuple[tuple[sp.Expr, sp.Expr], ...]:
    if claim.q is None or claim.p.family != claim.q.family:
        return ()
    if alike and not claim.where:
        return tuple((p.symbol, q.symbol) for p, q in zip(*chosen, strict=True))
    given, pairs = dict(claim.where), []
    for parameter in claim.p.family.parameters:
        sides = []
        for index in "12":
            indexed = Parameter(parameter.name, parameter.domain, index=index)
            bound = given.get(indexed.full_name, indexed.symbol)
            sides.append(bound.subs(substitution, simultaneous=True))
        pair = _settled(*sides)
        if pair is not None and pair not in pairs:
            pairs.append(pair)
    return tuple(pairs)


def _settled(x: sp.Expr, y: sp.Expr) -> tuple[sp.Expr, sp.Expr] | None:
    """A pair whose first is a symbol: `exp(u/2) = exp(v/2) => (u, v)`; None where there is nothing to compare."""
    if x == y:
        return None
    for left, right in ((x, y), (y, x)):
        if left.is_Symbol and not right.has(left):
            return left, right
    for left, right in ((x, y), (y, x)):
        for symbol in sorted(left.free_symbols - right.free_symbols, key=sp.default_sort_key):
            shape = {s: sp.Dummy(positive=True) if s.is_positive else sp.Dummy(real=True) for s in right.free_symbols}
            roots = sp.solve(left - right.subs(shape), symbol)
            if len(roots) == 1:
                return symbol, sp.expand_log(roots[0].subs({d: s for s, d in shape.items()}))
    return None
