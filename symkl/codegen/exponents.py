"""Exponents that are the difference of two terms that may both be too large for numbers."""

from __future__ import annotations

import sympy as sp

from symkl.codegen.stable.kernels import ExpM1, FarExponent, GammaGap, GivenExpM1

__all__ = ["settled"]


def settled(expression: sp.Expr) -> sp.Expr:
    """`ExpM1(GammaGap(a/b + c, ...) - s/b + ...) => ExpM1(FarExponent(..., a, s, b))`, and so in a `GivenExpM1`.

    For positive parameters a, b and a difference s of two real ones: where b is tiny both terms are infinite.
    """
    return expression.replace(ExpM1, lambda x: ExpM1(_told(x))).replace(
        GivenExpM1, lambda x, y: GivenExpM1(_told(x), y)
    )


def _told(exponent: sp.Expr) -> sp.Expr:
    terms = sp.Add.make_args(exponent)
    gaps = [gap for gap in exponent.atoms(GammaGap) if any(t.has(gap) for t in terms)]
    for below in sorted((_divisor(gap.args[0]) for gap in gaps), key=str):
        for term in terms:
            s = sp.expand(-term * below[1])
            if s.is_Add and len(s.args) == 2 and all(_is_real(t) or _is_real(-t) for t in s.args):
                return FarExponent(exponent, below[0], s, below[1])
    return exponent


def _divisor(argument: sp.Expr) -> tuple[sp.Expr, sp.Expr]:
    """a, b of `a/b + c`; 1, 1 where it is of another kind."""
    a, b = sp.fraction(argument.as_independent(*argument.free_symbols, as_Add=True)[1])
    return (a, b) if a.is_Symbol and b.is_Symbol and a.is_positive and b.is_positive else (sp.S.One, sp.S.One)


def _is_real(e: sp.Expr) -> bool:
    return bool(e.is_Symbol and not e.is_positive)
