"""Where derivatives lose their digits to sums that nearly cancel, and their closed forms to work them out again.

Near equality every derivative is a sum of terms that vanish with the differences of the parameters. Where these have
different signs it crosses zero, and there the terms must be known to more digits than they have. The closed form of
the derivative, as it was derived, needs few operations; with twice the digits of a number it is exact enough there.
"""

from __future__ import annotations

import itertools
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import sympy as sp

from symkl.codegen.program import Assignment, Program
from symkl.codegen.stable.exponentials import powers_as_exponentials
from symkl.codegen.stable.form import LARGE
from symkl.codegen.stable.kernels import (
    CrossingGap,
    CrossingLogMean,
    LogGammaSum,
    LogRatioSum,
    RampGap,
    RampLogMean,
    ShareMean,
    expand_kernels,
)
from symkl.codegen.stable.logs import split_logs
from symkl.codegen.stable.measure import float_value, points
from symkl.codegen.stable.shape import join_exponentials
from symkl.codegen.stable.shorter import shorter
from symkl.codegen.straightline import LONGEST

__all__ = ["Again", "Bounded", "Exact", "Watched", "again"]

#: so much is left of the sum of the terms without their signs where these are alike
_ALIKE = 0.9
#: so many points at each of these relative distances are looked at
_TRIED, _DISTANCES = 8, (0.3, 0.1, 0.01)
#: powers are multiplied out, up to this one
_MOST = 4


#: the arguments with which a kernel vanishes whose definition divides by nothing there
_WITH = {RampGap: (2, 3), CrossingGap: (4, 5), RampLogMean: (2, 3), CrossingLogMean: (4, 5), ShareMean: (2, 3)}


class Bounded(sp.Function):
    """`Bounded(x) = x` where exp(-x) is no 0 as a number, and some large number elsewhere."""

    nargs = 1


@dataclass(frozen=True)
class Watched:
    """A derivative whose terms are watched: `parts` are assigned before it, of which it and the sums are made."""

    parts: tuple[Assignment, ...]
    slope: sp.Expr
    sums: tuple[tuple[sp.Expr, ...], ...]


@dataclass(frozen=True)
class Exact:
    """The closed forms of a case's derivatives, and the conditions under which the case is used."""

    conditions: tuple[sp.Basic, ...]
    values: tuple[sp.Expr, ...]


@dataclass(frozen=True)
class Again:
    """`sums`: terms of sums that may cancel before any derivative is added up; `slopes`: those with sums of their own,
    of each case those by all arguments.

    `near` are pairs of arguments that are close to one another near equality, `lengths` positive, and neither vast nor
    tiny where anything is done. `constants`, `assignments` and `cases`, the first that holds, are the closed forms of
    all derivatives.
    """

    sums: tuple[tuple[sp.Expr, ...], ...]
    slopes: tuple[tuple[Watched, ...], ...]
    near: tuple[tuple[sp.Expr, sp.Expr], ...]
    lengths: tuple[sp.Expr, ...]
    constants: tuple[Assignment, ...]
    assignments: tuple[Assignment, ...]
    cases: tuple[Exact, ...]


def again(program: Program, heads: Collection[Any]) -> Again | None:
    """How the derivatives of a program are worked out again; None where that is not wanted, or not to be had.

    Not wanted where no sum in them can cancel near equality; not to be had where a case has no derivatives, and of
    functions that are not known to twice the digits: `heads` are.
    """
    branches = program.branches
    if not program.pairs or any(not branch.slopes or branch.closed is None for branch in branches):
        return None
    same, assigned = dict(program.pairs), (*program.assignments, *program.later)
    taken = {a.name for a in program.arguments} | {a.name.name for a in assigned}
    needed = {s for branch in branches for e in branch.slopes for s in e.free_symbols}
    for assignment in reversed(assigned):
        needed |= assignment.value.free_symbols if assignment.name in needed else set()
    values: dict[sp.Symbol, sp.Expr] = {}
    sums: list[tuple[sp.Expr, ...]] = []
    for assignment in assigned:
        sums += _sums(assignment.value, values, same, assignment.name) if assignment.name in needed else []
        values[assignment.name] = assignment.value.xreplace(values)
    parts = _names("part", taken)
    watched = tuple(tuple(_watched(e, values, same, parts) for e in branch.slopes) for branch in branches)
    if not sums and not any(part.sums for own in watched for part in own):
        return None
    if any(e.has(ShareMean) for e in program.expressions):
        return _as_they_are(program, heads, sums, watched)
    given = [branch.closed for branch in branches if branch.closed is not None]
    short = [shorter(e) if e.count_ops() > LARGE else e for e in given]
    closed = [join_exponentials(split_logs(powers_as_exponentials(e))) for e in short]
    derived = [join_exponentials(sp.diff(e, a.symbol)) for e in closed for a in program.arguments]
    if not all(_known(e, heads) for e in derived):
        return _as_they_are(program, heads, sums, watched)
    constants = dict(zip(_constants(derived), _names("c", taken), strict=False))
    replaced, found = sp.cse([e.xreplace(constants) for e in derived], symbols=_names("x", taken))
    assignments, exact = _bounded(*_short(replaced, found, _names("y", taken)))
    count = len(program.arguments)
    return Again(
        tuple(sums),
        watched,
        _near(program),
        (),
        tuple(Assignment(name, e) for e, name in constants.items()),
        assignments,
        tuple(Exact(b.conditions, exact[i * count : (i + 1) * count]) for i, b in enumerate(branches)),
    )


