"""The logistic function: Bregman divergences of softplus, and their derivatives."""

from __future__ import annotations

import sympy as sp

from symkl.codegen.stable.kernels.kernel import Kernel

__all__ = ["Sigmoid", "SigmoidRise", "Softplus", "SoftplusGap"]


class SoftplusGap(Kernel):
    """`SoftplusGap(b, a, b - a) = Softplus(b) - Softplus(a) - Sigmoid(a)*(b - a) >= 0`."""

    nargs = 3
    is_nonnegative_kernel = True

    def definition(self) -> sp.Expr:
        b, a, difference = self.args
        return sp.log(1 + sp.exp(b)) - sp.log(1 + sp.exp(a)) - difference / (1 + sp.exp(-a))


class Softplus(Kernel):
    """`Softplus(x) = log(1 + exp(x)) > 0`."""

    nargs = 1
    is_nonnegative_kernel = True

    def definition(self) -> sp.Expr:
        return sp.log(1 + sp.exp(self.args[0]))


class Sigmoid(Kernel):
    """`Sigmoid(x) = 1/(1 + exp(-x)) > 0`."""

    nargs = 1
    is_nonnegative_kernel = True

    def definition(self) -> sp.Expr:
        return 1 / (1 + sp.exp(-self.args[0]))


class SigmoidRise(Kernel):
    """`SigmoidRise(b, a, b - a) = Sigmoid(b) - Sigmoid(a)`; of the sign of the difference."""

    nargs = 3

    def definition(self) -> sp.Expr:
        b, a, _ = self.args
        return 1 / (1 + sp.exp(-b)) - 1 / (1 + sp.exp(-a))
