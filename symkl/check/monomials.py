"""A number times powers of parameters, found from its values."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import mpmath as mp
import sympy as sp

from symkl.check.figures import DIGITS, constant, named

__all__ = ["monomial"]

_HIGHEST = 4  # exponent
_NEGLIGIBLE = mp.mpf(10) ** -6  # of what is left of a row when multiples of others are taken from it


def monomial(values: Sequence[mp.mpf], points: Sequence[Mapping[sp.Symbol, sp.Expr]]) -> sp.Expr | None:
    """`c * p**k * q**l * ...` with a number c that has a name and exponents in halves, where it has these values.

    There must be two points more than parameters; None otherwise.
    """
    symbols = sorted({s for point in points for s in point}, key=lambda s: s.name)
    if len(points) < len(symbols) + 2 or not all(values):
        return None
    rows = [[mp.mpf(1), *(_log(point[s]) for s in symbols)] for point in points]
    if any(entry is None for row in rows for entry in row):
        return None
    chosen = _independent(rows, len(symbols) + 1)
    if len(chosen) <= len(symbols):
        return None
    found = mp.lu_solve(mp.matrix([rows[i] for i in chosen]), mp.matrix([mp.log(abs(values[i])) for i in chosen]))
    exponents = []
    for i in range(1, len(symbols) + 1):
        twice = mp.nint(2 * found[i])
        if abs(2 * found[i] - twice) > mp.mpf(10) ** (5 - DIGITS) or abs(twice) > 2 * _HIGHEST:
            return None
        exponents.append(sp.Rational(int(twice), 2))
    form = sp.Mul(*[s**k for s, k in zip(symbols, exponents, strict=True)])
    sizes = [
        mp.mpf(sp.N(form.xreplace(dict(point)), DIGITS + 10)._mpf_) if _real(form, point) else None for point in points
    ]
    if any(size is None for size in sizes):
        return None
    factors = [value / size for value, size in zip(values, sizes, strict=True)]
    if not constant(factors):
        return None
    number = named(factors[0])
    return None if number is None or number == 0 else number * form


def _independent(rows: Sequence[Sequence[mp.mpf]], most: int) -> list[int]:
    """The indices of the first rows, `most` at most, of which none is a sum of multiples of the others."""
    chosen: list[int] = []
    basis: list[tuple[int, list[mp.mpf]]] = []
    for index, row in enumerate(rows):
        rest = list(row)
        for pivot, base in basis:
            factor = rest[pivot] / base[pivot]
            rest = [one - factor * two for one, two in zip(rest, base, strict=True)]
        largest = max(range(len(rest)), key=lambda column: abs(rest[column]))
        if abs(rest[largest]) > _NEGLIGIBLE:
            chosen.append(index)
            basis.append((largest, rest))
        if len(chosen) == most:
            break
    return chosen


def _log(value: sp.Expr) -> mp.mpf | None:
    return mp.log(abs(mp.mpf(int(value.p)) / int(value.q))) if value.is_Rational and value != 0 else None


def _real(form: sp.Expr, point: Mapping[sp.Symbol, sp.Expr]) -> bool:
    return bool(form.xreplace(dict(point)).is_real)
