"""Functions without cancellation that a stable form is built from: inert in SymPy, each with its definition.

A kernel that compares two quantities takes their difference as an argument of its own, because the difference can be
formed exactly from the parameters where it cannot from the two rounded quantities: `(1 - q) - (1 - p)` is `p - q`.
"""

from __future__ import annotations

from typing import Any

import sympy as sp

__all__ = [
    "BesselGap",
    "BesselLack",
    "BesselRatio",
    "BesselRatioRise",
    "BesselRatioSlope",
    "BetaGap",
    "Binet",
    "BinetGap",
    "BinetRise",
    "BinetSlope",
    "Digamma",
    "DigammaRise",
    "EntropyGap",
    "ExpGap",
    "ExpLag",
    "ExpM1",
    "ExpOfStep",
    "GammaGap",
    "GammaOfRatio",
    "GammaTail",
    "GivenExpGap",
    "GivenExpM1",
    "Kernel",
    "LangevinRise",
    "LangevinSlope",
    "Log1P",
    "LogGamma",
    "LogGap",
    "LogMean",
    "LogOddsRise",
    "LogRatio",
    "LogRatioSum",
    "LogScaledBessel",
    "LogSeriesGap",
    "LogSeriesRise",
    "LogSeriesSlope",
    "LogSquares",
    "PowerOfRatio",
    "ProductDifference",
    "ProductExcess",
    "ProductGap",
    "ProductLogRatio",
    "ReciprocalStep",
    "ScaledExpGap",
    "ScaledExpInt",
    "ScaledProductGap",
    "Sigmoid",
    "SigmoidRise",
    "SineOfStep",
    "SinhcGap",
    "Softplus",
    "SoftplusGap",
    "SquareBalance",
    "SquaresShare",
    "Trigamma",
    "TrigammaExcess",
    "Versine",
    "XLog1PY",
    "XLogY",
    "expand_kernels",
]


class Kernel(sp.Function):
    """An inert real function; `definition()` is what it stands for."""

    is_nonnegative_kernel = False

    @classmethod
    def eval(cls, *args: Any) -> None:
        return None

    def _eval_is_real(self) -> bool:
        return True

    def _eval_is_extended_real(self) -> bool:
        return True

    def _eval_is_nonnegative(self) -> bool | None:
        return True if self.is_nonnegative_kernel else None

    def _eval_is_extended_nonnegative(self) -> bool | None:
        return True if self.is_nonnegative_kernel else None

    def definition(self) -> sp.Expr:
        raise NotImplementedError


class LogGap(Kernel):
    """`LogGap(a, b, a - b) = (a - b)/b - log(a/b) >= 0` for positive a, b."""

    nargs = 3
    is_nonnegative_kernel = True

    def definition(self) -> sp.Expr:
        a, b, difference = self.args
        return difference / b - sp.log(a) + sp.log(b)


class ProductGap(Kernel):
    """`ProductGap(a, b, c, d) = LogGap(a*b, c*d) >= 0`: the difference of products is formed exactly inside."""

    nargs = 4
    is_nonnegative_kernel = True

    def definition(self) -> sp.Expr:
        a, b, c, d = self.args
        return a * b / (c * d) - 1 - sp.log(a) - sp.log(b) + sp.log(c) + sp.log(d)


class ScaledProductGap(Kernel):
    """`ScaledProductGap(a, b, c, d) = c*ProductGap(a, b, c, d) >= 0`, where that is finite though the gap is not."""

    nargs = 4
    is_nonnegative_kernel = True

    def definition(self) -> sp.Expr:
        a, b, c, d = self.args
        return a * b / d - c - c * (sp.log(a) + sp.log(b) - sp.log(c) - sp.log(d))


class EntropyGap(Kernel):
    """`EntropyGap(a, b, b - a) = a*log(a/b) - a + b >= 0` for a >= 0 and b > 0; b at a = 0."""

    nargs = 3
    is_nonnegative_kernel = True

    def definition(self) -> sp.Expr:
        a, b, difference = self.args
        return difference + a * (sp.log(a) - sp.log(b))


