"""Means over straight lines: what pieces of two densities differ by that are linear there, and its derivatives."""

from __future__ import annotations

import sympy as sp

from symkl.codegen.stable.kernels.kernel import Kernel

__all__ = ["CrossingGap", "CrossingLogMean", "RampGap", "RampLogMean", "ShareMean"]


class RampGap(Kernel):
    """`RampGap(p, q, r, p - q) >= 0`: the mean of `EntropyGap(t*p, r + t*(q - r))` over 0 < t < 1.

    For positive p and q, and r >= 0.
    """

    nargs = 4
    is_nonnegative_kernel = True
    is_derived_by_rows = True

    def definition(self) -> sp.Expr:
        p, q, r, difference = self.args
        log_p, log_q, log_r = (sp.log(x) for x in (p, q, r))
        far = p * r * (r * (log_q - log_r) / (q - r) - 1) / (q - r)
        return (p * (log_p - log_q) - difference + r + far) / 2


class CrossingGap(Kernel):
    """`CrossingGap(p, q, u, v, p - q, u - v) >= 0`: the mean of `EntropyGap(p + t*(u - p), q + t*(v - q))`, 0 < t < 1.

    For positive arguments where the first line does not rise and the second does not fall: u <= p and q <= v.
    """

    nargs = 6
    is_nonnegative_kernel = True

    def definition(self) -> sp.Expr:
        p, q, u, v, difference, other = self.args
        log_p, log_q, log_u, log_v = (sp.log(x) for x in (p, q, u, v))
        falls, rises = u - p, v - q
        # of p*log(p), and of p*log(q) where p is `start + slope*q`
        own = (u**2 * log_u - p**2 * log_p) / (2 * falls) - (u + p) / 4
        slope = falls / rises
        start = p - slope * q
        first = start * ((v * log_v - q * log_q) / rises - 1)
        second = slope * ((v**2 * log_v - q**2 * log_q) / (2 * rises) - (v + q) / 4)
        return own - first - second - (difference + other) / 2


class RampLogMean(Kernel):
    """`RampLogMean(p, q, r, p - q)`: the mean of `t*log(t*p/(r + t*(q - r)))` over 0 < t < 1.

    For positive p and q, and r >= 0: the derivative of `RampGap` in p.
    """

    nargs = 4

    def definition(self) -> sp.Expr:
        p, q, r, _ = self.args
        log_p, log_q, log_r = (sp.log(x) for x in (p, q, r))
        rise = q - r
        return (log_p - log_q - r / rise + r**2 * (log_q - log_r) / rise**2) / 2


class CrossingLogMean(Kernel):
    """`CrossingLogMean(p, q, u, v, p - q, u - v)`: the mean of `t*log((p + t*(u - p))/(q + t*(v - q)))`, 0 < t < 1.

    For positive arguments where u <= p and q <= v: the derivative of `CrossingGap` in u.
    """

    nargs = 6

    def definition(self) -> sp.Expr:
        p, q, u, v, *_ = self.args
        log_p, log_q, log_u, log_v = (sp.log(x) for x in (p, q, u, v))
        falls, rises = u - p, v - q
        own = log_u + p / falls - p**2 * (log_u - log_p) / falls**2
        other = log_v + q / rises - q**2 * (log_v - log_q) / rises**2
        return (own - other) / 2


class ShareMean(Kernel):
    """`ShareMean(a, b, d, e)`: the mean of `t*(d + t*(e - d))/(a + t*(b - a))` over 0 < t < 1.

    For a, b >= 0, not both 0, and e = 0 where b is 0: the derivatives of the gaps in the ends of their second line.
    """

    nargs = 4

    def definition(self) -> sp.Expr:
        a, b, d, e = self.args
        rise, log = b - a, sp.log(b) - sp.log(a)
        mixed = (a + b) / (2 * rise**2) - a * b * log / rise**3
        square = 1 / (2 * rise) - a / rise**2 + a**2 * log / rise**3
        return d * mixed + e * square
