"""What each SymPy function is as an operation on complex balls, and where that operation is analytic."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import sympy as sp
from flint import acb, arb

from symkl.errors import SymklError

__all__ = ["CUTS", "NAN", "OPERATIONS", "REWRITES", "NoEnclosure", "Operation"]

Ball = Callable[..., acb]

#: the ball that says "unknown"
NAN = acb(arb.nan(), arb.nan())


class NoEnclosure(SymklError):
    """An enclosure cannot be had; the message says why. It is caught inside `verify`, never seen outside."""


@dataclass(frozen=True)
class Operation:
    """`method` of `acb`, called on the last argument with the others after it.

    `kind`: "meromorphic" (no branch cut, a pole gives a non-finite ball by itself), "flagged" (the method takes
    `analytic=` and looks after its cut), or a name of `CUTS` (the method takes no flag: we return nan near the cut).
    """

    method: str
    kind: str

    def ball(self) -> Ball:
        """The operation as a function `(analytic, *arguments) -> acb`."""
        method = getattr(acb, self.method)
        if self.kind == "meromorphic":
            return lambda analytic, *args: method(args[-1], *args[:-1])
        if self.kind == "flagged":
            return lambda analytic, *args: method(args[-1], *args[:-1], analytic=analytic)
        avoids = CUTS[self.kind]

        def guarded(analytic: bool, *args: acb) -> acb:
            return method(args[-1], *args[:-1]) if avoids(args[-1]) else NAN

        return guarded


#: name of a branch cut -> is it certain that the ball does not touch it?
CUTS: dict[str, Callable[[acb], bool]] = {
    "real up to 0": lambda z: bool(z.real > 0) or not z.imag.contains(0),
    "real from 1": lambda z: bool(z.real < 1) or not z.imag.contains(0),
    "imaginary beyond i": lambda z: bool(abs(z.imag) < 1) or not z.real.contains(0),
    "real beyond 1": lambda z: bool(abs(z.real) < 1) or not z.imag.contains(0),
}

OPERATIONS: dict[type, Operation] = {
    sp.exp: Operation("exp", "meromorphic"),
    sp.sin: Operation("sin", "meromorphic"),
    sp.cos: Operation("cos", "meromorphic"),
    sp.sinh: Operation("sinh", "meromorphic"),
    sp.cosh: Operation("cosh", "meromorphic"),
    sp.tanh: Operation("tanh", "meromorphic"),
    sp.erf: Operation("erf", "meromorphic"),
    sp.erfc: Operation("erfc", "meromorphic"),
    sp.gamma: Operation("gamma", "meromorphic"),
    sp.digamma: Operation("digamma", "meromorphic"),
    sp.polygamma: Operation("polygamma", "meromorphic"),  # of a constant order only, see `compile`
    sp.log: Operation("log", "flagged"),
    sp.Abs: Operation("real_abs", "flagged"),
    sp.sign: Operation("real_sgn", "flagged"),
    sp.loggamma: Operation("lgamma", "real up to 0"),
    sp.atan: Operation("atan", "imaginary beyond i"),
    sp.atanh: Operation("atanh", "real beyond 1"),
    sp.expint: Operation("expint", "real up to 0"),
    sp.besseli: Operation("bessel_i", "real up to 0"),
    sp.besselk: Operation("bessel_k", "real up to 0"),
    sp.uppergamma: Operation("gamma_upper", "real up to 0"),
    sp.polylog: Operation("polylog", "real from 1"),
    sp.zeta: Operation("zeta", "meromorphic"),
}

#: functions that are written in terms of others before they are compiled
REWRITES: dict[type, Callable[..., sp.Expr]] = {
    sp.factorial: lambda n: sp.gamma(n + 1),
    sp.binomial: lambda n, k: sp.gamma(n + 1) / (sp.gamma(k + 1) * sp.gamma(n - k + 1)),
    sp.beta: lambda a, b: sp.gamma(a) * sp.gamma(b) / sp.gamma(a + b),
    sp.tan: lambda z: sp.sin(z) / sp.cos(z),
    sp.coth: lambda z: sp.cosh(z) / sp.sinh(z),
}