class ExpGap(Kernel):
    """`ExpGap(x) = exp(x) - 1 - x >= 0`."""

    nargs = 1
    is_nonnegative_kernel = True

    def definition(self) -> sp.Expr:
        return sp.exp(self.args[0]) - 1 - self.args[0]


class GivenExpGap(Kernel):
    """`GivenExpGap(x, y) = y - 1 - x >= 0` where y is exp(x), formed without the rounding of a large x."""

    nargs = 2
    is_nonnegative_kernel = True

    def definition(self) -> sp.Expr:
        x, y = self.args
        return y - 1 - x


class GivenExpM1(Kernel):
    """`GivenExpM1(x, y) = y - 1` where y is exp(x), formed without the rounding of a large x."""

    nargs = 2

    def definition(self) -> sp.Expr:
        return self.args[1] - 1


class ExpOfStep(Kernel):
    """`ExpOfStep(a, b, c) = exp((a - b)/c) > 0` for positive c, without the rounding of the exponent."""

    nargs = 3
    is_nonnegative_kernel = True

    def definition(self) -> sp.Expr:
        a, b, c = self.args
        return sp.exp((a - b) / c)


class PowerOfRatio(Kernel):
    """`PowerOfRatio(a, b, c) = (a/b)**c > 0` for positive a, b, without the rounding of the ratio."""

    nargs = 3
    is_nonnegative_kernel = True

    def definition(self) -> sp.Expr:
        a, b, c = self.args
        return sp.exp(c * (sp.log(a) - sp.log(b)))


class GammaOfRatio(Kernel):
    """`GammaOfRatio(a, b) = gamma(1 + a/b) > 0` for a >= 0 and b > 0, without the rounding of the argument."""

    nargs = 2
    is_nonnegative_kernel = True

    def definition(self) -> sp.Expr:
        a, b = self.args
        return sp.exp(sp.loggamma(1 + a / b))


class ExpLag(Kernel):
    """`ExpLag(x) = 1 - exp(x) + x*exp(x) >= 0`: what the exponential lies below its tangent at x, at 0."""

    nargs = 1
    is_nonnegative_kernel = True

    def definition(self) -> sp.Expr:
        x = self.args[0]
        return 1 - sp.exp(x) + x * sp.exp(x)


class ScaledExpGap(Kernel):
    """`ScaledExpGap(x, a) = a*ExpGap(x/a) >= 0` for a > 0; -x at a = 0 and x <= 0."""

    nargs = 2
    is_nonnegative_kernel = True

    def definition(self) -> sp.Expr:
        x, a = self.args
        return a * sp.exp(x / a) - a - x


class ScaledExpInt(Kernel):
    """`ScaledExpInt(x) = exp(x)*expint(1, x) > 0` for x > 0, where the factors overflow and vanish."""

    nargs = 1
    is_nonnegative_kernel = True

    def definition(self) -> sp.Expr:
        return sp.exp(self.args[0]) * sp.expint(1, self.args[0])


class GammaTail(Kernel):
    """`GammaTail(s, x) = uppergamma(s, x)/gamma(s) > 0` for positive s, x; at most 1."""

    nargs = 2
    is_nonnegative_kernel = True

    def definition(self) -> sp.Expr:
        s, x = self.args
        return sp.uppergamma(s, x) * sp.exp(-sp.loggamma(s))


class GammaGap(Kernel):
    """`GammaGap(b, a, b - a) = loggamma(b) - loggamma(a) - digamma(a)*(b - a) >= 0` for positive a, b."""

    nargs = 3
    is_nonnegative_kernel = True

    def definition(self) -> sp.Expr:
        b, a, difference = self.args
        return sp.loggamma(b) - sp.loggamma(a) - sp.digamma(a) * difference


class BinetGap(Kernel):
    """`BinetGap(b, a, b - a) = GammaGap(b, a, b - a) - EntropyGap(b, a, a - b) >= 0` for positive a, b.

    The Bregman divergence of `loggamma(x) - x*log(x) + x`, which is convex: its second derivative is
    `trigamma(x) - 1/x`.
    """

    nargs = 3
    is_nonnegative_kernel = True

    def definition(self) -> sp.Expr:
        b, a, difference = self.args
        bregman = sp.loggamma(b) - sp.loggamma(a) - sp.digamma(a) * difference
        return bregman - b * (sp.log(b) - sp.log(a)) + difference


