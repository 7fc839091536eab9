"""Rigorous bounds for the tails of an integral, from how fast the logarithm of the integrand falls."""

from __future__ import annotations

from functools import lru_cache

import flint
import sympy as sp
from flint import acb, arb

from symkl.verify.rigorous.compile import compile_balls, constant
from symkl.verify.rigorous.interval import Interval, values_on
from symkl.verify.rigorous.tame import merge, tame

__all__ = ["FLOOR", "Growth", "Size", "Sup", "Tail", "beyond", "log_slope", "probe"]

#: a statistic t is bounded by FLOOR + |t|, which is never 0, so that its logarithm has a derivative of bounded size
FLOOR = 1024


class Tail:
    """`int p(y) |w(y)| dy` over y > e^T (upwards) or over 0 < y < e^T, for a w given as a sum of statistics.

    With s = log y, or s = y, let g = log(p * (FLOOR + |t|) * dy/ds) for one statistic t. If dg/ds <= -r < 0 for all
    y > e^T, that tail is at most exp(g(T))/r; downwards the same with s running backwards.
    """

    def __init__(self, density: sp.Expr, slope: sp.Expr, statistics: tuple[sp.Expr, ...], y: sp.Symbol, upwards: bool):
        self.y, self.slope, self.upwards = y, slope, upwards
        self.density = compile_balls(density, y, points=True)
        self.statistics = [_coefficient(t, y) for t in statistics]
        self.values = [(compile_balls(t, y, points=True), constant(c)) for t, c in self.statistics]
        self.scales: tuple[sp.Expr, ...] = (y, sp.Integer(1)) if upwards else (y,)
        self.falls: dict[sp.Expr, Sup] = {}

    def bound(self, edge: int) -> arb | None:
        """An upper bound for the tail beyond T = edge, or None where none could be shown."""
        here, domain = arb(edge).exp(), beyond(edge, self.upwards)
        for scale in self.scales:
            fall = self._fall(scale).beyond(edge)
            if fall is None or not fall < 0:
                continue
            growths = [_growth(t, scale, self.y, self.upwards).on(domain) for t, _ in self.statistics]
            total = self._total(here, fall, growths)
            if total is not None:
                return total * here if scale == self.y else total
        return None

    def _fall(self, scale: sp.Expr) -> Sup:
        if scale not in self.falls:
            self.falls[scale] = _fall(self.slope, scale, self.y, self.upwards)
        return self.falls[scale]

    def _total(self, here: arb, fall: arb, growths: list[arb | None]) -> arb | None:
        total = arb(0)
        for (statistic, coefficient), growth in zip(self.values, growths, strict=True):
            if growth is None or not fall + growth < 0:
                return None
            total += abs(coefficient) * (FLOOR + abs(statistic(acb(here)).real)) / -(fall + growth)
        total *= abs(self.density(acb(here)).real)
        return total.upper() if total.is_finite() else None


def beyond(edge: int, upwards: bool) -> Interval:
    """The y > e^edge, or the y < e^edge where it does not run upwards."""
    here = arb(edge).exp()
    return Interval(here.lower(), arb.pos_inf()) if upwards else Interval(arb(0), here.upper())


def _coefficient(term: sp.Expr, y: sp.Symbol) -> tuple[sp.Expr, sp.Expr]:
    """A term as (statistic, coefficient); a constant in an exponent is part of the coefficient."""
    coefficient, statistic = term.as_independent(y, as_Add=False)
    if isinstance(statistic, sp.exp):
        constant_part, varying = statistic.args[0].as_independent(y, as_Add=True)
        return sp.exp(varying), coefficient * sp.exp(constant_part)
    return statistic, coefficient


# densities and statistics recur, from one claim to the next and from one point to another


@lru_cache(maxsize=4096)
def _fall(slope: sp.Expr, scale: sp.Expr, y: sp.Symbol, upwards: bool) -> Sup:
    slope = scale * slope + scale.diff(y)
    return Sup(slope if upwards else -slope, y, upwards)


@lru_cache(maxsize=4096)
def _growth(statistic: sp.Expr, scale: sp.Expr, y: sp.Symbol, upwards: bool) -> Growth:
    base, exponent = statistic.as_base_exp()
    if base == y and exponent.is_number:
        return Growth(statistic, exponent * scale * y ** (exponent - 1), y, upwards, y / scale / exponent)
    if base == sp.E and y not in (rate := exponent / y).free_symbols:
        return Growth(statistic, rate * scale * statistic, y, upwards, 1 / (rate * scale))
    return Growth(statistic, scale * statistic.diff(y), y, upwards)


