"""A rigorous ball around the sum of mass times weight over a support of integers."""

from __future__ import annotations

import sympy as sp
from flint import acb, arb

from symkl.verify.rigorous.compile import compile_balls, constant
from symkl.verify.rigorous.growth import FLOOR, Growth, Sup
from symkl.verify.rigorous.interval import Interval
from symkl.verify.rigorous.logs import split_logs
from symkl.verify.rigorous.majorants import statistics_of, under_gamma
from symkl.verify.rigorous.operations import REWRITES, NoEnclosure
from symkl.verify.rigorous.pieces import below, breaks, resolve
from symkl.verify.rigorous.powers import power_sum
from symkl.verify.rigorous.program import Program

__all__ = ["total"]

#: the most terms that are added up
_MOST = 100_000
#: where no bound at all can be shown for the terms from here on, none is to be hoped for later
_HOPE = 4_000
_K = sp.Symbol("k", positive=True)


def total(mass: sp.Expr, weight: sp.Expr, x: sp.Symbol, support: tuple[sp.Expr, sp.Expr], digits: int) -> arb:
    """The ball; every expression is in x alone. Raises NoEnclosure."""
    lower, upper = support
    if lower == -sp.oo and upper == sp.oo:
        return _upwards(mass, weight, x, sp.Integer(0), digits) + _downwards(mass, weight, x, sp.Integer(-1), digits)
    if lower == -sp.oo:
        return _downwards(mass, weight, x, upper, digits)
    if upper == sp.oo:
        return _upwards(mass, weight, x, lower, digits)
    first, last = _whole(lower), _whole(upper)
    if last - first > _MOST:
        raise NoEnclosure(f"{last - first + 1} terms are too many to add up")
    terms = _Terms(mass, weight, x)
    return sum((terms(k) for k in range(first, last + 1)), arb(0))


def _downwards(mass: sp.Expr, weight: sp.Expr, x: sp.Symbol, upper: sp.Expr, digits: int) -> arb:
    k = sp.Symbol(x.name, integer=True)
    return _upwards(mass.subs(x, -k), weight.subs(x, -k), k, -upper, digits)


def _upwards(mass: sp.Expr, weight: sp.Expr, x: sp.Symbol, lower: sp.Expr, digits: int) -> arb:
    first = _whole(lower)
    powers = power_sum(mass, weight, x, first)
    if powers is not None:
        return powers
    kinks = [cut for cut in breaks(sp.Add(mass, weight, evaluate=False), x) if cut.is_finite]
    start = max([2, first + 1, *(int(sp.ceiling(cut)) + 1 for cut in kinks)])
    far = sp.Integer(start + 1)
    tail = _Tail(resolve(mass, x, far), resolve(weight, x, far), x)
    terms = _Terms(mass, weight, x)
    tolerance = arb(10) ** -(digits + 4)
    added, done, until = arb(0), first, start + 14
    while until - first <= _MOST:
        added += sum((terms(k) for k in range(done, until)), arb(0))
        bound = tail.bound(until)
        if bound is not None and bound < tolerance:
            return added + arb(0, bound.upper())
        if bound is None and until - first > _HOPE:
            break
        done, until = until, first + 2 * (until - first)
    raise NoEnclosure("no bound could be shown for the tail of the sum")


class _Terms:
    """mass * weight at one integer; 0 where the mass is 0."""

    def __init__(self, mass: sp.Expr, weight: sp.Expr, x: sp.Symbol) -> None:
        self.mass, self.weight = (_points(part, x) for part in (mass, weight))

    def __call__(self, k: int) -> arb:
        mass = self.mass(acb(k))
        if mass == 0:
            return arb(0)
        term = mass * self.weight(acb(k))
        if not (term.is_finite() and term.imag.contains(0)):
            raise NoEnclosure(f"the term at {k} has no real value")
        return term.real


class _Tail:
    """`sum of mass(k) |weight(k)|` for k >= n, by the ratio test.

    For each statistic t of the weight, let r bound `mass(k+1)/mass(k) * (FLOOR + |t(k+1)|)/(FLOOR + |t(k)|)` for all
    real k >= n. Where r < 1 the tail is at most `mass(n) (FLOOR + |t(n)|) / (1 - r)`.
    """

    def __init__(self, mass: sp.Expr, weight: sp.Expr, x: sp.Symbol) -> None:
        mass, weight = (_in_gammas(part).subs(x, _K) for part in (mass, weight))
        self.mass = _points(mass, _K)
        self.ratio = Sup(_shift(split_logs(sp.log(mass), _K)), _K, True)
        self.statistics = [(_points(t, _K), Growth(t, _shift(t), _K, True)) for t in statistics_of(weight, _K)]

    def bound(self, n: int) -> arb | None:
        domain = Interval(arb(n), arb.pos_inf())
        log_ratio = self.ratio.on(domain)
        if log_ratio is None:
            return None
        total = arb(0)
        for statistic, growth in self.statistics:
            grows = growth.on(domain)
            if grows is None:
                return None
            ratio = (log_ratio.exp() if log_ratio.is_finite() else arb(0)) * (1 + grows)
            if not ratio < 1:
                return None
            total += (FLOOR + abs(statistic(acb(n)).real)) / (1 - ratio)
        total *= abs(self.mass(acb(n)).real)
        return total.upper() if total.is_finite() else None


def _points(expression: sp.Expr, x: sp.Symbol) -> Program:
    return compile_balls(expression, x, points=True)


def _whole(number: sp.Expr) -> int:
    if number.is_Integer:
        return int(number)
    found = constant(number).unique_fmpz()
    if found is None or below(sp.Integer(int(found)), number) or below(number, sp.Integer(int(found))):
        raise NoEnclosure(f"{number} is not known to be an integer")
    return int(found)


def _in_gammas(expression: sp.Expr) -> sp.Expr:
    """`factorial(k)` => `gamma(k + 1)`, and so on; `log(gamma(z))` => `loggamma(z)` for the logarithms to come."""
    if not expression.args:
        return expression
    args = [_in_gammas(arg) for arg in expression.args]
    rewrite = REWRITES.get(type(expression))
    return rewrite(*args) if rewrite else expression.func(*args)


def _shift(expression: sp.Expr) -> sp.Expr:
    """`f(k + 1) - f(k)`, term by term, with the gammas taken out by their recurrence."""
    total: sp.Expr = sp.Integer(0)
    for term in sp.Add.make_args(sp.expand_mul(expression)):
        coefficient, rest = term.as_independent(_K, as_Add=False)
        inner = under_gamma(rest)
        if inner is not None and inner.diff(_K) == 1:
            total += coefficient * sp.log(inner)
            continue
        if inner is not None and inner.diff(_K) == -1:
            total -= coefficient * sp.log(sp.Abs(inner - 1))
            continue
        total += coefficient * sp.expand(rest.subs(_K, _K + 1) - rest)
    return total
