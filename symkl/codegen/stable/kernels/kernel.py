"""What every kernel is: an inert function with a definition."""

from __future__ import annotations

from typing import Any

import sympy as sp

__all__ = ["Kernel", "expand_kernels"]


class Kernel(sp.Function):
    """An inert real function; `definition()` is what it stands for."""

    is_nonnegative_kernel = False
    #: its derivatives have no closed form that keeps its digits: backends take them from its code
    is_left_to_backends = False

    @classmethod
    def eval(cls, *args: Any) -> None:
        return None

    def _eval_is_real(self) -> bool:
        return True

    def _eval_is_extended_real(self) -> bool:
        return True

    def _eval_is_nonnegative(self) -> bool | None:
        return True if self.is_nonnegative_kernel else None

    def _eval_is_extended_nonnegative(self) -> bool | None:
        return True if self.is_nonnegative_kernel else None

    def definition(self) -> sp.Expr:
        raise NotImplementedError


def expand_kernels(expression: sp.Expr) -> sp.Expr:
    """The expression with every kernel put in by its definition."""
    return expression.replace(lambda e: isinstance(e, Kernel), lambda e: e.definition())
