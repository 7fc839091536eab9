"""Constants of mathematics that somebody has written to a few digits."""

from __future__ import annotations

from functools import cache
from itertools import product

import sympy as sp

__all__ = ["sharpened"]

_KNOWN = (sp.EulerGamma, sp.log(2), sp.log(sp.pi), sp.log(2 * sp.pi), sp.pi, sp.E, sp.log(10), sp.sqrt(2 * sp.pi))
#: so many digits after the point
_FEW = (2, 3, 4, 5, 6)
#: a fraction with so small a denominator is meant as it is
_COARSE = 20


def sharpened(form: sp.Expr) -> tuple[sp.Expr, list[sp.Expr]]:
    """The form with the constants that its numbers may have been rounded or cut from, and which they are."""
    table = _table()
    found = {number: table[number] for number in form.atoms(sp.Rational) if number in table}
    sharp = {number: value for number, (value, _) in found.items()}
    return form.xreplace(sharp), list(dict.fromkeys(constant for _, constant in found.values()))


@cache
def _table() -> dict[sp.Rational, tuple[sp.Expr, sp.Expr]]:
    """Numbers that have a constant to a few digits in them: the number with all its digits, and the constant."""
    found: dict[sp.Rational, tuple[sp.Expr, sp.Expr]] = {}
    for places, constant in product(_FEW, _KNOWN):
        scale = 10**places
        whole = sp.floor(constant * scale)
        for short in (sp.Rational(whole, scale), sp.Rational(whole + 1, scale)):
            for more, times in product((0, 1, -1, 2, -2), (1, -1, sp.Rational(1, 2), sp.Rational(-1, 2), 2, -2)):
                found.setdefault(more + times * short, (more + times * constant, constant))
    return {number: row for number, row in found.items() if number.q > _COARSE}
