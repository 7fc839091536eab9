"""Closed forms of very many operations put shorter: over one denominator, by their exponentials and logarithms."""

from __future__ import annotations

import sympy as sp

from symkl.codegen.stable.logs import split_logs
from symkl.codegen.stable.shape import join_exponentials

__all__ = ["shorter"]


def shorter(expression: sp.Expr) -> sp.Expr:
    """`(a*f + b*f/c)*exp(x)/(d*exp(y)) + ... => (a + b/c)*f/d*exp(x - y) + ...`, each coefficient factored.

    The expression as it is where it holds no exponential, or other functions than these and logarithms, or a sum of
    exponentials in a denominator, and where that makes it no shorter.
    """
    opened = split_logs(expression)
    back: dict[sp.Symbol, sp.Expr] = {}
    flat = opened.replace(
        lambda e: isinstance(e, (sp.exp, sp.log)) and bool(e.free_symbols), lambda e: _symbol_of(e, back)
    )
    if flat.atoms(sp.Function) or not any(isinstance(value, sp.exp) for value in back.values()):
        return expression
    above, below = sp.fraction(sp.cancel(sp.together(flat)))
    rest, exponentials = sp.factor(below).as_independent(*back, as_Add=False)
    if any(factor.as_base_exp()[0] not in back for factor in sp.Mul.make_args(exponentials) if factor != 1):
        return expression
    terms = sp.Poly(above, *back).terms() if back else []
    found = sp.Add(
        *(
            sp.factor(coefficient / rest) * (sp.Mul(*map(sp.Pow, back, powers)) / exponentials).xreplace(back)
            for powers, coefficient in terms
        )
    )
    found = join_exponentials(found)
    return found if terms and found.count_ops() < expression.count_ops() else expression


def _symbol_of(e: sp.Expr, back: dict[sp.Symbol, sp.Expr]) -> sp.Expr:
    """A symbol for the function; of an exponential of -x the reciprocal of that of x."""
    turned = isinstance(e, sp.exp) and e.args[0].could_extract_minus_sign()
    known = sp.exp(-e.args[0]) if turned else e
    symbol = next((s for s, value in back.items() if value == known), None)
    if symbol is None:
        symbol = sp.Dummy(f"_{len(back)}", positive=True)
        back[symbol] = known
    return 1 / symbol if turned else symbol
