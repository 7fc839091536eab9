"""Exponentials of sums as products of powers, each formed without the rounding of its own exponent."""

from __future__ import annotations

import sympy as sp

from symkl.codegen.stable.kernels import ExpOfStep, GammaOfRatio, PowerOfRatio
from symkl.codegen.stable.logs import log_groups, split_logs
from symkl.codegen.stable.shape import spread
from symkl.codegen.stable.signs import nonnegative, positive

__all__ = ["power_of"]


def power_of(exponent: sp.Expr) -> sp.Expr | None:
    """`exp(loggamma(1 + a/b) + c*log(x/y) + (u - v)/w) => GammaOfRatio(a, b)*PowerOfRatio(x, y, c)*ExpOfStep(u, v, w)`.

    None where the exponent has no log-gamma, or something that is none of the three.
    """
    rest = spread(split_logs(exponent))
    factors = []
    for gamma in sorted(rest.atoms(sp.loggamma), key=sp.default_sort_key):
        above, below = sp.fraction(sp.together(gamma.args[0] - 1))
        if rest.coeff(gamma, 1) != 1 or not (nonnegative(above) and positive(below)):
            return None
        factors.append(GammaOfRatio(above, below))
        rest = spread(rest - gamma)
    if not factors:
        return None
    for group in log_groups(rest, joint=False, same={}):
        factors.append(PowerOfRatio(group.above, group.below, group.coefficient))
        rest = spread(rest - group.value())
    if rest.atoms(sp.Function):
        return None
    if rest != 0:
        above, below = sp.fraction(sp.factor_terms(sp.together(rest)))
        factors.append(ExpOfStep(*_compared(above), below))
    return sp.Mul(*factors)


def _compared(total: sp.Expr) -> tuple[sp.Expr, sp.Expr]:
    """`a - b => (a, b)`; what is no such difference is compared with 0."""
    if total.is_Add and len(total.args) == 2:
        for a, b in (total.args, total.args[::-1]):
            if a.is_Symbol and (-b).is_Symbol:
                return a, -b
    return total, sp.S.Zero
