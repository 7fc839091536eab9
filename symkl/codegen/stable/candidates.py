"""The shapes that a closed form can be given by the rules, from the most rearranged to the plain one."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator
from dataclasses import dataclass

import sympy as sp

from symkl.algebra.signs import assumed
from symkl.codegen.stable.apart import kept_apart, parted
from symkl.codegen.stable.bessel import named, open_bessel
from symkl.codegen.stable.bregman import open_bregman
from symkl.codegen.stable.completed import open_completed
from symkl.codegen.stable.exponentials import (
    exponential_gap,
    open_exponentials,
    powers_as_exponentials,
    vanishes,
)
from symkl.codegen.stable.gammas import (
    Anchor,
    at_ones,
    digammas_lowered,
    gammas_aligned,
    open_loggammas,
    opened_by_stirling,
)
from symkl.codegen.stable.hyperbolic import open_hyperbolic
from symkl.codegen.stable.incomplete import open_incomplete
from symkl.codegen.stable.joins import joined
from symkl.codegen.stable.kernels import ExpM1, Log1P, LogGap, XLog1PY, XLogY
from symkl.codegen.stable.langevin import open_langevin
from symkl.codegen.stable.limits import limits_kept
from symkl.codegen.stable.logs import (
    LogGroup,
    gap_against,
    gap_of,
    log_groups,
    logs_within,
    ratio_of,
    split_logs,
    squares_of,
)
from symkl.codegen.stable.powered import open_powered
from symkl.codegen.stable.powers import power_of
from symkl.codegen.stable.ratios import divided_through, of_ratio, scales_inside
from symkl.codegen.stable.roots import open_roots
from symkl.codegen.stable.shape import (
    collected,
    join_exponentials,
    polished,
    shapes,
    shortest_in_steps,
    spread,
    terms_in_deviations,
)
from symkl.codegen.stable.signs import nonnegative
from symkl.codegen.stable.softplus import as_softplus, open_softplus
from symkl.codegen.stable.sums import summed
from symkl.model import Unit

__all__ = ["Recipe", "apart", "candidates", "in_few_steps", "opened", "plain"]


@dataclass(frozen=True)
class Recipe:
    """Which rules are applied: how exponentials are opened, how log-gammas, and how logs are gathered."""

    nested: bool = False
    binet: bool = False
    joint: bool = False
    anchor: Anchor | None = None


def candidates(closed: sp.Expr, pairs: list[tuple[sp.Expr, sp.Expr]]) -> Iterator[sp.Expr]:
    """Rearranged forms to choose from, each algebraically equal to `closed`, without repeats, in a fixed order.

    `pairs` are the parameters (first's, second's) that are equal where the two distributions coincide; empty for a
    pair of two families.
    """
    aligned = gammas_aligned(powers_as_exponentials(closed), _same(pairs))
    has_gamma, has_exp = aligned.has(sp.loggamma), aligned.has(sp.exp)
    recipes = itertools.product(
        (False, True) if has_exp and pairs else (False,),
        (False, True) if has_gamma else (False,),
        (False, True),
        (lambda _: sp.S.One, lambda _: sp.Integer(2), at_ones) if has_gamma and not pairs else (None,),
    )
    seen: set[sp.Expr] = set()
    for recipe in recipes:
        for form in _rearranged(aligned, pairs, Recipe(*recipe)):
            if form not in seen:
                seen.add(form)
                yield form


def in_few_steps(closed: sp.Expr, pairs: list[tuple[sp.Expr, sp.Expr]]) -> Iterator[sp.Expr]:
    """Of a long closed form the one that is found soonest: its logs as one gap, what is left in few differences."""
    rest, gaps = _opened(powers_as_exponentials(closed), pairs, Recipe())
    for group in log_groups(rest, joint=True, same=_same(pairs)):
        if (found := gap_of(group)) is not None:
            gaps, rest = gaps + found[0], spread(rest - group.value() + found[1])
    if (shape := shortest_in_steps(rest, pairs)) is not None:
        yield polished(join_exponentials(scales_inside(divided_through(_steps_out(gaps, pairs) + shape))))


def opened(closed: sp.Expr, pairs: list[tuple[sp.Expr, sp.Expr]]) -> Iterator[sp.Expr]:
    """Forms by functions that no other rule knows, as exact near equality, at even odds and far out as elsewhere."""
    for found in (
        open_langevin(closed),
        open_bregman(closed, pairs),
        open_bessel(closed),
        open_incomplete(closed, pairs),
        open_powered(closed, pairs),
        open_completed(closed, pairs),
    ):
        if found is not None:
            rest, gaps = found
            for shape in shapes(rest, pairs):
                yield limits_kept(polished(join_exponentials(gaps + logs_made_safe(named(shape)))))


def plain(closed: sp.Expr, pairs: list[tuple[sp.Expr, sp.Expr]], divergence: bool) -> Iterator[sp.Expr]:
    """The closed form with squares completed and products with logs made safe at 0; a divergence's logs as ratios.

    Once with its gamma functions as they stand, and once with Stirling's leading terms taken out of them.
    """
    standing = split_logs(powers_as_exponentials(closed))
    for form in dict.fromkeys((standing, opened_by_stirling(standing))):
        yield from _plain(form, pairs, divergence)


def apart(closed: sp.Expr, divergence: bool) -> Iterator[sp.Expr]:
    """Of two families the same with all that is rational as it was derived, so that no common divisor is formed."""
    standing = split_logs(powers_as_exponentials(closed))
    for form in dict.fromkeys((standing, opened_by_stirling(standing))):
        functions, rational = parted(form)
        for shape in _plain(functions, [], divergence):
            yield kept_apart(shape + rational)


def _plain(closed: sp.Expr, pairs: list[tuple[sp.Expr, sp.Expr]], divergence: bool) -> Iterator[sp.Expr]:
    rest = spread(as_softplus(closed, one_sided=False))
    kept = sp.S.Zero
    for group in log_groups(rest, joint=False, same=_same(pairs)) if divergence else ():
        if 1 not in (group.above, group.below):
            kept += ratio_of(group)
            rest = spread(rest - group.value())
    for shape in shapes(rest, pairs):
        yield logs_within(limits_kept(polished(join_exponentials(kept + logs_made_safe(shape)))), _same(pairs))


def _same(pairs: list[tuple[sp.Expr, sp.Expr]]) -> dict[sp.Symbol, sp.Expr]:
    return {x: y for x, y in pairs if x.is_Symbol}


def _opened(closed: sp.Expr, pairs: list[tuple[sp.Expr, sp.Expr]], recipe: Recipe) -> tuple[sp.Expr, sp.Expr]:
    """What is left when all but the logs is opened, and the gaps."""
    same = _same(pairs)
    rest, hyperbolic = open_hyperbolic(split_logs(closed), same, lambda step: _exponent(step, same))
    rest, roots = open_roots(rest)
    rest, logistic = open_softplus(as_softplus(rest, one_sided=True), same)
    rest, early = open_exponentials(rest, same, only=sp.loggamma)
    rest, gaps = open_loggammas(split_logs(rest), same, recipe.binet, recipe.anchor)
    gaps += hyperbolic + roots + logistic
    rest, further = open_exponentials(rest, same, nested=recipe.nested)
    gaps += sp.Add(*(exponential_gap(c, _exponent(u, same), power_of(u)) for c, u in (*early, *further)))
    return spread(split_logs(digammas_lowered(rest))), gaps


def _rearranged(closed: sp.Expr, pairs: list[tuple[sp.Expr, sp.Expr]], recipe: Recipe) -> Iterator[sp.Expr]:
    same = _same(pairs)
    rest, gaps = _opened(closed, pairs, recipe)
    groups = log_groups(rest, recipe.joint, same)
    logs_alone = bool(pairs) and not closed.has(sp.exp, sp.loggamma)
    for chosen in _choices(groups, logs_alone):
        left, found = rest, gaps
        for group, way in zip(groups, chosen, strict=True):
            kernel, linear = _WAYS[way](group) or (sp.S.Zero, group.value())
            if (squares := squares_of(group, pairs)) is not None:
                kernel, linear = squares, sp.S.Zero
            elif way == "ratio" or (kernel == 0 and 1 not in (group.above, group.below)):
                kernel, linear = ratio_of(group, pairs), sp.S.Zero
            left = spread(left - group.value() + linear)
            found += kernel
        found = _steps_out(found, pairs)
        for shape in shapes(left, pairs):
            yield limits_kept(polished(joined(join_exponentials(found + logs_made_safe(shape)))))


def _choices(groups: list[LogGroup], logs_alone: bool) -> Iterator[tuple[str, ...]]:
    """The way each group goes: a gap, or a ratio where a condition may give its sign.

    Of logarithms alone also one of them as a gap that is taken away: the others may outweigh it.
    """
    open_to_both = assumed() and len(groups) <= 3
    yield from itertools.product(*((("gap", "ratio") if open_to_both else ("gap",)) for _ in groups))
    if logs_alone and 1 < len(groups) <= 3:
        for i in range(len(groups)):
            yield tuple("against" if i == k else "gap" for k in range(len(groups)))


#: (kernel, what is left) of a group, by the way it goes; None where it cannot go that way
_WAYS: dict[str, Callable[[LogGroup], tuple[sp.Expr, sp.Expr] | None]] = {
    "gap": gap_of,
    "against": gap_against,
    "ratio": lambda group: None,
}


def _exponent(exponent: sp.Expr, same: dict[sp.Symbol, sp.Expr]) -> sp.Expr:
    """An exponent that vanishes at equality, from differences that vanish there each on its own."""
    rest, gaps = open_loggammas(split_logs(exponent), same, binet=False)
    rest = spread(split_logs(rest))
    for group in log_groups(rest, joint=False, same=same):
        if 1 not in (group.above, group.below):
            rest = spread(rest - group.value())
            gaps += ratio_of(group)
    rest = rest.replace(lambda e: isinstance(e, sp.exp) and vanishes(e.args[0], same), lambda e: 1 + ExpM1(e.args[0]))
    pairs = list(same.items())
    step = shortest_in_steps(rest, pairs)
    if step is None or step.is_Add:
        step = collected(sp.Add(*terms_in_deviations(rest, pairs)), pairs)
    return summed(gaps + step)


def _steps_out(gaps: sp.Expr, pairs: list[tuple[sp.Expr, sp.Expr]]) -> sp.Expr:
    """Gaps of long products, their difference by those of the parameters, where each part has one as a factor."""

    def stepped(above: sp.Expr, below: sp.Expr, step: sp.Expr) -> sp.Expr:
        long = step.is_Add and len(step.args) > 2
        found = shortest_in_steps(step, pairs) if long else None
        return LogGap(above, below, step) if found is None else of_ratio(above, below, found)

    return gaps.replace(LogGap, stepped)


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
        near_one = argument.is_Add and isinstance(1 - argument, Unit)
        if nonnegative(-coefficient):
            number, coefficient = -number, sp.expand(-coefficient) if coefficient.is_Add else -coefficient
        if coefficient.free_symbols and nonnegative(coefficient):
            safe = XLog1PY(coefficient, sp.expand(argument - 1)) if near_one else XLogY(coefficient, argument)
            terms.append(number * safe)
        else:
            terms.append(rest * (Log1P(sp.expand(argument - 1)) if near_one else logs[0]))
    return sp.Add(*terms)
