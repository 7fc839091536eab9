"""The sums in a formula as letters, so that what stands around them can be looked at by values."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

import sympy as sp

from symkl.check.figures import DIGITS
from symkl.verify.numbers import ball_of, decimal
from symkl.verify.points import Point

__all__ = ["Lettered", "lettered"]

#: more sums than these are not looked at
_MOST = 2
_LETTERS = ("S", "T", "U", "V", "W")


@dataclass(frozen=True)
class Lettered:
    """The form with a letter for each sum, and the points with the sums' values."""

    form: sp.Expr
    points: list[Point]
    letters: tuple[str, ...] = ()

    def explained(self, words: str) -> str:
        """The words, and what the letters in them stand for."""
        met = [letter for letter in self.letters if re.search(rf"\b{letter}\b", words)]
        if not met:
            return words
        return f"{words}; {' and '.join(met)} {'are the sums' if len(met) > 1 else 'is the sum'} in it"


def lettered(form: sp.Expr, points: Sequence[Point]) -> Lettered | None:
    """Of a form without a sum the form itself; None where a sum has no value."""
    sums = sorted(form.atoms(sp.Sum), key=str)
    if not sums:
        return Lettered(form, list(points))
    taken = {symbol.name for symbol in form.free_symbols}
    free = [letter for letter in _LETTERS if letter not in taken]
    if len(sums) > _MOST:
        return None
    letters = {total: sp.Symbol(letter, real=True) for total, letter in zip(sums, free, strict=False)}
    found: list[Point] = []
    for point in points:
        values = {letter: ball_of(total, point, DIGITS + 10) for total, letter in letters.items()}
        if all(ball is not None and ball.is_finite() for ball in values.values()):
            more = {letter: sp.Rational(decimal(ball, DIGITS + 10)) for letter, ball in values.items()}
            found.append({**point, **more})
    return Lettered(form.xreplace(letters), found, tuple(s.name for s in letters.values())) if found else None
