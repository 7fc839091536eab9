"""Logarithms of products, split only where the factors are known to be positive."""

from __future__ import annotations

from functools import lru_cache

import sympy as sp

from symkl.algebra.signs import bearing_on, is_nonnegative, is_positive, is_real

__all__ = ["expand_logs", "expand_powers", "exponential", "open_power", "split_log"]

#: a polynomial in more symbols than this is not factored
_MOST_SYMBOLS = 5


def exponential(log_value: sp.Expr) -> sp.Expr:
    """`exp(A)` with `exp(loggamma(a))` => `gamma(a)` and `exp(c*log(b))` => `b**c`, term by term."""
    product: sp.Expr = sp.Integer(1)
    rest: sp.Expr = sp.Integer(0)
    for term in sp.Add.make_args(log_value):
        coefficient, function = term.as_independent(sp.log, sp.loggamma, as_Add=False)
        if isinstance(function, sp.loggamma):
            product *= sp.gamma(function.args[0]) ** coefficient
        elif isinstance(function, sp.log):
            product *= function.args[0] ** coefficient
        else:
            rest += term
    return product * sp.exp(rest)


def expand_logs(expression: sp.Expr) -> sp.Expr:
    """`log(a*b**c)` => `log(a) + c*log(b)` in every logarithm, for the factors that are known positive."""
    if not expression.has(sp.log):
        return expression
    if isinstance(expression, sp.Piecewise):
        return sp.Piecewise(*((expand_logs(branch), when) for branch, when in expression.args))
    args = [expand_logs(arg) if isinstance(arg, sp.Expr) else arg for arg in expression.args]
    if isinstance(expression, sp.log):
        return split_log(args[0])
    return expression.func(*args) if tuple(args) != expression.args else expression


def expand_powers(expression: sp.Expr) -> sp.Expr:
    """`(a*b)**c` => `a**c*b**c` for the factors of a base (of a sum too) that are known to be positive."""
    return expression.replace(_is_open_power, lambda node: open_power(*node.args))


def _is_open_power(node: sp.Basic) -> bool:
    return isinstance(node, sp.Pow) and not node.exp.is_Integer and isinstance(node.base, (sp.Add, sp.Mul))


def open_power(base: sp.Expr, exponent: sp.Expr) -> sp.Expr:
    """`base**exponent` as the product of the powers of the base's positive factors and of the rest."""
    product: sp.Expr = sp.Integer(1)
    rest: sp.Expr = sp.Integer(1)
    number, base = _factored(base).as_content_primitive()
    for factor in (number, *sp.Mul.make_args(base)):
        if is_positive(factor):
            inner, power = factor.as_base_exp()
            product *= inner ** sp.expand(power * exponent) if is_real(power) else factor**exponent
        elif is_positive(-factor):  # two negative factors make a positive one
            inner, power = factor.as_base_exp()
            product *= (-inner) ** sp.expand(power * exponent) if power.is_odd else (-factor) ** exponent
            rest = -rest
        else:
            rest *= factor
    return product * rest**exponent


def split_log(argument: sp.Expr) -> sp.Expr:
    """The logarithm of the argument as a sum over its factors."""
    return _split_log(argument, bearing_on(argument.free_symbols))


@lru_cache(maxsize=16384)
def _split_log(argument: sp.Expr, _: tuple[sp.Basic, ...]) -> sp.Expr:
    found, rest = _split(argument)
    if rest != 1:
        factored = _factored(rest)
        if factored != rest:
            more, rest = _split(factored)
            found += more
    if rest == 1:
        return found
    if rest.is_Mul and is_positive(rest):
        quotient = sp.cancel(rest)  # of the two ways up that a quotient can be written, always the same one
        if sp.default_sort_key(1 / quotient) < sp.default_sort_key(quotient):
            return found - sp.log(1 / quotient)
        return found + sp.log(quotient)
    return found + sp.log(rest)


