"""Bounds on numbers in formulas of strangers: `9**9**9**9`, `factorial(10**9)` and `zeta(100000)` are refused at once.

Every check looks at values that SymPy has already made, so that a number computed from constants counts as one that is
written; and every value that passes is small, so that evaluating it is quick and the next check is safe.
"""

from __future__ import annotations

from collections.abc import Sequence

import sympy as sp

from symkl.errors import BadInput, Location
from symkl.language.functions import Function
from symkl.model import Expectation
from symkl.model.special import zeta_derivative

__all__ = ["check_argument", "check_power", "check_product", "check_value"]

MAX_BITS = 4096  # of numerator and denominator of any rational
MAX_EXPONENT = 1_000  # numerator and denominator of a numeric exponent
MAX_SUM_EXPONENT = 64  # of a sum, which may be expanded
_SPECIAL = (
    sp.gamma, sp.loggamma, sp.polygamma, sp.beta, sp.erf, sp.erfc, sp.Ei, sp.expint, sp.besseli, sp.besselk, sp.zeta,
    sp.uppergamma, sp.polylog, sp.factorial, sp.binomial, sp.Sum, sp.Integral, sp.Piecewise, Expectation,
    zeta_derivative,
)  # fmt: skip


def check_value(value: sp.Basic, where: Location) -> None:
    """Refuse values that do not exist and rationals that are too long."""
    if value in (sp.zoo, sp.nan):
        raise BadInput("this has no value (a division by zero, or oo - oo)", where)
    if isinstance(value, sp.Rational) and max(value.p.bit_length(), value.q.bit_length()) > MAX_BITS:
        raise BadInput("this number is too long to work with", where)


def check_product(factors: Sequence[sp.Expr], where: Location) -> None:
    """Refuse a product whose numbers are together too long, before they are multiplied."""
    bits = [max(f.p.bit_length(), f.q.bit_length()) for f in factors if isinstance(f, sp.Rational)]
    if sum(bits) > MAX_BITS + len(bits):
        raise BadInput("this number is too long to work with", where)


def check_argument(function: Function, argument: sp.Expr, limit: int | None, where: Location) -> None:
    """Refuse infinities, nested special functions, and a number beyond `limit`, alone or as a term of a sum."""
    name = function.name
    if argument.has(sp.oo, -sp.oo):
        raise BadInput(f"an infinity cannot stand in an argument of {name}", where)
    if function.special and argument.has(*_SPECIAL):
        raise BadInput(f"{name} of a special function, a sum or an integral is not read", where)
    if limit is None:
        return
    for term in sp.Add.make_args(argument):
        size = _size(term, where)
        if size is not None and size > limit:
            raise BadInput(f"a number in an argument of {name} is larger than {limit}", where)


def check_power(base: sp.Expr, exponent: sp.Expr, where: Location) -> None:
    """Refuse powers whose value is a huge number, or that expand into a huge sum."""
    for term in sp.Add.make_args(exponent):
        size = _size(term, where)
        if size is None:
            continue
        if size > MAX_EXPONENT or (isinstance(term, sp.Rational) and term.q > MAX_EXPONENT):
            raise BadInput(f"a number in an exponent is larger than {MAX_EXPONENT}", where)
        if isinstance(base, sp.Rational) and size * max(base.p.bit_length(), base.q.bit_length()) > MAX_BITS:
            raise BadInput("this power is too large a number to work with", where)
    inner, outer = base.as_base_exp()
    if not (isinstance(outer, sp.Rational) and isinstance(exponent, sp.Rational)):
        return
    total = outer * exponent
    limit = MAX_SUM_EXPONENT if inner.is_Add else MAX_EXPONENT
    if max(abs(total.p) / total.q, total.q) > limit:
        raise BadInput(f"an exponent here is beyond {limit}", where)


def _size(term: sp.Expr, where: Location) -> float | None:
    """The absolute value of a number, roughly; None for what is not a number (an infinity may stand anywhere)."""
    if isinstance(term, sp.Rational):
        return float(abs(term)) if abs(term) < 10**15 else 1e15
    if term.is_infinite or not term.is_number:
        return None
    if term.has(sp.Sum, sp.Integral):
        raise BadInput("a sum or an integral without a parameter cannot stand here", where, "write its value")
    try:
        return float(sp.Abs(term).evalf(5))
    except (TypeError, ValueError, OverflowError, ZeroDivisionError, RecursionError):
        raise BadInput("this number cannot be evaluated", where) from None
