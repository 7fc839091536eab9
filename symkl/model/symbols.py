"""Parameters and variables as SymPy symbols: the domain of each is an assumption of its symbol."""

from __future__ import annotations

from typing import Any

import sympy as sp

__all__ = ["DOMAINS", "Unit", "domain_of", "symbol", "variable_symbol"]


class Unit(sp.Symbol):
    """A symbol in the open unit interval.

    SymPy has no assumption for `u < 1`; the algebra enters such a symbol as `o/(1+o)` with `o > 0`.
    """

    __slots__ = ()

    def __new__(cls, name: str, **assumptions: Any) -> Unit:
        made: Unit = sp.Symbol.__new__(cls, name, positive=True)
        return made

    def __getnewargs_ex__(self) -> tuple[tuple[str], dict[str, bool]]:
        return (self.name,), {}


#: domain name -> the SymPy assumptions that it stands for
DOMAINS: dict[str, dict[str, bool]] = {
    "real": {"real": True},
    "positive": {"positive": True},
    "nonnegative": {"nonnegative": True},
    "unit": {"positive": True},
    "integer": {"integer": True},
    "positive_integer": {"integer": True, "positive": True},
    "nonnegative_integer": {"integer": True, "nonnegative": True},  # variables only
}


def symbol(name: str, domain: str) -> sp.Symbol:
    """The symbol of that name and domain; the same arguments always give equal symbols."""
    return Unit(name) if domain == "unit" else sp.Symbol(name, **DOMAINS[domain])


def domain_of(sym: sp.Symbol) -> str:
    """The narrowest domain name that the symbol's assumptions state."""
    if isinstance(sym, Unit):
        return "unit"
    if sym.is_integer:
        if sym.is_positive:
            return "positive_integer"
        return "nonnegative_integer" if sym.is_nonnegative else "integer"
    if sym.is_positive:
        return "positive"
    return "nonnegative" if sym.is_nonnegative else "real"


def variable_symbol(name: str, kind: str, lower: sp.Expr, upper: sp.Expr) -> sp.Symbol:
    """The variable of a density as a symbol that knows, of its support, what SymPy can know."""
    if kind == "discrete":
        if lower.is_positive:
            return symbol(name, "positive_integer")
        return symbol(name, "nonnegative_integer" if lower.is_nonnegative else "integer")
    if lower == 0 and upper == 1:
        return symbol(name, "unit")
    return symbol(name, "positive" if lower.is_nonnegative else "real")
