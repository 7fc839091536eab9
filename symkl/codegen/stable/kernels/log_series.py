"""Bregman divergences of log(-log(1 - p)) by log(p), and their derivatives."""

from __future__ import annotations

import sympy as sp

from symkl.codegen.stable.kernels.kernel import Kernel

__all__ = ["LogSeriesGap", "LogSeriesRise", "LogSeriesSlope"]


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
