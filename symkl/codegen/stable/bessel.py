"""Modified Bessel functions of order 0 and 1 with their exponentials taken out, so that no argument overflows."""

from __future__ import annotations

import sympy as sp

from symkl.codegen.stable.kernels import BesselLack, BesselRatio, LogScaledBessel, Versine
from symkl.codegen.stable.logs import split_logs
from symkl.codegen.stable.shape import spread

__all__ = ["named", "open_bessel"]


def open_bessel(closed: sp.Expr) -> tuple[sp.Expr, sp.Expr] | None:
    """`log(besseli(0, x)) => x + LogScaledBessel(x)`, `besseli(1, x)/besseli(0, x) => 1 - BesselLack(x)` for x > 0.

    Also `cos(x) => 1 - Versine(x)`, for what has lost its exponentials is small beside it. None where there are no
    Bessel functions, or not all of them go.
    """
    if not closed.has(sp.besseli):
        return None
    opened = split_logs(closed)
    for x in sorted({function.args[1] for function in opened.atoms(sp.besseli)}, key=sp.default_sort_key):
        if not x.is_positive:
            return None
        zero, one = sp.besseli(0, x), sp.besseli(1, x)
        opened = opened.subs(sp.log(zero), x + LogScaledBessel(x)).subs(one, (1 - BesselLack(x)) * zero)
    opened = spread(opened.replace(sp.cos, lambda u: 1 - _versine(u)))
    return None if opened.has(sp.besseli) else (opened, sp.S.Zero)


def named(expression: sp.Expr) -> sp.Expr:
    """`besseli(1, x)/besseli(0, x) => BesselRatio(x)` for positive x, and `1 - cos(x - y) => Versine(x, y)`."""
    for function in sorted(expression.atoms(sp.besseli), key=sp.default_sort_key):
        order, x = function.args
        if order == 1 and x.is_positive:
            expression = expression.subs(function, BesselRatio(x) * sp.besseli(0, x))
    return expression.replace(
        lambda e: e.is_Add and len(e.args) == 2 and e.has(sp.cos), lambda e: _one_less(e, 1) or _one_less(-e, -1) or e
    )


def _one_less(total: sp.Expr, sign: int) -> sp.Expr | None:
    cosine = 1 - total
    return sign * _versine(cosine.args[0]) if isinstance(cosine, sp.cos) else None


def _versine(u: sp.Expr) -> sp.Expr:
    minus = sp.Add(*(term for term in sp.Add.make_args(u) if term.could_extract_minus_sign()))
    return Versine(u - minus, -minus)
