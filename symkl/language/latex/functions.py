"""The functions that LaTeX writes, each with what it is in the parser's functions: a table."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from symkl.language.latex.tree import Call, Constant, Number, Power, Product, Quotient, Terms, Tree

__all__ = ["FUNCTIONS", "LOGS", "Function", "call", "logarithm", "number"]


@dataclass(frozen=True)
class Function:
    """How many arguments it takes, and what it makes of its place and of them. `bare`: it may do without a bracket."""

    arities: tuple[int, ...]
    make: Callable[[int, tuple[Tree, ...]], Tree]
    bare: bool = False


def number(place: int, value: int) -> Tree:
    return Number(place, str(value))


def call(name: str) -> Callable[[int, tuple[Tree, ...]], Tree]:
    return lambda place, arguments: Call(place, name, arguments)


def _one_over(name: str) -> Callable[[int, tuple[Tree, ...]], Tree]:
    return lambda place, arguments: Quotient(place, number(place, 1), Call(place, name, arguments))


def _ratio(above: str, below: str) -> Callable[[int, tuple[Tree, ...]], Tree]:
    return lambda place, arguments: Quotient(place, Call(place, above, arguments), Call(place, below, arguments))


def logarithm(place: int, argument: Tree, base: Tree | None) -> Tree:
    """The logarithm to that base, the natural one without."""
    natural = Call(place, "log", (argument,))
    return natural if base is None else Quotient(place, natural, Call(place, "log", (base,)))


def _gamma(place: int, arguments: tuple[Tree, ...]) -> Tree:
    return Call(place, "gamma" if len(arguments) == 1 else "uppergamma", arguments)


def _lower_gamma(place: int, arguments: tuple[Tree, ...]) -> Tree:
    whole = Call(place, "gamma", arguments[:1])
    return Terms(place, ((False, whole), (True, Call(place, "uppergamma", arguments))))


def _exponential_integral(place: int, arguments: tuple[Tree, ...]) -> Tree:
    """Ei(x); with two arguments, as some computer algebra writes it, E_n(x)."""
    return Call(place, "Ei" if len(arguments) == 1 else "expint", arguments)


def _normal_cdf(place: int, arguments: tuple[Tree, ...]) -> Tree:
    inside = Quotient(place, arguments[0], Call(place, "sqrt", (number(place, 2),)))
    error = Call(place, "erf", (inside,))
    return Quotient(place, Terms(place, ((False, number(place, 1)), (False, error))), number(place, 2))


def _normal_density(place: int, arguments: tuple[Tree, ...]) -> Tree:
    half = Quotient(place, Power(place, arguments[0], number(place, 2)), number(place, 2))
    root = Call(place, "sqrt", (Product(place, (number(place, 2), Constant(place, "pi"))),))
    return Quotient(place, Call(place, "exp", (Terms(place, ((True, half),)),)), root)


def _log_gamma(place: int, arguments: tuple[Tree, ...]) -> Tree:
    return Call(place, "loggamma", arguments)


def _trigamma(place: int, arguments: tuple[Tree, ...]) -> Tree:
    return Call(place, "polygamma", (number(place, 1), *arguments))


#: the logarithms, with the number that is their base (0: e)
LOGS = {"ln": 0, "log": 0, "lg": 10, "lb": 2}

FUNCTIONS: dict[str, Function] = {
    "exp": Function((1,), call("exp"), bare=True),
    "sin": Function((1,), call("sin"), bare=True),
    "cos": Function((1,), call("cos"), bare=True),
    "tan": Function((1,), _ratio("sin", "cos"), bare=True),
    "sinh": Function((1,), call("sinh"), bare=True),
    "cosh": Function((1,), call("cosh"), bare=True),
    "tanh": Function((1,), call("tanh"), bare=True),
    "coth": Function((1,), _one_over("tanh"), bare=True),
    "sech": Function((1,), _one_over("cosh"), bare=True),
    "csch": Function((1,), _one_over("sinh"), bare=True),
    "arctan": Function((1,), call("atan"), bare=True),
    "atan": Function((1,), call("atan"), bare=True),
    "artanh": Function((1,), call("atanh"), bare=True),
    "arctanh": Function((1,), call("atanh"), bare=True),
    "atanh": Function((1,), call("atanh"), bare=True),
    "max": Function(tuple(range(1, 9)), call("Max")),
    "min": Function(tuple(range(1, 9)), call("Min")),
    "sqrt": Function((1,), call("sqrt")),
    "abs": Function((1,), call("Abs")),
    "erf": Function((1,), call("erf")),
    "erfc": Function((1,), call("erfc")),
    "Ei": Function((1, 2), _exponential_integral),
    "Gamma": Function((1, 2), _gamma, bare=True),
    "gamma": Function((2,), _lower_gamma),
    "lgamma": Function((1,), _log_gamma),
    "loggamma": Function((1,), _log_gamma),
    "gammaln": Function((1,), _log_gamma),
    "digamma": Function((1,), call("digamma"), bare=True),
    "polygamma": Function((2,), call("polygamma")),
    "trigamma": Function((1,), _trigamma),
    "Beta": Function((2,), call("beta")),
    "zeta": Function((1, 2), call("zeta")),
    "Phi": Function((1,), _normal_cdf),
    "phi": Function((1,), _normal_density),
}
