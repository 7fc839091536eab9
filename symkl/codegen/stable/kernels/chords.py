"""Means of entropy gaps over straight lines: what pieces of two densities differ by that are linear there."""

from __future__ import annotations

import sympy as sp

from symkl.codegen.stable.kernels.kernel import Kernel

__all__ = ["CrossingGap", "RampGap"]


class RampGap(Kernel):
    """`RampGap(p, q, r, p - q) >= 0`: the mean of `EntropyGap(t*p, r + t*(q - r))` over 0 < t < 1.

    For positive p and q, and r >= 0.
    """

    nargs = 4
    is_nonnegative_kernel = True

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
