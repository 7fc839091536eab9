"""Closed forms typed from the literature, and defining integrals, at 50 digits: nothing here comes from symkl."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import mpmath as mp

__all__ = ["DENSITIES", "ENTROPIES", "KL", "OWN", "at_50_digits", "by_quadrature", "divergence"]

Number = Any


def _xlogy(x: Number, y: Number) -> Number:
    return mp.mpf(0) if x == 0 else x * mp.log(y)


def normal(m1: Number, s1: Number, m2: Number, s2: Number) -> Number:
    return mp.log(s2 / s1) + (s1**2 + (m1 - m2) ** 2) / (2 * s2**2) - mp.mpf(1) / 2


def normal_variance(m1: Number, v1: Number, m2: Number, v2: Number) -> Number:
    return (mp.log(v2 / v1) + (v1 + (m1 - m2) ** 2) / v2 - 1) / 2


def normal_log_variance(m1: Number, l1: Number, m2: Number, l2: Number) -> Number:
    return (l2 - l1 + mp.exp(l1 - l2) + (m1 - m2) ** 2 * mp.exp(-l2) - 1) / 2


def exponential(a: Number, b: Number) -> Number:
    return mp.log(a / b) + b / a - 1


def gamma(a1: Number, b1: Number, a2: Number, b2: Number) -> Number:
    shape = (a1 - a2) * mp.digamma(a1) - mp.loggamma(a1) + mp.loggamma(a2)
    return shape + a2 * mp.log(b1 / b2) + a1 * (b2 - b1) / b1


def laplace(m1: Number, b1: Number, m2: Number, b2: Number) -> Number:
    d = abs(m1 - m2)
    return mp.log(b2 / b1) + (b1 * mp.exp(-d / b1) + d) / b2 - 1


def gumbel(m1: Number, b1: Number, m2: Number, b2: Number) -> Number:
    mean = (m1 - m2 + mp.euler * b1) / b2
    return mp.log(b2 / b1) - mp.euler - 1 + mean + mp.exp((m2 - m1) / b2) * mp.gamma(1 + b1 / b2)


def poisson(a: Number, b: Number) -> Number:
    return _xlogy(a, a / b if a else b) - a + b


def bernoulli(p: Number, q: Number) -> Number:
    return _xlogy(p, p / q if p else q) + _xlogy(1 - p, (1 - p) / (1 - q) if p != 1 else q)


def normal_laplace(m: Number, s: Number, mu: Number, b: Number) -> Number:
    d = abs(m - mu)
    folded = s * mp.sqrt(2 / mp.pi) * mp.exp(-(d**2) / (2 * s**2)) + d * mp.erf(d / (s * mp.sqrt(2)))
    return mp.log(2 * b) + folded / b - mp.log(2 * mp.pi * mp.e * s**2) / 2


def laplace_normal(m: Number, b: Number, mu: Number, s: Number) -> Number:
    return mp.log(2 * mp.pi * s**2) / 2 + (2 * b**2 + (m - mu) ** 2) / (2 * s**2) - 1 - mp.log(2 * b)


def gumbel_normal(m: Number, b: Number, mu: Number, s: Number) -> Number:
    second = mp.pi**2 * b**2 / 6 + (m + mp.euler * b - mu) ** 2
    return mp.log(2 * mp.pi * s**2) / 2 + second / (2 * s**2) - mp.log(b) - mp.euler - 1


def exponential_gamma(rate: Number, a: Number, b: Number) -> Number:
    cross = mp.loggamma(a) - a * mp.log(b) + (a - 1) * (mp.euler + mp.log(rate)) + b / rate
    return cross - 1 + mp.log(rate)


def beta(a1: Number, b1: Number, a2: Number, b2: Number) -> Number:
    def log_beta(a: Number, b: Number) -> Number:
        return mp.loggamma(a) + mp.loggamma(b) - mp.loggamma(a + b)

    means = (a1 - a2) * mp.digamma(a1) + (b1 - b2) * mp.digamma(b1) + (a2 - a1 + b2 - b1) * mp.digamma(a1 + b1)
    return log_beta(a2, b2) - log_beta(a1, b1) + means


def weibull(k1: Number, l1: Number, k2: Number, l2: Number) -> Number:
    logs = mp.log(k1) - k1 * mp.log(l1) - mp.log(k2) + k2 * mp.log(l2) + (k1 - k2) * (mp.log(l1) - mp.euler / k1)
    return logs + (l1 / l2) ** k2 * mp.gamma(k2 / k1 + 1) - 1


def chi2(k1: Number, k2: Number) -> Number:
    return (k1 - k2) / 2 * mp.digamma(k1 / 2) - mp.loggamma(k1 / 2) + mp.loggamma(k2 / 2)


def pareto(m1: Number, a1: Number, m2: Number, a2: Number) -> Number:
    return mp.log(a1 / a2) + a2 / a1 - 1 + a2 * mp.log(m1 / m2) if m1 >= m2 else mp.inf


def geometric(p: Number, q: Number) -> Number:
    return bernoulli(p, q) / p


def binomial(n1: Number, p: Number, n2: Number, q: Number) -> Number:
    return n1 * bernoulli(p, q) if n1 == n2 else mp.nan


#: KL of a family with itself, by the family's name in the definitions
def cauchy(x1: Number, g1: Number, x2: Number, g2: Number) -> Number:
    return mp.log(((g1 + g2) ** 2 + (x1 - x2) ** 2) / (4 * g1 * g2))


def half_cauchy(g1: Number, g2: Number) -> Number:
    return 2 * mp.log(g1 + g2) - mp.log(4 * g1 * g2)


OWN: dict[str, Callable[..., Number]] = {
    "Normal": normal,
    "LogNormal": normal,
    "Exponential": exponential,
    "Laplace": laplace,
    "Pareto": pareto,
    "Poisson": poisson,
    "Geometric": geometric,
    "Bernoulli": bernoulli,
    "Binomial": binomial,
    "Cauchy": cauchy,
    "HalfCauchy": half_cauchy,
    "Gamma": gamma,
    "InverseGamma": gamma,
    "Chi2": chi2,
    "Erlang": gamma,
    "Beta": beta,
    "BetaPrime": beta,
    "Gumbel": gumbel,
    "Weibull": weibull,
}

KL: dict[str, Callable[..., Number]] = {
    "kl_normal_normal": normal,
    "kl_normal_normal__variance": normal_variance,
    "kl_normal_normal__log_variance": normal_log_variance,
    "kl_lognormal_lognormal": normal,
    "kl_exponential_exponential": exponential,
    "kl_gamma_gamma": gamma,
    "kl_laplace_laplace": laplace,
    "kl_gumbel_gumbel": gumbel,
    "kl_poisson_poisson": poisson,
    "kl_bernoulli_bernoulli": bernoulli,
    "kl_normal_laplace": normal_laplace,
    "kl_laplace_normal": laplace_normal,
    "kl_gumbel_normal": gumbel_normal,
    "kl_exponential_gamma": exponential_gamma,
}

ENTROPIES: dict[str, Callable[..., Number]] = {
    "normal": lambda m, s: mp.log(2 * mp.pi * mp.e * s**2) / 2,
    "lognormal": lambda m, s: m + mp.log(2 * mp.pi * mp.e * s**2) / 2,
    "exponential": lambda rate: 1 - mp.log(rate),
    "gamma": lambda a, b: a - mp.log(b) + mp.loggamma(a) + (1 - a) * mp.digamma(a),
    "laplace": lambda m, b: mp.log(2 * b * mp.e),
    "gumbel": lambda m, b: mp.log(b) + mp.euler + 1,
    "bernoulli": lambda p: -_xlogy(p, p) - _xlogy(1 - p, 1 - p),
}

#: log-density and support, for the defining integral
DENSITIES: dict[str, tuple[Callable[..., Number], Callable[..., list[Number]]]] = {
    "normal": (
        lambda x, m, s: -((x - m) ** 2) / (2 * s**2) - mp.log(s) - mp.log(2 * mp.pi) / 2,
        lambda m, s: [m - 40 * s, m - 3 * s, m, m + 3 * s, m + 40 * s],
    ),
    "laplace": (
        lambda x, m, b: -abs(x - m) / b - mp.log(2 * b),
        lambda m, b: [m - 200 * b, m - 10 * b, m, m + 10 * b, m + 200 * b],
    ),
    "gumbel": (
        lambda x, m, b: -(x - m) / b - mp.exp(-(x - m) / b) - mp.log(b),
        lambda m, b: [m - 5 * b, m, m + 10 * b, m + 200 * b],
    ),
    "exponential": (lambda x, rate: mp.log(rate) - rate * x, lambda rate: [0, 10 / rate, 200 / rate]),
    "gamma": (
        lambda x, a, b: a * mp.log(b) + (a - 1) * mp.log(x) - b * x - mp.loggamma(a),
        lambda a, b: [0, a / b, 20 * (a + 1) / b, 200 * (a + 1) / b],
    ),
}


def at_50_digits(function: Callable[..., Number], *arguments: float) -> Number:
    """The function's value at exactly these doubles; 50 digits more than cancellation can take away."""
    with mp.workdps(80):
        return function(*(mp.mpf(a) for a in arguments))


def divergence(family: str, first: list[float], second: list[float]) -> Number:
    """KL of two of one family with so many digits that twice as many make no difference to the first thirty."""
    digits, before = 80, None
    while digits < 20000:
        with mp.workdps(digits):
            value = OWN[family](*(mp.mpf(x) for x in (*first, *second)))
            if before is not None and (mp.isinf(value) or abs(value - before) <= abs(value) * mp.mpf(10) ** -30):
                return value
        digits, before = digits * 4, value
    return mp.mpf(0)


def by_quadrature(p: str, q: str, first: list[float], second: list[float]) -> Number:
    """KL(p || q) from the defining integral, to about 20 digits. The kinks of q must lie at those of p."""
    log_p, cuts = DENSITIES[p]
    log_q, others = DENSITIES[q]
    with mp.workdps(25):
        a, b = [mp.mpf(v) for v in first], [mp.mpf(v) for v in second]
        points = cuts(*a)
        inside = [x for x in others(*b) if points[0] < x < points[-1]]
        points = sorted({*points, *inside})
        return mp.quad(lambda x: mp.exp(log_p(x, *a)) * (log_p(x, *a) - log_q(x, *b)), points)
