"""What a function may not do if it is to be written as an expression."""

from __future__ import annotations

import traceback
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

from symkl.errors import BadInput, Location, SymklError

__all__ = ["Untraceable", "called", "refuse"]

_OWN = Path(__file__).parent
_LIBRARIES = ("numpy", "scipy", "torch", "jax", "jaxlib")


class Untraceable(BadInput):
    """A function that cannot be written as an expression: what it does, and in which line."""


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
        told = str(error).strip().partition("\n")[0]
        frames = [(f.f_code.co_filename, n, f.f_globals) for f, n in traceback.walk_tb(error.__traceback__)]
        where = Location(_innermost(reversed(frames)))
        raise Untraceable(f"it does not run with symbols: {type(error).__name__}: {told}", where) from error


def _line() -> str:
    return _innermost((f.f_code.co_filename, n, f.f_globals) for f, n in traceback.walk_stack(None))


def _innermost(frames: Iterable[tuple[str, int, dict[str, Any]]]) -> str:
    """File and line of the first frame that is neither ours nor a library's."""
    for filename, line, names in frames:
        path, package = Path(filename), str(names.get("__name__", "")).partition(".")[0]
        if path.parent != _OWN and package not in _LIBRARIES and not filename.startswith("<"):
            return f"{path.name}:{line}"
    return ""
