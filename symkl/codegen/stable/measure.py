"""How much accuracy a form loses in double precision, measured against 60 digits: the way of Herbie.

Every operation is modelled as its definition rounded once, so that what is measured is the form and not a library.
"""

from __future__ import annotations

import math
import random
from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import lru_cache
from typing import Any

import mpmath as mp
import sympy as sp

from symkl.codegen.operations import OPERATIONS
from symkl.model import domain_of

__all__ = ["Point", "exact_value", "exact_values", "float_value", "loss", "points", "settled_value"]

Point = Mapping[sp.Symbol, float]
_NEAR = (1e-2, 1e-4, 1e-8)
#: digits beyond those that the sizes of the arguments take up, and how often they are doubled
_DIGITS, _DOUBLINGS = 60, 4
#: what stays below this at all those digits is zero, as far as any dtype can tell
_NOTHING = mp.mpf(10) ** -400
_CONSTANTS = {sp.pi: "pi", sp.E: "e", sp.EulerGamma: "euler", sp.Catalan: "catalan"}


def points(
    symbols: Sequence[sp.Symbol],
    pairs: Sequence[tuple[sp.Expr, sp.Expr]],
    seed: int = 0,
    each: int = 4,
    near: Sequence[float] = _NEAR,
) -> list[dict[sp.Symbol, float]]:
    """Parameter values: drawn at random, far apart, and at each relative distance of `near` between the pairs."""
    draw = random.Random(seed)  # noqa: S311 - not for secrets
    found = []
    for distance in (None, 0.0, *(near if pairs else ())):
        for _ in range(each):
            at = {s: _draw(draw, domain_of(s), 4.0 if distance == 0.0 else 1.0) for s in symbols}
            if distance:
                for x, y in pairs:
                    _bring_near(at, x, y, distance * draw.uniform(0.5, 1.5) * draw.choice((-1, 1)))
            found.append(at)
    return found


def _draw(draw: random.Random, domain: str, spread: float) -> float:
    if domain == "unit":
        return 1 / (1 + math.exp(draw.uniform(-4, 4) * spread))
    if domain in ("integer", "positive_integer", "nonnegative_integer"):
        return float(draw.randint(1, 20))
    scale = math.exp(draw.uniform(-1.5, 1.5) * spread)
    return scale if domain != "real" else draw.choice((-1, 1)) * scale


def _bring_near(at: dict[sp.Symbol, float], x: sp.Expr, y: sp.Expr, distance: float) -> None:
    """Moves x of a pair to the relative distance from y."""
    other = float(exact_value(y, at))
    for target, value in ((x, other), (y, at.get(x, 0.0))):
        if isinstance(target, sp.Symbol) and domain_of(target) in ("real", "positive", "nonnegative", "unit"):
            near = value * (1 + distance) if value else distance
            at[target] = min(near, 1 - 2.0**-53) if domain_of(target) == "unit" else near
            return


def exact_value(expression: sp.Expr, at: Point, digits: int = 60) -> Any:
    """The expression's value at a point as an mpmath number."""
    context = _context(digits)
    return _value(expression, {s: context.mpf(v) for s, v in at.items()}, context, rounded=False)


def exact_values(expression: sp.Expr, at: Iterable[Point]) -> list[Any]:
    """The expression's values at the points; None where it has none that is real and finite."""
    found = []
    for point in at:
        value = settled_value(expression, point)
        found.append(value.real if value is not None and 1e-300 < abs(value) < 1e300 else None)
    return found


def settled_value(expression: sp.Expr, at: Point) -> Any:
    """The value, if it is real, with so many digits that as many again do not change it: terms may cancel.

    What is small beside 1 would be lost at both alike: they hold the square of every argument beside 1. None in doubt.
    """
    digits = _DIGITS + 2 * _decades(at)
    try:
        value = exact_value(expression, at, digits)
        for _ in range(_DOUBLINGS):
            digits *= 2
            value, before = exact_value(expression, at, digits), value
            if value.imag or value != value:
                return None
            if value and abs(value - before) <= abs(value) * mp.mpf(10) ** -30:
                return value
    except (ArithmeticError, KeyError, NotImplementedError, TypeError, ValueError):
        return None
    return mp.mpf(0) if abs(value) < _NOTHING else None


def _decades(at: Point) -> int:
    """How many powers of ten the arguments reach away from 1."""
    return math.ceil(max((abs(math.log10(abs(v))) for v in at.values() if v), default=0))


def float_value(expression: sp.Expr, at: Point, lost: Callable[[Any], float] | None = None) -> float:
    """The value in double precision, every operation rounded once; with `lost`, off by half of what it may lose."""
    return float(_value(expression, dict(at), _context(40), rounded=True, lost=lost))


def loss(expression: sp.Expr, at: Sequence[Point], truth: Sequence[Any]) -> float:
    """The largest error over the points, in units in the last place of the value; infinite where it is not finite."""
    worst = 0.0
    for point, true in zip(at, truth, strict=True):
        if true is None:
            continue
        try:
            value = float_value(expression, point)
        except (ArithmeticError, KeyError, TypeError, ValueError):
            return math.inf
        if not math.isfinite(value):
            return math.inf
        worst = max(worst, float(abs(mp.mpf(value) - true) / math.ulp(float(true))))
    return worst


@lru_cache(maxsize=64)
def _context(digits: int) -> Any:
    """An mpmath context of its own, so that nobody's precision is changed."""
    context = mp.mp.clone()
    context.dps = digits
    return context


def _compared(total: sp.Expr, values: Sequence[float]) -> list[float]:
    """The terms, like parameters (`a_1 - a_2`) summed up first, as they are in the code, and a sum of two at once."""
    if len(values) == 2:
        return [math.fsum(values)]
    alike: dict[str, list[float]] = {}
    others = []
    for term, value in zip(total.args, values, strict=True):
        sign, symbol = term.as_coeff_Mul()
        if abs(sign) == 1 and symbol.is_Symbol:
            alike.setdefault(symbol.name.rpartition("_")[0] or symbol.name, []).append(value)
        else:
            others.append(value)
    return [*map(math.fsum, alike.values()), *others]


def _value(
    e: sp.Expr, at: dict[sp.Symbol, Any], context: Any, rounded: bool, lost: Callable[[Any], float] | None = None
) -> Any:
    def rounding(value: Any) -> Any:
        return float(value) if rounded else value

    if e.is_Symbol:
        return at[e]
    if e.is_Rational:
        return rounding(context.mpf(e.p) / e.q)
    if e in _CONSTANTS:
        return rounding(+getattr(context, _CONSTANTS[e]))
    if not e.free_symbols and rounded:
        return float(_value(e, at, context, rounded=False))
    arguments = [_value(a, at, context, rounded, lost) for a in e.args]
    if e.is_Add:
        parts = _compared(e, arguments) if rounded else arguments
        return sum(parts[1:], parts[0])
    if e.is_Mul:
        return math.prod(arguments) if rounded else context.fprod(arguments)
    exact = [context.mpf(a) for a in arguments]
    if e.is_Pow and e.base != sp.E:
        return rounding(context.power(*exact))
    row = OPERATIONS[e.func]
    if e.func is sp.polygamma:
        exact[0] = int(e.args[0])
    value = rounding(row.exact(context, *exact))
    return value * (1 + lost(e.func) * 2.0**-53) if lost else value
