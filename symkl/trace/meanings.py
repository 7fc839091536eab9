"""What the functions of array libraries mean: their names, in whichever library, and the expression of each."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import sympy as sp

__all__ = ["ALIASES", "LINEAR", "MEANINGS", "meaning_of", "select"]


def _relation(relation: Any) -> Callable[[sp.Expr, sp.Expr], sp.Basic]:
    """A comparison. A value that is traced is a real number: it is less than infinity, and not nan."""

    def compare(x: sp.Expr, y: sp.Expr) -> sp.Basic:
        if sp.nan in (x, y):
            return sp.true if relation is sp.Ne else sp.false
        if (x.is_infinite is True) != (y.is_infinite is True):
            finite = sp.Integer(0)
            x, y = (x if x.is_infinite else finite), (y if y.is_infinite else finite)
        return relation(x, y)

    return compare


def select(condition: sp.Basic, value: sp.Expr, otherwise: sp.Expr) -> sp.Expr:
    """The value where the condition holds, else the other."""
    if condition in (sp.true, True):
        return value
    if condition in (sp.false, False) or value == otherwise:
        return otherwise
    return sp.Piecewise((value, condition), (otherwise, True), evaluate=False)


def _extreme(head: Any) -> Callable[[sp.Expr, sp.Expr], sp.Expr]:
    """The greatest or the least of two: case by case, and nan where one of them is."""

    def of_two(x: sp.Expr, y: sp.Expr) -> sp.Expr:
        for value, other in ((x, y), (y, x)):
            if isinstance(value, sp.Piecewise):
                cases = [(of_two(case, other), condition) for case, condition in value.args]
                return sp.Piecewise(*cases, evaluate=False)
        return sp.nan if sp.nan in (x, y) else head(x, y)

    return of_two


_greatest, _least = _extreme(sp.Max), _extreme(sp.Min)


def _clamp(x: sp.Expr, low: sp.Expr | None = None, high: sp.Expr | None = None) -> sp.Expr:
    x = x if low is None else _greatest(x, low)
    return x if high is None else _least(x, high)


def _xlogy(x: sp.Expr, y: sp.Expr) -> sp.Expr:
    return x * sp.log(y)


def _heaviside(x: sp.Expr, at_zero: sp.Expr) -> sp.Expr:
    return select(sp.Lt(x, 0), sp.Integer(0), select(sp.Gt(x, 0), sp.Integer(1), at_zero))


def _betaln(a: sp.Expr, b: sp.Expr) -> sp.Expr:
    return sp.loggamma(a) + sp.loggamma(b) - sp.loggamma(a + b)


def _log1p(x: sp.Expr) -> sp.Expr:
    return sp.log(1 + x)


def _softplus(x: sp.Expr, beta: sp.Expr = sp.S.One) -> sp.Expr:
    return _log1p(sp.exp(beta * x)) / beta


#: one row a function; a name that another library has for it is in ALIASES
MEANINGS: dict[str, Callable[..., sp.Basic]] = {
    "add": lambda x, y: x + y,
    "sub": lambda x, y: x - y,
    "rsub": lambda x, y: y - x,
    "mul": lambda x, y: x * y,
    "div": lambda x, y: x / y,
    "rdiv": lambda x, y: y / x,
    "pow": lambda x, y: x**y,
    "rpow": lambda x, y: y**x,
    "neg": lambda x: -x,
    "pos": lambda x: x,
    "remainder": lambda x, y: sp.Mod(x, y),
    "square": lambda x: x**2,
    "sqrt": sp.sqrt,
    "rsqrt": lambda x: 1 / sp.sqrt(x),
    "cbrt": lambda x: sp.cbrt(x),
    "reciprocal": lambda x: 1 / x,
    "abs": sp.Abs,
    "sign": sp.sign,
    "floor": sp.floor,
    "exp": sp.exp,
    "exp2": lambda x: 2**x,
    "expm1": lambda x: sp.exp(x) - 1,
    "log": sp.log,
    "log2": lambda x: sp.log(x) / sp.log(2),
    "log10": lambda x: sp.log(x) / sp.log(10),
    "log1p": _log1p,
    "logaddexp": lambda x, y: sp.log(sp.exp(x) + sp.exp(y)),
    "sigmoid": lambda x: 1 / (1 + sp.exp(-x)),
    "logit": lambda x: sp.log(x) - sp.log(1 - x),
    "softplus": _softplus,
    "log_sigmoid": lambda x: -_log1p(sp.exp(-x)),
    "xlogy": _xlogy,
    "xlog1py": lambda x, y: x * _log1p(y),
    "entr": lambda x: -_xlogy(x, x),
    "rel_entr": lambda x, y: _xlogy(x, x / y),
    "kl_div": lambda x, y: _xlogy(x, x / y) - x + y,
    "sin": sp.sin,
    "cos": sp.cos,
    "tan": sp.tan,
    "sinh": sp.sinh,
    "cosh": sp.cosh,
    "tanh": sp.tanh,
    "atan": sp.atan,
    "atanh": sp.atanh,
    "erf": sp.erf,
    "erfc": sp.erfc,
    "gamma": sp.gamma,
    "gammaln": sp.loggamma,
    "betaln": _betaln,
    "beta": lambda a, b: sp.exp(_betaln(a, b)),
    "digamma": sp.digamma,
    "polygamma": lambda n, x: sp.polygamma(n, x),
    "zeta": lambda s, a=sp.S.One: sp.zeta(s, a),
    "expi": sp.Ei,
    "iv": sp.besseli,
    "kv": sp.besselk,
    "i0": lambda x: sp.besseli(0, x),
    "i1": lambda x: sp.besseli(1, x),
    "i0e": lambda x: sp.besseli(0, x) * sp.exp(-sp.Abs(x)),
    "i1e": lambda x: sp.besseli(1, x) * sp.exp(-sp.Abs(x)),
    "max": _greatest,
    "min": _least,
    "clamp": _clamp,
    "heaviside": _heaviside,
    "where": select,
    "gt": _relation(sp.Gt),
    "ge": _relation(sp.Ge),
    "lt": _relation(sp.Lt),
    "le": _relation(sp.Le),
    "eq": _relation(sp.Eq),
    "ne": _relation(sp.Ne),
    "and": lambda x, y: sp.And(x, y),
    "or": lambda x, y: sp.Or(x, y),
    "xor": lambda x, y: sp.Xor(x, y),
    "not": lambda x: sp.Not(x),
    "isnan": lambda x: sp.true if x is sp.nan else sp.false,
    "isinf": lambda x: sp.true if x.is_infinite else sp.false,
    "isfinite": lambda x: sp.false if x is sp.nan or x.is_infinite else sp.true,
    "nan_to_num": lambda x: x,
}

#: what may follow a sum over an axis
LINEAR = frozenset({"add", "sub", "rsub", "mul", "div", "neg", "pos"})

ALIASES = {
    name: own
    for own, names in {
        "add": "__add__ __radd__",
        "sub": "subtract __sub__",
        "rsub": "__rsub__",
        "mul": "multiply __mul__ __rmul__",
        "div": "divide true_divide __truediv__",
        "rdiv": "__rdiv__ __rtruediv__",
        "pow": "power float_power __pow__",
        "rpow": "__rpow__",
        "neg": "negative __neg__",
        "pos": "positive __pos__",
        "remainder": "mod __mod__",
        "abs": "absolute fabs __abs__",
        "sigmoid": "expit logistic special_expit",
        "logit": "special_logit",
        "log_sigmoid": "logsigmoid log_expit special_log_expit",
        "exp2": "special_exp2",
        "expm1": "special_expm1",
        "log1p": "special_log1p",
        "xlogy": "special_xlogy",
        "xlog1py": "special_xlog1py",
        "entr": "special_entr",
        "atan": "arctan",
        "atanh": "arctanh",
        "erf": "special_erf",
        "erfc": "special_erfc",
        "gammaln": "lgamma loggamma special_gammaln",
        "digamma": "psi special_digamma special_psi",
        "polygamma": "special_polygamma",
        "zeta": "special_zeta _zeta _riemann_zeta",
        "i0": "special_i0 bessel_i0",
        "i1": "special_i1 bessel_i1",
        "i0e": "special_i0e bessel_i0e",
        "i1e": "special_i1e bessel_i1e",
        "max": "maximum fmax",
        "min": "minimum fmin",
        "clamp": "clip",
        "gt": "greater __gt__",
        "ge": "greater_equal __ge__",
        "lt": "less __lt__",
        "le": "less_equal __le__",
        "eq": "equal __eq__",
        "ne": "not_equal __ne__",
        "and": "logical_and bitwise_and __and__ __rand__",
        "or": "logical_or bitwise_or __or__ __ror__",
        "xor": "logical_xor bitwise_xor __xor__",
        "isfinite": "is_finite",
        "not": "logical_not bitwise_not invert __invert__",
    }.items()
    for name in names.split()
}


def meaning_of(name: str) -> tuple[str, Callable[..., sp.Basic]] | None:
    """The name in MEANINGS and its row, for a name that some library has; None for one that is not known."""
    own = ALIASES.get(name, name)
    return (own, MEANINGS[own]) if own in MEANINGS else None
