"""From what was derived and verified to a program."""

from __future__ import annotations

import builtins
import keyword
from collections.abc import Callable, Sequence
from itertools import islice

import sympy as sp
from sympy.core.function import ArgumentIndexError

from symkl.algebra import assuming, holds
from symkl.codegen.arguments import Signature, constraints_of, signature
from symkl.codegen.backends import BACKENDS
from symkl.codegen.cases import Case, continued, with_equality
from symkl.codegen.documentation import documentation
from symkl.codegen.exponents import settled
from symkl.codegen.products import kept_whole
from symkl.codegen.program import Argument, Assignment, Branch, Program
from symkl.codegen.quotients import shared
from symkl.codegen.reach import check_reach, filled, scaled
from symkl.codegen.stable.bells import between_bells
from symkl.codegen.stable.form import StableForm, stable_form
from symkl.codegen.stable.lines import Curve, between_lines
from symkl.codegen.stable.slopes import stable_slope
from symkl.codegen.straightline import Lowering
from symkl.errors import NotYet
from symkl.model import Claim, Derivation, Expectation, Verified

__all__ = ["argument_names", "function_name", "lower"]

#: names that the code of every backend uses for itself
RESERVED = frozenset({"annotations", "dtype", "event_ndims", "shape", "valid", "validate", "value"}).union(
    *(backend.RESERVED for backend in BACKENDS.values())
)


def lower(
    verified: Verified,
    first: str | None = None,
    second: str | None = None,
    text: Callable[[sp.Expr], str] = sp.sstr,
    *,
    slopes: bool = False,
) -> Program:
    """The program of a verified closed form, under the named parametrisations of its first and second family.

    `text` prints a formula in the docstring; with `slopes` the program has the derivatives too. Raises NotYet where
    no closed form was derived, or the claim is an expectation; BadInput where there is no parametrisation of that name.
    """
    derivation = verified.derivation
    claim = derivation.claim
    if claim.quantity == "expectation":
        raise NotYet("code is generated for an entropy, a cross-entropy or a KL divergence, not for an expectation")
    chosen = signature(claim, first, second)
    names = argument_names(chosen)
    parts = _parts(derivation, chosen)
    found = _slopes(parts, chosen, constraints_of(claim, chosen)) if slopes else [()] * len(parts)
    lowering = Lowering(names.values())
    expressions = [filled(part.form.expression) for part in parts] + [settled(e) for es in found for e in es]
    lowered = lowering.lower([kept_whole(scaled(e)) for e in expressions])
    values = lowered[: len(parts)]
    kept = {a.name for a in _needed(lowering.assignments, [*values, *(c for part in parts for c in part.when)])}
    derivatives, assignments = shared(lowered[len(parts) :], lowering.assignments, lowering.fresh, kept)
    following = iter(derivatives)
    branches = tuple(
        Branch(
            part.when, value, part.form.nonnegative, tuple(islice(following, len(own))), part.closed, part.form.error
        )
        for part, value, own in zip(parts, values, found, strict=True)
    )
    first_needed, later = _divided(assignments, branches)
    return Program(
        name=function_name(claim, first, second),
        arguments=tuple(Argument(names[p.symbol], p.symbol, p.domain, p.doc) for p in chosen.parameters),
        constraints=constraints_of(claim, chosen),
        assignments=first_needed,
        branches=branches,
        otherwise="inf" if derivation.otherwise == "oo" else "nan",
        clipped=claim.quantity == "kl" and not all(part.form.nonnegative for part in parts),
        documentation=documentation(verified, chosen, parts, text),
        later=later,
        pairs=chosen.pairs,
    )


def function_name(claim: Claim, first: str | None, second: str | None) -> str:
    """`kl_normal_normal__log_variance`; two parametrisations that differ are both named, `given` for none."""
    parts = [claim.quantity, claim.p.family.name.lower()]
    if claim.q is not None:
        parts.append(claim.q.family.name.lower())
    name = "_".join(parts)
    if claim.q is None or first == second:
        return f"{name}__{first}" if first else name
    return f"{name}__{first or 'given'}__{second or 'given'}"


def argument_names(chosen: Signature) -> dict[sp.Symbol, str]:
    """A name in the code for each parameter: its own, unless generated code needs that name for itself."""
    names: dict[sp.Symbol, str] = {}
    for parameter in chosen.parameters:
        name = parameter.full_name
        if name.startswith("_"):
            name = f"p{name}"
        while name in RESERVED or name in names.values() or keyword.iskeyword(name) or hasattr(builtins, name):
            name += "_"
        names[parameter.symbol] = name
    return names


