"""Averages written about a distribution's centre: `(x - m)**2` in powers of `x - mu`, where p is written so."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache

import sympy as sp

from symkl.algebra import log_density
from symkl.algebra.branches import kinks_of
from symkl.algebra.rational import arranged
from symkl.algebra.reading import linear_in
from symkl.derive.charts import centres
from symkl.model import Distribution

__all__ = ["about_centre"]

#: statistics with their coefficients
Terms = dict[sp.Expr, sp.Expr]


def about_centre(dist: Distribution, terms: Terms) -> Terms | None:
    """The sum of the terms with its powers and exponentials about the centre of `dist`; None where it has none."""
    x = dist.variable
    found = _centre(dist) if dist.kind == "continuous" else None
    if found is None:
        return None
    t, centre = found
    degrees = {statistic: _degree(statistic, t) for statistic in terms}
    moved = {statistic: c for statistic, c in terms.items() if not degrees[statistic]}
    if t == x:
        moved = dict(_exponential(statistic, c, x, centre) for statistic, c in moved.items())
    powers = {degrees[statistic]: c for statistic, c in terms.items() if degrees[statistic]}
    if powers:
        constant = moved.pop(sp.Integer(1), sp.Integer(0))
        moved |= _polynomial({0: constant, **powers}, t - centre, centre)
    return moved if moved.keys() != terms.keys() else None


def _degree(statistic: sp.Expr, t: sp.Expr) -> int:
    """The degree of a power of t; 0 for any other statistic."""
    base, exponent = statistic.as_base_exp()
    return int(exponent) if base == t and exponent.is_Integer and exponent > 0 else 0


def _polynomial(coefficients: Mapping[int, sp.Expr], shifted: sp.Expr, centre: sp.Expr) -> Terms:
    """`sum_n c_n t**n` in powers of `shifted`, which is `t - centre`."""
    plain, rest = _parted(coefficients[0])
    coefficients = {**coefficients, 0: plain}
    found = {}
    for power in range(max(coefficients) + 1):
        above = ((n, c) for n, c in coefficients.items() if n >= power)
        moved = arranged(sp.Add(*(c * sp.binomial(n, power) * centre ** (n - power) for n, c in above)))
        moved += rest if power == 0 else 0
        if moved != 0:
            found[shifted**power] = moved
    return found


def _parted(constant: sp.Expr) -> tuple[sp.Expr, sp.Expr]:
    """The terms of a sum without functions, and those with one."""
    terms = sp.Add.make_args(constant)
    plain = [term for term in terms if not term.atoms(sp.Function)]
    return sp.Add(*plain), sp.Add(*(term for term in terms if term not in plain))


def _exponential(statistic: sp.Expr, coefficient: sp.Expr, x: sp.Symbol, centre: sp.Expr) -> tuple[sp.Expr, sp.Expr]:
    """`exp(c*m)*exp(-c*x)` => `exp(c*(m - mu))*exp(-c*(x - mu))`; all else stays."""
    outer = [f for f in sp.Mul.make_args(coefficient) if isinstance(f, sp.exp)]
    line = linear_in(statistic.args[0], x) if isinstance(statistic, sp.exp) and outer else None
    if line is None:
        return statistic, coefficient
    slope = line[0]
    exponent = arranged(sp.Add(*(f.args[0] for f in outer), slope * centre))
    return sp.exp(slope * (x - centre)), coefficient / sp.Mul(*outer) * sp.exp(exponent)


@lru_cache(maxsize=256)
def _centre(dist: Distribution) -> tuple[sp.Expr, sp.Expr] | None:
    """Where the log-density is written about one place, not 0: what is written so, x or its logarithm, and the place.

    In x only on the line, or from an end of the support on; in its logarithm on the positive numbers.
    """
    x, (lower, upper) = dist.variable, dist.support
    log_p = log_density(dist)
    found = [c for c in _written_about(log_p, x) if (lower, upper) == (-sp.oo, sp.oo) or c in (lower, upper)]
    t: sp.Expr = x
    if not found and (lower, upper) == (0, sp.oo):
        t, y = sp.log(x), sp.Dummy(real=True)
        found = _written_about(log_p.xreplace({t: y}), y)
    return (t, found[0]) if len(found) == 1 else None


def _written_about(log_p: sp.Expr, t: sp.Symbol) -> list[sp.Expr]:
    """The parameters and numbers where powers, exponentials, absolute values and factors in t have their zero."""
    factors = [factor for product in log_p.atoms(sp.Mul) for factor in product.args if factor.is_Add and factor.has(t)]
    lines = [linear_in(argument, t) for argument in (*kinks_of(log_p, t), *factors)]
    zeros = {sp.cancel(-line[1] / line[0]) for line in lines if line is not None and line[0] != 0}
    return [c for c in zeros | set(centres(log_p, t)) if (c.is_Symbol or c.is_number) and c != 0]
