"""Bregman divergences of log(I_0(x)), their derivatives, and the circle that goes with them."""

from __future__ import annotations

import sympy as sp

from symkl.codegen.stable.kernels.kernel import Kernel

__all__ = [
    "BesselGap",
    "BesselLack",
    "BesselRatio",
    "BesselRatioRise",
    "BesselRatioSlope",
    "LogScaledBessel",
    "SineOfStep",
    "Versine",
]


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
