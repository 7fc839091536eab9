"""What is written above and below a fraction's bar."""

from __future__ import annotations

import sympy as sp

__all__ = ["cleared", "factored", "is_reciprocal", "rationalised", "shared_denominator"]

#: a sum of more terms is not factored
_LONGEST = 40


def is_reciprocal(factor: sp.Expr) -> bool:
    """Whether a factor stands below the bar: `x**-2`, `x**-a`; `(1 + x)**-a` is a power with its minus sign."""
    if not factor.is_Pow or isinstance(factor, sp.exp) or (factor.base.is_Add and not factor.exp.is_number):
        return False
    return bool(factor.exp.as_coeff_Mul()[0].is_negative)


def cleared(above: list[sp.Expr], below: list[sp.Expr]) -> tuple[list[sp.Expr], list[sp.Expr]]:
    """`(a/2 + b)/c` is printed `(a + 2 b)/(2 c)`."""
    if all(f.is_number for f in below):
        return above, below
    factor = sp.Integer(1)
    out = []
    for item in above:
        shared = sp.Integer(1)
        if item.is_Add:
            coefficients = [t.as_coeff_Mul()[0] for t in item.args]
            if all(c.is_Rational for c in coefficients):
                shared = sp.ilcm(*(c.q for c in coefficients)) if len(coefficients) > 1 else shared
        out.append(sp.Add(*(shared * t for t in item.args)) if shared != 1 else item)
        factor *= shared
    if factor == 1:
        return above, below
    number = sp.Mul(factor, *(f for f in below if f.is_Integer))
    return out, [number, *(f for f in below if not f.is_Integer)]


def factored(below: list[sp.Expr]) -> list[sp.Expr]:
    """`a**2*k + a**2 - b**2*k - b**2` below a bar is printed as a product."""
    out: list[sp.Expr] = []
    for factor in below:
        base, exponent = factor.as_base_exp()
        if not (base.is_Add and 4 <= len(base.args) <= _LONGEST and base.is_polynomial()):
            out.append(factor)
            continue
        number, parts = sp.factor_list(base)
        if number.is_negative or not number.is_Integer or sum(count for _, count in parts) < 2:
            out.append(factor)
            continue
        out += [sp.Pow(number, exponent)] if number != 1 else []
        out += [sp.Pow(part, count * exponent) for part, count in parts]
    return out


def rationalised(above: list[sp.Expr], below: list[sp.Expr]) -> tuple[list[sp.Expr], list[sp.Expr]]:
    """`sqrt(2)/(2 s)`, as SymPy keeps it, is printed `1/(sqrt(2) s)`, and `sqrt(2)/sqrt(pi)` `2/sqrt(2 pi)`."""
    for root in [f for f in above if f.is_Pow and f.exp == sp.S.Half and f.base.is_Integer]:
        whole = next((f for f in below if f.is_Integer and f % root.base == 0), None)
        if whole is not None:
            above = [f for f in above if f != root]
            below = [f for f in below if f != whole] + [root]
            below += [whole / root.base] if whole != root.base else []
        elif any(f.is_Pow and f.exp == sp.S.Half and f.base == sp.pi for f in below):
            above = [f for f in above if f != root] + [root.base]
            below = [*below, root]
    return above, below


def shared_denominator(expr: sp.Expr) -> sp.Integer:
    """The n for which each of three or more terms has the numeric coefficient (an integer)/n, n > 1; else 1."""
    coefficients = [term.as_coeff_Mul()[0] for term in expr.args]
    if len(coefficients) < 3 or not all(c.is_Rational for c in coefficients):
        return sp.Integer(1)
    if any(t.atoms(sp.Pow) and any(is_reciprocal(f) for f in sp.Mul.make_args(t)) for t in expr.args):
        return sp.Integer(1)
    denominators = {c.q for c in coefficients}
    return sp.Integer(denominators.pop()) if len(denominators) == 1 else sp.Integer(1)
