"""Logistic terms: `log(1 + exp(x))` and `1/(1 + exp(-x))` by functions that neither overflow nor cancel."""

from __future__ import annotations

import sympy as sp

from symkl.codegen.stable.kernels import Sigmoid, Softplus, SoftplusGap
from symkl.codegen.stable.shape import difference, factored, spread
from symkl.codegen.stable.signs import nonnegative

__all__ = ["as_softplus", "log_odds", "open_softplus"]


def as_softplus(expression: sp.Expr, one_sided: bool) -> sp.Expr:
    """`log(1 + exp(x)) => Softplus(x)`, and `1/(1 + exp(x)) => Sigmoid(-x)` where such a logarithm occurs.

    `one_sided`: `Softplus(-x) => Softplus(x) - x` too, so that two of them can be compared.
    """
    for odds in log_odds(expression):
        expression = _logistic(expression, odds, one_sided)
    return expression


def log_odds(expression: sp.Expr) -> list[sp.Expr]:
    """The x of every `1 + exp(x)`, one of x and -x, in a stable order; none where there is no `log(1 + exp(x))`."""
    found = set()
    for total in expression.atoms(sp.Add):
        rest = total - 1
        if isinstance(rest, sp.exp):
            x = rest.args[0]
            found.add(-x if x.could_extract_minus_sign() else x)
    logs = [log for log in expression.atoms(sp.log) if isinstance(log.args[0] - 1, sp.exp)]
    return sorted(found, key=sp.default_sort_key) if logs else []


def _logistic(expression: sp.Expr, x: sp.Expr, one_sided: bool) -> sp.Expr:
    p, q = sp.Dummy("p", positive=True), sp.Dummy("q", positive=True)
    up, down = sp.Dummy("up", positive=True), sp.Dummy("down", positive=True)
    put = expression.subs({sp.log(1 + sp.exp(x)): up, sp.log(1 + sp.exp(-x)): down})
    put = put.replace(
        lambda e: isinstance(e, sp.exp) and sp.cancel(e.args[0] / x).is_Integer,
        lambda e: (p / q) ** sp.cancel(e.args[0] / x),
    )
    # the odds are p/q, and p + q is 1
    put = sp.factor(sp.together(put)).subs(p + q, 1)
    if one_sided:
        put = put.subs(q, 1 - p)
    softplus = {up: Softplus(x), down: Softplus(x) - x if one_sided else Softplus(-x)}
    return put.subs({p: Sigmoid(x), q: Sigmoid(-x), **softplus})


def open_softplus(expression: sp.Expr, same: dict[sp.Symbol, sp.Expr]) -> tuple[sp.Expr, sp.Expr]:
    """`Softplus(b) => Softplus(a) + Sigmoid(a)*(b - a) + SoftplusGap(b, a)`; a equals b at equality.

    Returns what is left and the gaps.
    """
    rest, gaps = spread(expression), sp.S.Zero
    found = sorted(rest.atoms(Softplus), key=sp.default_sort_key)
    for softplus in found:
        b, coefficient = softplus.args[0], factored(rest.coeff(softplus, 1))
        if coefficient == 0 or not nonnegative(coefficient):
            continue
        for other in found:
            a = other.args[0]
            if a != b and sp.expand((b - a).subs(same, simultaneous=True)) == 0:
                gap = difference(b, a)
                gaps += coefficient * SoftplusGap(b, a, gap)
                rest = spread(rest + coefficient * (other + Sigmoid(a) * (b - a) - softplus))
                break
    return rest, gaps
