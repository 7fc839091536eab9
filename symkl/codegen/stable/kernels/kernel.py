"""What every kernel is: an inert function with a definition."""

from __future__ import annotations

from typing import Any

import sympy as sp

from symkl.codegen.stable.kernels.together import Place, Together

__all__ = ["Kernel", "expand_kernels", "parts_of", "taken_apart"]


class Kernel(sp.Function):
    """An inert real function; `definition()` is what it stands for."""

    is_nonnegative_kernel = False
    #: a form with it has the derivatives that its row gives: each row is proved by itself
    is_derived_by_rows = False
    #: one function of the code that gives it beside others, and its place among what that gives
    together: type[Together] | None = None
    place = 0

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


def parts_of(whole: type[Together]) -> tuple[type[Kernel], ...]:
    """The kernels that one function gives at once, in their order."""
    return tuple(
        sorted((kind for kind in Kernel.__subclasses__() if kind.together is whole), key=lambda kind: kind.place)
    )


def taken_apart(expression: sp.Expr) -> sp.Expr:
    """The expression with the kernels themselves for the places of what one function gives at once."""
    return expression.replace(Place, lambda whole, place: parts_of(whole.func)[int(place)](*whole.args))
