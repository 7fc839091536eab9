"""The closed form that somebody's formula can be compared with, value by value."""

from __future__ import annotations

import sympy as sp

from symkl.model import Derivation, Expectation

__all__ = ["closed_form"]


def closed_form(derivation: Derivation) -> sp.Expr | None:
    """The derived value; None where it is infinite, or an expectation is left in it."""
    found = derivation.result
    if derivation.status not in ("closed", "conditional") or found is None or found.has(Expectation):
        return None
    return found
