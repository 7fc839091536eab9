"""Bregman divergences of log(sinh(x)/x), and their derivatives."""

from __future__ import annotations

import sympy as sp

from symkl.codegen.stable.kernels.kernel import Kernel

__all__ = ["LangevinLag", "LangevinRise", "LangevinSlope", "SinhcGap"]


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


class LangevinLag(Kernel):
    """`LangevinLag(x) = x*LangevinSlope(x)`, of the sign of x; it falls as 1/x, where that falls as 1/x**2."""

    nargs = 1

    def definition(self) -> sp.Expr:
        (x,) = self.args
        return x * LangevinSlope(x).definition()


def _log_sinhc(x: sp.Expr) -> sp.Expr:
    """log(sinh(x)/x)."""
    return sp.S.Zero if x.is_zero else sp.log((sp.exp(2 * x) - 1) / (2 * x)) - x


def _langevin(x: sp.Expr) -> sp.Expr:
    """The derivative of that."""
    return sp.S.Zero if x.is_zero else (sp.exp(2 * x) + 1) / (sp.exp(2 * x) - 1) - 1 / x
