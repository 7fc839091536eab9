"""Logarithms of ratios, and their gaps: what a logarithm lies below its tangent."""

from __future__ import annotations

import sympy as sp

from symkl.codegen.stable.kernels.kernel import Kernel

__all__ = [
    "EntropyGap",
    "LogGammaSum",
    "LogGap",
    "LogMean",
    "LogOddsRise",
    "LogRatio",
    "LogRatioSum",
    "LogShareRatio",
    "LogSquares",
    "ProductGap",
    "ProductLogRatio",
    "ScaledProductGap",
]


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


class LogGammaSum(Kernel):
    """`LogGammaSum(a, b, a - b, c, e, f, g, h, r) = c*log(a/b) + loggamma(1 + r)` for r >= 0, positive a, b, g.

    There h is `GammaGap(1 + r, 2, r - 1)` and e*f/g is (1 - EulerGamma)*(r - 1). As `LogRatioSum` has it, and of the
    size of c and r where these are small.
    """

    nargs = 9

    def definition(self) -> sp.Expr:
        return LogRatioSum(*self.args[:8]).definition()


class LogShareRatio(Kernel):
    """`LogShareRatio(a, b, c, d, step) = log((a/b)/(c/d))` for positive a, b, c, d, where step is a/b - c/d.

    The shares may be too small for numbers.
    """

    nargs = 5

    def definition(self) -> sp.Expr:
        a, b, c, d, _ = self.args
        return sp.log(a) - sp.log(b) - sp.log(c) + sp.log(d)


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
