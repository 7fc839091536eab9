"""Where code decides by a value that is a symbol: what decides then, and how all ways through it are gone."""

from __future__ import annotations

from collections.abc import Callable
from contextvars import ContextVar
from functools import partial

import sympy as sp

from symkl.trace.meanings import select
from symkl.trace.refusal import Raised, refuse

__all__ = ["DECIDING", "decided", "either_way"]

#: what decides, if anything does, where the code asks whether a condition holds
DECIDING: ContextVar[Callable[[sp.Basic], bool] | None] = ContextVar("DECIDING", default=None)
_DECIDES = "it decides by a value (`if`, `while`, `bool`, `and`), which has none while it is traced"
#: there may be so many ways through a function
_WAYS = 32


class _Choice(BaseException):
    """Ends a run at a condition that may hold or not; no `except Exception` of the user's keeps it."""

    def __init__(self, condition: sp.Basic) -> None:
        super().__init__()
        self.condition = condition


def decided(condition: sp.Basic, advice: str) -> bool:
    """Whether the condition holds. Raises Untraceable where nothing says so."""
    if condition in (sp.true, sp.false):
        return bool(condition)
    decide = DECIDING.get()
    if decide is not None:
        return decide(condition)
    raise refuse(_DECIDES, advice)


def either_way(run: Callable[[], sp.Expr], known: Callable[[sp.Basic], bool | None]) -> sp.Expr:
    """What `run` gives, as cases, whichever way it decides where what is `known` does not.

    The function is run from its beginning for each way through it; where it refuses its arguments, by `raise` or by
    `assert`, it has no value, and whoever runs it sees whether it does. Raises Untraceable where there are too many.
    """
    runs = 0

    def follow(taken: dict[sp.Basic, bool]) -> sp.Expr:
        nonlocal runs
        runs += 1
        if runs > _WAYS:
            raise refuse("it chooses too often by a value")

        def decide(condition: sp.Basic) -> bool:
            found = known(condition)
            found = taken.get(condition) if found is None else found
            if found is None and (other := taken.get(sp.Not(condition))) is not None:
                found = not other
            if found is None:
                raise _Choice(condition)
            return found

        token = DECIDING.set(decide)
        try:
            return run()
        except _Choice as choice:
            condition = choice.condition
        finally:
            DECIDING.reset(token)
        return _joined(condition, *(partial(follow, {**taken, condition: held}) for held in (True, False)))

    return follow({})


def _joined(condition: sp.Basic, *ways: Callable[[], sp.Expr]) -> sp.Expr:
    """The two ways as cases; of a way that the function refuses there is nothing, unless it refuses both."""
    found, refused = [], None
    for way in ways:
        try:
            found.append(way())
        except Raised as error:
            refused = error
    if refused is None:
        return select(condition, *found)
    if not found:
        raise refused
    return found[0]
