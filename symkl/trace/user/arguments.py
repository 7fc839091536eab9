"""Which parameter each argument of a function stands for: as `--map` says, else by its name; never by its place."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

import sympy as sp

from symkl.errors import BadInput, Location, nearest
from symkl.trace.user.methods import Unmapped
from symkl.trace.user.names import Names
from symkl.trace.user.question import Question
from symkl.trace.user.running import NoNumber, described
from symkl.trace.user.target import Target, plain
from symkl.trace.value import LENGTHS

__all__ = ["Arguments", "arguments_of"]


@dataclass(frozen=True)
class Arguments:
    """`arrays` are the arguments that get arrays of what they stand for, `numbers` those that get a number.

    A name may have parts: `q.loc` is what the argument `q` has as `loc`. `kept` are the arguments that keep their
    default, as text. `part` is which of several things that come out is meant.
    """

    arrays: dict[str, sp.Expr]
    numbers: dict[str, sp.Expr]
    kept: dict[str, str]
    positional: tuple[str, ...] = ()
    part: str = ""

    def call(self, function: Callable[..., Any], sizes: Mapping[str, int]) -> Callable[..., Any]:
        """The function of the values of `arrays`, in their order, where axes have these sizes."""
        lengths = {symbol: sp.Integer(sizes.get(symbol.name, 1)) for symbol in LENGTHS.values()}
        numbers = {name: _number(value.xreplace(lengths)) for name, value in self.numbers.items()}

        def called(*values: Any) -> Any:
            named = _assembled({**dict(zip(self.arrays, values, strict=True)), **numbers})
            first = [named.pop(name) for name in self.positional]
            return _part(function(*first, **named), self.part)

        called.__wrapped__ = plain(function)  # type: ignore[attr-defined]  # where tracing looks for the user's names
        return called

    def without_numbers(self) -> Arguments:
        """The same, with arrays of the same number in the place of numbers."""
        arrays = {name: value for name, value in self.numbers.items() if not value.free_symbols}
        return replace(
            self,
            arrays={**self.arrays, **arrays},
            numbers={name: value for name, value in self.numbers.items() if name not in arrays},
        )


class Bundle:
    """An argument with parts: by attribute, by name, by number, or all of them in the order of `--map`."""

    def __init__(self, parts: dict[str, Any]) -> None:
        self.__dict__.update(parts)

    def __getitem__(self, key: Any) -> Any:
        if isinstance(key, int) and str(key) not in vars(self):
            return list(vars(self).values())[key]
        return vars(self)[str(key)]

    def __iter__(self) -> Iterator[Any]:
        return iter(vars(self).values())

    def __len__(self) -> int:
        return len(vars(self))


def _assembled(flat: Mapping[str, Any]) -> dict[str, Any]:
    """`{"q.loc": x}` => `{"q": Bundle(loc=x)}`."""
    whole: dict[str, Any] = {}
    parts: dict[str, dict[str, Any]] = {}
    for name, value in flat.items():
        head, dot, rest = name.partition(".")
        if dot:
            parts.setdefault(head, {})[rest] = value
        else:
            whole[name] = value
    return whole | {head: Bundle(_assembled(inner)) for head, inner in parts.items()}


def _number(value: sp.Expr) -> int | float:
    return int(value) if value.is_Integer else float(value)


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
        found = names.of(parameter.name) if parameter.default is not Unmapped.OPTIONAL else names.said(parameter.name)
        if parameter.default is not parameter.empty and names.taken(parameter.name):
            found = {}
        given |= found
        if found and parameter.kind is parameter.POSITIONAL_ONLY:
            positional.append(parameter.name)
        elif not found and isinstance(parameter.default, Unmapped):
            continue
        elif not found and parameter.default is not parameter.empty:
            kept[parameter.name] = repr(parameter.default)[:60]
        elif not found:
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
    mapped = {name: value for name, value in given.items() if name in names.maps}
    numbers = {name: value for name, value in mapped.items() if not value.free_symbols - {*LENGTHS.values()}}
    arrays = {name: value for name, value in given.items() if name not in numbers}
    return Arguments(arrays, numbers, kept, tuple(positional), target.part)


def _part(found: Any, part: str) -> Any:
    """One of several things, by its number, its key or its name. Raises `NoNumber`."""
    if not part:
        return found
    if isinstance(found, Mapping):
        if part in found:
            return found[part]
    elif part.isdecimal():
        if isinstance(found, tuple | list) and int(part) < len(found):
            return found[int(part)]
    elif hasattr(found, part):
        return getattr(found, part)
    raise NoNumber(f"{described(found)}, and it has no '{part}'", several=True)


def _signature(target: Target) -> list[inspect.Parameter]:
    try:
        found = list(inspect.signature(target.function).parameters.values())
        inner = _decorated(target.function) if all(p.kind in _VARIABLE for p in found) else None
        return list(inspect.signature(inner).parameters.values()) if inner is not None else found
    except (TypeError, ValueError):
        what = f"the arguments of '{target.name}' are not known: it is not written in Python"
        raise BadInput(what, Location(target.place), "write a Python function that calls it") from None


_VARIABLE = (inspect.Parameter.VAR_POSITIONAL, inspect.Parameter.VAR_KEYWORD)


def _decorated(function: Callable[..., Any]) -> Callable[..., Any] | None:
    """The one function that a decorator has put `(*args, **kwargs)` around; None where there is not one."""
    cells = [cell.cell_contents for cell in getattr(plain(function), "__closure__", None) or ()]
    found = [value for value in cells if callable(value) and inspect.isfunction(inspect.unwrap(value))]
    return found[0] if len(found) == 1 else None
