"""Statistics in the place of a weight whose growth is hard to bound: they are at least as large in absolute value."""

from __future__ import annotations

import sympy as sp

from symkl.verify.rigorous.logs import split_logs

__all__ = ["in_exponentials", "statistics_of", "under_gamma"]


def statistics_of(weight: sp.Expr, y: sp.Symbol, majorants: bool = True) -> tuple[sp.Expr, ...]:
    """Statistics whose absolute values add up to at least the weight's, for y >= 2 where a gamma is in it.

    Without `majorants` they add up to the weight itself.
    """
    terms = sp.Add.make_args(_multiplied_out(split_logs(in_exponentials(weight), y)))
    if not majorants:
        return tuple(terms)
    found: list[sp.Expr] = []
    for term in terms:  # one by one: two terms, once replaced, must not cancel
        found += sp.Add.make_args(_multiplied_out(_dominated(term, y)))
    return tuple(found)


def _multiplied_out(expression: sp.Expr) -> sp.Expr:
    return sp.expand(expression, log=False, power_base=False, power_exp=False, basic=False)


def in_exponentials(expression: sp.Expr) -> sp.Expr:
    """`cosh(z)` => `(exp(z) + exp(-z))/2`, and so on: exponentials are what the bounds understand."""
    return expression.rewrite((sp.cosh, sp.sinh, sp.coth), sp.exp) if expression.has(*_HYPERBOLIC) else expression


_HYPERBOLIC = (sp.cosh, sp.sinh, sp.coth)


def _dominated(term: sp.Expr, y: sp.Symbol) -> sp.Expr:
    """A term with some of its factors replaced by larger ones.

    `|log Gamma(z)| <= z**2` for z >= 1, where z = y + c; `|log erfc(z)| <= z**2 + |z| + 1 <= 2*z**2 + 2` for real z,
    since `erfc(z) >= exp(-z**2)/(sqrt(pi)*(z + 1))` for z >= 0 (DLMF 7.8.2).
    """
    total: sp.Expr = sp.Integer(1)
    for factor in sp.Mul.make_args(term):
        inner = under_gamma(factor)
        if inner is not None and inner.diff(y) == 1 and inner.subs(y, 2) >= 1:
            total *= inner**2
        elif isinstance(factor, sp.log) and isinstance(factor.args[0], sp.erfc):
            total *= 2 * factor.args[0].args[0] ** 2 + 2
        else:
            total *= factor
    return total


def under_gamma(expression: sp.Expr) -> sp.Expr | None:
    """The z of `loggamma(z)` or `log(gamma(z))`."""
    if isinstance(expression, sp.log) and isinstance(expression.args[0], sp.gamma):
        return expression.args[0].args[0]
    return expression.args[0] if isinstance(expression, sp.loggamma) else None
