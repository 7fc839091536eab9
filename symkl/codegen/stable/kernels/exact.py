"""Functions that frameworks have by themselves, with their values at the ends."""

from __future__ import annotations

import sympy as sp

from symkl.codegen.stable.kernels.kernel import Kernel

__all__ = ["Digamma", "ExpM1", "Log1P", "LogGamma", "NearOrFar", "Trigamma", "XLog1PY", "XLogY"]


class XLogY(Kernel):
    """`XLogY(x, y) = x*log(y)`, and 0 where x is 0."""

    nargs = 2

    def definition(self) -> sp.Expr:
        return self.args[0] * sp.log(self.args[1])


class XLog1PY(Kernel):
    """`XLog1PY(x, y) = x*log(1 + y)`, and 0 where x is 0."""

    nargs = 2

    def definition(self) -> sp.Expr:
        return self.args[0] * sp.log(1 + self.args[1])


class LogGamma(Kernel):
    """`LogGamma(x)`: of a whole number too, for which SymPy writes the logarithm of a gamma function that overflows."""

    nargs = 1

    def definition(self) -> sp.Expr:
        return sp.loggamma(self.args[0])


class Digamma(Kernel):
    """`Digamma(x)`: polygamma of order 0, which libraries have under a name of its own."""

    nargs = 1

    def definition(self) -> sp.Expr:
        return sp.digamma(self.args[0])


class Trigamma(Kernel):
    """`Trigamma(x)`: polygamma of order 1, for which torch's own function is not accurate."""

    nargs = 1

    def definition(self) -> sp.Expr:
        return sp.polygamma(1, self.args[0])


class Log1P(Kernel):
    """`Log1P(x) = log(1 + x)`."""

    nargs = 1

    def definition(self) -> sp.Expr:
        return sp.log(1 + self.args[0])


class ExpM1(Kernel):
    """`ExpM1(x) = exp(x) - 1`."""

    nargs = 1

    def definition(self) -> sp.Expr:
        return sp.exp(self.args[0]) - 1


class NearOrFar(Kernel):
    """`NearOrFar(x, near, far)`: one number in two ways, the first of which is used where |x| < 1/2."""

    nargs = 3

    def definition(self) -> sp.Expr:
        return self.args[1]
