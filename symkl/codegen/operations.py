"""Every operation that generated code may use, and its mathematics. How a backend spells it is the backend's affair.

`exact` is the definition in arbitrary precision: the tests compare each spelling with it, and `stable.measure` models
an operation as its definition, rounded once.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import sympy as sp

from symkl.codegen import exact_bells as bells
from symkl.codegen.exact_gammas import (
    beta_gap,
    binet,
    binet_gap,
    binet_rise,
    digamma_rise,
    gamma_gap,
    powered_gamma_gap,
    upper_gamma,
    upper_gamma_gap,
)
from symkl.codegen.exact_means import (
    MANY,
    TINY,
    crossing_gap,
    crossing_log_mean,
    entropy_gap,
    log_gap,
    log_ratio,
    ramp_gap,
    ramp_log_mean,
    share_mean,
)
from symkl.codegen.stable import kernels as k

__all__ = ["OPERATIONS", "Operation"]

#: digits that hold the square of any number beside 1
_MOST = 700


@dataclass(frozen=True)
class Operation:
    """One row: the SymPy head, and its value in an mpmath context."""

    head: Any
    exact: Callable[..., Any]


def _product_gap(mp: Any, a: Any, b: Any, c: Any, d: Any) -> Any:
    return log_gap(mp, a * b, c * d, a * b - c * d)


def _log_share_ratio(mp: Any, a: Any, b: Any, c: Any, d: Any, step: Any) -> Any:
    return log_ratio(mp, a / b, c / d, step)


def _log_odds_rise(mp: Any, p: Any, q: Any, d: Any) -> Any:
    return log_ratio(mp, p, q, d) + log_ratio(mp, 1 - q, 1 - p, d)


def _softplus_gap(mp: Any, b: Any, a: Any, d: Any) -> Any:
    return mp.log1p(mp.exp(b)) - mp.log1p(mp.exp(a)) - d / (1 + mp.exp(-a))


def _product_log_ratio(mp: Any, a: Any, b: Any, c: Any, d: Any) -> Any:
    return log_ratio(mp, a * b, c * d, a * b - c * d)


def _sigmoid_rise(mp: Any, b: Any, a: Any, d: Any) -> Any:
    # the difference of the two, over one denominator
    return mp.expm1(d) * mp.exp(a) / ((1 + mp.exp(a)) * (1 + mp.exp(a + d)))


def _log_sinhc(mp: Any, x: Any) -> Any:
    return mp.log(mp.sinh(x) / x) if abs(x) > TINY else x * x / 6


def _langevin(mp: Any, x: Any) -> Any:
    return mp.coth(x) - 1 / x if abs(x) > TINY else x / 3


def _sinhc_gap(mp: Any, b: Any, a: Any, d: Any) -> Any:
    with mp.workdps(MANY):  # near 0 the terms lose four times the digits of x
        return _log_sinhc(mp, a + d) - _log_sinhc(mp, a) - d * _langevin(mp, a)


def _langevin_rise(mp: Any, b: Any, a: Any, d: Any) -> Any:
    with mp.workdps(MANY):
        return _langevin(mp, a + d) - _langevin(mp, a)


def _langevin_slope(mp: Any, x: Any) -> Any:
    with mp.workdps(MANY):
        return 1 / x**2 - 1 / mp.sinh(x) ** 2 if abs(x) > TINY else mp.mpf(1) / 3


def _langevin_lag(mp: Any, x: Any) -> Any:
    return x * _langevin_slope(mp, x) if mp.isfinite(x) else mp.mpf(0)


def _above(mp: Any, b: Any, a: Any, d: Any) -> Any:
    """The weight b from the difference, while that is the more exact of the two."""
    return a + d if abs(d) < min(a, 1 - a) / 2 else b


def _log_series(mp: Any, p: Any) -> Any:
    return p / ((p - 1) * mp.log1p(-p))


def _log_series_gap(mp: Any, b: Any, a: Any, d: Any) -> Any:
    with mp.workdps(_MOST):
        b = _above(mp, b, a, d)
        return mp.log(mp.log1p(-b) / mp.log1p(-a)) - _log_series(mp, a) * mp.log(b / a)


def _log_series_rise(mp: Any, b: Any, a: Any, d: Any) -> Any:
    with mp.workdps(_MOST):
        return _log_series(mp, _above(mp, b, a, d)) - _log_series(mp, a)


def _log_series_slope(mp: Any, p: Any) -> Any:
    with mp.workdps(_MOST):
        x = -mp.log1p(-p)
        return (x - p) / ((1 - p) * x) ** 2


def _bessel_ratio(mp: Any, x: Any) -> Any:
    return mp.besseli(1, x) / mp.besseli(0, x)


def _bessel_lack(mp: Any, x: Any) -> Any:
    with mp.workdps(MANY):
        return 1 - _bessel_ratio(mp, x)


def _log_scaled_bessel(mp: Any, x: Any) -> Any:
    with mp.workdps(MANY):
        return mp.log(mp.besseli(0, x)) - x


def _bessel_gap(mp: Any, b: Any, a: Any, d: Any) -> Any:
    with mp.workdps(MANY):
        return mp.log(mp.besseli(0, a + d) / mp.besseli(0, a)) - d * _bessel_ratio(mp, a)


def _bessel_ratio_rise(mp: Any, b: Any, a: Any, d: Any) -> Any:
    with mp.workdps(MANY):
        return _bessel_ratio(mp, a + d) - _bessel_ratio(mp, a)


def _bessel_ratio_slope(mp: Any, x: Any, d: Any) -> Any:
    with mp.workdps(MANY):
        ratio = _bessel_ratio(mp, x)
        return d * (1 - ratio / x - ratio**2) if x else d / 2


def _sine_of_step(mp: Any, x: Any, y: Any) -> Any:
    with mp.workdps(_MOST):
        return mp.sin(x - y)


def _given_exp_gap(mp: Any, x: Any, y: Any) -> Any:
    # near 0 the given power has lost what the exponent has kept
    return y - 1 - x if x > 2 and mp.isfinite(y) else mp.expm1(x) - x


def _given_exp_m1(mp: Any, x: Any, y: Any) -> Any:
    return y - 1 if x > 2 else mp.expm1(x)


def _far_exponent(mp: Any, x: Any, a: Any, s: Any, b: Any) -> Any:
    return x if x == x else mp.inf * mp.sign(a * (mp.log(a / b) - 1) - s)


def _given_log_gamma(mp: Any, r: Any, d: Any, g: Any) -> Any:
    with mp.workdps(_MOST):
        return mp.loggamma(2 + d if abs(d) < 0.5 else 1 + r)


def _log_gamma_sum(mp: Any, a: Any, b: Any, d: Any, c: Any, e: Any, f: Any, g: Any, h: Any, r: Any) -> Any:
    return c * log_ratio(mp, a, b, d) + (_given_log_gamma(mp, r, r - 1, h) if r < 0.25 else e * f / g + h)


_ROWS = (
    Operation(sp.log, lambda mp, x: mp.log(x)),
    Operation(sp.exp, lambda mp, x: mp.exp(x)),
    Operation(sp.Abs, lambda mp, x: abs(x)),
    Operation(sp.sign, lambda mp, x: mp.sign(x)),
    Operation(sp.cos, lambda mp, x: mp.cos(x)),
    Operation(sp.sin, lambda mp, x: mp.sin(x)),
    Operation(sp.cosh, lambda mp, x: mp.cosh(x)),
    Operation(sp.sinh, lambda mp, x: mp.sinh(x)),
    Operation(sp.tanh, lambda mp, x: mp.tanh(x)),
    Operation(sp.atan, lambda mp, x: mp.atan(x)),
    Operation(sp.atanh, lambda mp, x: mp.atanh(x)),
    Operation(sp.floor, lambda mp, x: mp.floor(x)),
    Operation(sp.Max, lambda mp, *x: max(x)),
    Operation(sp.Min, lambda mp, *x: min(x)),
    Operation(sp.erf, lambda mp, x: mp.erf(x)),
    Operation(sp.erfc, lambda mp, x: mp.erfc(x)),
    Operation(sp.loggamma, lambda mp, x: mp.loggamma(x)),
    Operation(sp.gamma, lambda mp, x: mp.gamma(x)),
    Operation(sp.polygamma, lambda mp, n, x: mp.polygamma(n, x)),
    Operation(sp.Ei, lambda mp, x: mp.ei(x)),
    Operation(sp.expint, lambda mp, n, x: mp.expint(n, x)),
    Operation(sp.uppergamma, upper_gamma),
    Operation(sp.lowergamma, lambda mp, s, x: mp.gammainc(s, 0, x)),
    Operation(sp.betainc, lambda mp, a, b, low, high: mp.betainc(a, b, low, high)),
    Operation(sp.besseli, lambda mp, n, x: mp.besseli(n, x)),
    Operation(sp.besselk, lambda mp, n, x: mp.besselk(n, x)),
    Operation(sp.zeta, lambda mp, s, a=1: mp.zeta(s, a)),
    Operation(k.LogGamma, lambda mp, x: mp.loggamma(x)),
    Operation(k.Digamma, lambda mp, x: mp.digamma(x)),
    Operation(k.NearOrFar, lambda mp, x, near, far: near if abs(x) < 0.5 else far),
    Operation(k.Trigamma, lambda mp, x: mp.polygamma(1, x)),
    Operation(k.Log1P, lambda mp, x: mp.log1p(x)),
    Operation(k.ExpM1, lambda mp, x: mp.expm1(x)),
    Operation(k.XLogY, lambda mp, x, y: mp.mpf(0) if x == 0 else x * mp.log(y)),
    Operation(k.XLog1PY, lambda mp, x, y: mp.mpf(0) if x == 0 else x * mp.log1p(y)),
    Operation(k.LogRatio, log_ratio),
    Operation(k.LogGammaSum, _log_gamma_sum),
    Operation(k.LogRatioSum, lambda mp, a, b, d, c, e, f, g, h: c * log_ratio(mp, a, b, d) + e * f / g + h),
    Operation(k.LogSquares, lambda mp, x, y, a, b: mp.log1p((x * x + y * y) / (a * b))),
    Operation(k.LogOddsRise, _log_odds_rise),
    Operation(k.LogMean, lambda mp, a, b, d: d / log_ratio(mp, a, b, d) if d else b),
    Operation(k.LogGap, log_gap),
    Operation(k.EntropyGap, entropy_gap),
    Operation(k.RampGap, ramp_gap),
    Operation(k.CrossingGap, crossing_gap),
    Operation(k.BellGap, bells.gap),
    Operation(k.BellOverhang, bells.overhang),
    Operation(k.BellStartHeight, lambda mp, *x: bells.heights(mp, *x)[0]),
    Operation(k.BellEndHeight, lambda mp, *x: bells.heights(mp, *x)[1]),
    Operation(k.BellByOwnCentre, lambda mp, *x: bells.slopes(mp, *x)[0]),
    Operation(k.BellByOwnScale, lambda mp, *x: bells.slopes(mp, *x)[1]),
    Operation(k.BellByOtherCentre, lambda mp, *x: bells.slopes(mp, *x)[2]),
    Operation(k.BellByOtherScale, lambda mp, *x: bells.slopes(mp, *x)[3]),
    Operation(k.BellStart, lambda mp, *x: bells.slopes(mp, *x)[4]),
    Operation(k.BellEnd, lambda mp, *x: bells.slopes(mp, *x)[5]),
    Operation(k.OverhangByCentre, lambda mp, *x: bells.overhang_slopes(mp, *x)[0]),
    Operation(k.OverhangByScale, lambda mp, *x: bells.overhang_slopes(mp, *x)[1]),
    Operation(k.RampLogMean, ramp_log_mean),
    Operation(k.CrossingLogMean, crossing_log_mean),
    Operation(k.ShareMean, share_mean),
    Operation(k.ProductGap, _product_gap),
    Operation(k.ScaledProductGap, lambda mp, a, b, c, d: c * _product_gap(mp, a, b, c, d)),
    Operation(k.ExpGap, lambda mp, x: mp.expm1(x) - x),
    Operation(k.GivenExpGap, _given_exp_gap),
    Operation(k.GivenExpM1, _given_exp_m1),
    Operation(k.FarExponent, _far_exponent),
    Operation(k.ExpOfStep, lambda mp, a, b, c: mp.exp((a - b) / c)),
    Operation(k.PowerOfRatio, lambda mp, a, b, c: (a / b) ** c),
    Operation(k.GammaOfRatio, lambda mp, a, b: mp.gamma(1 + a / b)),
    Operation(k.ScaledExpGap, lambda mp, x, a: -x if a == 0 else a * (mp.expm1(x / a) - x / a)),
    Operation(k.GammaTail, lambda mp, s, x: upper_gamma(mp, s, x) / mp.gamma(s)),
    Operation(k.UpperGammaGap, upper_gamma_gap),
    Operation(k.ScaledExpInt, lambda mp, x: mp.exp(x) * mp.e1(x)),
    Operation(k.Softplus, lambda mp, x: mp.log1p(mp.exp(x))),
    Operation(k.Sigmoid, lambda mp, x: 1 / (1 + mp.exp(-x))),
    Operation(k.SoftplusGap, _softplus_gap),
    Operation(k.GammaGap, gamma_gap),
    Operation(k.GivenLogGamma, _given_log_gamma),
    Operation(k.LogGammaRise, lambda mp, b, a, d: mp.loggamma(a + d) - mp.loggamma(a)),
    Operation(k.PoweredGammaGap, powered_gamma_gap),
    Operation(k.BinetGap, binet_gap),
    Operation(k.BetaGap, beta_gap),
    Operation(k.Binet, binet),
    Operation(k.BinetSlope, lambda mp, x: mp.digamma(x) - mp.log(x) + 1 / (2 * x)),
    Operation(k.ProductDifference, lambda mp, a, b, c, d: a * b - c * d),
    Operation(k.ProductExcess, lambda mp, a, b, c, d, e, f: (a * b - c * d) / (e * f)),
    Operation(k.ProductRise, lambda mp, x, y, d, e: x * e + d if x < 1 else y * d + e),
    Operation(k.QuotientOfProducts, lambda mp, x, y, z, a, b, c: x * y * z / (a * b * c)),
    Operation(k.ReciprocalStep, lambda mp, a, b, d: d / (a * b)),
    Operation(k.SquareBalance, lambda mp, r, s, part, x, d, b: ((x * x + d * d) / b + 2 * d) / b / b),
    Operation(k.SquaresShare, lambda mp, u, x, y, a, b: u / (a * b + x * x + y * y)),
    Operation(k.ProductLogRatio, _product_log_ratio),
    Operation(k.LogShareRatio, _log_share_ratio),
    Operation(k.ExpLag, lambda mp, x: mp.exp(x) * (mp.expm1(-x) + x)),
    Operation(k.DigammaRise, digamma_rise),
    Operation(k.BinetRise, binet_rise),
    Operation(k.TrigammaExcess, lambda mp, x, d: d * (mp.polygamma(1, x) - 1 / x)),
    Operation(k.TrigammaLift, lambda mp, x: x * (x * mp.polygamma(1, x) - 1)),
    Operation(k.SigmoidRise, _sigmoid_rise),
    Operation(k.SinhcGap, _sinhc_gap),
    Operation(k.LangevinRise, _langevin_rise),
    Operation(k.LangevinSlope, _langevin_slope),
    Operation(k.LangevinLag, _langevin_lag),
    Operation(k.BesselGap, _bessel_gap),
    Operation(k.BesselLack, _bessel_lack),
    Operation(k.LogScaledBessel, _log_scaled_bessel),
    Operation(k.BesselRatio, _bessel_ratio),
    Operation(k.BesselRatioRise, _bessel_ratio_rise),
    Operation(k.BesselRatioSlope, _bessel_ratio_slope),
    Operation(k.SineOfStep, _sine_of_step),
    Operation(k.Versine, lambda mp, x, y: 2 * _sine_of_step(mp, x / 2, y / 2) ** 2),
    Operation(k.LogSeriesGap, _log_series_gap),
    Operation(k.LogSeriesRise, _log_series_rise),
    Operation(k.LogSeriesSlope, _log_series_slope),
)

OPERATIONS: dict[Any, Operation] = {row.head: row for row in _ROWS}
