"""The functions and constants that a formula may use: a table. What is not a row of it does not exist."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import sympy as sp

__all__ = ["CONSTANTS", "FUNCTIONS", "OTHER_NAMES", "SPECIAL_FORMS", "Function"]

_LARGE = 10_000
_MEDIUM = 1_000
_SMALL = 30


@dataclass(frozen=True)
class Function:
    """A name, what it makes of SymPy expressions, and for each argument the largest number that may stand there.

    A limit bounds the absolute value of a number, and of the number in a sum such as `x + 1000` (SymPy unrolls
    recurrences over it); None where size does no harm. `least` is the least number of arguments (default: all).
    """

    name: str
    make: Callable[..., Any]
    limits: tuple[int | None, ...]
    least: int | None = None

    @property
    def arity(self) -> tuple[int, int]:
        return (len(self.limits) if self.least is None else self.least), len(self.limits)


_TABLE = (
    Function("log", sp.log, (None,)),
    Function("exp", sp.exp, (_LARGE,)),
    Function("sqrt", sp.sqrt, (None,)),
    Function("Abs", sp.Abs, (None,)),
    Function("gamma", sp.gamma, (_MEDIUM,)),
    Function("loggamma", sp.loggamma, (_MEDIUM,)),
    Function("digamma", sp.digamma, (_MEDIUM,)),
    Function("polygamma", sp.polygamma, (_SMALL, _MEDIUM)),
    Function("beta", sp.beta, (_MEDIUM, _MEDIUM)),
    Function("erf", sp.erf, (_LARGE,)),
    Function("erfc", sp.erfc, (_LARGE,)),
    Function("Ei", sp.Ei, (_LARGE,)),
    Function("expint", sp.expint, (_SMALL, _LARGE)),
    Function("besseli", sp.besseli, (_SMALL, _LARGE)),
    Function("besselk", sp.besselk, (_SMALL, _LARGE)),
    Function("zeta", sp.zeta, (_SMALL, _SMALL), least=1),
    Function("uppergamma", sp.uppergamma, (_SMALL, _LARGE)),
    Function("polylog", sp.polylog, (_SMALL, _LARGE)),
    Function("factorial", sp.factorial, (_MEDIUM,)),
    Function("binomial", sp.binomial, (_MEDIUM, _MEDIUM)),
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
