"""What a backend is: its spellings of the operations, a folder of templates, and a few names."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Protocol

__all__ = ["Backend"]


class Backend(Protocol):
    """A module of this shape is a backend.

    `NAME` is its folder in `templates/code/`; `SPELLINGS` are the operations that it has, by their SymPy heads (`{0}`,
    `{1}` are the arguments; a name that begins with `_` is that of a kernel template); what is not there cannot be
    emitted. `SLOPES` says whether its functions come with their derivatives, `REREAD` whether a build reads its
    code back as soon as it is made. `RESERVED` are names that a parameter cannot have in the generated code; `MODULE`
    is what its functions are called on, `INFINITY` and `NAN` are its spellings of these, `QUOTIENT` that of a
    division, `SQUARE` that of a number times a square where `_total` has a way of its own to add it (otherwise empty),
    `BESIDE` are its spellings of what adds a number times a kernel to a sum with a square in it, where that takes less
    work than the kernel (`{0}` is the sum, `{1}` the number, `{2}` and on are the kernel's arguments), `TWICE`
    are its spellings of operations with twice the digits, where it has any, and `TWICE_FAR` says whether they are used
    as well where no parameters are seen to be close to one another; `WIDE` are its spellings of operations in numbers
    whose powers of two have no end, where it has any; `LENDER` is the backend whose formulas for numbers serve its
    large arrays, in one pass over memory (otherwise empty); `LIBRARY` is its name in prose, `PREAMBLE` stands at the
    head of a module.
    """

    NAME: str
    MODULE: str
    LIBRARY: str
    RESERVED: frozenset[str]
    INFINITY: str
    NAN: str
    QUOTIENT: str
    SQUARE: str
    BESIDE: Mapping[Any, str]
    PREAMBLE: str
    SLOPES: bool
    REREAD: bool
    SPELLINGS: Mapping[Any, str]
    TWICE: Mapping[Any, str]
    TWICE_FAR: bool
    WIDE: Mapping[Any, str]
    LENDER: str
