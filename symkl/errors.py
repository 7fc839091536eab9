"""Everything that symkl refuses, and the exit code that each refusal has on the command line."""

from __future__ import annotations

import difflib
from collections.abc import Iterable
from dataclasses import dataclass

__all__ = [
    "BadInput",
    "Location",
    "Never",
    "NotYet",
    "Resisted",
    "SymklError",
    "ToolMissing",
    "nearest",
]


class SymklError(Exception):
    """Any error that symkl raises on purpose."""

    exit_code = 5


@dataclass(frozen=True)
class Location:
    """Where in somebody's input a thing stands: file, dotted field, column (1-based), each optional."""

    file: str = ""
    field: str = ""
    column: int | None = None

    def __str__(self) -> str:
        place = ": ".join(part for part in (self.file, self.field) if part)
        if self.column is not None:
            place = f"{place}, column {self.column}" if place else f"column {self.column}"
        return place


class BadInput(SymklError, ValueError):
    """An input that cannot be used: what is wrong, where, and what to do about it."""

    exit_code = 2

    def __init__(self, what: str, where: Location | None = None, todo: str = "") -> None:
        self.what, self.where, self.todo = what, where or Location(), todo
        place = str(self.where)
        message = f"{place}: {what}" if place else what
        super().__init__(f"{message}; {todo}" if todo else message)

    def __reduce__(self) -> tuple[type, tuple[str, Location, str]]:
        return type(self), (self.what, self.where, self.todo)


class NotYet(SymklError, ValueError):
    """A thing that symkl could do, and does not do yet."""

    exit_code = 2


class Never(SymklError, ValueError):
    """A thing that cannot be done, whatever symkl learns."""

    exit_code = 2


class ToolMissing(SymklError):
    """An outside tool or an optional package that the request needs is not there."""

    exit_code = 4


class Resisted(SymklError):
    """An expectation for which the kernel finds no closed form: caught inside `derive`, never seen outside."""


def nearest(name: str, known: Iterable[str]) -> str:
    """The advice "did you mean ...?" for a misspelt name, or an empty string where nothing is near."""
    close = difflib.get_close_matches(name, sorted(known), n=1)
    return f"did you mean '{close[0]}'?" if close else ""
