"""The gamma function: Bregman divergences of its logarithm, and their derivatives."""

from __future__ import annotations

import sympy as sp

from symkl.codegen.stable.kernels.kernel import Kernel

__all__ = [
    "BetaGap",
    "Binet",
    "BinetGap",
    "BinetRise",
    "BinetSlope",
    "DigammaRise",
    "GammaGap",
    "GammaOfRatio",
    "GammaTail",
    "GivenLogGamma",
    "LogGammaRise",
    "PoweredGammaGap",
    "TrigammaExcess",
    "TrigammaLift",
    "UpperGammaGap",
]


class GammaOfRatio(Kernel):
    """`GammaOfRatio(a, b) = gamma(1 + a/b) > 0` for a >= 0 and b > 0, without the rounding of the argument."""

    nargs = 2
    is_nonnegative_kernel = True

    def definition(self) -> sp.Expr:
        a, b = self.args
        return sp.exp(sp.loggamma(1 + a / b))


class GammaTail(Kernel):
    """`GammaTail(s, x) = uppergamma(s, x)/gamma(s) > 0` for positive s, x; at most 1."""

    nargs = 2
    is_nonnegative_kernel = True

    def definition(self) -> sp.Expr:
        s, x = self.args
        return sp.uppergamma(s, x) * sp.exp(-sp.loggamma(s))


class GivenLogGamma(Kernel):
    """`GivenLogGamma(r, d, g) = loggamma(1 + r)` for r >= 0, where d is r - 1 and g is `GammaGap(1 + r, 2, d)`.

    Of the size of r where that is small, and of r - 1 where that is.
    """

    nargs = 3

    def definition(self) -> sp.Expr:
        return sp.loggamma(1 + self.args[0])


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


class TrigammaLift(Kernel):
    """`TrigammaLift(x) = x**2*(trigamma(x) - 1/x)` for positive x: from 1 at 0 down to 1/2."""

    nargs = 1
    is_nonnegative_kernel = True

    def definition(self) -> sp.Expr:
        (x,) = self.args
        return x**2 * sp.polygamma(1, x) - x


class UpperGammaGap(Kernel):
    """`UpperGammaGap(s, x, d) >= 0` for positive s, x and d = s - 1: what log(uppergamma(s, x)) lies above its tangent.

    `log(uppergamma(s, x)) + x - d*(log(x) + exp(x)*expint(1, x))`, the tangent in s at 1. With T standard exponential
    and L = log(1 + T/x) it is the logarithm of the mean of `exp(d*L)` less the mean of `d*L`.
    """

    nargs = 3
    is_nonnegative_kernel = True

    def definition(self) -> sp.Expr:
        s, x, difference = self.args
        return sp.log(sp.uppergamma(s, x)) + x - difference * (sp.log(x) + sp.exp(x) * sp.expint(1, x))


class LogGammaRise(Kernel):
    """`LogGammaRise(b, a, b - a) = loggamma(b) - loggamma(a)` for b > 0 and a >= 1, also where both are too large."""

    nargs = 3

    def definition(self) -> sp.Expr:
        b, a, _ = self.args
        return sp.loggamma(b) - sp.loggamma(a)


class PoweredGammaGap(Kernel):
    """`PoweredGammaGap(w, u, v, w - u, v - 1) >= 0` for positive w, u, v: the divergence that no scale takes away.

    Of `log(X)`, X of a gamma distribution of shape u, from `log(c*Y**(1/v))`, Y of shape w and c the best scale:
    `loggamma(w) - loggamma(u) + w*(loggamma(u + v) - loggamma(u) - log(w) + 1) + (u - v*w)*digamma(u) - u - log(v)`.
    """

    nargs = 5
    is_nonnegative_kernel = True

    def definition(self) -> sp.Expr:
        w, u, v, *_ = self.args
        first, second = sp.loggamma(u), sp.loggamma(w)
        mean = w * (sp.loggamma(u + v) - first - sp.log(w) + 1)
        return second - first + mean + (u - v * w) * sp.digamma(u) - u - sp.log(v)
