"""Arguments that a wrong function takes for something else: it is right if they stand for that."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

import mpmath as mp
import sympy as sp

from symkl.check.closed import closed_form
from symkl.check.figures import DIGITS, same
from symkl.errors import BadInput
from symkl.language import parse, to_text
from symkl.model import Derivation, domain_of
from symkl.verify.known import UNITS
from symkl.verify.numbers import number_of
from symkl.verify.points import Point, draw

__all__ = ["reading"]

_Y = sp.Dummy("y", positive=True)
#: what an argument may hold of a positive parameter s, and s in terms of it
_FORMS: tuple[tuple[sp.Expr, sp.Expr], ...] = (
    (_Y, _Y),
    (_Y**2, sp.sqrt(_Y)),
    (sp.log(_Y), sp.exp(_Y)),
    (2 * sp.log(_Y), sp.exp(_Y / 2)),
    (1 / _Y, 1 / _Y),
    (_Y**-2, 1 / sp.sqrt(_Y)),
    (-2 * sp.log(_Y), sp.exp(-_Y / 2)),
)
#: and of a probability
_PROBABILITIES = (
    (_Y, _Y),
    (1 - _Y, 1 - _Y),
    (sp.log(_Y / (1 - _Y)), 1 / (1 + sp.exp(-_Y))),
    (sp.log(_Y), sp.exp(_Y)),
)
_POINTS, _ENOUGH = 12, 5


def reading(derivation: Derivation, given: sp.Expr, units: str, arguments: Mapping[str, str]) -> str:
    """In words, what arguments must stand for if `given` is to be right; empty where no such reading makes it so."""
    closed = closed_form(derivation)
    if closed is None:
        return ""
    held = _held(derivation, arguments)
    drawn = [(p, number_of(closed, p, DIGITS + 5)) for p in draw(derivation.claim, _POINTS, 0, derivation.conditions)]
    rows = [(point, true) for point, true in drawn if true is not None]
    for others in _others(held):
        form = given.xreplace({s: _solved(held[name][1], wanted, s) for name, (s, wanted) in others.items()})
        if _right(form * UNITS[units], rows):
            said = [f"{n} stands for {to_text(w.xreplace({_Y: s}))}" for n, (s, w) in others.items()]
            meant = [to_text(held[n][1].xreplace({_Y: s})) for n, (s, _) in others.items()]
            return f"right if {' and '.join(said)}, not for {' and '.join(meant)}"
    return ""


def _right(form: sp.Expr, rows: Sequence[tuple[Point, mp.mpf]]) -> bool:
    """Whether the form has the right value wherever it is real, which may be at some of the points only."""
    real = 0
    for point, true in rows:
        try:
            value = number_of(form, point, DIGITS + 5)
        except (TypeError, ValueError):  # what is not real has no greatest and no sign
            return False
        if value is not None and not same([value], [true]):
            return False
        real += value is not None
    return real >= _ENOUGH


def _held(derivation: Derivation, arguments: Mapping[str, str]) -> dict[str, tuple[sp.Symbol, sp.Expr]]:
    """The arguments that hold a form of one parameter which no other argument holds: the parameter and the form."""
    names = {p.full_name: p.symbol for p in derivation.claim.parameters}
    read = {}
    for name, text in arguments.items():
        try:
            read[name] = parse(text, names)
        except BadInput:
            continue
    found = {}
    for name, value in read.items():
        if len(value.free_symbols) != 1 or sum(value.free_symbols <= v.free_symbols for v in read.values()) > 1:
            continue
        [symbol] = value.free_symbols
        form = next((form for form, _ in _forms(symbol) if form.xreplace({_Y: symbol}) == value), None)
        if form is not None and name != symbol.name:
            found[name] = (symbol, form)
    return found


def _forms(symbol: sp.Symbol) -> tuple[tuple[sp.Expr, sp.Expr], ...]:
    if domain_of(symbol) == "unit":
        return _PROBABILITIES
    return _FORMS if symbol.is_positive and not symbol.is_integer else ()


def _others(held: Mapping[str, tuple[sp.Symbol, sp.Expr]]) -> Iterator[dict[str, tuple[sp.Symbol, sp.Expr]]]:
    """Other forms: of all arguments that hold the same form, and of each alone."""
    forms = dict.fromkeys(form for _, form in held.values())
    alike = [[name for name, (_, form) in held.items() if form == one] for one in forms]
    for names in [*alike, *([name] for several in alike if len(several) > 1 for name in several)]:
        symbol, form = held[names[0]]
        for other, _ in _forms(symbol):
            if other != form:
                yield {name: (held[name][0], other) for name in names}


def _solved(form: sp.Expr, wanted: sp.Expr, symbol: sp.Symbol) -> sp.Expr:
    """What the parameter must be for the argument, which holds `form` of it, to be `wanted` of it."""
    inverse = next(inverse for known, inverse in _forms(symbol) if known == form)
    return inverse.subs(_Y, wanted).subs(_Y, symbol)
