"""Rewriting an expression so that interval arithmetic on an unbounded interval says something about it.

`y**2/(3 + y**2)` is infinity over infinity there; `1/(1 + 3/y**2)` is near 1. Each rewrite is an identity for y > 0;
which term dominates a sum is only a guess, and a wrong guess costs sharpness, never truth.
"""

from __future__ import annotations

import mpmath as mp
import sympy as sp

from symkl.verify.plain_table import evaluator

__all__ = ["merge", "size_at", "tame"]


def tame(expression: sp.Expr, y: sp.Symbol, near: sp.Rational) -> sp.Expr:
    """The expression with the dominant monomial (a product of powers, exp and log of y) of every sum taken out.

    `near` is a value of y, far in the tail, at which the terms of sums are compared.
    """
    if y not in expression.free_symbols or not expression.args:
        return expression
    if isinstance(expression, sp.exp):
        return expression
    args = [tame(arg, y, near) for arg in expression.args]
    if isinstance(expression, sp.log):
        return _split(args[0], y)
    if isinstance(expression, sp.Pow) and y not in args[1].free_symbols:
        return _power(_factored(args[0], y, near), args[1])
    if isinstance(expression, sp.Mul):
        coefficient, varying = sp.Mul(*args).as_independent(y, as_Add=False)
        if isinstance(varying, sp.Add):  # left open: its terms may yet cancel in a sum around it
            return sp.Add(*[coefficient * term for term in varying.args])
        return coefficient * merge(sp.Mul(*[_factored(arg, y, near) for arg in sp.Mul.make_args(varying)]))
    if not isinstance(expression, sp.Add):
        return expression.func(*args)
    return _factored(sp.Add(*args), y, near)


def _factored(total: sp.Expr, y: sp.Symbol, near: sp.Rational) -> sp.Expr:
    """`a*m + b*n` => `m*(a + b*n/m)`, m the monomial of the term that dominates."""
    terms = sp.Add.make_args(total)
    sizes = [(size_at(term, y, near), _monomial(term, y)) for term in terms]
    largest = max(sizes, key=lambda pair: pair[0])[1]
    if len(terms) == 1 or largest == 1:
        return total
    return largest * sp.Add(*[merge(term / largest) for term in terms])


def merge(product: sp.Expr) -> sp.Expr:
    """`exp(a)*exp(b)` => `exp(a + b)`, which SymPy leaves alone where a and b are sums."""
    factors = sp.Mul.make_args(product)
    exponents = [f.as_base_exp()[1] for f in factors if f.as_base_exp()[0] == sp.E]
    if len(exponents) < 2:
        return product
    others = [f for f in factors if f.as_base_exp()[0] != sp.E]
    return sp.Mul(sp.exp(sp.expand(sp.Add(*exponents))), *others)


def _monomial(term: sp.Expr, y: sp.Symbol) -> sp.Expr:
    """The factors of a term that are powers of y, exponentials or powers of log(y)."""
    found = [f for f in sp.Mul.make_args(term) if f.as_base_exp()[0] in (y, sp.E, sp.log(y))]
    return sp.Mul(*[f for f in found if y in f.free_symbols])


def _split(argument: sp.Expr, y: sp.Symbol) -> sp.Expr:
    """`log(m*(...))` => `log m + log(...)` for the positive factors m that are powers of y or exponentials."""
    total, rest = sp.Integer(0), sp.Integer(1)
    for factor in sp.Mul.make_args(argument):
        base, exponent = factor.as_base_exp()
        if base == sp.E:
            total += sp.expand(exponent)
        elif base == y:
            total += exponent * sp.log(y)
        else:
            rest *= factor
    return total + sp.log(rest)


def _power(base: sp.Expr, exponent: sp.Expr) -> sp.Expr:
    """`(m*b)**e` => `m**e * b**e` for the factors m that are known positive (for an integer e: for all)."""
    found, rest = sp.Integer(1), sp.Integer(1)
    for factor in sp.Mul.make_args(base):
        inner, power = factor.as_base_exp()
        if inner == sp.E:
            found *= sp.exp(sp.expand(power * exponent))
        elif inner.is_positive:
            found *= sp.Pow(inner, power * exponent)
        else:
            rest *= factor
    return found * sp.Pow(rest, exponent)


def size_at(term: sp.Expr, y: sp.Symbol, near: sp.Rational) -> mp.mpf:
    """About how large a term is there: 0 where it has no value. A hint, never evidence."""
    try:
        value = evaluator(term, y)(mp.mpf(near.p) / near.q)
        return abs(value) if mp.isfinite(value) else mp.mpf(0)
    except (ValueError, ZeroDivisionError, OverflowError, TypeError):
        return mp.mpf(0)
