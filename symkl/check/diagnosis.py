"""What went wrong in a wrong formula: the usual mistakes are made on purpose; the first that explains it is named."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import mpmath as mp
import sympy as sp

from symkl.check.formula import DIMENSIONS, Formula
from symkl.check.suspects import suspects
from symkl.language import to_text
from symkl.model import Derivation, Expectation
from symkl.verify.numbers import number_of
from symkl.verify.points import Point, draw

__all__ = ["diagnosis"]

#: a mistake explains a formula if their values agree to this many digits at this many points
_DIGITS, _POINTS = 20, 4
_NEAR = mp.mpf(10) ** -_DIGITS


def diagnosis(derivation: Derivation, formula: Formula, dims: str) -> str:
    """A sentence; empty where no usual mistake explains it, or there is no closed form to compare with."""
    truth = derivation.result
    if derivation.status not in ("closed", "conditional") or truth is None or truth.has(Expectation):
        return ""
    given = formula.per_dimension * (sp.log(2) if formula.units == "bits" else 1)
    if dims == "sum" and not (given * DIMENSIONS).has(DIMENSIONS):
        return "it does not depend on D: this looks like the value for one dimension"
    if given.has(DIMENSIONS):
        return "it is not the same for every D once it is divided among the dimensions"
    with mp.workdps(_DIGITS + 10):
        return _by_numbers(given, truth, formula.units, derivation)


def _by_numbers(given: sp.Expr, truth: sp.Expr, units: str, derivation: Derivation) -> str:
    points = draw(derivation.claim, _POINTS, conditions=derivation.conditions)
    values, true = _values(given, points), _values(truth, points)
    if values is None or true is None or len(points) < 2:
        return ""
    for words, suspect in suspects(derivation, units):
        found = _values(suspect, points)
        if found is not None and _same(values, found):
            return words
    return _off_by(values, true) or _wrong_term(values, true, truth, points)


def _off_by(given: Sequence[mp.mpf], true: Sequence[mp.mpf]) -> str:
    """The constant by which, or the factor by which, the formula is off, if it is one."""
    gaps = [one - two for one, two in zip(given, true, strict=True)]
    if _constant(gaps):
        return f"it is off by the constant {_name(gaps[0])}"
    if all(true):
        ratios = [one / two for one, two in zip(given, true, strict=True)]
        if _constant(ratios):
            return f"it is {_name(ratios[0])} times the truth"
    return ""


def _wrong_term(given: Sequence[mp.mpf], true: Sequence[mp.mpf], truth: sp.Expr, points: Sequence[Point]) -> str:
    """One term of the truth that is missing, or has another sign or another factor."""
    gaps = [one - two for one, two in zip(given, true, strict=True)]
    for term in _terms(truth):
        sizes = _values(term, points)
        if sizes is None or not all(sizes):
            continue
        ratios = [gap / size for gap, size in zip(gaps, sizes, strict=True)]
        if not _constant(ratios):
            continue
        factor = ratios[0] + 1
        if abs(factor) < _NEAR:
            return f"the term {to_text(term)} is missing"
        if abs(factor + 1) < _NEAR:
            return f"the sign of the term {to_text(term)} is wrong"
        return f"the term {to_text(term)} should stand there once, and stands there {_name(factor)} times"
    return ""


def _terms(truth: sp.Expr) -> list[sp.Expr]:
    """The terms as they are written, those with one bracket multiplied out, and those fully multiplied out."""
    written = sp.Add.make_args(truth)
    opened = []
    for term in written:
        for bracket in (factor for factor in sp.Mul.make_args(term) if isinstance(factor, sp.Add)):
            opened += [term / bracket * part for part in bracket.args]
    return list(dict.fromkeys([*written, *opened, *sp.Add.make_args(sp.expand(truth))]))


def _values(form: sp.Expr, points: Sequence[Point]) -> list[mp.mpf] | None:
    found = [number_of(form, point, _DIGITS + 5) for point in points]
    return None if any(value is None for value in found) else found


def _same(one: Sequence[mp.mpf], two: Sequence[mp.mpf]) -> bool:
    return all(abs(a - b) <= _NEAR * (1 + abs(b)) for a, b in zip(one, two, strict=True))


def _constant(values: Sequence[mp.mpf]) -> bool:
    return _same(values, [values[0]] * len(values))


def _name(number: mp.mpf) -> str:
    """A number by its usual name, else as a decimal."""
    for divisor in (1, 2, 3, 4):
        for word, unit in _UNITS.items():
            count = number * divisor / unit()
            if abs(count) < 100 and count != 0 and abs(count - mp.nint(count)) < _NEAR * 100:
                return to_text(sp.Rational(int(mp.nint(count)), divisor) * word)
    return str(mp.nstr(number, 10))


_UNITS: dict[sp.Expr, Callable[[], mp.mpf]] = {
    sp.Integer(1): lambda: mp.mpf(1),
    sp.log(2): lambda: mp.log(2),
    sp.log(sp.pi): lambda: mp.log(mp.pi),
    sp.log(2 * sp.pi): lambda: mp.log(2 * mp.pi),
    sp.log(2 * sp.pi * sp.E): lambda: mp.log(2 * mp.pi * mp.e),
    sp.EulerGamma: lambda: +mp.euler,
}
