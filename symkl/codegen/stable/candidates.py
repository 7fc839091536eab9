"""The shapes that a closed form can be given by the rules, from the most rearranged to the plain one."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from dataclasses import dataclass

import sympy as sp

from symkl.codegen.stable.exponentials import exponential_gap, open_exponentials, powers_as_exponentials
from symkl.codegen.stable.gammas import open_loggammas
from symkl.codegen.stable.kernels import Kernel, Log1P, XLog1PY, XLogY
from symkl.codegen.stable.logs import LogGroup, gap_of, log_groups, ratio_of, split_logs
from symkl.codegen.stable.shape import gather, join_exponentials, spread, terms_in_deviations
from symkl.codegen.stable.signs import nonnegative
from symkl.model import Unit

__all__ = ["Recipe", "candidates", "plain"]


@dataclass(frozen=True)
class Recipe:
    """Which rules are applied: how exponentials are opened, how log-gammas, and how logs are gathered."""

    nested: bool = False
    binet: bool = False
    joint: bool = False
    anchor: sp.Expr | None = None


def candidates(closed: sp.Expr, pairs: list[tuple[sp.Expr, sp.Expr]]) -> Iterator[sp.Expr]:
    """Stable forms to choose from, each algebraically equal to `closed`, without repeats, in a fixed order.

    `pairs` are the parameters (first's, second's) that are equal where the two distributions coincide; empty for a
    pair of two families.
    """
    anchors = [None] if pairs else [None, sp.Integer(1), sp.Integer(2)]
    seen: set[sp.Expr] = set()
    for nested, binet, joint, anchor in itertools.product((False, True), (False, True), (False, True), anchors):
        form = _rearranged(closed, pairs, Recipe(nested, binet, joint, anchor))
        if form not in seen:
            seen.add(form)
            yield form


def _rearranged(closed: sp.Expr, pairs: list[tuple[sp.Expr, sp.Expr]], recipe: Recipe) -> sp.Expr:
    same = {x: y for x, y in pairs if x.is_Symbol}
    rest = split_logs(powers_as_exponentials(closed))
    rest, opened = open_exponentials(rest, same, recipe.nested)
    gaps = sp.Add(*(exponential_gap(c, _exponent(u, same)) for c, u in opened))
    rest, gammas = open_loggammas(split_logs(rest), same, recipe.binet, recipe.anchor)
    gaps += gammas
    rest = spread(split_logs(rest))
    for group in log_groups(rest, recipe.joint, same):
        gap = gap_of(group)
        if gap is None:
            continue
        rest = spread(rest - group.value() + gap - (kernel := _kernels(gap)))
        gaps += kernel
    return join_exponentials(gaps + logs_made_safe(gather(rest, pairs)))


def _kernels(gap: sp.Expr) -> sp.Expr:
    return sp.Add(*(term for term in sp.Add.make_args(sp.expand_mul(gap, deep=False)) if term.has(Kernel)))


def _exponent(exponent: sp.Expr, same: dict[sp.Symbol, sp.Expr]) -> sp.Expr:
    """An exponent that vanishes at equality, from differences that vanish there each on its own."""
    rest, gaps = open_loggammas(split_logs(exponent), same, binet=False)
    rest = spread(split_logs(rest))
    for group in log_groups(rest, joint=False, same=same):
        if group.above != 1 and group.below != 1:
            rest = spread(rest - group.value())
            gaps += ratio_of(group)
    return gaps + sp.Add(*terms_in_deviations(rest, [(x, y) for x, y in same.items()]))


def plain(closed: sp.Expr) -> sp.Expr:
    """The closed form with its logs gathered, squares completed and products with logs made safe at 0."""
    rest = spread(split_logs(powers_as_exponentials(closed)))
    kept = sp.S.Zero
    for group in log_groups(rest, joint=False, same={}):
        kept += _safe_group(group)
        rest = spread(rest - group.value())
    return join_exponentials(kept + gather(rest, []))


def _safe_group(group: LogGroup) -> sp.Expr:
    if 1 not in (group.above, group.below):
        return ratio_of(group)
    return logs_made_safe(group.value())


def logs_made_safe(expression: sp.Expr) -> sp.Expr:
    """`c*log(a) => XLogY(c, a)` where c can be 0, and `log(1 - p) => Log1P(-p)` for p in the unit interval."""
    terms = []
    for term in sp.Add.make_args(expression):
        logs = [f for f in sp.Mul.make_args(term) if isinstance(f, sp.log)]
        if len(logs) != 1:
            terms.append(term)
            continue
        argument, rest = logs[0].args[0], term / logs[0]
        number, coefficient = rest.as_coeff_Mul()
        near_one = any(isinstance(s, Unit) for s in argument.free_symbols) and (argument - 1).could_extract_minus_sign()
        near_one = near_one and argument.is_Add
        if coefficient.free_symbols and nonnegative(coefficient):
            safe = XLog1PY(coefficient, sp.expand(argument - 1)) if near_one else XLogY(coefficient, argument)
            terms.append(number * safe)
        else:
            terms.append(rest * (Log1P(sp.expand(argument - 1)) if near_one else logs[0]))
    return sp.Add(*terms)
