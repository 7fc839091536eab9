"""Methods of classes as functions: of what the object is made with, or of what it has, and of their own arguments.

`--map sigma=sigma_1` may name an argument of the class, `--map self.sigma=sigma_1` what the object has. Without either,
the object is made without arguments, and where that does not go it is empty: a method may need nothing of it.
"""

from __future__ import annotations

import inspect
import sys
from collections.abc import Callable
from contextlib import suppress
from enum import Enum
from typing import Any

__all__ = ["Unmapped", "method_of"]


class Unmapped(Enum):
    """The default of an argument of the class: it is needed to make an object, or has a default of its own."""

    NEEDED = 0
    OPTIONAL = 1


def method_of(holder: type, name: str, own: Callable[[Any], bool]) -> Callable[..., Any]:
    """The method as a function of the class's arguments, of `self`, and of its own arguments.

    `own` says whether a module is the user's.
    """
    method = getattr(holder, name)
    inner = _parameters(method)[1:]
    taken = {p.name for p in inner}
    outer = [p for p in _parameters(holder) if p.name not in taken and p.kind in _NAMED]
    needed = {p.name for p in outer if p.default is p.empty}
    ready = None  # made here, where it may draw random numbers: a module of a network does
    if not needed:
        with suppress(Exception):  # an empty one may do
            ready = holder()

    def called(*given: Any, **named: Any) -> Any:
        mine = named.pop("self", None)
        made_with = {p.name: named.pop(p.name) for p in outer if p.name in named}
        if mine is None and made_with and needed <= set(made_with):
            made = holder(**made_with)
        elif mine is None and not made_with and ready is not None:
            made = ready
        else:
            made = _empty(holder, {**made_with, **(vars(mine) if mine is not None else {})}, own)
        try:
            return getattr(made, name)(*given, **named)
        except AttributeError as error:
            if error.obj is not made or not error.name:
                raise
            error.args = (
                f"it uses self.{error.name}, which is not known: say what it is, --map self.{error.name}=EXPR",
            )
            raise

    kinds = [p.replace(kind=p.KEYWORD_ONLY, default=_default(p)) for p in outer]
    whole = inspect.Parameter("self", inspect.Parameter.KEYWORD_ONLY, default=Unmapped.OPTIONAL)
    ending = [p for p in inner if p.kind is p.VAR_KEYWORD]
    parameters = [*(p for p in inner if p.kind is not p.VAR_KEYWORD), whole, *kinds, *ending]
    called.__signature__ = inspect.Signature(parameters)  # type: ignore[attr-defined]
    called.__wrapped__ = method  # type: ignore[attr-defined]
    return called


_NAMED = (inspect.Parameter.POSITIONAL_OR_KEYWORD, inspect.Parameter.KEYWORD_ONLY)


def _parameters(function: Callable[..., Any]) -> list[inspect.Parameter]:
    try:
        return list(inspect.signature(function).parameters.values())
    except (TypeError, ValueError):
        return []


def _default(parameter: inspect.Parameter) -> Unmapped:
    return Unmapped.NEEDED if parameter.default is parameter.empty else Unmapped.OPTIONAL


def _empty(holder: type, has: dict[str, Any], own: Callable[[Any], bool]) -> Any:
    """An object of the class as its libraries make one, without the user's `__init__`, that has these attributes."""
    fixed = {name: value for name, value in has.items() if isinstance(getattr(holder, name, None), property)}
    kind = type(holder.__name__, (holder,), fixed) if fixed else holder
    made: Any = object.__new__(kind)
    library = next(c for c in holder.__mro__ if not own(sys.modules.get(c.__module__)))
    with suppress(Exception):  # what such an object has not is seen when it is used
        vars(library)["__init__"](made)
    for name in set(has) - set(fixed):
        setattr(made, name, has[name])
    return made
