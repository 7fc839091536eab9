"""Generated functions read back to expressions, and these proved equal to what was derived."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from functools import partial
from types import ModuleType

import sympy as sp

from symkl.algebra import assuming, holds, is_zero
from symkl.codegen.backends import backend_of
from symkl.codegen.program import Branch, Program
from symkl.codegen.running import read_one_pass, read_slopes, read_value, read_wide
from symkl.codegen.stable import kernels as k
from symkl.codegen.stable.compared import differences_right, same_by_kernels
from symkl.codegen.stable.form import LARGE, proved_equal
from symkl.codegen.stable.kernels import expand_kernels
from symkl.codegen.stable.slopes import by_rows
from symkl.codegen.stable.slopes import slope as by_row
from symkl.errors import SymklError
from symkl.trace import Untraceable, recognised

__all__ = ["Broken", "Unshown", "prove"]


class Broken(SymklError):
    """Generated code that is not what was derived: a bug in symkl."""


class Unshown(Broken):
    """Generated code of which it is not shown that it is what was derived."""


def prove(program: Program, backend: str, module: ModuleType) -> None:
    """That the module's function of the program, and its derivatives there, are those that were derived.

    Raises Broken where that is not shown, case by case.
    """
    symbols, what = [a.symbol for a in program.arguments], f"{program.name} in {backend}"
    has_slopes = any(branch.slopes for branch in program.branches)
    try:
        value = read_value(backend, module, program.name, symbols)
        slopes = read_slopes(backend, module, program.name, symbols) if has_slopes else []
    except Untraceable as error:
        raise Unshown(f"{what} cannot be read back: {error}") from error
    ways = [(what, value, slopes)]
    if lender := backend_of(backend).LENDER:
        try:
            found = read_one_pass(lender, module, program.name, symbols)
        except Untraceable as error:
            raise Unshown(f"{what}, in one pass, cannot be read back: {error}") from error
        ways += [(f"{what}, in one pass,", found[0], found[1:])] if found else []
    for told, value, slopes in ways:
        _prove_way(program, told, value, slopes)
        if all(branch.conditions for branch in program.branches):
            _prove_otherwise(program, told, recognised(value, _constants(program)))
    try:
        wide = read_wide(backend, module, program.name, symbols, 1 + len(slopes))
    except Untraceable as error:
        raise Unshown(f"{what}, in wide numbers, cannot be read back: {error}") from error
    if wide:
        _prove_way(program, f"{what}, in wide numbers,", wide[0], wide[1:])


def _prove_way(program: Program, what: str, value: sp.Expr, slopes: Sequence[sp.Expr]) -> None:
    constants = _constants(program)
    _prove_cases(program, what, recognised(value, constants), lambda branch: [branch.closed])
    for i, (argument, slope) in enumerate(zip(program.arguments, slopes, strict=False)):
        told = f"the derivative of {what} by {argument.name}"
        _prove_cases(program, told, recognised(slope, constants), partial(_derivatives, program, i))


def _prove_cases(program: Program, what: str, found: sp.Expr, truths: Callable[[Branch], list[sp.Expr]]) -> None:
    """That in each case the expression is one of those that `truths` has for it."""
    before: list[sp.Basic] = []
    for branch in program.branches:
        with assuming((*program.constraints, *branch.conditions)):
            value = _without_clip(_settled(found, branch.conditions, before), program.clipped)
            wanted = [truth for truth in truths(branch) if truth is not None]
            if wanted and not (_differences_right(value) and any(_same(value, truth) for truth in wanted)):
                where = f" where {sp.And(*branch.conditions)}" if branch.conditions else ""
                raise Unshown(f"{what} is not shown to be that of its formula{where}: it reads {value}")
        before.append(sp.And(*branch.conditions))


def _prove_otherwise(program: Program, what: str, found: sp.Expr) -> None:
    with assuming(program.constraints):
        otherwise = _settled(found, (), [sp.And(*branch.conditions) for branch in program.branches])
    if otherwise != (sp.oo if program.otherwise == "inf" else sp.nan):
        raise Unshown(f"{what} is {otherwise} where no case holds, not {program.otherwise}")


def _derivatives(program: Program, position: int, branch: Branch) -> list[sp.Expr]:
    """The derivative of a case by an argument, written from the closed form and from the stable one."""
    if not branch.slopes or branch.closed is None:
        return []
    inlined = {a.name: a.value for a in program.assignments}
    stable = branch.value
    while stable.free_symbols & set(inlined):
        stable = stable.xreplace(inlined)
    x = program.arguments[position].symbol
    if by_rows(stable):
        return [by_row(stable, x)]
    by_closed, by_stable = sp.diff(branch.closed, x), sp.diff(expand_kernels(stable), x)
    # that of a long closed form is compared last: it would take minutes
    return [by_stable, by_closed] if branch.closed.count_ops() > LARGE else [by_closed, by_stable]


def _constants(program: Program) -> list[sp.Expr]:
    """The constants of the program, which code holds as the floats nearest to them."""
    found: dict[sp.Expr, None] = {}

    def collect(e: sp.Basic) -> None:
        if isinstance(e, sp.Expr) and not e.free_symbols and not e.is_Rational and e.is_finite:
            found.setdefault(e)
            return
        for a in e.args:
            collect(a)

    for expression in program.expressions:
        collect(expression)
    return list(found)


def _settled(e: sp.Expr, given: Iterable[sp.Basic], excluded: Iterable[sp.Basic]) -> sp.Expr:
    """The case of a selection that holds where the conditions given do, and those excluded do not."""
    if not isinstance(e, sp.Piecewise):
        return e.func(*(_settled(a, given, excluded) for a in e.args)) if e.has(sp.Piecewise) else e
    known, out = {part for c in given for part in _parts(c)}, [_parts(c) for c in excluded]
    for value, condition in e.args:
        parts = _parts(condition)
        if parts in out:
            continue
        if parts <= known or holds(condition):
            return _settled(value, given, excluded)
        if holds(condition) is None:
            return e
    return e


def _parts(condition: sp.Basic) -> frozenset[tuple[str, sp.Expr]]:
    """A conjunction as the set of its relations, each written in one way: `a <= b` and `b >= a` are the same."""
    found = set()
    for part in sp.And.make_args(condition):
        if isinstance(part, (sp.StrictGreaterThan, sp.GreaterThan, sp.StrictLessThan, sp.LessThan)):
            strict = isinstance(part, (sp.StrictGreaterThan, sp.StrictLessThan))
            found.add((">" if strict else ">=", sp.expand(part.gts - part.lts)))
        elif isinstance(part, (sp.Equality, sp.Unequality)):
            difference = sp.expand(part.lhs - part.rhs)
            found.add((part.rel_op, max(difference, -difference, key=sp.default_sort_key)))
        else:
            found.add(("", part))
    return frozenset(found)


def _without_clip(value: sp.Expr, clipped: bool) -> sp.Expr:
    """`max(v, 0) => v` for a divergence, which is never negative: only rounding could make it so."""
    if clipped and isinstance(value, sp.Max) and sp.S.Zero in value.args:
        return sp.Max(*(a for a in value.args if a != 0))
    return value


def _differences_right(value: sp.Expr) -> bool:
    """Whether each kernel that takes two quantities and their difference, or a number and its power, is given that."""
    return (
        differences_right(value)
        and _quotients_right(value)
        and all(proved_equal(both.args[2], expand_kernels(both.args[1])) for both in value.atoms(k.NearOrFar))
        and all(
            proved_equal(gap.args[1], sp.exp(expand_kernels(gap.args[0])))
            for gap in value.atoms(k.GivenExpGap, k.GivenExpM1)
        )
        and all(
            sp.expand(expand_kernels(x) + s / b).free_symbols <= {a, b}
            for x, a, s, b in (e.args for e in value.atoms(k.FarExponent))
        )
        and all(_gamma_gap_right(gap, r) for r, _, gap in (e.args for e in value.atoms(k.GivenLogGamma)))
        and all(
            _gamma_gap_right(gap, r) and proved_equal(e * f / g, (1 - sp.EulerGamma) * (r - 1))
            for *_, e, f, g, gap, r in (s.args for s in value.atoms(k.LogGammaSum))
        )
    )


def _gamma_gap_right(gap: sp.Expr, r: sp.Expr) -> bool:
    """Whether the gap given beside a ratio is that of log-gamma from 2 to 1 + r."""
    return proved_equal(expand_kernels(gap), expand_kernels(k.GammaGap(1 + r, 2, r - 1)))


def _quotients_right(value: sp.Expr) -> bool:
    """Whether quotients, and what two of them differ by, are those of the numbers given besides."""
    return all(
        all(is_zero(rest) for rest in (r * b - x, s * b - d, part * b - r))
        for r, s, part, x, d, b in (e.args for e in value.atoms(k.SquareBalance))
    ) and all(
        proved_equal(expand_kernels(step), a / b - c / d)
        for a, b, c, d, step in (e.args for e in value.atoms(k.LogShareRatio))
    )


def _same(value: sp.Expr, truth: sp.Expr) -> bool:
    return bool(value == truth) or (truth != sp.oo and (same_by_kernels(value, truth) or proved_equal(value, truth)))
