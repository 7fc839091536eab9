"""Completing the exponential: `c*exp(u) - e*u` as a gap of the exponential and that of a ratio."""

from __future__ import annotations

from collections.abc import Sequence

import sympy as sp

from symkl.codegen.stable.exponentials import vanishes
from symkl.codegen.stable.kernels import EntropyGap, LogGap, LogRatio, ProductRise, ScaledExpGap
from symkl.codegen.stable.logs import log_groups, split_logs
from symkl.codegen.stable.ratios import divided_through
from symkl.codegen.stable.shape import spread
from symkl.codegen.stable.shorter import shorter
from symkl.codegen.stable.signs import positive

__all__ = ["open_completed"]

_Pairs = Sequence[tuple[sp.Expr, sp.Expr]]


def open_completed(closed: sp.Expr, pairs: _Pairs) -> tuple[sp.Expr, sp.Expr] | None:
    """`c*exp(u) - e*u => e*ExpGap(u + log(c/e)) + e + e*log(c/e)`, then the logarithms as gaps.

    For one exponential, where u vanishes and c is e at equality, though not elsewhere.
    Returns what is left and the gaps; None where that is not so.
    """
    same = {x: y for x, y in pairs if x.is_Symbol}
    if not same or not closed.has(sp.exp):
        return None
    total = spread(split_logs(shorter(closed)))
    powers = total.atoms(sp.exp)
    if len(powers) != 1 or total.has(sp.loggamma, sp.gamma):
        return None
    (power,) = powers
    (u,) = power.args
    found = _linear(total, power, same)
    if found is None or not vanishes(u, same):
        return None
    e, ratio = found
    step = sp.factor(ratio - 1)
    rest = spread(total - total.coeff(power, 1) * power + e * (1 + u) - e * (ratio - 1))
    groups = log_groups(rest, joint=True, same=same)
    if len(groups) != 1 or groups[0].coefficient != 1:
        return None
    other = sp.factor(groups[0].below / groups[0].above)
    gap = _gap_by_parts(other, pairs)
    if gap is None:
        return None
    left = spread(sp.factor(rest - groups[0].value() - (other - 1)))
    return left, _exponential(e, u, ratio, step, same) + _entropy(e, ratio, step, same) + gap


def _linear(total: sp.Expr, power: sp.Expr, same: dict[sp.Symbol, sp.Expr]) -> tuple[sp.Expr, sp.Expr] | None:
    """e, and e/c, of `c*exp(u) - e*u`; None where the rest is not linear in u."""
    (u,) = power.args
    c = sp.factor(total.coeff(power, 1))
    rest = spread(total - c * power)
    for s in sorted(u.free_symbols, key=sp.default_sort_key):
        if s.is_nonnegative is not None or sp.diff(u, s).has(s):
            continue
        e = sp.factor(-sp.diff(rest, s) / sp.diff(u, s))
        ratio = sp.factor(e / c)
        known = positive(e) and positive(c) and bool(ratio.free_symbols) and vanishes(e - c, same)
        if known and not spread(rest + e * u).has(s):
            return e, ratio
    return None


def _exponential(e: sp.Expr, u: sp.Expr, ratio: sp.Expr, step: sp.Expr, same: dict[sp.Symbol, sp.Expr]) -> sp.Expr:
    """`e*ExpGap(u - log(ratio))`, in units of what is the first's in e."""
    unit = _of(e, set(same))
    above, below = sp.fraction(divided_through(ratio))
    # the numerator without the powers of parameters before its sum: it leaves the range of numbers last
    scale = sp.Mul(*(factor for factor in sp.Mul.make_args(above) if not factor.has(sp.Add)))
    below = below / scale
    log = LogRatio(above / scale, below, sp.Mul(divided_through(step), below))
    return e / unit * ScaledExpGap(sp.factor_terms(sp.cancel(unit * u)) - unit * log, unit)


def _entropy(e: sp.Expr, ratio: sp.Expr, step: sp.Expr, same: dict[sp.Symbol, sp.Expr]) -> sp.Expr:
    """`e*LogGap(ratio, 1)`, in units of what is in e of those of the first's parameters that are in the ratio."""
    unit = _of(e, set(same) & ratio.free_symbols)
    return e / unit * EntropyGap(unit, unit * divided_through(ratio), unit * divided_through(step))


def _gap_by_parts(ratio: sp.Expr, pairs: _Pairs) -> sp.Expr | None:
    """`LogGap(x*y, 1)` with x the quotient of two parameters that are equal at equality, where y is one of others."""
    for one, other in pairs:
        for x in (one / other, other / one):
            y = sp.cancel(ratio / x)
            if y.has(one, other):
                continue
            y, rise = (divided_through(sp.factor(part)) for part in (y, y - 1))
            above, below = sp.fraction(x)
            return LogGap(x * y, sp.S.One, ProductRise(x, y, (above - below) / below, rise))
    return None


def _of(product: sp.Expr, symbols: set[sp.Symbol]) -> sp.Expr:
    """The powers of these symbols in it."""
    return sp.Mul(*(factor for factor in sp.Mul.make_args(product) if factor.free_symbols & symbols))
