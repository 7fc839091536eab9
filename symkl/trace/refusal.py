"""What a function may not do if it is to be written as an expression."""

from __future__ import annotations

import dis
import os
import traceback
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

from symkl.errors import BadInput, Location, SymklError

__all__ = ["Raised", "Untraceable", "called", "in_words", "line_of", "refuse"]

_OWN = Path(__file__).parents[1]
_PYTHON = Path(os.__file__).parent
_LIBRARIES = ("numpy", "scipy", "torch", "jax", "jaxlib", "numba", "sympy", "mpmath")


class Untraceable(BadInput):
    """A function that cannot be written as an expression: what it does, and in which line."""


class Raised(Untraceable):
    """What the function itself refuses, by `raise` or `assert`: that way through it gives no value."""


def refuse(what: str, todo: str = "") -> Untraceable:
    """The error, placed at the line of the function that is being traced."""
    return Untraceable(what, Location(_line()), todo)


def called(function: Callable[..., Any], *arguments: Any) -> Any:
    """What the function gives; an error of its own is told as a refusal too."""
    try:
        return function(*arguments)
    except SymklError:
        raise
    except Exception as error:  # the function is anyone's: whatever it raises is its answer to symbols
        kind = Raised if _on_purpose(error) else Untraceable
        raise kind(f"it does not run with symbols: {in_words(error)}", Location(line_of(error))) from error


def _on_purpose(error: BaseException) -> bool:
    """Whether a `raise` or an `assert` in the user's code made the error."""
    last = error.__traceback__
    while last is not None and last.tb_next is not None:
        last = last.tb_next
    if last is None:
        return False
    code = last.tb_frame.f_code
    own = _innermost([(code.co_filename, last.tb_lineno, last.tb_frame.f_globals)])
    return bool(own) and dis.opname[code.co_code[last.tb_lasti]] == "RAISE_VARARGS"


def in_words(error: BaseException) -> str:
    """The kind of an error, and the first line of what it says."""
    told = str(error).strip().partition("\n")[0]
    return f"{type(error).__name__}: {told}" if told else type(error).__name__


def line_of(error: BaseException) -> str:
    """File and line of the user's code at which it was raised."""
    frames = [(f.f_code.co_filename, n, f.f_globals) for f, n in traceback.walk_tb(error.__traceback__)]
    return _innermost(reversed(frames))


def _line() -> str:
    return _innermost((f.f_code.co_filename, n, f.f_globals) for f, n in traceback.walk_stack(None))


def _innermost(frames: Iterable[tuple[str, int, dict[str, Any]]]) -> str:
    """File and line of the first frame that is neither ours nor a library's."""
    for filename, line, names in frames:
        path, package = Path(filename), str(names.get("__name__", "")).partition(".")[0]
        ours = _OWN in path.parents or package in _LIBRARIES or filename.startswith("<")
        if not ours and not (_PYTHON in path.parents and "site-packages" not in path.parts):
            return f"{path.name}:{line}"
    return ""