def _parts(derivation: Derivation, chosen: Signature) -> list[Case]:
    """The cases in the order in which they are tried."""
    claim = derivation.claim
    if derivation.status == "infinite":
        return [Case((), sp.oo, StableForm(sp.oo, True, 0.0, True))]
    result = derivation.result
    if derivation.status == "none" or result is None or result.has(Expectation):
        raise NotYet(f"{claim.id} has no closed form to generate code from: {derivation.reason or 'not derived'}")
    constraints = constraints_of(claim, chosen)
    parts = []
    for case in derivation.values:
        conditions = tuple(chosen.put(c) for c in case.when if c not in (sp.true, True))
        closed = chosen.put(case.value)
        check_reach(closed, (*constraints, *conditions))
        by_pieces, wider = _by_pieces(claim, chosen, constraints, conditions)
        given, pairs = (*constraints, *conditions), _pairs_in(closed, chosen)
        form = stable_form(closed, pairs, claim.quantity == "kl", given, by_pieces)
        if form.expression == by_pieces:
            conditions = wider
        parts.append(Case(tuple(c for c in conditions if holds(c) is not True), closed, form))
    parts = continued(parts)
    return with_equality(parts, chosen.pairs) if claim.quantity == "kl" else parts


def _by_pieces(
    claim: Claim, chosen: Signature, constraints: Sequence[sp.Basic], conditions: tuple[sp.Basic, ...]
) -> tuple[sp.Expr | None, tuple[sp.Basic, ...]]:
    """The divergence of two distributions of one family from their densities, where these are lines or bells.

    With it the conditions under which it is that: some hold at an end too that was left out of them.
    """
    members = [m for m in (claim.p, claim.q) if m is not None and m.kind == "continuous" and m.density is not None]
    if claim.quantity != "kl" or not chosen.pairs or len(members) != 2:
        return None, conditions
    p, q = (Curve(m.variable, *(chosen.put(e) for e in (*m.support, m.density))) for m in members)

    def found(conditions: Sequence[sp.Basic]) -> sp.Expr | None:
        with assuming((*constraints, *conditions)):
            form = between_lines(p, q, chosen.pairs)
            return between_bells(p, q) if form is None else form

    form = found(conditions)
    for condition in conditions if form is not None else ():
        if isinstance(condition, (sp.StrictGreaterThan, sp.StrictLessThan)):
            closed = tuple(sp.Ge(c.gts, c.lts) if c == condition else c for c in conditions)
            conditions = closed if found(closed) == form else conditions
    return form, conditions


def _pairs_in(closed: sp.Expr, chosen: Signature) -> tuple[tuple[sp.Expr, sp.Expr], ...]:
    """The pairs that a value is about: one that holds where two parameters are equal may name neither."""
    return tuple((x, y) for x, y in chosen.pairs if (x.free_symbols | y.free_symbols) <= closed.free_symbols)


def _slopes(parts: Sequence[Case], chosen: Signature, constraints: tuple[sp.Basic, ...]) -> list[tuple[sp.Expr, ...]]:
    """The derivatives of each case's value with respect to the arguments; none where one has no closed form."""
    symbols = [parameter.symbol for parameter in chosen.parameters]
    found = []
    for part in parts:
        given, pairs = (*constraints, *part.when), _pairs_in(part.closed, chosen)
        try:
            own = tuple(stable_slope(part.form.expression, part.closed, x, pairs, given) for x in symbols)
        except ArgumentIndexError:
            return [()] * len(parts)
        if any(e.has(sp.Derivative, sp.Subs, sp.meijerg) for e in own):
            return [()] * len(parts)
        found.append(own)
    return found


def _divided(
    assignments: Sequence[Assignment], branches: Sequence[Branch]
) -> tuple[tuple[Assignment, ...], tuple[Assignment, ...]]:
    """The assignments that the values need, and those that only the slopes do."""
    first = _needed(assignments, [part for branch in branches for part in (branch.value, *branch.conditions)])
    later = _needed(assignments, [slope for branch in branches for slope in branch.slopes])
    return tuple(first), tuple(a for a in later if a not in first)


def _needed(assignments: Sequence[Assignment], parts: Sequence[sp.Basic]) -> list[Assignment]:
    """The assignments without which these cannot be computed."""
    found, wanted = [], {s for part in parts for s in part.free_symbols}
    for assignment in reversed(assignments):
        if assignment.name in wanted:
            wanted |= assignment.value.free_symbols
            found.append(assignment)
    return found[::-1]
