"""numba's functions of numbers to expressions: run as plain Python, once for each way through what they choose."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from functools import partial
from typing import Any

import numpy as np
import sympy as sp

from symkl.trace.choices import DECIDING
from symkl.trace.meanings import select
from symkl.trace.numpy import Symbolic, apply, in_place_of_numbers, named, value_of, where_symbolic
from symkl.trace.refusal import called, refuse
from symkl.trace.swapping import swapped
from symkl.trace.value import Value

__all__ = ["named", "traced"]

#: a function that chooses more often has too many ways through it
_CHOICES = 8
_ABSENT = object()
_EXTREMES = {
    "max": where_symbolic(max, partial(apply, "max")),
    "min": where_symbolic(min, partial(apply, "min")),
}


def traced(function: Callable[..., Any], arguments: Sequence[sp.Expr], place: int | None = None) -> sp.Expr:
    """The expression that the function, compiled or not, computes from numbers that are these expressions.

    Of several values that it gives, the one in that place.
    Raises Untraceable where the function does what an expression cannot say, with the line.
    """
    plain = getattr(function, "py_func", function)
    others = in_place_of_numbers()
    others[np]["float64"] = where_symbolic(np.float64, lambda x: x)
    with _interpreted(plain.__globals__), swapped(plain, others):

        def run() -> sp.Expr:
            found = called(plain, *(Symbolic(Value(a)) for a in arguments))
            return value_of(found if place is None else found[place]).expression

        return _either_way(run)


@contextmanager
def _interpreted(names: dict[str, Any]) -> Iterator[None]:
    """Within a module, compiled functions are the Python functions that they were made of."""
    others = {name: own.py_func for name, own in names.items() if hasattr(own, "py_func")} | _EXTREMES
    before = {name: names.get(name, _ABSENT) for name in others}
    names.update(others)
    try:
        yield
    finally:
        names.update(before)
        for name in [name for name, own in before.items() if own is _ABSENT]:
            del names[name]


def _either_way(run: Callable[[], sp.Expr]) -> sp.Expr:
    """What `run` gives, whichever way it decides: the choice that it makes last is the outermost case."""
    found: dict[tuple[bool, ...], sp.Expr] = {}
    first: list[sp.Basic] = []
    waiting: list[tuple[bool, ...]] = [()]
    while waiting:
        given = waiting.pop()
        asked: list[sp.Basic] = []

        def decide(condition: sp.Basic, given: Sequence[bool] = given, asked: list[sp.Basic] = asked) -> bool:
            asked.append(condition)
            if len(asked) > _CHOICES:
                raise refuse("it chooses too often by a value")
            return given[len(asked) - 1] if len(asked) <= len(given) else True

        token = DECIDING.set(decide)
        try:
            value = run()
        finally:
            DECIDING.reset(token)
        first = first if found else asked
        if asked != first:
            raise refuse("what it chooses between depends on what it chose before")
        taken = (*given, *(True for _ in asked[len(given) :]))
        found[taken] = value
        waiting += [(*taken[:i], False) for i in range(len(given), len(asked))]
    for condition in first:
        rests = {taken[1:] for taken in found}
        found = {rest: select(condition, found[True, *rest], found[False, *rest]) for rest in rests}
    return found[()]