class Binet(Kernel):
    """`Binet(x) = loggamma(x) - (x - 1/2)*log(x) + x - log(2*pi)/2 > 0` for positive x."""

    nargs = 1
    is_nonnegative_kernel = True

    def definition(self) -> sp.Expr:
        (x,) = self.args
        return sp.loggamma(x) - (x - sp.Rational(1, 2)) * sp.log(x) + x - sp.log(2 * sp.pi) / 2


class BinetSlope(Kernel):
    """`BinetSlope(x) = digamma(x) - log(x) + 1/(2*x) < 0` for positive x: the derivative of `Binet`."""

    nargs = 1

    def definition(self) -> sp.Expr:
        (x,) = self.args
        return sp.digamma(x) - sp.log(x) + 1 / (2 * x)


class BetaGap(Kernel):
    """`BetaGap(c, d, a, b, c - a, d - b) >= 0` for positive arguments: the gaps of log-gamma, sum of parts less whole.

    `GammaGap(c, a) + GammaGap(d, b) - GammaGap(c + d, a + b)`, the Bregman divergence of the logarithm of the beta
    function, which is convex.
    """

    nargs = 6
    is_nonnegative_kernel = True

    def definition(self) -> sp.Expr:
        c, d, a, b, first, second = self.args
        whole = GammaGap(c + d, a + b, first + second).definition()
        return GammaGap(c, a, first).definition() + GammaGap(d, b, second).definition() - whole


class SoftplusGap(Kernel):
    """`SoftplusGap(b, a, b - a) = Softplus(b) - Softplus(a) - Sigmoid(a)*(b - a) >= 0`."""

    nargs = 3
    is_nonnegative_kernel = True

    def definition(self) -> sp.Expr:
        b, a, difference = self.args
        return sp.log(1 + sp.exp(b)) - sp.log(1 + sp.exp(a)) - difference / (1 + sp.exp(-a))


class Softplus(Kernel):
    """`Softplus(x) = log(1 + exp(x)) > 0`."""

    nargs = 1
    is_nonnegative_kernel = True

    def definition(self) -> sp.Expr:
        return sp.log(1 + sp.exp(self.args[0]))


class Sigmoid(Kernel):
    """`Sigmoid(x) = 1/(1 + exp(-x)) > 0`."""

    nargs = 1
    is_nonnegative_kernel = True

    def definition(self) -> sp.Expr:
        return 1 / (1 + sp.exp(-self.args[0]))


class LogRatio(Kernel):
    """`LogRatio(a, b, a - b) = log(a/b)` for positive a, b."""

    nargs = 3

    def definition(self) -> sp.Expr:
        return sp.log(self.args[0]) - sp.log(self.args[1])


class LogRatioSum(Kernel):
    """`LogRatioSum(a, b, a - b, c, e, f, g, h) = c*log(a/b) + e*f/g + h` for positive a, b, g.

    Near a = b, e = 0 and with a small h as if it were rounded once.
    """

    nargs = 8

    def definition(self) -> sp.Expr:
        a, b, _, c, e, f, g, h = self.args
        return c * (sp.log(a) - sp.log(b)) + e * f / g + h


class LogSquares(Kernel):
    """`LogSquares(x, y, a, b) = log(1 + (x**2 + y**2)/(a*b)) >= 0` for positive a, b: also where that is too large."""

    nargs = 4
    is_nonnegative_kernel = True

    def definition(self) -> sp.Expr:
        x, y, a, b = self.args
        return sp.log(a * b + x**2 + y**2) - sp.log(a) - sp.log(b)


class LogOddsRise(Kernel):
    """`LogOddsRise(p, q, p - q) = log(p/(1 - p)) - log(q/(1 - q))` for 0 < p, q < 1; of the difference's sign."""

    nargs = 3

    def definition(self) -> sp.Expr:
        p, q, _ = self.args
        return sp.log(p) - sp.log(1 - p) - sp.log(q) + sp.log(1 - q)


