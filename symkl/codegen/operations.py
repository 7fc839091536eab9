"""Every operation that generated code may use: its mathematics, and its spelling in each backend.

A row with no spelling for a backend cannot be emitted there. `exact` is the definition in arbitrary precision: the
tests compare each spelling with it, and `stable.measure` models an operation as its definition, rounded once.

Holes of the libraries that decided the spellings: `math.lgamma` takes no arrays; NumPy has no error function and no
gamma functions (SciPy is imported for them, in the modules that need them only); torch has Bessel functions of order 0
and 1 alone, and no exponential integral.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

import sympy as sp

from symkl.codegen.stable import kernels as k

__all__ = ["OPERATIONS", "Operation", "operation_of"]


@dataclass(frozen=True)
class Operation:
    """One row: the SymPy head, its value in an mpmath context, and its spellings (`{0}`, `{1}` are the arguments).

    `kernels`: the kernel templates that a spelling that begins with `_` needs.
    """

    head: Any
    exact: Callable[..., Any]
    numpy: str | None
    torch: str | None
    kernels: tuple[str, ...] = ()


def _log_gap(mp: Any, a: Any, b: Any, d: Any) -> Any:
    # the ratio is taken from the difference while the difference is the more exact of the two
    x = d / b
    return x - mp.log1p(x) if x > -0.7 else x - mp.log(a / b)


def _entropy_gap(mp: Any, a: Any, b: Any, d: Any) -> Any:
    return d if a == 0 else a * _log_gap(mp, b, a, d)


def _product_gap(mp: Any, a: Any, b: Any, c: Any, d: Any) -> Any:
    return _log_gap(mp, a * b, c * d, a * b - c * d)


def _gamma_gap(mp: Any, b: Any, a: Any, d: Any) -> Any:
    return mp.loggamma(a + d) - mp.loggamma(a) - mp.digamma(a) * d


def _binet_gap(mp: Any, b: Any, a: Any, d: Any) -> Any:
    return _gamma_gap(mp, b, a, d) - _entropy_gap(mp, b, a, -d)


def _log_ratio(mp: Any, a: Any, b: Any, d: Any) -> Any:
    x = d / b
    return mp.log1p(x) if abs(x) < 0.5 else mp.log(a / b)


def _softplus_gap(mp: Any, b: Any, a: Any, d: Any) -> Any:
    return mp.log1p(mp.exp(b)) - mp.log1p(mp.exp(a)) - d / (1 + mp.exp(-a))


def _product_log_ratio(mp: Any, a: Any, b: Any, c: Any, d: Any) -> Any:
    return _log_ratio(mp, a * b, c * d, a * b - c * d)


def _digamma_rise(mp: Any, b: Any, a: Any, d: Any) -> Any:
    return mp.digamma(a + d) - mp.digamma(a)


def _binet_rise(mp: Any, b: Any, a: Any, d: Any) -> Any:
    return _digamma_rise(mp, b, a, d) - _log_ratio(mp, b, a, d)


def _sigmoid_rise(mp: Any, b: Any, a: Any, d: Any) -> Any:
    # the difference of the two, over one denominator
    return mp.expm1(d) * mp.exp(a) / ((1 + mp.exp(a)) * (1 + mp.exp(a + d)))


def _kernel(head: Any, name: str, exact: Callable[..., Any], *needs: str) -> Operation:
    count = next(iter(head.nargs))
    call = f"_{name}({', '.join(f'{{{i}}}' for i in range(count))})"
    return Operation(head, exact, call, call, (*needs, name))


def _slope(head: Any, name: str, exact: Callable[..., Any], *needs: str) -> Operation:
    """A kernel that only derivatives have: NumPy code has none."""
    return replace(_kernel(head, name, exact, *needs), numpy=None)


def _plain(head: Any, name: str, exact: Callable[..., Any], torch: str | None = None) -> Operation:
    return Operation(head, exact, f"np.{name}({{0}})", f"torch.{torch or name}({{0}})")


def _pairwise(head: Any, name: str, exact: Callable[..., Any]) -> Operation:
    # the printer nests it for more than two arguments; torch wants tensors on both sides
    tensors = f"torch.{name}(torch.as_tensor({{0}}), torch.as_tensor({{1}}))"
    return Operation(head, exact, f"np.{name}({{0}}, {{1}})", tensors)


def _special(head: Any, exact: Callable[..., Any], numpy: str, torch: str | None) -> Operation:
    return Operation(head, exact, f"special.{numpy}", torch)


#: what the kernels of products need besides
_PRODUCTS = ("product_error", "scaled_products")

_ROWS = (
    _plain(sp.log, "log", lambda mp, x: mp.log(x)),
    _plain(sp.exp, "exp", lambda mp, x: mp.exp(x)),
    _plain(sp.Abs, "abs", lambda mp, x: abs(x)),
    _plain(sp.sign, "sign", lambda mp, x: mp.sign(x)),
    _plain(sp.cos, "cos", lambda mp, x: mp.cos(x)),
    _plain(sp.sin, "sin", lambda mp, x: mp.sin(x)),
    _plain(sp.cosh, "cosh", lambda mp, x: mp.cosh(x)),
    _plain(sp.sinh, "sinh", lambda mp, x: mp.sinh(x)),
    _plain(sp.tanh, "tanh", lambda mp, x: mp.tanh(x)),
    _plain(sp.atan, "arctan", lambda mp, x: mp.atan(x), "atan"),
    _plain(sp.atanh, "arctanh", lambda mp, x: mp.atanh(x), "atanh"),
    _plain(sp.floor, "floor", lambda mp, x: mp.floor(x)),
    _pairwise(sp.Max, "maximum", lambda mp, *x: max(x)),
    _pairwise(sp.Min, "minimum", lambda mp, *x: min(x)),
    _plain(k.Log1P, "log1p", lambda mp, x: mp.log1p(x)),
    _plain(k.ExpM1, "expm1", lambda mp, x: mp.expm1(x)),
    _special(sp.erf, lambda mp, x: mp.erf(x), "erf({0})", "torch.special.erf({0})"),
    _special(sp.erfc, lambda mp, x: mp.erfc(x), "erfc({0})", "torch.special.erfc({0})"),
    _special(sp.loggamma, lambda mp, x: mp.loggamma(x), "gammaln({0})", "torch.special.gammaln({0})"),
    _special(sp.gamma, lambda mp, x: mp.gamma(x), "gamma({0})", "torch.exp(torch.special.gammaln({0}))"),
    _special(k.Digamma, lambda mp, x: mp.digamma(x), "digamma({0})", "torch.special.digamma({0})"),
    _special(
        sp.polygamma, lambda mp, n, x: mp.polygamma(n, x), "polygamma({0}, {1})", "torch.special.polygamma({0}, {1})"
    ),
    Operation(
        k.Trigamma,
        lambda mp, x: mp.polygamma(1, x),
        "special.polygamma(1, {0})",
        "_trigamma({0})",
        ("polynomial", "trigamma"),
    ),
    _special(sp.Ei, lambda mp, x: mp.ei(x), "expi({0})", None),
    _special(sp.besseli, lambda mp, n, x: mp.besseli(n, x), "iv({0}, {1})", None),
    _special(sp.besselk, lambda mp, n, x: mp.besselk(n, x), "kv({0}, {1})", None),
    _special(sp.zeta, lambda mp, s, a=1: mp.zeta(s, a), "zeta({0}, {1})", "torch.special.zeta({0}, {1})"),
    Operation(
        k.XLogY,
        lambda mp, x, y: mp.mpf(0) if x == 0 else x * mp.log(y),
        "_xlogy({0}, {1})",
        "torch.special.xlogy({0}, {1})",
        ("xlogy",),
    ),
    Operation(
        k.XLog1PY,
        lambda mp, x, y: mp.mpf(0) if x == 0 else x * mp.log1p(y),
        "_xlog1py({0}, {1})",
        "torch.special.xlog1py({0}, {1})",
        ("xlog1py",),
    ),
    _kernel(k.LogRatio, "log_ratio", _log_ratio),
    _kernel(k.LogGap, "log_gap", _log_gap, "polynomial", "log_ratio"),
    _kernel(k.EntropyGap, "entropy_gap", _entropy_gap, "polynomial", "log_ratio", "log_gap"),
    _kernel(k.ProductGap, "product_gap", _product_gap, "polynomial", "log_ratio", "log_gap", *_PRODUCTS),
    _kernel(k.ExpGap, "exp_gap", lambda mp, x: mp.expm1(x) - x, "polynomial"),
    _kernel(
        k.ScaledExpGap,
        "scaled_exp_gap",
        lambda mp, x, a: -x if a == 0 else a * (mp.expm1(x / a) - x / a),
        "polynomial",
    ),
    Operation(k.Softplus, lambda mp, x: mp.log1p(mp.exp(x)), "np.logaddexp(0.0, {0})", "_softplus({0})", ("softplus",)),
    Operation(k.Sigmoid, lambda mp, x: 1 / (1 + mp.exp(-x)), "_sigmoid({0})", "torch.sigmoid({0})", ("sigmoid",)),
    _kernel(k.SoftplusGap, "softplus_gap", _softplus_gap, "polynomial", "exp_gap"),
    _slope(k.ProductDifference, "product_difference", lambda mp, a, b, c, d: a * b - c * d, _PRODUCTS[0]),
    _slope(
        k.ProductLogRatio,
        "product_log_ratio",
        _product_log_ratio,
        *("polynomial", "log_ratio", *_PRODUCTS),
    ),
    _slope(k.ExpLag, "exp_lag", lambda mp, x: mp.exp(x) * (mp.expm1(-x) + x), "polynomial", "exp_gap"),
    _slope(k.DigammaRise, "digamma_rise", _digamma_rise, "log_ratio", "stirling_gap", "stirling_rise"),
    _slope(
        k.BinetRise,
        "binet_rise",
        _binet_rise,
        *("polynomial", "log_ratio", "log_gap", "stirling_gap", "stirling_rise", "trigamma_excess"),
    ),
    _slope(k.TrigammaExcess, "trigamma_excess", lambda mp, x: mp.polygamma(1, x) - 1 / x, "polynomial"),
    _slope(k.SigmoidRise, "sigmoid_rise", _sigmoid_rise),
    _kernel(k.GammaGap, "gamma_gap", _gamma_gap, "polynomial", "log_ratio", "log_gap", "entropy_gap", "stirling_gap"),
    _kernel(
        k.BinetGap,
        "binet_gap",
        _binet_gap,
        *("polynomial", "log_ratio", "log_gap", "stirling_gap", "trigamma_excess"),
    ),
)

OPERATIONS: dict[Any, Operation] = {row.head: row for row in _ROWS}


def operation_of(expression: sp.Expr) -> Operation | None:
    """The row of a function's head; None where generated code has no such operation."""
    return OPERATIONS.get(expression.func)
