"""What a backend is: a column of the operation table, a folder of templates, and a few names."""

from __future__ import annotations

from typing import Protocol

__all__ = ["Backend"]


class Backend(Protocol):
    """A module of this shape is a backend.

    `NAME` is its column in the operation table and its folder in `templates/code/`; `RESERVED` are names that a
    parameter cannot have in the generated code; `MODULE` is what its functions are called on, `INFINITY` and `NAN`
    are its spellings of these, `LIBRARY` is its name in prose, `PREAMBLE` stands at the head of a module.
    """

    NAME: str
    MODULE: str
    LIBRARY: str
    RESERVED: frozenset[str]
    INFINITY: str
    NAN: str
    PREAMBLE: str