def _as_they_are(
    program: Program,
    heads: Collection[Any],
    sums: Sequence[tuple[sp.Expr, ...]],
    watched: tuple[tuple[Watched, ...], ...],
) -> Again | None:
    """The derivatives in the form that they have.

    Of pieces, since closed forms divide by cubes of a short distance; elsewhere where these are not known.
    """
    assigned = (*program.assignments, *program.later)
    needed = {s for branch in program.branches for e in branch.slopes for s in e.free_symbols}
    parts = []
    for assignment in reversed(assigned):
        if assignment.name in needed:
            needed |= assignment.value.free_symbols
            parts.append(assignment)
    cases = tuple(Exact(branch.conditions, branch.slopes) for branch in program.branches)
    if not all(_known(e, heads) for e in (*(a.value for a in parts), *(e for case in cases for e in case.values))):
        return None
    lengths = tuple(dict.fromkeys(c.gts - c.lts for c in program.constraints))
    return Again(tuple(sums), watched, _near(program), lengths, (), tuple(parts[::-1]), cases)


def _near(program: Program) -> tuple[tuple[sp.Expr, sp.Expr], ...]:
    return tuple((x, y) for x, y in program.pairs if x.is_Symbol and x.is_nonnegative)


def _short(
    replaced: Sequence[tuple[sp.Symbol, sp.Expr]], found: Sequence[sp.Expr], names: Iterator[sp.Symbol]
) -> tuple[tuple[Assignment, ...], tuple[sp.Expr, ...]]:
    """The assignments and the values with names for long sums within them, so that lines stay short."""
    assignments: list[Assignment] = []

    def shortened(e: sp.Expr, inside: bool = False) -> sp.Expr:
        if not e.args:
            return e
        short = e.func(*(shortened(a, True) for a in e.args))
        if not (inside and e.is_Add and len(str(short)) > LONGEST):
            return short
        assignments.append(Assignment(next(names), short))
        return assignments[-1].name

    for name, e in replaced:
        short = shortened(e)  # which may assign names of its own first
        assignments.append(Assignment(name, short))
    values = tuple(shortened(e) for e in found)
    return tuple(assignments), values


def _bounded(
    assignments: tuple[Assignment, ...], values: tuple[sp.Expr, ...]
) -> tuple[tuple[Assignment, ...], tuple[sp.Expr, ...]]:
    """`x*exp(-x)` is a number at any x where x that is met in such products alone is bounded before."""
    decays = {a.value.args[0]: a.name for a in assignments if isinstance(a.value, sp.exp)}
    wholes = (*(a.value for a in assignments), *values)
    bounded = {
        a.name for a in assignments if (decay := decays.get(-a.name)) and all(_decays(e, a.name, decay) for e in wholes)
    }
    return tuple(Assignment(a.name, Bounded(a.value)) if a.name in bounded else a for a in assignments), values


def _decays(e: sp.Expr, x: sp.Symbol, decay: sp.Symbol) -> bool:
    """Whether x is met in e beside `decay`, which is `exp(-x)`, alone."""
    if e == sp.exp(-x) or not e.has(x):
        return True
    if e.is_Mul and decay in e.args:
        return not (e / x).has(x)
    return bool(e.args) and all(_decays(a, x, decay) for a in e.args)


