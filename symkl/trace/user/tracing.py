"""The user's function as an expression: the likely library's tracer is asked first, the others after it."""

from __future__ import annotations

import builtins
import importlib
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from functools import partial
from types import CodeType, ModuleType
from typing import Any

import sympy as sp

from symkl.algebra import holds
from symkl.trace.angles import unwound
from symkl.trace.choices import either_way
from symkl.trace.constants import Rounded, recognised
from symkl.trace.refusal import Untraceable, in_words, refuse
from symkl.trace.swapping import swapped_in
from symkl.trace.user.absent import is_there
from symkl.trace.user.target import is_own, plain
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

    installed = [f for f in FRAMEWORKS if is_there(f)]
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
    call: Callable[..., Any],
    arguments: Sequence[sp.Expr],
    frameworks: Sequence[str],
    shapes: Sequence[tuple[str, ...]],
    given: Sequence[sp.Basic] = (),
) -> tuple[list[Trace], str]:
    """A trace for each of the shapes with which it goes, and where there is none, why the likeliest library says so.

    `given` is what holds of the parameters.
    """
    reason = ""
    for framework in frameworks:
        found = []
        for axes in shapes:
            try:
                found.append(_traced(call, arguments, framework, axes, given))
            except Untraceable as error:
                reason = reason or str(error)
        if found:
            return found, ""
    return [], reason


def _traced(
    call: Callable[..., Any],
    arguments: Sequence[sp.Expr],
    framework: str,
    axes: tuple[str, ...],
    given: Sequence[sp.Basic],
) -> Trace:
    tracer = importlib.import_module(f"symkl.trace.{framework}")
    shapes: set[tuple[int, ...]] = set()

    def run() -> sp.Expr:
        found: Value = tracer.traced_value(call, arguments, shape_of(axes))
        shapes.add(tuple(size for size in found.shape if size != 1))
        if not isinstance(found.expression, sp.Expr) or found.expression.has(sp.nan, sp.zoo):
            raise Untraceable("it gives no number")
        return unwound(recognised(found.expression))

    def known(condition: sp.Basic) -> bool | None:
        found = _holds(condition, given)
        if found is None and axes:  # what holds of one element may not hold of another
            raise refuse("it decides by the values of an array (`if`, `while`, `bool`, `and`)")
        return found

    try:
        with _of_symbols(framework):
            expression = either_way(run, known)
    except Untraceable:
        raise
    except Exception as error:  # a tracer that fails has no expression, and the function is run instead
        raise Untraceable(f"it cannot be followed: {in_words(error)}") from error
    if len(shapes) != 1:
        raise Untraceable("it gives arrays of different shapes")
    [shape] = shapes
    left = tuple(str(length(size)) for size in shape)
    return Trace(framework, axes, left, _settled(_without_cases(expression, given)))


def _holds(condition: sp.Basic, given: Sequence[sp.Basic]) -> bool | None:
    """Whether it is known that the condition holds, or that it does not."""
    found = holds(condition, given)
    if found is None and (otherwise := holds(sp.Not(condition), given)) is not None:
        found = not otherwise
    return found


def _without_cases(expression: sp.Expr, given: Sequence[sp.Basic]) -> sp.Expr:
    """The expression with the case that holds in the place of cases, where it is known which does."""

    def case(node: sp.Piecewise) -> sp.Expr:
        for value, condition in node.args:
            found = _holds(condition, given)
            if found is not False:
                return value if found else node
        return node

    return expression.replace(lambda node: isinstance(node, sp.Piecewise), case)


@contextmanager
def _of_symbols(framework: str) -> Iterator[None]:
    """Within it, the user's modules have functions of symbols in the place of those that take only numbers."""
    from symkl.trace.numpy import Float, apply, in_place_of_libraries, where_symbolic

    others = in_place_of_libraries()
    if framework == "jax":
        from symkl.trace.jax import in_place_of_series

        others |= in_place_of_series()
    others[builtins] = {
        "float": Float,
        "max": where_symbolic(max, partial(apply, "max")),
        "min": where_symbolic(min, partial(apply, "min")),
    }
    with ExitStack() as stack:
        for module in [m for m in list(sys.modules.values()) if is_own(m)]:
            names = vars(module)
            stack.enter_context(_naming_builtins(names, list(others[builtins])))
            stack.enter_context(swapped_in(names, others))
        yield


@contextmanager
def _naming_builtins(names: dict[str, Any], builtin: Sequence[str]) -> Iterator[None]:
    """Within it, a module has these builtin functions by names of its own, unless it has such names already."""
    own = [name for name in builtin if name not in names]
    names.update({name: getattr(builtins, name) for name in own})
    try:
        yield
    finally:
        for name in own:
            del names[name]


def _settled(expression: sp.Basic) -> sp.Expr:
    """Numbers that no constant of mathematics explains, as the decimals that they are in their own precision."""
    import numpy as np

    decimals = {}
    for number in expression.atoms(Rounded):
        digits = 7 if float(np.float32(number.value)) == number.value else 14
        tiny = abs(number.value) <= sys.float_info.min  # as a bound, or added to something, it does nothing
        decimals[number] = sp.S.Zero if tiny else sp.Rational(f"{number.value:.{digits}g}")
    return expression.xreplace(decimals)