def _split(argument: sp.Expr) -> tuple[sp.Expr, sp.Expr]:
    """(the sum of the logs of the factors of known sign, the product of the others)."""
    total: sp.Expr = sp.Integer(0)
    rest: sp.Expr = sp.Integer(1)
    for factor in sp.Mul.make_args(argument):
        base, exponent = factor.as_base_exp()
        if isinstance(factor, sp.exp):
            base, exponent = sp.E, factor.args[0]
        if base == sp.E and is_real(exponent):
            total += exponent
        elif base.is_Rational and base.is_positive:
            total += exponent * _log_rational(base)
        elif isinstance(base, (sp.Mul, sp.Pow)) and exponent.is_real and is_positive(base):
            inner, left = _split(base)
            total += sp.expand(exponent * (inner + (sp.log(left) if left != 1 else 0)))
        elif isinstance(base, sp.gamma) and is_positive(base.args[0]):
            total += exponent * sp.loggamma(base.args[0])
        elif exponent.is_real and isinstance(base, sp.Abs):
            total += exponent * sp.log(base)
        elif exponent.is_real and (is_positive(base) or _is_sum_of_roots(base)):
            total += exponent * _log_positive(base)
        elif exponent.is_odd and is_positive(-base):  # two negative factors make a positive one
            total += exponent * _log_positive(-base)
            rest = -rest
        elif exponent.is_even and base.is_real and not is_nonnegative(base):
            total += exponent * sp.log(sp.Abs(base))
        else:
            rest *= factor
    return total, rest


def _is_sum_of_roots(base: sp.Expr) -> bool:
    """Whether it is a sum of positive multiples of square roots of what is not negative, one of them positive."""
    if not base.is_Add:
        return False
    terms = [term.as_coeff_Mul() for term in base.args]
    if not all(number > 0 and root.is_Pow and root.exp == sp.Rational(1, 2) for number, root in terms):
        return False
    return all(is_nonnegative(root.base) for _, root in terms) and any(is_positive(root.base) for _, root in terms)


def _log_positive(base: sp.Expr) -> sp.Expr:
    if isinstance(base, sp.Add):
        number, base = base.primitive()
        if number != 1:
            return _log_rational(number) + _log_positive(base)
        factored = _factored(base)
        if isinstance(factored, (sp.Mul, sp.Pow)):
            inner, left = _split(factored)
            return inner + (sp.log(left) if left != 1 else 0)
    return sp.log(base)


@lru_cache(maxsize=4096)
def _factored(argument: sp.Expr) -> sp.Expr:
    if not isinstance(argument, sp.Expr) or argument.is_number:
        return argument
    numerator, denominator = sp.together(argument).as_numer_denom()
    return _factors(numerator) / _factors(denominator)


def _factors(polynomial: sp.Expr) -> sp.Expr:
    """The factors of a sum; one that has none but numbers and symbols stays as it is written."""
    if not isinstance(polynomial, sp.Add):
        return sp.Mul(*(_factors(f) if isinstance(f, sp.Add) else f for f in sp.Mul.make_args(polynomial)))
    outer = sp.factor_terms(polynomial)
    if not isinstance(outer, sp.Add):
        return outer
    symbols = polynomial.free_symbols
    if polynomial.is_polynomial(*symbols) and len(symbols) <= _MOST_SYMBOLS:
        found = sp.factor(polynomial)
        if not isinstance(found, sp.Add):
            return found
        opened = sp.factor_terms(sp.expand(polynomial))  # terms may have cancelled
        if len(sp.Add.make_args(opened)) < len(polynomial.args):
            return opened
    return polynomial


def _log_rational(number: sp.Rational) -> sp.Expr:
    total: sp.Expr = sp.Integer(0)
    for value, sign in ((number.p, 1), (number.q, -1)):
        if value.bit_length() > 64:  # factoring may take for ever; the log of the whole is right as well
            total += sign * sp.log(sp.Integer(value))
        else:
            total += sign * sum((n * sp.log(prime) for prime, n in sp.factorint(value).items()), sp.Integer(0))
    return total
