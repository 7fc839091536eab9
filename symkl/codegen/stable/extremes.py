"""How often a form has no value at extreme scales, for a part of it leaves the range of numbers or terms cancel."""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence
from functools import lru_cache
from typing import Any

import mpmath as mp
import sympy as sp

from symkl.codegen.operations import OPERATIONS
from symkl.codegen.stable.measure import Point, exact_value
from symkl.model import domain_of

__all__ = ["escapes", "failures", "far_points"]

#: powers of ten that parameters reach, and points
_DECADES, _POINTS = 280, 24
#: digits that the values have, the share that rounding takes away, and that after which nothing is left
_DIGITS, _UNIT, _LOST = 30, 2.0**-53, 1e-4
_LARGEST, _SMALLEST = mp.mpf(2) ** 1024, mp.mpf(2) ** -1075


class _OutOfRangeError(Exception):
    """A part of the form is no number."""


def far_points(closed: sp.Expr, pairs: Sequence[tuple[sp.Expr, sp.Expr]]) -> list[dict[sp.Symbol, float]]:
    """Of two families parameter values at extreme scales, one for all or one for each.

    None of one family, whose forms vanish at equality.
    """
    symbols, draw = sorted(closed.free_symbols, key=sp.default_sort_key), random.Random(0)  # noqa: S311 - no secrets
    found = []
    for i in range(0 if pairs else _POINTS):
        common = draw.uniform(-_DECADES, _DECADES)
        found.append({s: _draw(draw, domain_of(s), common if i % 3 == 0 else None) for s in symbols})
    return found


def _draw(draw: random.Random, domain: str, common: float | None) -> float:
    if "integer" in domain:
        return float(draw.randint(1, 1_000_000))
    decades = draw.uniform(-_DECADES, _DECADES) if common is None else common
    if domain == "unit":
        return 10.0 ** -abs(decades)
    size = draw.uniform(0.2, 5) * 10.0**decades
    return draw.choice((-1, 1)) * size if domain == "real" else size


def failures(form: sp.Expr, at: Sequence[Point]) -> int:
    """The points where a part of the form is too large for a number, or divided by what is too small, or where terms
    cancel so far that no digit is left.

    Products may grow before they are complete. Where the true value is too large every form fails.
    """
    return sum(_fails(form, point) for point in at)


def escapes(form: sp.Expr, at: Sequence[Point]) -> bool:
    """Whether at one of the points a part of the form leaves the range of numbers where the whole does not."""
    return any(_fails(form, point) and _is_number(form, point) for point in at)


def _is_number(form: sp.Expr, at: Point) -> bool:
    """Whether the value is a number, and not 0, where its parts may be of any size."""
    context = _context()
    try:
        value, _ = _rough(form, {s: context.mpf(v) for s, v in at.items()}, context, lambda value: value)
        return _in_range(value) != 0
    except (_OutOfRangeError, ArithmeticError, KeyError, TypeError, ValueError):
        return False


def _fails(form: sp.Expr, at: Point) -> bool:
    context = _context()
    try:
        value, error = _rough(form, {s: context.mpf(v) for s, v in at.items()}, context)
        return _in_range(value) != 0 and error > _LOST
    except (_OutOfRangeError, ArithmeticError, KeyError, TypeError, ValueError):
        return True


@lru_cache(maxsize=1)
def _context() -> Any:
    """Sums have the digits that hold any two parameters beside each other: what is nearly equal is not rounded off."""
    context = mp.mp.clone()
    context.dps = _DIGITS + 2 * _DECADES
    return context


def _rough(
    e: sp.Expr, at: dict[sp.Symbol, Any], context: Any, within: Callable[[Any], Any] | None = None
) -> tuple[Any, Any]:
    """The value with few digits, and the share of it that a double's rounding may take away.

    `within` is what becomes of each part: by default the double that it is.
    """
    within = _in_range if within is None else within
    if e.is_Symbol:
        return at[e], context.zero
    if not e.free_symbols:
        return context.mpf(exact_value(e, {})), context.mpf(_UNIT)
    values, errors = zip(*(_rough(a, at, context, within) for a in e.args), strict=True)
    if e.is_Mul:
        return context.fprod(values), sum(errors) + _UNIT
    if e.is_Pow and e.base != sp.E:
        return context.power(*values), abs(values[1]) * errors[0] + _UNIT
    values = tuple(map(within, values))
    if e.is_Add:
        total = within(context.fsum(values))
        lost = sum(abs(value) * error for value, error in zip(values, errors, strict=True))
        return total, lost / abs(total) + _UNIT if total else (context.inf if lost else context.zero)
    value = within(_applied(e, values, context))
    if e.func is sp.exp:
        return value, abs(values[0]) * errors[0] + _UNIT
    if e.func is sp.log:
        return value, errors[0] / abs(value) + _UNIT if value else context.inf
    return value, max(errors) + _UNIT


def _applied(e: sp.Expr, values: Sequence[Any], context: Any) -> Any:
    """The operation's value, worked out with digits that hold its arguments beside 1."""
    decades = max(abs(int(context.log10(abs(x)))) if x else 0 for x in values)
    whole = [int(e.args[0]), *values[1:]] if e.func is sp.polygamma else values
    with context.workdps(_DIGITS + decades):
        return OPERATIONS[e.func].exact(context, *whole)


def _in_range(value: Any) -> Any:
    """The number that a double is; one that is too small for it is 0."""
    if value.imag or value != value or abs(value) >= _LARGEST:
        raise _OutOfRangeError
    return value if abs(value) > _SMALLEST else 0 * value
