"""Densities `exp(-(x - m)**2/(2*s**2))` restricted to an interval: how two differ, and what mass lies beyond it."""

from __future__ import annotations

import sympy as sp

from symkl.codegen.stable.kernels.kernel import Kernel

__all__ = ["BellGap", "BellOverhang"]


class BellGap(Kernel):
    """`BellGap(a, b, m, s, n, t, m - n, s - t) >= 0`: the divergence of such densities on a < x < b.

    From the one with centre m and scale s to the one with centre n and scale t, each divided by its mass there.
    """

    nargs = 8
    is_nonnegative_kernel = True
    is_left_to_backends = True

    def definition(self) -> sp.Expr:
        a, b, m, s, n, t, difference, _ = self.args
        own, other = _mass(a, b, m, s), _mass(a, b, n, t)
        low, high = (sp.exp(-((end - m) ** 2) / (2 * s**2)) for end in (a, b))
        unit = sp.sqrt(2 / sp.pi) * s / own
        mean, square = unit * (low - high), s**2 + unit * ((a - m) * low - (b - m) * high)
        rest = (1 / t**2 - 1 / s**2) * square / 2 + (difference**2 + 2 * difference * mean) / (2 * t**2)
        return sp.log(t) + sp.log(other) - sp.log(s) - sp.log(own) + rest


class BellOverhang(Kernel):
    """`BellOverhang(u, v, a, b, n, t) >= 0`: the logarithm of the mass on u < x < v over that on a < x < b.

    Of the density with centre n and scale t, where u <= a < b <= v.
    """

    nargs = 6
    is_nonnegative_kernel = True
    is_left_to_backends = True

    def definition(self) -> sp.Expr:
        u, v, a, b, n, t = self.args
        return sp.log(_mass(u, v, n, t)) - sp.log(_mass(a, b, n, t))


def _mass(low: sp.Expr, high: sp.Expr, centre: sp.Expr, scale: sp.Expr) -> sp.Expr:
    """Over the mass of half the whole."""
    return sp.erf((high - centre) / (sp.sqrt(2) * scale)) - sp.erf((low - centre) / (sp.sqrt(2) * scale))
