"""Sums of two square roots in a logarithm, beside that of the difference of what they are roots of."""

from __future__ import annotations

import itertools

import sympy as sp

from symkl.codegen.stable.kernels import LogRatio
from symkl.codegen.stable.shape import spread
from symkl.codegen.stable.signs import nonnegative, positive

__all__ = ["open_roots"]


def open_roots(expression: sp.Expr) -> tuple[sp.Expr, sp.Expr]:
    """`log(sqrt(w + q) + sqrt(q)) - log(w)/2 => LogRatio(sqrt(w + q) + sqrt(q), sqrt(w), ...)`: asinh(sqrt(q/w)).

    The difference that it is given is a sum of non-negative terms. Returns what is left, and the ratios.
    """
    ratios = sp.S.Zero
    logs = sorted(expression.atoms(sp.log), key=sp.default_sort_key)
    for log in logs:
        roots = [root.base for root in sp.Add.make_args(log.args[0]) if root.is_Pow and root.exp == sp.S.Half]
        if not log.args[0].is_Add or len(log.args[0].args) != len(roots):
            continue
        for p, q in itertools.permutations(roots) if len(roots) == 2 else ():
            width = next((other for other in logs if sp.expand(p - q - other.args[0]) == 0), None)
            if width is None or not (nonnegative(q) and positive(width.args[0])):
                continue
            coefficient, root = expression.coeff(log, 1), sp.sqrt(width.args[0])
            ratios += coefficient * LogRatio(log.args[0], root, sp.sqrt(q) + q / (sp.sqrt(p) + root))
            expression = spread(expression - coefficient * (log - width / 2))
            break
    return expression, ratios
