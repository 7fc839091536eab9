"""Numbers in code as the exact numbers that they stand for."""

from __future__ import annotations

import math
from collections.abc import Iterable
from fractions import Fraction
from functools import lru_cache, partial
from itertools import product
from typing import Any

import sympy as sp

__all__ = ["Rounded", "exact", "recognised", "single"]

#: a float is a ratio that it is the nearest float to where the ratio is as simple as this
_SIMPLE = 10**4
_DIGITS = 40
#: what computing has rounded is meant to be so simple a ratio
_SHORT = 1000
#: so near is a number in single precision to what it is rounded from
_SINGLE = 6e-8


class Rounded(sp.Symbol):
    """`Rounded(x)`: the float x, which is no simple ratio: some constant of mathematics, rounded."""

    __slots__ = ()

    def __new__(cls, value: float) -> Rounded:
        made: Rounded = sp.Symbol.__new__(cls, repr(value), positive=value > 0, negative=value < 0)
        return made

    def __getnewargs_ex__(self) -> tuple[tuple[float], dict[str, bool]]:
        return (self.value,), {}

    @property
    def value(self) -> float:
        return float(self.name)


def exact(number: Any) -> sp.Expr:
    """A number in code: an integer, a simple ratio or a short decimal as itself, any other float as `Rounded`."""
    if isinstance(number, bool):
        return sp.true if number else sp.false
    if isinstance(number, int):
        return sp.Integer(number)
    value = float(number)
    if math.isnan(value):
        return sp.nan
    if math.isinf(value):
        return sp.oo if value > 0 else -sp.oo
    simple = Fraction(value).limit_denominator(_SIMPLE)
    if simple.numerator / simple.denominator == value:
        return sp.Rational(simple.numerator, simple.denominator)
    near = Fraction(value).limit_denominator(_SHORT)
    if near and abs(near.numerator / near.denominator - value) <= 2 * math.ulp(value):  # 1 - 0.8 is not 0.2
        return sp.Rational(near.numerator, near.denominator)
    mantissa = repr(value).partition("e")[0].replace(".", "").strip("-0")
    return sp.Rational(repr(value)) if len(mantissa) <= 12 else Rounded(value)


def single(number: float) -> sp.Expr:
    """As `exact`, of a number in single precision: one that is not simple is the constant that it is rounded from."""
    import numpy as np

    found = exact(number)
    short = exact(float(str(np.float32(number))))
    if not isinstance(short, Rounded) and np.float32(float(short)) == np.float32(number):
        found = short
    if not isinstance(found, sp.Rational) or max(abs(found.p), found.q) <= _SHORT:
        return found
    near = [c for size, c in _table().items() if abs(size - number) <= _SINGLE * abs(number)]
    return near[0] if near else found


def recognised(expression: sp.Basic, known: Iterable[sp.Expr] | None = None) -> sp.Basic:
    """The expression with each rounded number as the constant that it stands for.

    With `known`, that is the one of them that it is the nearest float to. Without, it is a log or a root of small
    numbers and of pi, Euler's constant, or a simple multiple or sum of such, to within two units in the last place:
    people write `log(2*pi)`. A number that none of them gives stays as it is.
    """
    look = _of_the_table if known is None else partial(_of_these, {abs(_nearest(c)): c for c in known})
    found = {number: look(number.value) for number in expression.atoms(Rounded)}
    return expression.xreplace({number: value for number, value in found.items() if value is not None})


def _of_these(known: dict[float, sp.Expr], value: float) -> sp.Expr | None:
    constant = known.get(abs(value))
    return constant if constant is None or (_nearest(constant) > 0) == (value > 0) else -constant


def _of_the_table(value: float) -> sp.Expr | None:
    steps = (math.nextafter(value, side * math.inf) for side in (1, -1))
    beyond = [math.nextafter(step, math.copysign(math.inf, step - value)) for step in steps]
    near = (value, *(math.nextafter(value, side * math.inf) for side in (1, -1)), *beyond)
    return next((_table()[x] for x in near if x in _table()), None)


@lru_cache(maxsize=4096)
def _nearest(constant: sp.Expr) -> float:
    return float(constant.evalf(_DIGITS))


@lru_cache(maxsize=1)
def _table() -> dict[float, sp.Expr]:
    """The constants that code for entropies and divergences is written with, by the floats nearest to them."""
    logs = [sp.log(2), sp.log(3), sp.log(sp.pi)]
    single = [sp.pi, sp.E, sp.EulerGamma, sp.pi**2, sp.sqrt(2), sp.sqrt(3), sp.sqrt(sp.pi), sp.zeta(3)]
    single += [sp.pi * sp.E, sp.sqrt(2 * sp.pi * sp.E), sp.log(2), sp.exp(sp.EulerGamma)]
    single += [sp.sqrt(2 * sp.pi), sp.sqrt(2 / sp.pi), sp.log(5), sp.log(7), sp.log(10), sp.log(sp.log(2))]
    sums = [
        sp.Add(*(n * log for n, log in zip(numbers, logs, strict=True)), rest)
        for numbers in product((-1, 0, 1, 2), (0, 1), (-1, 0, 1))
        for rest in (-1, 0, 1, sp.EulerGamma, 1 + sp.EulerGamma)
        if any(numbers)
    ]
    bare = [n * log for n, log in product((1, 2, 3, 4), logs)]
    table: dict[float, sp.Expr] = {}
    for constant in [*bare, *single, *sums]:
        for number in (1, 2, 3, 4, 6, 8, 12, 24, sp.pi):
            for whole in {constant * number, constant / number, number / constant if constant in single else constant}:
                size = _nearest(whole)
                table.setdefault(size, whole)
                table.setdefault(-size, -whole)
    return table
