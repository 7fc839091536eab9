"""Which parameter each argument of a function stands for: as `--map` says, else by its name; never by its place."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

import sympy as sp

from symkl.errors import BadInput, Location, nearest
from symkl.language import parse, to_text
from symkl.model import Parameter, symbol
from symkl.trace.user.question import Question
from symkl.trace.user.target import Target, plain

__all__ = ["Arguments", "Names", "arguments_of"]


@dataclass(frozen=True)
class Arguments:
    """`given` are the arguments and what they stand for, `kept` those that keep their default, as text."""

    given: dict[str, sp.Expr]
    kept: dict[str, str]
    positional: tuple[str, ...] = ()

    def call(self, function: Callable[..., Any]) -> Callable[..., Any]:
        """The function of the values of the given arguments, in their order."""

        def called(*values: Any) -> Any:
            named = dict(zip(self.given, values, strict=True))
            first = [named.pop(name) for name in self.positional]
            return function(*first, **named)

        called.__wrapped__ = plain(function)  # type: ignore[attr-defined]  # where tracing looks for the user's names
        return called


def arguments_of(target: Target, asked: Question) -> Arguments:
    """The function's arguments in the claim's parameters. Raises `BadInput` for one of which that is not known."""
    names = Names(asked)
    given: dict[str, sp.Expr] = {}
    kept: dict[str, str] = {}
    positional: list[str] = []
    parameters = _signature(target)
    for parameter in parameters:
        if parameter.kind in (parameter.VAR_POSITIONAL, parameter.VAR_KEYWORD):
            continue
        value = names.of(parameter.name)
        if value is not None:
            given[parameter.name] = value
            if parameter.kind is parameter.POSITIONAL_ONLY:
                positional.append(parameter.name)
        elif parameter.default is not parameter.empty:
            kept[parameter.name] = repr(parameter.default)[:60]
        else:
            known = ", ".join(names.free) or "none, all are fixed"
            raise BadInput(
                f"the argument '{parameter.name}' of '{target.name}' is none of the parameters ({known})",
                Location(target.place),
                f'say what it stands for, such as --map "{parameter.name}={next(iter(names.free), 0)}"',
            )
    for name in names.maps:
        if name not in given:
            known_arguments = [p.name for p in parameters]
            todo = nearest(name, known_arguments) or f"its arguments are {', '.join(known_arguments) or 'none'}"
            raise BadInput(f"'{target.name}' has no argument '{name}'", Location(field=f"--map {name}"), todo)
    return Arguments(given, kept, tuple(positional))


def _signature(target: Target) -> list[inspect.Parameter]:
    try:
        return list(inspect.signature(target.function).parameters.values())
    except (TypeError, ValueError):
        what = f"the arguments of '{target.name}' are not known: it is not written in Python"
        raise BadInput(what, Location(target.place), "write a Python function that calls it") from None


@dataclass(frozen=True)
class Names:
    """What names mean: `maps` as `--map` says, `free` and `fixed` the parameters', by their full names."""

    asked: Question
    free: dict[str, sp.Symbol] = field(default_factory=dict)
    fixed: dict[str, sp.Expr] = field(default_factory=dict)
    maps: dict[str, sp.Expr] = field(default_factory=dict)

    def __post_init__(self) -> None:
        for name, index, domain in self.asked.free:
            parameter = Parameter(name, domain, index=index)
            self.free[parameter.full_name] = parameter.symbol
        for name, value in self.asked.fixed:
            self.fixed[name] = parse(value, self.free)
        for text in self.asked.names:
            name, equals, value = text.partition("=")
            name, place = name.strip(), Location(field=f"--map {text[:60]}")
            if not equals or not name.isidentifier():
                raise BadInput("is not of the form NAME=EXPR", place, "such as --map v1=sigma_1**2")
            if name in self.maps:
                raise BadInput(f"the name '{name}' is explained twice", place)
            self.maps[name] = parse(value, self.free, place)

    def of(self, name: str) -> sp.Expr | None:
        """What an argument of that name stands for; None where nothing says so."""
        if name in self.maps:
            return self.maps[name]
        for known in (self._full, self._bare, self._another_way):
            found = known(name)
            if found is not None:
                return found
        return None

    def _full(self, name: str) -> sp.Expr | None:
        """`mu_1`, also written `mu1` or `Mu_1`."""
        every: Mapping[str, sp.Expr] = {**self.free, **self.fixed}
        if name in every:
            return every[name]
        same = [full for full in every if _squeezed(full) == _squeezed(name)]
        return every[same[0]] if len(same) == 1 else None

    def _bare(self, name: str) -> sp.Expr | None:
        """`mu` for `mu_1` where only one of the two distributions has a free parameter of that name."""
        found = [full for full in self.free if _squeezed(_stem(full)) == _squeezed(name)]
        return self.free[found[0]] if len(found) == 1 else None

    def _another_way(self, name: str) -> sp.Expr | None:
        """`logvar` for `2*log(sigma)`, where the family's definition has a parametrisation that says so."""
        found: dict[str, sp.Expr | None] = {}
        for other, domain, index, parameter, value in self.asked.ways:
            full = f"{parameter}_{index}" if index else parameter
            suffixed = f"{other}_{index}" if index else other
            if full in self.free and _squeezed(name) in (_squeezed(suffixed), _squeezed(other)):
                inverse = _inverse(other, domain, value, self.free[full])
                found[full] = found.get(full) or inverse
        known = [value for value in found.values() if value is not None]
        return known[0] if len(known) == len(found) == 1 else None


def _stem(full: str) -> str:
    return full[:-2] if full.endswith(("_1", "_2")) else full


def _squeezed(name: str) -> str:
    return name.replace("_", "").lower()


def _inverse(other: str, domain: str, value: str, parameter: sp.Symbol) -> sp.Expr | None:
    """The name's value in terms of the parameter, where the equation between them has one solution."""
    unknown = symbol(other, domain)
    solutions = sp.solve(parse(value, {other: unknown}) - parameter, unknown)
    return solutions[0] if len(solutions) == 1 else None


def in_words(arguments: Arguments) -> dict[str, str]:
    """What was taken for what: expressions and defaults as text."""
    return {name: to_text(value) for name, value in arguments.given.items()}