class LogMean(Kernel):
    """`LogMean(a, b, a - b) = (a - b)/log(a/b)` for positive a, b; b where they are equal."""

    nargs = 3

    def definition(self) -> sp.Expr:
        a, b, difference = self.args
        return difference / (sp.log(a) - sp.log(b))


class ProductLogRatio(Kernel):
    """`ProductLogRatio(a, b, c, d) = log(a*b/(c*d))` for positive arguments, the difference formed exactly inside."""

    nargs = 4

    def definition(self) -> sp.Expr:
        a, b, c, d = self.args
        return sp.log(a) + sp.log(b) - sp.log(c) - sp.log(d)


class ProductDifference(Kernel):
    """`ProductDifference(a, b, c, d) = a*b - c*d`, formed without rounding the products."""

    nargs = 4

    def definition(self) -> sp.Expr:
        a, b, c, d = self.args
        return a * b - c * d


class ProductExcess(Kernel):
    """`ProductExcess(a, b, c, d, e, f) = (a*b - c*d)/(e*f)`, where a product leaves the range of numbers too."""

    nargs = 6

    def definition(self) -> sp.Expr:
        a, b, c, d, e, f = self.args
        return (a * b - c * d) / (e * f)


class ReciprocalStep(Kernel):
    """`ReciprocalStep(a, b, a - b) = 1/b - 1/a` for positive a, b, where a ratio of the two overflows as well."""

    nargs = 3

    def definition(self) -> sp.Expr:
        a, b, difference = self.args
        return difference / (a * b)


class SquareBalance(Kernel):
    """`SquareBalance(r, s, r/b, x, d, b) = (r**2 + s**2 + 2*s)/b` where r is x/b, s is d/b, and b is positive.

    Of either sign, and exact at 0. With c = b + d, what `x**2 + c**2` exceeds `b**2` by, over `b**3`; the squares
    alone may overflow.
    """

    nargs = 6

    def definition(self) -> sp.Expr:
        r, s, part, _, _, b = self.args
        return r * part + (s**2 + 2 * s) / b


class SquaresShare(Kernel):
    """`SquaresShare(u, x, y, a, b) = u/(a*b + x**2 + y**2)` for positive a, b, where that sum overflows as well."""

    nargs = 5

    def definition(self) -> sp.Expr:
        u, x, y, a, b = self.args
        return u / (a * b + x**2 + y**2)


class DigammaRise(Kernel):
    """`DigammaRise(b, a, b - a) = digamma(b) - digamma(a)` for positive a, b; of the sign of the difference."""

    nargs = 3

    def definition(self) -> sp.Expr:
        return sp.digamma(self.args[0]) - sp.digamma(self.args[1])


class BinetRise(Kernel):
    """`BinetRise(b, a, b - a) = digamma(b) - digamma(a) - log(b/a)` for positive a, b; of the difference's sign."""

    nargs = 3

    def definition(self) -> sp.Expr:
        b, a, _ = self.args
        return sp.digamma(b) - sp.digamma(a) - sp.log(b) + sp.log(a)


class TrigammaExcess(Kernel):
    """`TrigammaExcess(x, d) = d*(trigamma(x) - 1/x)` for positive x, of which the second factor alone may overflow."""

    nargs = 2

    def definition(self) -> sp.Expr:
        x, d = self.args
        return d * (sp.polygamma(1, x) - 1 / x)


class SigmoidRise(Kernel):
    """`SigmoidRise(b, a, b - a) = Sigmoid(b) - Sigmoid(a)`; of the sign of the difference."""

    nargs = 3

    def definition(self) -> sp.Expr:
        b, a, _ = self.args
        return 1 / (1 + sp.exp(-b)) - 1 / (1 + sp.exp(-a))


