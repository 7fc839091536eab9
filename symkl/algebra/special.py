"""Gamma functions and their kin in one normal form: arguments shifted by recurrence to a fixed part."""

from __future__ import annotations

import sympy as sp

__all__ = ["half_integer_bessels", "shift_gammas", "to_gamma"]

#: no recurrence is unrolled further than this
_LONGEST_SHIFT = 60


def to_gamma(expression: sp.Expr) -> sp.Expr:
    """`beta`, `factorial`, `binomial`, `digamma` => gamma and polygamma functions.

    Hyperbolic functions => `exp`, their inverses => `log`, `erfc` => `erf`, `Ei` of a negative number => `E_1`.
    """
    for kind, rewrite in _REWRITES:
        if expression.has(kind):
            expression = expression.replace(kind, rewrite)
    return expression


def _binomial(n: sp.Expr, k: sp.Expr) -> sp.Expr:
    return sp.gamma(n + 1) / (sp.gamma(k + 1) * sp.gamma(n - k + 1))


_REWRITES = (
    (sp.binomial, _binomial),
    (sp.beta, lambda a, b=None: sp.gamma(a) * sp.gamma(b or a) / sp.gamma(a + (b or a))),
    (sp.factorial, lambda n: sp.gamma(n + 1)),
    (sp.digamma, lambda a: sp.polygamma(0, a)),
    (sp.trigamma, lambda a: sp.polygamma(1, a)),
    (sp.erfc, lambda a: 1 - sp.erf(a)),
    (sp.Ei, lambda a: -sp.expint(1, -a) if (-a).is_positive else sp.Ei(a)),
    (sp.uppergamma, lambda s, a: sp.expint(1, a) if s == 0 and a.is_positive else sp.uppergamma(s, a)),
    (sp.atanh, lambda a: (sp.log(1 + a) - sp.log(1 - a)) / 2),
    (sp.sinh, lambda a: (sp.exp(a) - sp.exp(-a)) / 2),
    (sp.cosh, lambda a: (sp.exp(a) + sp.exp(-a)) / 2),
    (sp.tanh, lambda a: (sp.exp(a) - sp.exp(-a)) / (sp.exp(a) + sp.exp(-a))),
    (sp.coth, lambda a: (sp.exp(a) + sp.exp(-a)) / (sp.exp(a) - sp.exp(-a))),
)


def shift_gammas(expression: sp.Expr) -> sp.Expr:
    """`gamma(a+n)`, `loggamma(a+n)`, `polygamma(m, a+n)` => the same at `a + (n mod 1)`, by their recurrences."""
    expression = expression.replace(sp.gamma, _gamma)
    expression = expression.replace(sp.loggamma, _loggamma)
    return expression.replace(sp.polygamma, _polygamma)


def _fixed_part(argument: sp.Expr) -> tuple[sp.Expr, int]:
    """(fixed part, n) with argument = fixed part + n."""
    number, rest = sp.expand(argument).as_coeff_Add()
    if any(power.exp.is_negative and power.base.is_Add for power in rest.atoms(sp.Pow)):
        rest = sp.cancel(sp.together(rest))
    argument = number + rest
    if not number.is_Rational or rest == 0:
        return argument, 0
    n = int(sp.floor(number))
    return (rest + (number - n), n) if abs(n) <= _LONGEST_SHIFT else (argument, 0)


def _walk(fixed: sp.Expr, n: int) -> list[sp.Expr]:
    """The factors fixed, fixed+1, ... that lie between the fixed part and the argument."""
    return [fixed + k for k in (range(n) if n >= 0 else range(n, 0))]


def _gamma(argument: sp.Expr) -> sp.Expr:
    fixed, n = _fixed_part(argument)
    product = sp.Mul(*_walk(fixed, n))
    return _reflected(fixed) * (product if n >= 0 else 1 / product)


def _reflected(argument: sp.Expr) -> sp.Expr:
    """`gamma(-a)` => `-pi/(a*sin(pi*a)*gamma(a))`, `gamma(2*a)` => powers, `gamma(a)` and `gamma(a + 1/2)`."""
    rest = argument.as_coeff_Add()[1]
    if rest != 0 and rest == argument and rest.as_coeff_Mul()[0].is_even:  # the duplication formula
        half = sp.expand(argument / 2)
        return 2 ** (argument - 1) / sp.sqrt(sp.pi) * _gamma(half) * _gamma(half + sp.Rational(1, 2))
    if rest == 0 or not rest.could_extract_minus_sign():
        return sp.gamma(argument)
    return sp.pi / (sp.sin(sp.pi * argument) * _gamma(1 - argument))


def _loggamma(argument: sp.Expr) -> sp.Expr:
    fixed, n = _fixed_part(argument)
    if n < 0 or not fixed.is_positive:  # the split of the log is sound only for positive factors
        return sp.loggamma(sp.expand(argument))
    return sp.loggamma(fixed) + sp.Add(*(sp.log(f) for f in _walk(fixed, n)))


def _polygamma(order: sp.Expr, argument: sp.Expr) -> sp.Expr:
    fixed, n = _fixed_part(argument)
    if not order.is_Integer:
        return sp.polygamma(order, argument)
    step = sp.Add(*(1 / f ** (order + 1) for f in _walk(fixed, n)))
    sign = (-1) ** order * sp.factorial(order) * (1 if n >= 0 else -1)
    return sp.polygamma(order, fixed) + sign * step


def half_integer_bessels(expression: sp.Expr) -> sp.Expr:
    """`besselk(v, x)` of half-integer order => elementary functions; orders of one sign elsewhere."""
    return expression.replace(sp.besselk, _besselk)


def _besselk(order: sp.Expr, argument: sp.Expr) -> sp.Expr:
    order = sp.expand(order)
    if order.could_extract_minus_sign():
        order = -order
    if not (order.is_Rational and order.q == 2) or order > _LONGEST_SHIFT:
        return sp.besselk(order, argument)
    below = above = sp.sqrt(sp.pi / (2 * argument)) * sp.exp(-argument)  # the orders -1/2 and 1/2 are one
    for step in range(int(order - sp.Rational(1, 2))):
        v = sp.Rational(2 * step + 1, 2)
        below, above = above, below + 2 * v / argument * above
    return sp.expand(above)
