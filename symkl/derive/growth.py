"""What is infinite for want of a tail: a sum of expectations, and a divergence whose logarithms grow too fast."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache

import sympy as sp

from symkl.algebra import is_positive, log_density, standing
from symkl.algebra.conditions import without_implied
from symkl.algebra.signs import assumed
from symkl.algebra.tails import growing_term, regions
from symkl.derive.support import inclusion
from symkl.model import Distribution

__all__ = ["Divergence", "divergence", "infinite_above", "infinite_kl", "infinite_unless"]


def infinite_above(terms: Mapping[sp.Expr, sp.Expr], divergent: set[sp.Expr], x: sp.Symbol) -> bool:
    """Whether `sum_t coefficient_t * E[t]` is `+oo` where those of `divergent` are infinite and all else finite.

    True is an argument: each divergent statistic is nonnegative with a positive coefficient, or together the divergent
    ones are a polynomial that tends to `+oo` wherever it is unbounded.
    """
    if all(t.is_nonnegative and is_positive(terms[t]) for t in divergent):
        return True
    bases = {t.as_base_exp()[0] for t in divergent}
    degrees = {t: t.as_base_exp()[1] for t in divergent}
    if len(bases) != 1 or not all(d.is_Integer and d > 0 for d in degrees.values()):
        return False
    if any(sp.diff(base, x) != 1 for base in bases):  # x itself, or x less the centre
        return False
    leading = max(degrees, key=lambda t: degrees[t])
    return bool(is_positive(terms[leading]) and (x.is_positive or degrees[leading].is_even))


@dataclass(frozen=True)
class Divergence:
    """Where KL(p || q) is infinite, where it is finite, and why it is infinite, as far as the tails of p tell.

    Both conditions are about parameters for which the support of p lies in that of q; between them is what is not
    decided. `finite` says that no end of the support of p makes the divergence infinite.
    """

    infinite: sp.Basic
    finite: sp.Basic
    reason: str


def infinite_kl(p: Distribution, q: Distribution, given: Iterable[sp.Basic] = ()) -> str | None:
    """Why KL(p || q) is infinite for all parameters; None where that is not shown."""
    found = divergence(p, q, given)
    return found.reason if found.infinite == sp.true else None


def infinite_unless(p: Distribution, q: Distribution, given: Iterable[sp.Basic] = ()) -> tuple[sp.Basic, ...] | None:
    """The conditions under which the tails leave KL(p || q) finite; it is infinite where one of them fails.

    None where they leave no doubt anywhere, where the divergence is always infinite, or where not all is decided.
    """
    found = divergence(p, q, given)
    if found.infinite in (sp.true, sp.false):
        return None
    return without_implied(sp.And.make_args(sp.Not(found.infinite) if found.finite == sp.false else found.finite))


def divergence(p: Distribution, q: Distribution, given: Iterable[sp.Basic] = ()) -> Divergence:
    """What the tails of p tell of KL(p || q).

    The negative part of `E_p[log p - log q]` is always finite, so that one tail that goes to +oo makes it infinite.
    """
    return _divergence(p, q, tuple(given), assumed())


@lru_cache(maxsize=256)
def _divergence(p: Distribution, q: Distribution, given: tuple[sp.Basic, ...], _: tuple[sp.Basic, ...]) -> Divergence:
    inside = inclusion(p, q)
    if inside.holds is False:
        return Divergence(sp.true, sp.false, inside.reason)
    given = (*given, *standing(p, q), *_inside(p, q))
    log_p = log_density(p)
    weight = log_p - log_density(q)
    found = regions(log_p, weight, p.variable, tuple(_ends(p)), given, bounded=True)
    infinite = found.where("oo")
    reason = _reason(p, log_p, weight, given) if infinite == sp.true else ""
    return Divergence(infinite, found.where("finite"), reason)


def _inside(p: Distribution, q: Distribution) -> Iterator[sp.Basic]:
    """That the support of p lies in that of q."""
    for condition in (sp.Le(q.support[0], p.support[0]), sp.Ge(q.support[1], p.support[1])):
        if condition is not sp.true:
            yield condition


def _ends(p: Distribution) -> Iterator[tuple[sp.Expr, int]]:
    """The ends where something may diverge, and the side from which each is approached."""
    for end, side in zip(p.support, (1, -1), strict=True):
        if p.kind == "continuous" or end.is_infinite:
            yield end, side


def _reason(p: Distribution, log_p: sp.Expr, weight: sp.Expr, given: Iterable[sp.Basic]) -> str:
    for end, side in _ends(p):
        term = growing_term(log_p, weight, p.variable, end, given, side)
        if term is not None:
            return f"log(p/q) grows like {term} near {end}, too fast for the tail of p"
    return "log(p/q) grows too fast for a tail of p"
