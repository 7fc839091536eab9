"""The libraries that can be audited, and what a module about one of them must have."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Protocol

__all__ = ["Answer", "Call", "Library", "NotThere", "Refused", "Survey"]

#: a number, or an array of numbers as nested lists
Value = Any


@dataclass(frozen=True)
class Call:
    """The entropy of an instance of one class, or its divergence from one of another, made with these arguments."""

    first: str
    first_arguments: tuple[tuple[str, Value], ...]
    second: str = ""
    second_arguments: tuple[tuple[str, Value], ...] = ()


@dataclass(frozen=True)
class Answer:
    """An array: its shape, and its numbers in order."""

    shape: tuple[int, ...]
    values: tuple[float, ...]


@dataclass(frozen=True)
class Survey:
    """What a library has: its version, its classes of distributions, and the ordered pairs that it has a KL for.

    `registered` are the pairs as it registers them, `pairs` those among the classes asked about that it has a function
    for, its own or that of the classes they descend from.
    """

    version: str
    classes: tuple[str, ...]
    registered: tuple[tuple[str, str], ...] = ()
    pairs: tuple[tuple[str, str], ...] = ()


class NotThere(Exception):
    """The library says that it does not have this."""


class Refused(Exception):
    """The library does not accept these parameters: nothing is wrong with that."""


class Library(Protocol):
    """`package` is what is imported, `pip` what is installed."""

    @property
    def name(self) -> str: ...

    @property
    def package(self) -> str: ...

    @property
    def pip(self) -> str: ...

    def survey(self, classes: tuple[str, ...]) -> Survey:
        """What it has, of these classes and beside them."""

    def compute(self, call: Call) -> Answer:
        """What it answers. Raises NotThere, Refused, or whatever it raises itself."""
