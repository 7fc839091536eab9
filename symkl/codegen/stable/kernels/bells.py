"""Densities `exp(-(x - m)**2/(2*s**2))` restricted to an interval: how two differ, and what mass lies beyond it."""

from __future__ import annotations

from functools import lru_cache

import sympy as sp

from symkl.codegen.stable.kernels.kernel import Kernel
from symkl.codegen.stable.kernels.together import BellHeights, BellOverhangSlopes, BellSlopes

__all__ = [
    "BellByOtherCentre",
    "BellByOtherScale",
    "BellByOwnCentre",
    "BellByOwnScale",
    "BellEnd",
    "BellEndHeight",
    "BellGap",
    "BellOverhang",
    "BellStart",
    "BellStartHeight",
    "OverhangByCentre",
    "OverhangByScale",
]


class BellGap(Kernel):
    """`BellGap(a, b, m, s, n, t, m - n, s - t) >= 0`: the divergence of such densities on a < x < b.

    From the one with centre m and scale s to the one with centre n and scale t, each divided by its mass there.
    """

    nargs = 8
    is_nonnegative_kernel = True
    is_derived_by_rows = True

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
    is_derived_by_rows = True

    def definition(self) -> sp.Expr:
        u, v, a, b, n, t = self.args
        return sp.log(_mass(u, v, n, t)) - sp.log(_mass(a, b, n, t))


def _mass(low: sp.Expr, high: sp.Expr, centre: sp.Expr, scale: sp.Expr) -> sp.Expr:
    """Over the mass of half the whole."""
    return sp.erf((high - centre) / (sp.sqrt(2) * scale)) - sp.erf((low - centre) / (sp.sqrt(2) * scale))


@lru_cache(maxsize=32)
def _derivative(kind: type[Kernel], number: int) -> sp.Lambda:
    """The derivative of a kernel's definition by the argument of that number."""
    at = [sp.Dummy(real=True) for _ in range(max(kind.nargs))]
    step = (at[2] - at[4], at[3] - at[5]) if kind is BellGap else ()
    return sp.Lambda(tuple(at), kind(*at[: len(at) - len(step)], *step).definition().diff(at[number]))


class BellStartHeight(Kernel):
    """`BellStartHeight(a, b, n, t)`: the density with centre n and scale t on a < x < b, at a."""

    nargs = 4
    is_nonnegative_kernel = True
    together = BellHeights

    def definition(self) -> sp.Expr:
        a, b, n, t = self.args
        return _height(a, a, b, n, t)


class BellEndHeight(Kernel):
    """`BellEndHeight(a, b, n, t)`: the same at b."""

    nargs = 4
    is_nonnegative_kernel = True
    together, place = BellHeights, 1

    def definition(self) -> sp.Expr:
        a, b, n, t = self.args
        return _height(b, a, b, n, t)


def _height(x: sp.Expr, low: sp.Expr, high: sp.Expr, centre: sp.Expr, scale: sp.Expr) -> sp.Expr:
    bell = sp.exp(-((x - centre) ** 2) / (2 * scale**2))
    return sp.sqrt(2 / sp.pi) * bell / (scale * _mass(low, high, centre, scale))


class BellByOwnCentre(Kernel):
    """`BellByOwnCentre(a, b, m, s, n, t, m - n, s - t)`: the derivative of `BellGap` by the centre m of the first."""

    nargs = 8
    together = BellSlopes

    def definition(self) -> sp.Expr:
        return _derivative(BellGap, 2)(*self.args)


class BellByOwnScale(Kernel):
    """`BellByOwnScale(a, b, m, s, n, t, m - n, s - t)`: that by the scale s of the first."""

    nargs = 8
    together, place = BellSlopes, 1

    def definition(self) -> sp.Expr:
        return _derivative(BellGap, 3)(*self.args)


class BellByOtherCentre(Kernel):
    """`BellByOtherCentre(a, b, m, s, n, t, m - n, s - t)`: that by the centre n of the second."""

    nargs = 8
    together, place = BellSlopes, 2

    def definition(self) -> sp.Expr:
        return _derivative(BellGap, 4)(*self.args)


class BellByOtherScale(Kernel):
    """`BellByOtherScale(a, b, m, s, n, t, m - n, s - t)`: that by the scale t of the second."""

    nargs = 8
    together, place = BellSlopes, 3

    def definition(self) -> sp.Expr:
        return _derivative(BellGap, 5)(*self.args)


class BellStart(Kernel):
    """`BellStart(a, b, m, s, n, t, m - n, s - t)`: that by a, and the second density at a.

    It is `p(a)*(1 + log(q(a)/p(a)) - mean)` of the mean of log(q/p) under p.
    """

    nargs = 8
    together, place = BellSlopes, 4

    def definition(self) -> sp.Expr:
        a, b, _, _, n, t, *_ = self.args
        return _derivative(BellGap, 0)(*self.args) + _height(a, a, b, n, t)


class BellEnd(Kernel):
    """`BellEnd(a, b, m, s, n, t, m - n, s - t)`: the same at b, of minus the derivative by b."""

    nargs = 8
    together, place = BellSlopes, 5

    def definition(self) -> sp.Expr:
        a, b, _, _, n, t, *_ = self.args
        return _height(b, a, b, n, t) - _derivative(BellGap, 1)(*self.args)


class OverhangByCentre(Kernel):
    """`OverhangByCentre(u, v, a, b, n, t)`: the derivative of `BellOverhang` by the centre."""

    nargs = 6
    together = BellOverhangSlopes

    def definition(self) -> sp.Expr:
        return _derivative(BellOverhang, 4)(*self.args)


class OverhangByScale(Kernel):
    """`OverhangByScale(u, v, a, b, n, t)`: that by the scale."""

    nargs = 6
    together, place = BellOverhangSlopes, 1

    def definition(self) -> sp.Expr:
        return _derivative(BellOverhang, 5)(*self.args)