class SinhcGap(Kernel):
    """`SinhcGap(b, a, b - a) >= 0`: the Bregman divergence of `log(sinh(x)/x)`, which is 0 at x = 0 and convex.

    `log(sinh(b)/b) - log(sinh(a)/a) - (b - a)*(coth(a) - 1/a)`.
    """

    nargs = 3
    is_nonnegative_kernel = True

    def definition(self) -> sp.Expr:
        b, a, difference = self.args
        return _log_sinhc(b) - _log_sinhc(a) - difference * _langevin(a)


class LangevinRise(Kernel):
    """`LangevinRise(b, a, b - a)`: what the derivative of `log(sinh(x)/x)` gains from a to b.

    `coth(b) - 1/b - coth(a) + 1/a`, of the sign of the difference.
    """

    nargs = 3

    def definition(self) -> sp.Expr:
        b, a, _ = self.args
        return _langevin(b) - _langevin(a)


class LangevinSlope(Kernel):
    """`LangevinSlope(x) = 1/x**2 - 1/sinh(x)**2 > 0`, 1/3 at 0: the second derivative of `log(sinh(x)/x)`."""

    nargs = 1
    is_nonnegative_kernel = True

    def definition(self) -> sp.Expr:
        (x,) = self.args
        return sp.Rational(1, 3) if x.is_zero else 1 / x**2 - 4 * sp.exp(2 * x) / (sp.exp(2 * x) - 1) ** 2


def _log_sinhc(x: sp.Expr) -> sp.Expr:
    """log(sinh(x)/x)."""
    return sp.S.Zero if x.is_zero else sp.log((sp.exp(2 * x) - 1) / (2 * x)) - x


def _langevin(x: sp.Expr) -> sp.Expr:
    """The derivative of that."""
    return sp.S.Zero if x.is_zero else (sp.exp(2 * x) + 1) / (sp.exp(2 * x) - 1) - 1 / x


class BesselGap(Kernel):
    """`BesselGap(b, a, b - a) = log(I0(b)/I0(a)) - (b - a)*I1(a)/I0(a) >= 0` for a, b >= 0.

    The Bregman divergence of the logarithm of the modified Bessel function, which is convex.
    """

    nargs = 3
    is_nonnegative_kernel = True

    def definition(self) -> sp.Expr:
        b, a, difference = self.args
        return sp.log(sp.besseli(0, b)) - sp.log(sp.besseli(0, a)) - difference * _bessel_ratio(a)


class BesselLack(Kernel):
    """`BesselLack(x) = 1 - I1(x)/I0(x) >= 0` for x >= 0; it falls as 1/(2*x)."""

    nargs = 1
    is_nonnegative_kernel = True

    def definition(self) -> sp.Expr:
        return 1 - _bessel_ratio(self.args[0])


class LogScaledBessel(Kernel):
    """`LogScaledBessel(x) = log(exp(-x)*I0(x)) <= 0` for x >= 0."""

    nargs = 1

    def definition(self) -> sp.Expr:
        (x,) = self.args
        return sp.log(sp.besseli(0, x)) - x


class BesselRatio(Kernel):
    """`BesselRatio(x) = I1(x)/I0(x) >= 0` for x >= 0, where the two overflow as well."""

    nargs = 1
    is_nonnegative_kernel = True

    def definition(self) -> sp.Expr:
        return _bessel_ratio(self.args[0])


class BesselRatioRise(Kernel):
    """`BesselRatioRise(b, a, b - a) = BesselRatio(b) - BesselRatio(a)`; of the sign of the difference."""

    nargs = 3

    def definition(self) -> sp.Expr:
        b, a, _ = self.args
        return _bessel_ratio(b) - _bessel_ratio(a)


class BesselRatioSlope(Kernel):
    """`BesselRatioSlope(x, d) = d*(1 - A/x - A**2)`, where A is I1(x)/I0(x): d times its derivative, which is positive.

    For x >= 0; the derivative alone may vanish.
    """

    nargs = 2

    def definition(self) -> sp.Expr:
        x, d = self.args
        ratio = _bessel_ratio(x)
        return d * (1 - ratio / x - ratio**2)


def _bessel_ratio(x: sp.Expr) -> sp.Expr:
    return sp.besseli(1, x) / sp.besseli(0, x)


