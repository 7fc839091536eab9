"""Log-gamma functions written as Bregman divergences."""

from __future__ import annotations

import sympy as sp

from symkl.codegen.stable.kernels import BinetGap, GammaGap
from symkl.codegen.stable.shape import spread
from symkl.codegen.stable.signs import nonnegative, positive

__all__ = ["open_loggammas"]


def open_loggammas(
    expression: sp.Expr, same: dict[sp.Symbol, sp.Expr], binet: bool, anchor: sp.Expr | None = None
) -> tuple[sp.Expr, sp.Expr]:
    """`loggamma(b) => loggamma(a) + digamma(a)*(b - a) + GammaGap(b, a)`.

    a is the argument of another loggamma, or a number, that b equals where the distributions coincide; where they
    are of two families, `anchor`. With `binet` the gap is split further, GammaGap = BinetGap + EntropyGap, the
    second written out in logs so that they can be joined with others. Returns what is left and the gaps.
    """
    rest, gaps = spread(expression), sp.S.Zero
    for gamma in sorted(rest.atoms(sp.loggamma), key=sp.default_sort_key):
        b = gamma.args[0]
        coefficient = sp.factor(rest.coeff(gamma, 1))
        a = _anchor(b, rest, same, anchor)
        if a is None or not positive(b) or not nonnegative(coefficient) or coefficient == 0:
            continue
        gap = _relative(b, a)
        opened = sp.loggamma(a) + sp.digamma(a) * gap
        if binet:
            opened += b * (sp.log(b) - sp.log(a)) - gap
            gaps += coefficient * BinetGap(b, a, gap)
        else:
            gaps += coefficient * GammaGap(b, a, gap)
        opened = sp.expand_func(opened) if a.is_number else opened
        rest = spread(rest - coefficient * gamma + coefficient * opened)
    return rest, gaps


def _relative(b: sp.Expr, a: sp.Expr) -> sp.Expr:
    """b - a over one denominator: `1 + s/t - 2 => (s - t)/t`."""
    above, below = sp.fraction(sp.together(b - a))
    return sp.factor_terms(sp.expand(above)) / below


def _anchor(
    b: sp.Expr, rest: sp.Expr, same: dict[sp.Symbol, sp.Expr], anchor: sp.Expr | None
) -> sp.Expr | None:
    if not same:
        return anchor
    settled = sp.cancel(b.subs(same, simultaneous=True))
    if settled.is_number:
        return settled if settled.is_Integer and settled > 0 else None
    others = [g.args[0] for g in sorted(rest.atoms(sp.loggamma), key=sp.default_sort_key) if g.args[0] != b]
    for other in others:
        if sp.expand(other.subs(same, simultaneous=True) - settled) == 0 and positive(other):
            return other
    return None