class Sup:
    """Upper bounds for an expression on domains that reach into one tail."""

    def __init__(self, expression: sp.Expr, y: sp.Symbol, upwards: bool) -> None:
        self.y, self.upwards = y, upwards
        expanded = sp.expand_mul(expression)
        self.forms = (expanded, tame(expanded, y, probe(upwards)))
        self.known: dict[tuple[int, int], arb | None] = {}

    def on(self, domain: Interval) -> arb | None:
        found = values_on(self.forms[0], self.y, domain) & values_on(self.forms[1], self.y, domain)
        return found.hi if found.hi < arb.pos_inf() else None

    def beyond(self, edge: int) -> arb | None:
        """The same beyond y = e^edge, remembered."""
        key = (edge, flint.ctx.prec)
        if key not in self.known:
            self.known[key] = self.on(beyond(edge, self.upwards))
        return self.known[key]


class Size:
    """Upper bounds for the absolute value of an expression, by its values or by its fall along the tail."""

    def __init__(self, expression: sp.Expr, y: sp.Symbol, upwards: bool, is_tame: bool = False) -> None:
        self.y, self.upwards = y, upwards
        self.form = expression if is_tame else tame(expression, y, probe(upwards))
        self.fall: Sup | None = None

    def on(self, domain: Interval) -> Interval:
        return values_on(self.form, self.y, domain).magnitude()

    def at_edge(self, domain: Interval) -> arb | None:
        """The size at the edge of the tail, where that is the largest."""
        if self.fall is None:
            slope = log_slope(self.form, self.y)
            self.fall = Sup(slope if self.upwards else -slope, self.y, self.upwards)
        found = self.fall.on(domain)
        if found is None or not found <= 0:
            return None
        edge = domain.lo if self.upwards else domain.hi
        size = values_on(self.form, self.y, Interval(edge, edge)).magnitude().hi
        return size if size.is_finite() else None

    def most(self, domain: Interval) -> arb | None:
        """The better of the two bounds that there is."""
        size = self.on(domain).hi
        return size if size.is_finite() else self.at_edge(domain)


class Growth:
    """Upper bounds for `|change|/(FLOOR + |statistic|)`: by the change's size, or by the ratio of the two."""

    def __init__(
        self, statistic: sp.Expr, change: sp.Expr, y: sp.Symbol, upwards: bool, ratio: sp.Expr | None = None
    ) -> None:
        """`ratio` is statistic/change, where it is known in a simple form (then the change is simple as well)."""
        self.y, self.none = y, change == 0
        if self.none:
            return
        self.change = Size(change, y, upwards, is_tame=ratio is not None)
        self.ratio = tame(merge(statistic / change), y, probe(upwards)) if ratio is None else ratio

    def on(self, domain: Interval) -> arb | None:
        if self.none:
            return arb(0)
        size = self.change.on(domain)
        ratio = values_on(self.ratio, self.y, domain).magnitude()
        found = (size.hi / FLOOR).upper() if size.hi.is_finite() else None
        below = (ratio + size.inverse() * Interval(arb(FLOOR), arb(FLOOR))).lo
        if below > 0:
            other = (1 / below).upper()
            found = other if found is None or other < found else found
        if found is None:
            most = self.change.at_edge(domain)
            found = None if most is None else (most / FLOOR).upper()
        return found


def log_slope(density: sp.Expr, y: sp.Symbol) -> sp.Expr:
    """The derivative of `log|density|`, factor by factor."""
    total: sp.Expr = sp.Integer(0)
    for factor in sp.Mul.make_args(density):
        base, exponent = factor.as_base_exp()
        if base == sp.E:
            total += exponent.diff(y)
        elif y in exponent.free_symbols:
            total += (exponent * sp.log(base)).diff(y)
        else:
            total += exponent * base.diff(y) / base
    return total


def probe(upwards: bool) -> sp.Rational:
    """Where the terms of a sum are compared: far out, and not so far that exp(exp(y)) cannot be written down."""
    return sp.Integer(2) ** 12 if upwards else sp.Rational(1, 2**12)
