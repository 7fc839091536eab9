"""The exact values of the operations about gamma functions, in an mpmath context."""

from __future__ import annotations

from typing import Any

from symkl.codegen.exact_means import MANY, entropy_gap, log_ratio

__all__ = [
    "beta_gap",
    "binet",
    "binet_gap",
    "binet_rise",
    "digamma_rise",
    "gamma_gap",
    "lower_gamma",
    "powered_gamma_gap",
    "upper_gamma",
    "upper_gamma_gap",
]

#: bits of a number that has many
_LONG = 1500


def gamma_gap(mp: Any, b: Any, a: Any, d: Any) -> Any:
    return mp.loggamma(a + d) - mp.loggamma(a) - mp.digamma(a) * d


def binet_gap(mp: Any, b: Any, a: Any, d: Any) -> Any:
    return gamma_gap(mp, b, a, d) - entropy_gap(mp, b, a, -d)


def powered_gamma_gap(mp: Any, w: Any, u: Any, v: Any, d: Any, e: Any) -> Any:
    # near equality all that is of first order cancels, and far out all that the exponents differ by
    w, v = u + d if abs(d) < u / 2 else w, 1 + e if abs(e) < mp.mpf(1) / 2 else v
    with mp.workdps(MANY):
        value = mp.loggamma(w) - mp.loggamma(u) + (u - v * w) * mp.digamma(u) - u - mp.log(v)
        return value + w * (mp.loggamma(u + v) - mp.loggamma(u) - mp.log(w) + 1)


def binet(mp: Any, x: Any) -> Any:
    return mp.loggamma(x) - (x - mp.mpf(1) / 2) * mp.log(x) + x - mp.log(2 * mp.pi) / 2


def beta_gap(mp: Any, c: Any, d: Any, a: Any, b: Any, u: Any, v: Any) -> Any:
    return gamma_gap(mp, c, a, u) + gamma_gap(mp, d, b, v) - gamma_gap(mp, a + b + (u + v), a + b, u + v)


def digamma_rise(mp: Any, b: Any, a: Any, d: Any) -> Any:
    return mp.digamma(a + d) - mp.digamma(a)


def binet_rise(mp: Any, b: Any, a: Any, d: Any) -> Any:
    return digamma_rise(mp, b, a, d) - log_ratio(mp, b, a, d)


def upper_gamma(mp: Any, s: Any, x: Any) -> Any:
    """By the series where that ends soon: mpmath tries the asymptotic one first, for minutes."""
    if x == 0:
        return mp.gamma(s)
    if x > max(x.context.prec, s):
        return mp.gammainc(s, x)
    with mp.extradps(10 + int(max(x - s, 0) + abs(mp.log10(s)))):  # what the difference loses
        bits = x.context.prec
        # at many digits the series is sooner at an end than mpmath's gamma function
        whole = lower_gamma(mp, s, mp.mpf(2 * bits)) if s < 100 and bits > _LONG else mp.gamma(s)
        return whole - lower_gamma(mp, s, x)


def lower_gamma(mp: Any, s: Any, x: Any) -> Any:
    total = term = 1 / s
    n = 0
    while term > total * x.context.eps:
        n += 1
        term *= x / (s + n)
        total += term
    return mp.exp(s * mp.log(x) - x) * total


def upper_gamma_gap(mp: Any, s: Any, x: Any, d: Any) -> Any:
    if s == 1:
        return mp.mpf(0)
    # what is left is of the size of (d/x)**2
    with mp.extradps(2 * int(max(mp.log10(max(x, 1) / abs(d)), 0))):
        s = 1 + d if abs(d) < 0.5 else s
        return mp.log(upper_gamma(mp, s, x)) + x - (s - 1) * (mp.log(x) + mp.exp(x) * mp.e1(x))
