"""Products whose limit is 0 although a factor is infinite there."""

from __future__ import annotations

import sympy as sp

from symkl.codegen.stable.kernels import Log1P, XLog1PY, XLogY

__all__ = ["limits_kept"]


def limits_kept(expression: sp.Expr) -> sp.Expr:
    """`c*x*log(x)**n => c*XLogY(x**(1/n), x)**n`, which is 0 at x = 0, and so with the factor -x."""
    return expression.replace(lambda e: e.is_Mul, _product)


def _product(product: sp.Expr) -> sp.Expr:
    for log in product.args:
        base, power = log.as_base_exp()
        if not isinstance(base, (sp.log, Log1P)) or not (power.is_Integer and power > 0):
            continue
        x = base.args[0] + 1 if isinstance(base, Log1P) else base.args[0]
        found = next((f for f in product.args if f in (x, -x) or (f.is_Add and sp.expand(f + x) == 0)), None)
        if found is None or not x.free_symbols:
            continue
        root = x if power == 1 else x ** (1 / power)
        safe = XLog1PY(root, base.args[0]) if isinstance(base, Log1P) else XLogY(root, x)
        sign = 1 if found == x else -1
        return sign * product / (found * log) * safe**power
    return product
