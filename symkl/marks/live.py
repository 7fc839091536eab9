"""Claims beside functions that are there already, imported by whoever runs the tests."""

from __future__ import annotations

import inspect
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from symkl.errors import BadInput
from symkl.marks.decorator import RECORD
from symkl.marks.mark import Mark
from symkl.marks.python import formula_of
from symkl.marks.record import claim_of_function
from symkl.places import Place

__all__ = ["live_marks"]

Record = tuple[Sequence[Any], Mapping[str, Any]]


def live_marks(thing: Any, marked: Sequence[Record], path: Path, root: Path) -> list[Mark]:
    """The claims that the thing was decorated with, and those of its markers; `path` is where it was met. Paths are
    relative to `root` where they lie in it.
    """
    records = [*getattr(thing, RECORD, ()), *marked]
    found = [_mark(thing, given, keywords, _within(path, root), root) for given, keywords in records]
    return [replace(mark, beside=_beside(thing)) for mark in found]


def _within(path: Path, root: Path) -> Path:
    return path.relative_to(root) if path.is_relative_to(root) else path


def _mark(thing: Any, given: Sequence[Any], keywords: Mapping[str, Any], path: Path, root: Path) -> Mark:
    other = keywords.get("function")
    if isinstance(other, str):
        return claim_of_function(given, keywords, other, (), other, Place(path, _first_line(thing)))
    function = inspect.unwrap(thing if other is None else other)
    name = getattr(function, "__qualname__", type(function).__name__)
    code = getattr(function, "__code__", None)
    if code is None or "<" in name:
        what = "is no function of Python's own" if code is None else "is defined within another function"
        refusal = BadInput(f"{name} {what}", None, "put the claim beside a function of a module")
        return Mark(name, Place(path, _first_line(thing)), refusal=refusal)
    source = Path(code.co_filename)
    place = Place(_within(source, root), *formula_of(source, name, code.co_firstlineno))
    keywords = {key: value for key, value in keywords.items() if key != "function"}
    arguments = code.co_varnames[: code.co_argcount + code.co_kwonlyargcount]
    return claim_of_function(given, keywords, f"{source}:{name}", arguments, name, place)


def _beside(thing: Any) -> tuple[str, str] | None:
    function = inspect.unwrap(thing)
    code = getattr(function, "__code__", None)
    return None if code is None else (code.co_filename, function.__qualname__.replace("<locals>.", ""))


def _first_line(thing: Any) -> int:
    code = getattr(inspect.unwrap(thing), "__code__", None)
    return 1 if code is None else int(code.co_firstlineno)
