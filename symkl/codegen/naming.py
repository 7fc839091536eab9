"""Names for intermediate values that say what they are."""

from __future__ import annotations

import re

import sympy as sp

from symkl.codegen.stable.kernels import Digamma

__all__ = ["suggested"]

_NAMELESS = re.compile(r"t_\d+")


def suggested(e: sp.Expr) -> str:
    """A name to begin from: `mu_1 - mu_2 => mu_difference`, `beta_1/sigma_2 => beta_1_over_sigma_2`, else `t`."""
    if not e.free_symbols:
        return _constant(e)
    above, below = sp.fraction(e)
    if above.is_Symbol and below.is_Symbol:
        if _NAMELESS.fullmatch(above.name):
            return "t"
        return f"{above.name}_over_{below.name}"
    if isinstance(e, Digamma) and e.args[0].is_Symbol:
        return f"digamma_{e.args[0].name}"
    if isinstance(e, sp.exp) and e.args[0].is_Symbol:
        return f"exp_{e.args[0].name}"
    if isinstance(e, sp.Abs) and (stem := _stem(e.args[0])) is not None:
        return f"{stem}_distance"
    stem = _stem(above)
    if stem is None:
        return "t"
    if below == 1:
        return f"{stem}_difference"
    return f"{stem}_relative" if below.is_Symbol and below.name.rpartition("_")[0] == stem else f"{stem}_scaled"


def _constant(e: sp.Expr) -> str:
    if e is sp.pi:
        return "pi"
    if e is sp.EulerGamma:
        return "euler_gamma"
    if isinstance(e, sp.log) and e.args[0].is_Integer:
        return f"log_{e.args[0]}"
    return "constant"


def _stem(e: sp.Expr) -> str | None:
    if not e.is_Add or len(e.args) != 2:
        return None
    if len(e.free_symbols) != 2:
        return None
    first, second = sorted(e.free_symbols, key=str)
    if e not in (first - second, second - first):
        return None
    stems = {s.name.rpartition("_")[0] for s in (first, second)}
    return stems.pop() if len(stems) == 1 and "" not in stems else None
