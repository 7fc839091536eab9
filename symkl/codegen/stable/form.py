"""The choice of a stable form among the candidates."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Any

import sympy as sp

from symkl.algebra import is_zero
from symkl.algebra.logs import expand_logs
from symkl.algebra.signs import assumed, assuming
from symkl.codegen.stable.apart import kept_apart
from symkl.codegen.stable.candidates import apart, candidates, in_few_steps, opened, plain
from symkl.codegen.stable.exponentials import powers_as_exponentials
from symkl.codegen.stable.extremes import failures, far_points
from symkl.codegen.stable.incomplete import incomplete_lowered
from symkl.codegen.stable.kernels import BetaGap, LogGamma, expand_kernels
from symkl.codegen.stable.logs import means_split, split_logs
from symkl.codegen.stable.measure import Point, exact_values, loss, points
from symkl.codegen.stable.shape import join_exponentials, spread
from symkl.codegen.stable.shorter import shorter
from symkl.codegen.stable.signs import positive, sum_of_nonnegatives

__all__ = ["LARGE", "StableForm", "proved_equal", "stable_form"]

#: a closed form of more operations is put shorter first, and then not in all ways: that would take minutes
LARGE = 100
#: units in the last place; a sum of non-negative terms that loses no more ends the search
GOOD_ENOUGH = 4.0
#: so much a form that is exact at even odds may lose at other places
ENOUGH_ELSEWHERE = 256.0


@dataclass(frozen=True)
class StableForm:
    """`expression` equals the closed form; `nonnegative`: it is a sum of non-negative terms.

    `error` is the largest error in units in the last place that the measurement saw; `rearranged` is False where
    no rearranged form could be proved equal, and the closed form stands as it was derived.
    """

    expression: sp.Expr
    nonnegative: bool
    error: float
    rearranged: bool


def stable_form(
    closed: sp.Expr,
    pairs: Sequence[tuple[sp.Expr, sp.Expr]],
    divergence: bool,
    given: Sequence[sp.Basic] = (),
    by_pieces: sp.Expr | None = None,
) -> StableForm:
    """The most exact of the forms that the rules give, a sum of non-negative terms before any other.

    `pairs` are the parameters that are equal where the two distributions coincide (none for two families);
    `divergence` says that the value is a KL divergence, which is never negative; `given` are the conditions under
    which the value is used; `by_pieces` is a sum of non-negative terms that stands for it if it is proved equal.
    """
    if by_pieces is not None:
        with assuming(given):
            if proved_equal(by_pieces, closed):
                return StableForm(by_pieces, True, loss(by_pieces, *_measured(closed, pairs)), True)
    return _chosen(closed, tuple(pairs), divergence, tuple(given))


@lru_cache(maxsize=128)  # the same form is wanted again with derivatives
def _chosen(
    closed: sp.Expr, pairs: tuple[tuple[sp.Expr, sp.Expr], ...], divergence: bool, given: tuple[sp.Basic, ...]
) -> StableForm:
    # of a whole number SymPy writes log(gamma(n)) for loggamma(n): the rules see a positive one instead
    whole = {s: sp.Symbol(s.name, positive=True) for s in closed.free_symbols if s.is_integer and s.is_positive}
    put = [(x.xreplace(whole), y.xreplace(whole)) for x, y in pairs]
    with assuming([condition.xreplace(whole) for condition in given]):
        found = _stable_form(closed.xreplace(whole), put, divergence)
    expression = found.expression.replace(sp.loggamma, LogGamma) if whole else found.expression
    return replace(found, expression=expression.xreplace({positive: s for s, positive in whole.items()}))


def _stable_form(closed: sp.Expr, pairs: list[tuple[sp.Expr, sp.Expr]], divergence: bool) -> StableForm:
    at, truth = _measured(closed, pairs)
    far = [point for point in far_points(closed, pairs) if _inside(point)]
    for form in opened(closed, pairs):
        # first of all, for what other forms lose at even odds is seen there alone
        error = loss(form, at, truth)
        if error <= ENOUGH_ELSEWHERE and proved_equal(form, closed):
            return StableForm(form, sum_of_nonnegatives(form), error, True)
    if closed.count_ops() > LARGE:
        short = shorter(closed)
        tried = list(plain(short, pairs, divergence)) if short.count_ops() <= LARGE else []
        if tried and divergence and pairs:
            tried += in_few_steps(short, pairs)
        if not pairs:
            tried += apart(closed, divergence)
        return _first_proved(tried, closed, at, truth, far)
    signed: list[tuple[float, sp.Expr]] = []
    others: list[sp.Expr] = []
    for form in candidates(closed, pairs) if divergence else ():
        if not sum_of_nonnegatives(form):
            others.append(form)
            continue
        signed.append((loss(form, at, truth), form))
        if signed[-1][0] <= GOOD_ENOUGH:
            break  # the further recipes rearrange more
    for error, form in sorted(signed, key=_key):
        if proved_equal(form, closed):
            return StableForm(form, True, error, True)
    # of two families only a sum of non-negative terms is worth the rearrangement, or what joins gaps
    rearranged = others if pairs else [*apart(closed, divergence), *(kept_apart(f) for f in others if f.has(BetaGap))]
    tried = [*rearranged, *plain(closed, pairs, divergence)]
    return _first_proved(tried, closed, at, truth, far)


def _measured(closed: sp.Expr, pairs: Sequence[tuple[sp.Expr, sp.Expr]]) -> tuple[list[Any], list[Any]]:
    """Points at which errors are measured, and the values there."""
    drawn = points(sorted(closed.free_symbols, key=sp.default_sort_key), pairs)
    at = [point for point in drawn if _inside(point)] or drawn
    return at, exact_values(powers_as_exponentials(closed), at)


def _inside(point: Point) -> bool:
    """Whether the conditions under which the value is used hold there."""
    return all(condition.subs(dict(point)) != sp.false for condition in assumed())


def _first_proved(
    tried: Sequence[sp.Expr],
    closed: sp.Expr,
    at: Sequence[Point],
    truth: Sequence[Any],
    far: Sequence[Point],
) -> StableForm:
    """The best of the forms that is proved equal; the closed form as it was derived where none is."""
    ranked = sorted(((failures(form, far), loss(form, at, truth), form) for form in tried), key=_among_failing)
    for _, error, form in ranked:
        if proved_equal(form, closed):
            return StableForm(form, False, error, True)
    return StableForm(closed, False, loss(closed, at, truth), False)


def _key(item: tuple[float, sp.Expr]) -> tuple[float, int, int]:
    """The order of preference: exact, with little taken away from what was added up, short."""
    error, form = item
    return _grade(error), sum(_taken_away(e) for e in sp.preorder_traversal(form)), int(form.count_ops())


def _among_failing(item: tuple[int, float, sp.Expr]) -> tuple[float, ...]:
    """The order of preference where a form may have no value at extreme scales: first, one that loses no digits."""
    failing, error, form = item
    return (error > ENOUGH_ELSEWHERE, failing, *_key((error, form)))


def _taken_away(e: sp.Basic) -> int:
    """The negative terms of a sum of more than two; a difference of two is harmless, its terms being parameters."""
    if not e.is_Add or len(e.args) < 3:
        return 0
    return sum(bool(term.could_extract_minus_sign()) for term in e.args)


def proved_equal(form: sp.Expr, closed: sp.Expr) -> bool:
    """Whether the form, its kernels put in by their definitions, is the closed form: a proof, by the normal form.

    Powers and gamma functions become exponentials on both sides. One with a logarithm or a log-gamma in its
    exponent is then only ever compared with itself: the exponent is multiplied out, whole multiples of logarithms and
    the recurrence of the gamma function are taken out as factors, and a symbol stands for each of the other terms.
    """
    opened: dict[sp.Expr, sp.Symbol] = {}

    def closed_off(exponential: sp.Expr) -> sp.Expr:
        exponent = spread(exponential.args[0]).replace(sp.loggamma, _lowered)
        exponent = spread(split_logs(exponent.replace(sp.log, lambda x: sp.log(sp.together(x)))))
        outside = sp.S.One
        for term in sp.Add.make_args(exponent):
            number, log = term.as_coeff_Mul()
            if isinstance(log, sp.log) and number.is_Integer:
                outside *= log.args[0] ** number
                exponent -= term
        for term in sp.Add.make_args(exponent) if exponent.has(sp.log, sp.loggamma) else ():
            if term.has(sp.log, sp.loggamma):
                number, rest = term.as_coeff_Mul()
                power, rest = (number, rest) if number.is_Integer else (1, term)
                outside *= opened.setdefault(rest, sp.Dummy(f"exp_{len(opened)}", positive=True)) ** power
                exponent -= term
        return outside * sp.exp(exponent)

    def one_sided(log: sp.Expr) -> sp.Expr:
        rest = log.args[0] - 1
        turned = isinstance(rest, sp.exp) and rest.args[0].could_extract_minus_sign()
        return sp.log(1 + sp.exp(-rest.args[0])) + rest.args[0] if turned else log

    means: dict[sp.Expr, sp.Symbol] = {}
    sides = [
        means_split(
            split_logs(join_exponentials(powers_as_exponentials(_in_known_functions(side)))).replace(
                lambda e: isinstance(e, sp.log), one_sided
            ),
            means,
        ).replace(lambda e: isinstance(e, sp.exp), closed_off)
        for side in (expand_kernels(form), closed)
    ]
    difference = sides[0] - sides[1]
    return _vanishes_by_logs(difference) or is_zero(difference)


def _vanishes_by_logs(difference: sp.Expr) -> bool:
    """Whether what is linear in logarithms has no coefficient but 0, each by itself: all together would take minutes.

    False where the expression is short or of another kind, or a coefficient is not shown to be 0.
    """
    if difference.count_ops() < 2 * LARGE:
        return False
    difference = expand_logs(difference)
    logs = {log: sp.Dummy(real=True) for log in difference.atoms(sp.log)}
    flat = difference.xreplace(logs)
    coefficients = [sp.diff(flat, log) for log in logs.values()]
    linear = not any(c.has(*logs.values()) for c in coefficients)
    parts = [flat.xreplace(dict.fromkeys(logs.values(), sp.S.Zero)), *coefficients]
    return bool(logs) and linear and all(is_zero(part) for part in parts)


def _lowered(x: sp.Expr) -> sp.Expr:
    """`loggamma(1 + y) => loggamma(y) + log(y)` for positive y."""
    y = sp.expand(x) - 1
    return sp.loggamma(y) + sp.log(y) if y.free_symbols and positive(y) else sp.loggamma(sp.expand(x))


def _in_known_functions(expression: sp.Expr) -> sp.Expr:
    """The area tangent by logarithms, modified Bessel and incomplete gamma functions by those of low orders."""
    return incomplete_lowered(expression.replace(sp.atanh, _as_logs).replace(sp.besseli, _of_low_order))


def _of_low_order(n: sp.Expr, x: sp.Expr) -> sp.Expr:
    """By `I(n, x) = I(n - 2, x) - 2*(n - 1)*I(n - 1, x)/x`."""
    if not (n.is_Integer and n > 1):
        return sp.besseli(n, x)
    return _of_low_order(n - 2, x) - 2 * (n - 1) * _of_low_order(n - 1, x) / x


def _as_logs(x: sp.Expr) -> sp.Expr:
    return (sp.log(sp.expand((1 + x) / 2)) - sp.log(sp.expand((1 - x) / 2))) / 2


def _grade(error: float) -> float:
    """Errors within a factor of four are alike, so that the simpler form wins."""
    return math.inf if not math.isfinite(error) else float(round(math.log(max(error, 4.0), 4)))
