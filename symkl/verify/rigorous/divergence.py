"""A proof, at given parameters, that one tail of an integral is infinite."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import flint
import sympy as sp
from flint import arb

from symkl.model import Distribution
from symkl.verify.bulk import bulk
from symkl.verify.rigorous.continuous import Y, placed, rays
from symkl.verify.rigorous.growth import Size, probe
from symkl.verify.rigorous.interval import Interval, values_on
from symkl.verify.rigorous.majorants import in_exponentials, statistics_of
from symkl.verify.rigorous.operations import NoEnclosure
from symkl.verify.rigorous.pieces import pieces
from symkl.verify.rigorous.tame import merge, size_at, tame
from symkl.verify.setting import Setting, put

__all__ = ["infinite_tail"]

_EDGES = (1, 2, 4, 8, 16, 32)


def infinite_tail(dist: Distribution, weight: sp.Expr, at: Mapping[sp.Symbol, sp.Expr]) -> tuple[sp.Expr, str] | None:
    """The end of the support (or a pole) beside which E_p[weight] is infinite, and the inequality that shows it.

    With y the distance from a finite end, or from a fixed point on the way to infinity: where `p*weight*y >= c > 0` on
    a whole tail, `int p*weight dy >= c int dy/y`, which is infinite. Only plus infinity is looked for.
    """
    here = put(dist, weight, at)
    if here.discrete:
        return None
    with flint.ctx.workprec(100):
        try:
            for end, terms, upwards in _tails(here):
                found = _least(terms, upwards)
                if found is not None:
                    return end, f"the integrand times the distance y is at least {found[0]} for y {found[1]}"
        except NoEnclosure:
            return None
    return None


def _tails(here: Setting) -> Iterator[tuple[sp.Expr, tuple[sp.Expr, ...], bool]]:
    """Each tail's end, the terms of `p*weight*y` in it, and whether it runs upwards in y."""
    x = here.variable
    for lower, upper, density, weight in pieces(here.density, here.weight, x, *here.support):
        for ray in rays(lower, upper, bulk(here).centre):
            place = ray.end + ray.direction * Y
            common = in_exponentials(Y * placed(density, x, place))
            terms = statistics_of(placed(weight, x, place), Y, majorants=False)
            products = tuple(merge(common * term) for term in terms)
            yield ray.end, products, False
            if ray.upwards:
                yield ray.direction * sp.oo, products, True


def _least(terms: tuple[sp.Expr, ...], upwards: bool) -> tuple[str, str] | None:
    """A positive lower bound of the sum of the terms on a tail, and the tail, in words.

    Against the largest term D each other is bounded: `D + sum of t >= D*(1 - sum of sup|t/D|)`.
    """
    main = max(terms, key=lambda term: size_at(term, Y, probe(upwards)))
    leading = tame(main, Y, probe(upwards))
    others = [Size(merge(term / main), Y, upwards) for term in terms if term is not main]
    for edge in _EDGES:
        here = arb(edge if upwards else -edge).exp()
        domain = Interval(here.lower(), arb.pos_inf()) if upwards else Interval(arb(0), here.upper())
        sizes = [other.most(domain) for other in others]
        if any(size is None for size in sizes):
            continue
        least = values_on(leading, Y, domain).lo
        left = 1 - sum((size for size in sizes if size is not None), arb(0))
        if least > 0 and left > 0:
            bound = least * left
            place = f"{'>=' if upwards else '<='} {here.str(3, radius=False)}"
            return bound.lower().str(3, radius=False), place
    return None
