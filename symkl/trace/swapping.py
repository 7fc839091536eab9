"""Library functions that take only numbers, replaced for the time of a call in the module of the traced function."""

from __future__ import annotations

import functools
import inspect
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from types import ModuleType
from typing import Any

__all__ = ["Stand", "swapped", "swapped_in"]


class Stand:
    """A module seen through: some of its names are others, the rest is its own."""

    def __init__(self, module: ModuleType, others: Mapping[str, Any]) -> None:
        self.__dict__.update(others)
        self._module = module

    def __getattr__(self, name: str) -> Any:
        return getattr(self._module, name)


@contextmanager
def swapped(function: Callable[..., Any], others: Mapping[ModuleType, Mapping[str, Any]]) -> Iterator[None]:
    """Within the function's module, each of the modules has the names given for it; afterwards all is as it was."""
    with swapped_in(getattr(_plain(function), "__globals__", {}), others):
        yield


@contextmanager
def swapped_in(names: dict[str, Any], others: Mapping[ModuleType, Mapping[str, Any]]) -> Iterator[None]:
    """As `swapped`, for a module's own names."""
    substitutes = {id(module): Stand(module, given) for module, given in others.items()}
    for module, given in others.items():
        substitutes |= {id(getattr(module, name)): other for name, other in given.items() if hasattr(module, name)}
    before = {name: value for name, value in names.items() if id(value) in substitutes}
    names.update({name: substitutes[id(value)] for name, value in before.items()})
    try:
        yield
    finally:
        names.update(before)


def _plain(function: Callable[..., Any]) -> Callable[..., Any]:
    """The function itself, out of a partial call, a bound method or a decorator that keeps it."""
    while isinstance(function, functools.partial):
        function = function.func
    function = inspect.unwrap(function)
    return getattr(function, "__func__", function)
