"""The user's function as an expression: the likely library's tracer is asked first, the others after it."""

from __future__ import annotations

import importlib.util
import sys
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from types import CodeType, ModuleType
from typing import Any

import sympy as sp

from symkl.trace.constants import Rounded, recognised
from symkl.trace.refusal import Untraceable, in_words
from symkl.trace.user.target import plain
from symkl.trace.value import AXES, Value, length

__all__ = ["FRAMEWORKS", "Trace", "likely", "shape_of", "traces"]

#: in the order in which they are tried where nothing speaks for one
FRAMEWORKS = ("numpy", "torch", "jax")
_OF = {"numpy": ("numpy", "scipy", "math", "numba"), "torch": ("torch",), "jax": ("jax", "flax", "optax")}


@dataclass(frozen=True)
class Trace:
    """What the function of arrays with those axes is, by which library; `left` are the axes of what comes out."""

    framework: str
    axes: tuple[str, ...]
    left: tuple[str, ...]
    expression: sp.Expr


def likely(function: Callable[..., Any]) -> list[str]:
    """The libraries by how likely it is that the function is written for them: what it names, what its module has."""
    written = plain(function)
    names = getattr(written, "__globals__", {})
    used = {_home(names[name]) for name in _names(getattr(written, "__code__", None)) if name in names}
    around = {_home(value) for value in names.values()}
    annotated = {_home(value) for value in getattr(written, "__annotations__", {}).values()}

    def rank(framework: str) -> int:
        homes = set(_OF[framework])
        return 0 if homes & (used | annotated) - {"math"} else 1 if homes & around - {"math"} else 2

    installed = [f for f in FRAMEWORKS if importlib.util.find_spec(f) is not None]
    return sorted(installed, key=lambda f: (rank(f), f not in sys.modules, f == "numpy", installed.index(f)))


def _names(code: CodeType | None) -> Iterator[str]:
    if code is not None:
        yield from code.co_names
        for constant in code.co_consts:
            if isinstance(constant, CodeType):
                yield from _names(constant)


def _home(value: Any) -> str:
    """The library that a module, a function or a class is of."""
    name = value.__name__ if isinstance(value, ModuleType) else getattr(value, "__module__", None)
    name = name or getattr(type(value), "__module__", "")
    return str(value if isinstance(value, str) else name).partition(".")[0]


def shape_of(axes: Sequence[str]) -> tuple[int, ...]:
    """The shape of a traced call's arguments."""
    return tuple(AXES[axis] for axis in axes)


def traces(
    call: Callable[..., Any], arguments: Sequence[sp.Expr], frameworks: Sequence[str], shapes: Sequence[tuple[str, ...]]
) -> tuple[list[Trace], str]:
    """A trace for each of the shapes with which it goes, and where there is none, why the likeliest library says so."""
    reason = ""
    for framework in frameworks:
        found = []
        for axes in shapes:
            try:
                found.append(_traced(call, arguments, framework, axes))
            except Untraceable as error:
                reason = reason or str(error)
        if found:
            return found, ""
    return [], reason


def _traced(call: Callable[..., Any], arguments: Sequence[sp.Expr], framework: str, axes: tuple[str, ...]) -> Trace:
    tracer = importlib.import_module(f"symkl.trace.{framework}")
    try:
        found: Value = tracer.traced_value(call, arguments, shape_of(axes))
    except Untraceable:
        raise
    except Exception as error:  # a tracer that fails has no expression, and the function is run instead
        raise Untraceable(f"it cannot be followed: {in_words(error)}") from error
    if not isinstance(found.expression, sp.Expr) or found.expression.has(sp.nan, sp.zoo):
        raise Untraceable("it gives no number")
    left = tuple(str(length(size)) for size in found.shape if size != 1)
    return Trace(framework, axes, left, _settled(recognised(found.expression)))


def _settled(expression: sp.Basic) -> sp.Expr:
    """Numbers that no constant of mathematics explains, as the decimals that they are in their own precision."""
    import numpy as np

    decimals = {}
    for number in expression.atoms(Rounded):
        digits = 7 if float(np.float32(number.value)) == number.value else 14
        decimals[number] = sp.Rational(f"{number.value:.{digits}g}")
    return expression.xreplace(decimals)
