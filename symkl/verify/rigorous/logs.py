"""Logarithms of products as sums, for bounds on the real line: `log|a*b| = log|a| + log|b|` whatever the signs."""

from __future__ import annotations

import sympy as sp

__all__ = ["split_logs"]


def split_logs(expression: sp.Expr, x: sp.Symbol) -> sp.Expr:
    """`log(a*b**c*exp(d))` => `log(a) + c*log(b) + d` in every logarithm that depends on x.

    Read each log of the result as the logarithm of an absolute value (the real part of what a ball gives).
    """
    if x not in expression.free_symbols or not expression.args:
        return expression
    args = [split_logs(arg, x) for arg in expression.args]
    if not isinstance(expression, sp.log):
        return expression.func(*args)
    total: sp.Expr = sp.Integer(0)
    for factor in sp.Mul.make_args(args[0]):
        base, exponent = factor.as_base_exp()
        if base == sp.E:
            total += exponent
        elif isinstance(base, (sp.Mul, sp.Pow)) and base != factor:
            total += exponent * split_logs(sp.log(base), x)
        else:
            total += exponent * sp.log(base)
    return total
