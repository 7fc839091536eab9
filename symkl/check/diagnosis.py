"""What went wrong in a wrong formula, in a sentence.

First the usual mistakes are made on purpose, and the first that gives the formula's values is named; then the smallest
change of one part is sought that makes the formula right, of the formula as it stands and of it with its sign turned or
its arguments exchanged; at last its terms are held against the true ones. All by values at drawn points.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace

import mpmath as mp
import sympy as sp

from symkl.check.branches import chosen
from symkl.check.closed import closed_form
from symkl.check.figures import DIGITS, Figures, constant, named, same
from symkl.check.formula import DIMENSIONS, Formula
from symkl.check.monomials import monomial
from symkl.check.nearly import nearly, single, stripped
from symkl.check.repairs import repair
from symkl.check.sums import lettered
from symkl.check.suspects import NAMES, approximations, suspects, swapped
from symkl.check.terms import difference
from symkl.language import to_text
from symkl.model import Claim, Derivation, Expectation
from symkl.verify.integral import enclosed
from symkl.verify.numbers import decimal
from symkl.verify.points import Point, draw

__all__ = ["diagnosis"]

#: at so many points the values of two expressions are compared
_POINTS = 10
#: at so many an integral is enclosed
_FEW = 4
#: the denominator of a factor that is shown as a fraction
_LARGEST = 10**5


def diagnosis(derivation: Derivation, formula: Formula, dims: str) -> str:
    """A sentence or two; empty where nothing explains the formula."""
    if derivation.status not in ("closed", "conditional", "none"):
        return ""
    given = formula.per_dimension * (sp.log(2) if formula.units == "bits" else 1)
    if given.has(sp.Integral, Expectation):
        return ""
    everywhere = _points(derivation, given)
    around = lettered(chosen(given, everywhere), everywhere)
    if around is None:
        return ""
    if around.form in (sp.oo, -sp.oo):
        return "it is infinite where the truth is a number" if closed_form(derivation) is not None else ""
    given, drawn, closed = around.form, around.points, closed_form(derivation)
    with mp.workdps(DIGITS + 15):
        # a wrong formula need not be real everywhere, and digits may cancel
        figures = Figures.where(drawn, [given] if closed is None else [given, closed])
        points, values = figures.points, figures.of(given)
        true = _enclosed(derivation.claim, points) if closed is None else figures.of(closed)
        if not points or true is None or values is None:
            return ""
        if len(points) < len(drawn) and same(values, true):
            return "it is right where it is a number, and for other parameters it is none"
        return around.explained(_explained(derivation, formula, given, dims, values, true, figures))


def _points(derivation: Derivation, given: sp.Expr) -> list[Point]:
    found = sorted(draw(derivation.claim, 2 * _POINTS, conditions=derivation.conditions), key=_special)[:_POINTS]
    if given.has(DIMENSIONS):
        found = [{**point, DIMENSIONS: sp.Integer(2 + i % 4)} for i, point in enumerate(found)]
    return found


def _special(point: Point) -> bool:
    """Whether a parameter is 0 or 1 there, or two are equal: then terms of formulas are zero."""
    return len({*point.values(), sp.S.Zero, sp.S.One}) < len(point) + 2


def _enclosed(claim: Claim, points: Sequence[Mapping[sp.Symbol, sp.Expr]]) -> list[mp.mpf] | None:
    """The true values, where there is no closed form, by enclosing the integral."""
    balls = [enclosed(claim, point, DIGITS + 5).ball for point in points]
    found = [mp.mpf(decimal(ball, DIGITS + 5)) for ball in balls if ball is not None]
    return found if len(found) == len(balls) else None


def _explained(
    derivation: Derivation,
    formula: Formula,
    given: sp.Expr,
    dims: str,
    values: list[mp.mpf],
    true: list[mp.mpf],
    figures: Figures,
) -> str:
    claim, closed = derivation.claim, closed_form(derivation)
    if closed is not None:
        for words, suspect in suspects(derivation, closed, formula.units, dims):
            if figures.match(suspect, values):
                return words
    words = _reversed(claim, figures.points, values) or nearly(given, true, figures)
    words = words or single(given, true, figures, dims)
    if words:
        return words
    bare, numbers = stripped(given)
    if bare != given and (others := figures.of(bare)) is not None:
        words = _explained(derivation, formula, bare, dims, others, true, figures)
        return f"{words} (guards and bounds left out: {numbers})" if words else ""
    for words, approximate in approximations(claim, figures.points):
        if same(values, approximate):
            return words
    off = _off_by(values, true, claim, figures)
    if off:
        return off
    swap = swapped(claim)
    words = repair(given, closed if closed is not None else sp.S.Zero, true, figures, swap)
    if not words and closed is not None:
        words = difference(given, closed, figures, turned=True)
        words = words or _twice(given, closed, figures, swap) or difference(given, closed, figures)
    only = " or ".join(_only_where(claim, given, closed, figures)) if closed is not None else ""
    if not only:
        return words
    return f"{words}; it is right only where {only}" if words else f"it is right only where {only}"


def _reversed(claim: Claim, points: Sequence[Mapping[sp.Symbol, sp.Expr]], values: Sequence[mp.mpf]) -> str:
    """That it is the quantity of q and p, where that is more than the parameters exchanged: some may be fixed."""
    if claim.q is None or claim.quantity not in NAMES or len(claim.p.parameters) == len(swapped(claim)) / 2:
        return ""
    other = replace(claim, p=replace(claim.q, role="p"), q=replace(claim.p, role="q"))
    true = _enclosed(other, points[:_FEW])
    name = NAMES[claim.quantity]
    words = f"this is {{}}{name.format('q', 'p')}, not {name.format('p', 'q')}"
    if true is None or len(true) < min(_FEW, len(points)):
        return ""
    if same(values[:_FEW], true):
        return f"{words.format('')}: the two arguments are exchanged"
    return words.format("minus ") if same(values[:_FEW], [-value for value in true]) else ""


def _off_by(values: Sequence[mp.mpf], true: Sequence[mp.mpf], claim: Claim, figures: Figures) -> str:
    """The constant by which, or the factor by which, the formula is off, if it is a number or powers of parameters."""
    single = len(values) == 1
    if all(true):
        ratios = [one / two for one, two in zip(values, true, strict=True)]
        factor = named(ratios[0]) if constant(ratios) else None
        if not any(values):
            return "it is 0, whatever the parameters are"
        if factor is not None and (not single or factor.is_Rational):
            return f"it is {to_text(factor)} times the truth"
        powers = None if single else monomial(ratios, figures.points)
        if powers is not None and powers.free_symbols:
            return f"it is {to_text(powers)} times the truth"
        if not single and constant(ratios):
            near = sp.Rational(mp.nstr(ratios[0], DIGITS + 5)).limit_denominator(_LARGEST)
            exact = same([mp.mpf(near.p) / near.q], ratios[:1])
            return f"it is {to_text(near) if exact and near else mp.nstr(ratios[0], 10)} times the truth"
    gaps = [one - two for one, two in zip(values, true, strict=True)]
    if constant(gaps):
        gap = named(gaps[0])
        shown = to_text(gap) if gap is not None else mp.nstr(gaps[0], 10)
        counted = claim.quantity == "expectation" and claim.p.kind == "discrete" and gap in (1, -1)
        more = ": does it count from 0 or from 1?" if counted else ""
        return f"it is off by the constant {shown}{more}"
    return ""


def _twice(given: sp.Expr, truth: sp.Expr, figures: Figures, swap: dict[sp.Basic, sp.Basic]) -> str:
    """One usual mistake of the whole, and one of a part beside it."""
    turned = [("its sign is wrong", -truth)]
    if swap:
        turned.append(("its two arguments are exchanged", truth.xreplace(swap)))
    for words, other in turned:
        true = figures.of(other)
        more = repair(given, other, true, figures, swap) if true is not None else ""
        if more:
            return f"{words}, and besides: {more}"
    return ""


def _only_where(claim: Claim, given: sp.Expr, truth: sp.Expr, figures: Figures) -> Iterator[str]:
    """The ties of one parameter to its counterpart, to 0 or to 1 under which the formula is right."""
    pairs: list[tuple[sp.Symbol, sp.Expr]] = [
        (p.symbol, q.symbol)
        for p in claim.parameters
        for q in claim.parameters
        if p.name == q.name and p.index == "1" and q.index == "2"
    ]
    for parameter in claim.parameters:
        pairs += [(parameter.symbol, sp.S.One)] + (
            [] if parameter.symbol.is_positive else [(parameter.symbol, sp.S.Zero)]
        )
    for symbol, value in pairs:
        tie = {symbol: value}
        ours, theirs = given.xreplace(tie), truth.xreplace(tie)
        one, two = figures.of(ours), figures.of(theirs)
        if one is not None and two is not None and same(one, two):
            yield f"{to_text(symbol)} = {to_text(value)}"
