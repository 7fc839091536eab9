"""The average of minus a log-density, or of any sum of statistics: steps, lemmas, value."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import sympy as sp

from symkl.algebra import equal, standing
from symkl.algebra.conditions import without_implied
from symkl.algebra.reading import read_statistics
from symkl.algebra.tidy import gathered, tidy
from symkl.derive.centring import about_centre
from symkl.derive.growth import infinite_above
from symkl.derive.lemmas import Divergent, prove, statement_of
from symkl.derive.rules import centring, linearity, simplification
from symkl.derive.rules import lemma as lemma_rule
from symkl.errors import BadInput, Location, Resisted
from symkl.model import Distribution, Lemma, Step, Unit

__all__ = ["Average", "average"]


#: at how many points a density is tried (less those outside its constraints)
_DRAWS = 6
#: by how much a number may miss 1
_TOLERANCE = sp.Float("1e-12", 30)


@dataclass(frozen=True)
class Average:
    """`value` may hold inert expectations (then `resisted` names their lemmas) and is None where it is not finite.

    `otherwise` is what the average is where `conditions` fail: "oo", "undefined", or None without conditions.
    """

    value: sp.Expr | None
    steps: tuple[Step, ...]
    lemmas: tuple[Lemma, ...]
    conditions: tuple[sp.Basic, ...] = ()
    otherwise: str | None = None
    resisted: tuple[Lemma, ...] = ()
    divergent: tuple[Lemma, ...] = ()
    infinite: bool = False


def average(dist: Distribution, body: sp.Expr, before: sp.Expr, *, part: bool = False, moment: bool = False) -> Average:
    """`E[body]` under `dist`, where `before` is the inert form from which the chain sets out.

    As a `part` of something else a value that holds inert expectations is not arranged for a reader. A `moment` is
    expanded about the centre of `dist` only where that takes no more terms, all else always, so that it cites the
    same lemmas.
    """
    x = dist.variable
    one = _normalisation(dist)
    terms, own = _read(dist, body, moment)
    lemmas = [one, *own]
    by_statistic = {lemma.statement.body: lemma for lemma in lemmas}
    constant = gathered(terms.pop(sp.Integer(1), sp.Integer(0)))
    steps = centring.apply(before, terms, constant, one.statement)
    start = steps[-1].after if steps else before
    step = linearity.apply(start, [(c, statement_of(dist, t)) for t, c in terms.items()], constant)
    steps += (step,) if step.after != start else ()
    divergent = {t for t in terms if by_statistic[t].value == sp.oo}
    resisted = tuple(by_statistic[t] for t in terms if by_statistic[t].value is None)
    if divergent:
        infinite = not resisted and infinite_above(terms, divergent, x)
        found = tuple(by_statistic[t] for t in terms if t in divergent)
        return Average(None, steps, tuple(lemmas), resisted=resisted, divergent=found, infinite=infinite)
    steps += lemma_rule.apply(step.after, lemmas)
    raw = steps[-1].after if steps else before
    value = raw if part and resisted else tidy(raw)
    steps += simplification.apply(raw, value)
    conditions = without_implied(c for lemma in lemmas for c in lemma.conditions)
    conditional = {t for t in terms if by_statistic[t].conditions}
    otherwise = None
    if conditions:
        otherwise = "oo" if not resisted and infinite_above(terms, conditional, x) else "undefined"
    return Average(value, steps, tuple(lemmas), conditions, otherwise, resisted)


def _read(dist: Distribution, body: sp.Expr, moment: bool) -> tuple[dict[sp.Expr, sp.Expr], list[Lemma]]:
    """The statistics of the body with coefficients, and their lemmas: about the centre where those are all finite."""
    terms = read_statistics(body, dist.variable)
    centred = about_centre(dist, terms)
    if centred is not None and not (moment and len(centred) > len(terms)) and _finite(dist, centred.keys() - terms):
        terms = centred
    return terms, [_lemma(dist, statistic) for statistic in _sorted(terms) if statistic != 1]


def _finite(dist: Distribution, statistics: Iterable[sp.Expr]) -> bool:
    return all(_lemma(dist, statistic).value not in (None, sp.oo) for statistic in _sorted(statistics))


def _sorted(statistics: Iterable[sp.Expr]) -> list[sp.Expr]:
    return sorted(statistics, key=sp.default_sort_key)


def _normalisation(dist: Distribution) -> Lemma:
    """`E_p[1] = 1`: without it no constant may be taken out of an expectation. Refused where numbers say otherwise."""
    lemma = _lemma(dist, sp.Integer(1))
    if lemma.value is None or equal(lemma.value, sp.Integer(1)):
        return lemma
    if not _one_by_numbers(lemma.value, standing(dist)):
        verb = "sums" if dist.kind == "discrete" else "integrates"
        where = Location(dist.family.origin, "family.density" if dist.density is not None else "family.log_density")
        what = f"the density of '{dist.family.name}' {verb} to {lemma.value}, not to 1"
        raise BadInput(what, where, "divide it by that, or correct the support")
    return lemma


def _one_by_numbers(value: sp.Expr, given: tuple[sp.Basic, ...]) -> bool:
    """Whether a value that the normal form does not decide is 1 at a few points, as far as it can be evaluated."""
    symbols = sorted(value.free_symbols.union(*(c.free_symbols for c in given)), key=lambda s: str(s.name))
    for draw in range(_DRAWS):
        symbols.reverse()  # which of two is the larger may be prescribed
        at = {s: sp.Rational(2 * k + 3 + draw, 2 * k + 11 + draw) for k, s in enumerate(symbols)}
        at = {s: number if isinstance(s, Unit) else (1 + draw) * number for s, number in at.items()}
        if any(condition.subs(at) == sp.false for condition in given):
            continue
        number = sp.N(value.subs(at), 30)
        if number.is_Float and abs(number - 1) > _TOLERANCE:
            return False
    return True


def _lemma(dist: Distribution, statistic: sp.Expr) -> Lemma:
    statement = statement_of(dist, statistic)
    try:
        return prove(dist, statistic)
    except Divergent:
        return Lemma(statement, sp.oo, (), "a master's condition fails: the integral diverges", (), ())
    except Resisted:
        return Lemma(statement, None, (), "no chart leads to a known integral or sum", (), ())