def _names(stem: str, taken: Collection[str]) -> Iterator[sp.Symbol]:
    names = (f"{stem}_{count}" for count in itertools.count(1))
    return (sp.Symbol(name, real=True) for name in names if name not in taken)


def _watched(
    slope: sp.Expr, values: Mapping[sp.Symbol, sp.Expr], same: Mapping[sp.Expr, sp.Expr], names: Iterator[sp.Symbol]
) -> Watched:
    """The derivative with its sums watched; calls in them have names of their own, so that they are not made twice."""
    sums = _sums(slope, values, same)
    calls = [e for terms in sums for term in terms for e in _calls(term)]
    named = {e: next(names) for e in dict.fromkeys(calls)}
    parts = tuple(Assignment(name, e) for e, name in named.items())
    return Watched(parts, slope.xreplace(named), tuple(tuple(term.xreplace(named) for term in terms) for terms in sums))


def _calls(term: sp.Expr) -> list[sp.Expr]:
    """The outermost calls in a term."""
    if term.is_Function:
        return [term]
    return [e for a in term.args for e in _calls(a)]


def _sums(
    e: sp.Expr,
    values: Mapping[sp.Symbol, sp.Expr],
    same: Mapping[sp.Expr, sp.Expr],
    name: sp.Symbol | None = None,
) -> list[tuple[sp.Expr, ...]]:
    """The terms of sums that may cancel near equality, where all of them vanish; `name` is what e is assigned to."""
    found = []
    for part in sp.preorder_traversal(e):
        if part.is_Add:
            terms = part.args
        elif isinstance(part, (LogGammaSum, LogRatioSum)):
            quotient = part.args[4] * part.args[5] / part.args[6]
            if isinstance(part, LogGammaSum):
                # far from r = 1 nothing is taken away
                quotient *= 2 / (part.args[8] + 1 / part.args[8])
            terms = ((name if name and part == e else part) - quotient, quotient)
        else:
            continue
        full = [(term if name is None else term.xreplace({name: e})).xreplace(values) for term in terms]
        exact = len(full) == 2 and all(term.is_Symbol or (-term).is_Symbol for term in full)
        if not exact and all(_vanishes(term, same) for term in full) and _differ(full, same):
            found.append(tuple(terms))
    return found


def _differ(terms: Sequence[sp.Expr], same: Mapping[sp.Expr, sp.Expr]) -> bool:
    """Whether the terms are seen to have different signs, or no number, at a point near equality."""
    symbols = {s for e in (*terms, *same, *same.values()) for s in e.free_symbols}
    for at in points(sorted(symbols, key=str), list(same.items()), 0, _TRIED, _DISTANCES)[2 * _TRIED :]:
        try:
            values = [float_value(term, at) for term in terms]
        except (ArithmeticError, TypeError, ValueError):
            return True
        if not abs(sum(values)) > _ALIKE * sum(map(abs, values)):
            return True
    return False


def _vanishes(term: sp.Expr, same: Mapping[sp.Expr, sp.Expr]) -> bool:
    for kernel in sorted(term.atoms(*_WITH), key=sp.default_sort_key):
        small = all(_vanishes(kernel.args[i], same) for i in _WITH[kernel.func])
        term = term.xreplace({kernel: sp.S.Zero if small else sp.Dummy(positive=True)})
    return bool(sp.expand(expand_kernels(term).xreplace(same)) == 0)


def _known(e: sp.Expr, heads: Collection[Any]) -> bool:
    """Whether an expression is made of sums, products, whole powers and functions that are known."""
    for part in (p for p in sp.preorder_traversal(e) if p.free_symbols and p.args):
        if part.is_Pow and part.base != sp.E:
            if not (part.exp.is_Integer and abs(part.exp) <= _MOST):
                return False
        elif isinstance(part, sp.polygamma):
            if part.args[0] not in (0, 1):
                return False
        elif not (part.is_Add or part.is_Mul or part.func in heads):
            return False
    return True


def _constants(expressions: Sequence[sp.Expr]) -> list[sp.Expr]:
    """The numbers in them that are no binary fractions, and no factors or divisors that are whole."""
    found: dict[sp.Expr, None] = {}

    def look(e: sp.Expr) -> None:
        if not e.free_symbols:
            if not (e.is_Rational and e.q & (e.q - 1) == 0):
                found[e] = None
            return
        for a in e.args:
            if not (e.is_Mul and a.is_Rational):
                look(a)

    for e in expressions:
        look(e)
    return list(found)