class Versine(Kernel):
    """`Versine(x, y) = 1 - cos(x - y) >= 0`, without the rounding of the difference."""

    nargs = 2
    is_nonnegative_kernel = True

    def definition(self) -> sp.Expr:
        x, y = self.args
        return 1 - sp.cos(x - y)


class SineOfStep(Kernel):
    """`SineOfStep(x, y) = sin(x - y)`, without the rounding of the difference."""

    nargs = 2

    def definition(self) -> sp.Expr:
        x, y = self.args
        return sp.sin(x - y)


class LogSeriesGap(Kernel):
    """`LogSeriesGap(b, a, b - a) >= 0`: the Bregman divergence of `log(-log(1 - p))`, a convex function of log(p).

    `log(log(1 - b)/log(1 - a)) - m(a)*log(b/a)` for 0 < a, b < 1, where `m(p) = p/((p - 1)*log(1 - p))`.
    """

    nargs = 3
    is_nonnegative_kernel = True

    def definition(self) -> sp.Expr:
        b, a, _ = self.args
        return sp.log(-sp.log(1 - b)) - sp.log(-sp.log(1 - a)) - _log_series(a) * (sp.log(b) - sp.log(a))


class LogSeriesRise(Kernel):
    """`LogSeriesRise(b, a, b - a) = m(b) - m(a)`, where `m(p) = p/((p - 1)*log(1 - p))` and 0 < a, b < 1.

    m is the derivative of `log(-log(1 - p))` by log(p): the mean of the distribution on 1, 2, ... with weights p**n/n.
    """

    nargs = 3

    def definition(self) -> sp.Expr:
        b, a, _ = self.args
        return _log_series(b) - _log_series(a)


class LogSeriesSlope(Kernel):
    """`LogSeriesSlope(p) = (x - p)/((1 - p)*x)**2 > 0`, where x is -log(1 - p): the derivative of that m."""

    nargs = 1
    is_nonnegative_kernel = True

    def definition(self) -> sp.Expr:
        (p,) = self.args
        return (-sp.log(1 - p) - p) / ((1 - p) * sp.log(1 - p)) ** 2


def _log_series(p: sp.Expr) -> sp.Expr:
    """The m of these."""
    return p / ((p - 1) * sp.log(1 - p))


class XLogY(Kernel):
    """`XLogY(x, y) = x*log(y)`, and 0 where x is 0."""

    nargs = 2

    def definition(self) -> sp.Expr:
        return self.args[0] * sp.log(self.args[1])


class XLog1PY(Kernel):
    """`XLog1PY(x, y) = x*log(1 + y)`, and 0 where x is 0."""

    nargs = 2

    def definition(self) -> sp.Expr:
        return self.args[0] * sp.log(1 + self.args[1])


class LogGamma(Kernel):
    """`LogGamma(x)`: of a whole number too, for which SymPy writes the logarithm of a gamma function that overflows."""

    nargs = 1

    def definition(self) -> sp.Expr:
        return sp.loggamma(self.args[0])


class Digamma(Kernel):
    """`Digamma(x)`: polygamma of order 0, which libraries have under a name of its own."""

    nargs = 1

    def definition(self) -> sp.Expr:
        return sp.digamma(self.args[0])


class Trigamma(Kernel):
    """`Trigamma(x)`: polygamma of order 1, for which torch's own function is not accurate."""

    nargs = 1

    def definition(self) -> sp.Expr:
        return sp.polygamma(1, self.args[0])


class Log1P(Kernel):
    """`Log1P(x) = log(1 + x)`."""

    nargs = 1

    def definition(self) -> sp.Expr:
        return sp.log(1 + self.args[0])


class ExpM1(Kernel):
    """`ExpM1(x) = exp(x) - 1`."""

    nargs = 1

    def definition(self) -> sp.Expr:
        return sp.exp(self.args[0]) - 1


def expand_kernels(expression: sp.Expr) -> sp.Expr:
    """The expression with every kernel put in by its definition."""
    return expression.replace(lambda e: isinstance(e, Kernel), lambda e: e.definition())
