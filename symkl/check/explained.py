"""What parameters are in a function's arguments, turned round: what the arguments are in the parameters."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

import sympy as sp

from symkl.algebra.signs import is_positive
from symkl.errors import BadInput, Location, nearest
from symkl.language import parse, to_text
from symkl.language.functions import CONSTANTS

__all__ = ["explained"]

#: a name that is not called
_WORD = re.compile(r"\b([A-Za-z_]\w*)\b(?!\s*\()", re.ASCII)


def explained(
    parameters: Sequence[tuple[str, str]], names: Mapping[str, sp.Symbol], arguments: Sequence[str]
) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """The `--map` and the `--where` that say the same as `parameters`, (parameter or argument, what it is).

    `sigma_1` is `exp(logvar/2)` says that `logvar` stands for `2*log(sigma_1)`; `mu_2` is `0` fixes it; if two
    parameters are one argument, they are tied. An argument may be explained by parameters as it is. Without known
    `arguments`, all names that are no parameters are the function's. Raises `BadInput`.
    """
    known: dict[str, sp.Expr] = {}
    where: dict[str, sp.Expr] = {}
    for name, text in parameters:
        place = Location(field=f"{name}={text[:60]!r}")
        if name in names:
            value = parse(text, _readable(text, names, arguments), place)
            _explain(names[name], value, known, where, names, place)
        elif name in arguments or not arguments:
            known[name] = parse(text, names, place)
        else:
            todo = nearest(name, [*names, *arguments]) or f"the parameters are {', '.join(names)}"
            raise BadInput(f"'{name}' is neither a parameter nor an argument", place, todo)
    fixed = {names[name]: value for name, value in where.items()}
    maps = tuple(f"{name}={to_text(value.xreplace(fixed))}" for name, value in known.items())
    return maps, tuple(f"{name}={to_text(value)}" for name, value in where.items())


class _Argument(sp.Symbol):
    """An argument of the function, which may be called like a parameter."""

    __slots__ = ()


def _readable(text: str, names: Mapping[str, sp.Symbol], arguments: Sequence[str]) -> dict[str, sp.Symbol]:
    words = arguments or [word for word in _WORD.findall(text) if word not in {*names, *CONSTANTS}]
    return {**names, **{word: _Argument(word, real=True) for word in words}}


def _explain(
    parameter: sp.Symbol,
    value: sp.Expr,
    known: dict[str, sp.Expr],
    where: dict[str, sp.Expr],
    names: Mapping[str, sp.Symbol],
    place: Location,
) -> None:
    found = sorted(value.atoms(_Argument), key=str)
    value = value.xreplace({argument: known[argument.name] for argument in found if argument.name in known})
    unknown = [argument for argument in found if argument.name not in known]
    name = next(key for key, own in names.items() if own == parameter)
    if not unknown:
        where[name] = value
        return
    if len(unknown) > 1:
        what = f"it names {' and '.join(a.name for a in unknown)}, of which only one can be found from {name}"
        raise BadInput(what, place, "explain the others first, by keywords before this one")
    known[unknown[0].name] = _solved(value, unknown[0], parameter, place)


def _solved(value: sp.Expr, argument: sp.Symbol, side: sp.Expr, place: Location) -> sp.Expr:
    """The argument for which value = side; each step undoes what has one inverse only."""
    while value != argument:
        holding = [part for part in value.args if part.has(argument)]
        if len(holding) != 1:
            raise _refusal(argument, place)
        rest = [part for part in value.args if part is not holding[0]]
        if isinstance(value, sp.Add):
            side = side - sp.Add(*rest)
        elif isinstance(value, sp.Mul) and sp.Mul(*rest).is_nonzero:
            side = side / sp.Mul(*rest)
        elif isinstance(value, sp.exp) and is_positive(side):
            side = sp.log(side)
        elif isinstance(value, sp.log):
            side = sp.exp(side)
        elif _is_root(value, holding[0]) and is_positive(side):
            side = side ** (1 / value.exp)
        else:
            raise _refusal(argument, place)
        value = holding[0]
    return side


def _is_root(value: sp.Expr, base: sp.Expr) -> bool:
    """1/x, a root of x, or one over it: each positive value is taken once."""
    return isinstance(value, sp.Pow) and value.base == base and value.exp.is_Rational and abs(value.exp.p) == 1


def _refusal(argument: sp.Symbol, place: Location) -> BadInput:
    what = f"this does not say which '{argument.name}' is meant, as it may have more than one solution or none"
    return BadInput(what, place, f'say what the argument is, with map={{"{argument.name}": "..."}}')
