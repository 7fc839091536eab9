"""The one part of a wrong formula that is to be changed for the formula to be right, and into what."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

import mpmath as mp
import sympy as sp

from symkl.check.figures import Figures, constant, named, same
from symkl.check.monomials import monomial
from symkl.check.places import Place, places
from symkl.check.terms import opened
from symkl.language import to_text
from symkl.model import domain_of

__all__ = ["repair"]

#: of what replaces a part, the operations at most
_LONGEST = 14
#: how much rather another part is changed than a number
_NUMBER = 5
#: what it counts at most that a term of the whole is long
_TERM = 6
#: how much rather a part is changed that stands under one function less
_DEEPER = 3
#: what it counts for a change that a part should stand there another number of times, and that one should be added
_TIMES, _ADDED = 0.5, 1.5
#: how much rather a sign is turned than a term added that stands twice in the truth
_TURNED = 6
#: characters of an expression that is shown to say where a part is met
_SHORT = 60


def repair(
    form: sp.Expr, truth: sp.Expr, true: Sequence[mp.mpf], figures: Figures, swap: Mapping[sp.Basic, sp.Basic]
) -> str:
    """In words, the smallest change of one part that makes the form right at all points; empty where there is none.

    `true` are the values that the form should have, `truth` an expression for them, `swap` exchanges the parameters
    of the two distributions.
    """
    pieces = _pieces(truth)
    values = figures.of(form)
    whole = [] if values is None else [Place(form, values, list(true), form)]
    found = [row for place in whole for row in _missing(place, pieces, figures, sp.Add.make_args(truth))]
    for place in places(form, true, figures):
        found += _changes(place, pieces, figures, swap)
        if isinstance(place.part, sp.Add):
            found += _missing(place, pieces, figures)
    return min(found, default=(0, ""))[1]


def _changes(
    place: Place, pieces: Sequence[sp.Expr], figures: Figures, swap: Mapping[sp.Basic, sp.Basic]
) -> Iterator[tuple[float, str]]:
    part, wanted, inside = place.part, place.wanted, place.inside
    if same(place.values, wanted) or (part.is_number and isinstance(inside, sp.Mul)):
        return  # of a factor that is a number, the whole product tells more
    # of a term of the whole more is to be seen than of its parts
    size = min(_size(part), _TERM) if isinstance(inside, sp.Add) and place.depth == 0 else _size(part)
    size += _DEEPER * place.depth
    if isinstance(inside, sp.Add) and same(wanted, [mp.mpf(0)] * len(wanted)):
        yield size, f"the term {to_text(part)} should not be there{_context(place)}"
        return
    size += _NUMBER if part.is_number else 0
    for other, extra in _variants(part, swap):
        if figures.match(other, wanted):
            yield size + extra, _words(place, other)
    other = _fitted(place, figures)
    # a product tells more than a factor of it that is to be taken so many times
    known = other is None or other == part or (isinstance(inside, sp.Mul) and (other / part).is_Rational)
    times = other is not None and not known and (other / part).is_Rational and not part.is_number
    if other is not None and not known and (times or _size(other) <= _LONGEST):
        yield size + (_TIMES if times else _size(other) + 1), _words(place, other)
    for piece in pieces:
        values = figures.of(piece)
        if values is None or not all(values):
            continue
        ratio = [one / two for one, two in zip(wanted, values, strict=True)]
        if constant(ratio):
            times = named(ratio[0])
            times_itself = isinstance(inside, sp.Mul) and times is not None and (times * piece / part).is_Rational
            if times is not None and times != 0 and not times_itself:
                yield size + _size(times * piece) + 2, _words(place, times * piece)


def _missing(
    place: Place, pieces: Sequence[sp.Expr], figures: Figures, terms: Sequence[sp.Expr] = ()
) -> Iterator[tuple[float, str]]:
    """A term of the truth, or a multiple of one, that a sum lacks; `terms` are those that the whole should have."""
    own = sp.Add.make_args(place.part)
    for piece in pieces:
        values = figures.of(piece)
        if values is None or not all(values) or any((term / piece).is_Rational for term in own):
            continue  # a term that is there already stands there another number of times
        gap = [(one - two) / three for one, two, three in zip(place.wanted, place.values, values, strict=True)]
        times = named(gap[0]) if constant(gap) else None
        if times is not None and times != 0:
            turned = _TURNED if abs(times) == 2 else 0
            context = "" if place.part == place.inside else f" in {to_text(place.part)}"
            words = f"the term {to_text(times * piece)} is missing{context}"
            if times * piece / 2 in terms:
                words = f"the sign of the term {to_text(-times * piece / 2)} is wrong"
            yield _size(times * piece) + _ADDED + turned + _DEEPER * place.depth, words


def _words(place: Place, other: sp.Expr) -> str:
    part, context = place.part, _context(place)
    if other == -part and not part.is_number:
        return f"the sign of the term {to_text(_positive(part))} is wrong{context}"
    ratio = other / part
    if ratio.is_Rational and not part.is_number:
        return (
            f"the term {to_text(part)} should be {to_text(other)}{context}: it stands there {to_text(1 / ratio)} times"
        )
    return f"{to_text(part)} should be {to_text(other)}{context}"


def _context(place: Place) -> str:
    """Where a short part is met, which may stand in several places."""
    whole = to_text(place.inside)
    return f" in {whole}" if place.part.is_Atom and len(whole) <= _SHORT else ""


def _positive(part: sp.Expr) -> sp.Expr:
    return -part if part.could_extract_minus_sign() else part


def _variants(part: sp.Expr, swap: Mapping[sp.Basic, sp.Basic]) -> Iterator[tuple[sp.Expr, float]]:
    """What a part is easily mistaken for, and what it counts that it was."""
    yield -part, 0
    if swap and part.xreplace(swap) != part:
        yield part.xreplace(swap), 0.5
    others: list[sp.Expr] = []
    if not part.is_number:
        others += [part**2, sp.sqrt(part), 1 / part, sp.exp(part), sp.log(part)]
    if isinstance(part, sp.Add):
        others.append(sp.Mul(*part.args))
    if isinstance(part, sp.Mul):
        others.append(sp.Add(*part.args))
    for node in sorted(part.atoms(sp.Function), key=str):
        for index, argument in enumerate(node.args):
            for changed in (argument + 1, argument - 1, 2 * argument, argument / 2):
                arguments = [*node.args[:index], changed, *node.args[index + 1 :]]
                others.append(part.xreplace({node: node.func(*arguments)}))
    symbols = sorted(part.free_symbols, key=str)
    others += [part.xreplace({old: new}) for old in symbols for new in sorted(swap, key=str) if new != old]
    units = [symbol for symbol in symbols if domain_of(symbol) == "unit"]
    others += [part.xreplace({symbol: 1 - symbol}) for symbol in units]
    if units and isinstance(part, sp.Add):
        others.append(1 - part)
    yield from ((other, _size(other) + 1) for other in others)


def _fitted(place: Place, figures: Figures) -> sp.Expr | None:
    """The part plus a number, times a number, times powers of parameters, or these alone, where that is what is wanted.

    Numbers must have names.
    """
    part, wanted, values = place.part, place.wanted, place.values
    if constant(wanted):
        return named(wanted[0]) or None  # a part that should be 0 is a term too much, or out of reach of the digits
    if all(values):
        times = monomial([one / two for one, two in zip(wanted, values, strict=True)], figures.points)
        if times is not None:
            return times * part
    gaps = [one - two for one, two in zip(wanted, values, strict=True)]
    if constant(gaps):
        more = named(gaps[0])
        if more is not None:
            return part + more
    return monomial(wanted, figures.points)


def _pieces(truth: sp.Expr) -> list[sp.Expr]:
    """The parts of the truth that hold a parameter, and its terms with one bracket, or all, multiplied out."""
    found = [node for node in sp.preorder_traversal(truth) if isinstance(node, sp.Expr)]
    for term in sp.Add.make_args(truth):
        for bracket in (factor for factor in sp.Mul.make_args(term) if isinstance(factor, sp.Add)):
            found += [term / bracket * part for part in bracket.args]
    found += [*sp.Add.make_args(sp.expand(truth)), *sp.Add.make_args(opened(truth))]
    return [node for node in dict.fromkeys(found) if node.free_symbols and _size(node) <= _LONGEST and node != truth]


def _size(form: sp.Expr) -> float:
    return float(form.count_ops()) + 1
