"""Functions that SymPy has no name for."""

from __future__ import annotations

from typing import Any

import mpmath as mp
import sympy as sp
from sympy.core.function import ArgumentIndexError

__all__ = ["zeta_derivative"]


class zeta_derivative(sp.Function):  # noqa: N801  # as SymPy names its functions
    """`zeta_derivative(n, s)`: the n-th derivative of the Riemann zeta function at s; `zeta(s)` itself for n = 0."""

    nargs = 2

    @classmethod
    def eval(cls, order: sp.Expr, argument: sp.Expr) -> sp.Expr | None:
        return sp.zeta(argument) if order == 0 and argument.is_number else None

    def fdiff(self, argindex: int = 1) -> sp.Expr:
        if argindex != 2:
            raise ArgumentIndexError(self, argindex)
        return zeta_derivative(self.args[0] + 1, self.args[1])

    def _eval_is_real(self) -> bool | None:
        return True if self.args[1].is_real and (self.args[1] - 1).is_nonzero else None

    def _eval_evalf(self, prec: int) -> Any:
        if not all(arg.is_number for arg in self.args):
            return None
        with mp.workprec(prec + 10):
            order, at = int(self.args[0]), self.args[1]._to_mpmath(prec + 10)
            return sp.Float._new(mp.zeta(at, 1, order)._mpf_, prec)
