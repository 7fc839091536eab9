"""Exponentials and what they lie above their tangents, and integrals of them."""

from __future__ import annotations

import sympy as sp

from symkl.codegen.stable.kernels.kernel import Kernel

__all__ = [
    "ExpGap",
    "ExpLag",
    "ExpOfStep",
    "FarExponent",
    "GivenExpGap",
    "GivenExpM1",
    "PowerOfRatio",
    "ScaledExpGap",
    "ScaledExpInt",
]


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


class FarExponent(Kernel):
    """`FarExponent(x, a, s, b) = x`, what grows as `loggamma(a/b)` for positive a, b, less `s/b`.

    Where both are too large for numbers x has no value; it is infinite, with the sign of what is the larger.
    """

    nargs = 4

    def definition(self) -> sp.Expr:
        return self.args[0]


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
