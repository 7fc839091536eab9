"""The functions and constants that a formula may use: a table. What is not a row of it does not exist."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import sympy as sp

from symkl.model.special import zeta_derivative

__all__ = ["CONSTANTS", "FUNCTIONS", "OTHER_NAMES", "SPECIAL_FORMS", "Function"]

_LARGE = 10_000
_MEDIUM = 1_000
_SMALL = 30


@dataclass(frozen=True)
class Function:
    """A name, what it makes of SymPy expressions, and for each argument the largest number that may stand there.

    A limit bounds the absolute value of a number, and of the number in a sum such as `x + 1000` (SymPy unrolls
    recurrences over it); None where size does no harm. `least` is the least number of arguments (default: all).
    No special function stands inside an argument of a special one: SymPy may evaluate such a nest for ever.
    """

    name: str
    make: Callable[..., Any]
    limits: tuple[int | None, ...]
    least: int | None = None
    special: bool = False

    @property
    def arity(self) -> tuple[int, int]:
        return (len(self.limits) if self.least is None else self.least), len(self.limits)


def _polylog(order: sp.Expr, argument: sp.Expr) -> sp.Expr:
    """Evaluated at numbers only: on symbols SymPy's polylog calls `simplify`, which may take minutes."""
    return sp.polylog(order, argument, evaluate=bool(argument.is_Number))


_TABLE = (
    Function("log", sp.log, (None,)),
    Function("exp", sp.exp, (_LARGE,)),
    Function("sqrt", sp.sqrt, (None,)),
    Function("Abs", sp.Abs, (None,)),
    Function("gamma", sp.gamma, (_MEDIUM,), special=True),
    Function("loggamma", sp.loggamma, (_MEDIUM,), special=True),
    Function("digamma", sp.digamma, (_MEDIUM,), special=True),
    Function("polygamma", sp.polygamma, (_SMALL, _SMALL), special=True),
    Function("beta", sp.beta, (_MEDIUM, _MEDIUM), special=True),
    Function("erf", sp.erf, (_LARGE,), special=True),
    Function("erfc", sp.erfc, (_LARGE,), special=True),
    Function("Ei", sp.Ei, (_LARGE,), special=True),
    Function("expint", sp.expint, (_SMALL, _LARGE), special=True),
    Function("besseli", sp.besseli, (_SMALL, _LARGE), special=True),
    Function("besselk", sp.besselk, (_SMALL, _LARGE), special=True),
    Function("zeta", sp.zeta, (_SMALL, _SMALL), least=1, special=True),
    Function("zeta_derivative", zeta_derivative, (_SMALL, _SMALL), special=True),
    Function("uppergamma", sp.uppergamma, (_SMALL, _LARGE), special=True),
    Function("betainc", sp.betainc, (_MEDIUM, _MEDIUM, 1, 1), special=True),
    Function("polylog", _polylog, (_SMALL, 1), special=True),
    Function("factorial", sp.factorial, (_MEDIUM,), special=True),
    Function("binomial", sp.binomial, (_MEDIUM, _SMALL), special=True),
    Function("cos", sp.cos, (_LARGE,)),
    Function("sin", sp.sin, (_LARGE,)),
    Function("cosh", sp.cosh, (_LARGE,)),
    Function("sinh", sp.sinh, (_LARGE,)),
    Function("tanh", sp.tanh, (_LARGE,)),
    Function("atan", sp.atan, (None,)),
    Function("atanh", sp.atanh, (None,)),
    Function("Min", sp.Min, (None,) * 8, least=1),
    Function("Max", sp.Max, (None,) * 8, least=1),
    Function("Rational", lambda above, below: above / below, (None, None)),
)

FUNCTIONS: dict[str, Function] = {row.name: row for row in _TABLE}

#: names with a grammar of their own, read by the parser itself
SPECIAL_FORMS = ("Sum", "Integral", "Expectation", "Piecewise", "Eq", "Ne")

CONSTANTS: dict[str, sp.Expr] = {"E": sp.E, "pi": sp.pi, "oo": sp.oo, "EulerGamma": sp.EulerGamma}

#: what other systems call a thing, and what it is called here
OTHER_NAMES: dict[str, str] = {
    "ln": "log",
    "abs": "Abs",
    "min": "Min",
    "max": "Max",
    "lgamma": "loggamma",
    "gammaln": "loggamma",
    "lngamma": "loggamma",
    "Gamma": "gamma",
    "psi": "digamma",
    "trigamma": "polygamma(1, x)",
    "betaln": "log(beta(a, b))",
    "log2": "log(x)/log(2)",
    "pow": "x**y",
    "comb": "binomial",
    "arctan": "atan",
    "arctanh": "atanh",
    "inf": "oo",
    "infinity": "oo",
    "Infinity": "oo",
    "e": "E",
    "Pi": "pi",
    "PI": "pi",
    "euler_gamma": "EulerGamma",
    "Integrate": "Integral",
}
