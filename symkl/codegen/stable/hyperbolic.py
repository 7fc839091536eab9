"""Pairs of exponentials that are equal at equality: their difference below, or their sum in a logarithm.

With y = u - v, `exp(u)/(exp(u) - exp(v))` is `(coth(y/2) + 1)/2`, and `log((exp(u) + exp(v))/2)` is what
`log(cosh(y/2))` lies above the mean of u and v. Near y = 0 both lose every digit as they stand, the first is 0/0 there.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable

import sympy as sp

from symkl.codegen.stable.exponentials import vanishes
from symkl.codegen.stable.kernels import LangevinRise, SoftplusGap
from symkl.codegen.stable.logs import split_logs
from symkl.codegen.stable.shape import spread
from symkl.codegen.stable.signs import positive

__all__ = ["open_hyperbolic"]


def open_hyperbolic(
    expression: sp.Expr, same: dict[sp.Symbol, sp.Expr], exact: Callable[[sp.Expr], sp.Expr]
) -> tuple[sp.Expr, sp.Expr]:
    """What is left of the expression, and the terms `c*y*LangevinRise(y/2, 0, y/2)`, `c*SoftplusGap(y, 0, y)` of it.

    u and v are equal at equality; `exact` puts y so that it is exact near there.
    """
    if not same:
        return expression, sp.S.Zero
    expression, gaps = _sums_opened(expression, same, exact)
    exponents = sorted({e.args[0] for e in expression.atoms(sp.exp)}, key=sp.default_sort_key)
    for u, v in itertools.combinations(exponents, 2):
        opened = _quotients_opened(expression, u, v) if vanishes(u - v, same) else None
        if opened is not None:
            (rest, rise), y = opened, exact(u - v)
            return spread(rest), gaps + rise * y * LangevinRise(y / 2, sp.S.Zero, y / 2)
    return expression, gaps


def _sums_opened(
    expression: sp.Expr, same: dict[sp.Symbol, sp.Expr], exact: Callable[[sp.Expr], sp.Expr]
) -> tuple[sp.Expr, sp.Expr]:
    """`log(a*exp(u) + a*exp(v)) => log(2*a) + (u + v)/2 + SoftplusGap(u - v, 0, u - v)`."""
    gaps = sp.S.Zero
    for log in sorted(expression.atoms(sp.log), key=sp.default_sort_key):
        powers = [_power(term) for term in sp.Add.make_args(spread(log.args[0]))]
        if len(powers) != 2:
            continue
        ((a, u), (b, v)), coefficient = powers, expression.coeff(log, 1)
        if a == b and positive(a) and vanishes(u - v, same) and not (expression - coefficient * log).has(log):
            gaps += coefficient * SoftplusGap(exact(u - v), sp.S.Zero, exact(u - v))
            expression = spread(expression + coefficient * (split_logs(sp.log(2 * a)) + (u + v) / 2 - log))
    return expression, gaps


def _power(term: sp.Expr) -> tuple[sp.Expr, sp.Expr]:
    """(a, u) of a term `a*exp(u)`."""
    exponentials = [f for f in sp.Mul.make_args(term) if isinstance(f, sp.exp)]
    return term / sp.Mul(*exponentials), sp.Add(*(f.args[0] for f in exponentials))


def _quotients_opened(expression: sp.Expr, u: sp.Expr, v: sp.Expr) -> tuple[sp.Expr, sp.Expr] | None:
    """(rest, c) of `rest + c*y*(coth(y/2) - 2/y)`; None where there is no such quotient, or more of u and v stays."""
    logs = {log: sp.Dummy(f"log_{i}", real=True) for i, log in enumerate(expression.atoms(sp.log))}
    flat, first, second = (e.xreplace(logs) for e in (expression, u, v))
    moved = [_linear(first, second), _linear(second, first)]
    if None in moved:
        return None
    # by v and y; both v and its power are to go
    y, level, power, base = (sp.Dummy(name, real=True) for name in ("y", "level", "power", "base"))
    solved = zip(moved, (first, second), (level + y, level), strict=True)
    flat = flat.subs({s: s + (to - e) / e.coeff(s, 1) for s, e, to in solved}, simultaneous=True)

    def as_powers(exponent: sp.Expr) -> sp.Expr:
        exponent = sp.expand(exponent)
        n, m = exponent.coeff(level, 1), exponent.coeff(y, 1)
        return base**n * power**m * sp.exp(sp.expand(exponent - n * level - m * y))

    flat = sp.cancel(sp.together(sp.expand(flat).replace(sp.exp, as_powers)))
    if flat.has(sp.exp, base, level) or not _divided_by(flat, power - 1):
        return None
    coth = sp.Dummy("coth", real=True)
    flat = sp.expand(sp.cancel(flat.subs(power, (coth + 1) / (coth - 1))).subs(coth, coth + 2 / y))
    rest, rise = flat.coeff(coth, 0), flat.coeff(coth, 1) / y
    if not flat.is_polynomial(coth, y) or sp.expand(flat - rest - rise * y * coth) != 0 or rise.has(y):
        return None
    back = {symbol: log for log, symbol in logs.items()}
    return rest.subs(y, first - second).xreplace(back), rise.xreplace(back)


def _linear(one: sp.Expr, other: sp.Expr) -> sp.Symbol | None:
    """A symbol that the first is linear in and the second does not have."""
    symbols = sorted(one.free_symbols - other.free_symbols, key=sp.default_sort_key)
    return next((s for s in symbols if not sp.diff(one, s).has(s)), None)


def _divided_by(quotient: sp.Expr, divisor: sp.Expr) -> bool:
    below = sp.factor(sp.fraction(quotient)[1])
    return any(sp.expand(f.as_base_exp()[0] - divisor) == 0 for f in sp.Mul.make_args(below))
