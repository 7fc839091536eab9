"""What a wrong function that has no expression gives the values of: a usual mistake, a multiple, or a constant more."""

from __future__ import annotations

from collections.abc import Sequence

import mpmath as mp

from symkl.check.closed import closed_form
from symkl.check.function.calls import Calls
from symkl.check.function.numeric import close
from symkl.check.suspects import suspects
from symkl.model import Derivation
from symkl.verify.known import UNITS
from symkl.verify.numbers import number_of
from symkl.verify.points import Point

__all__ = ["likeness"]

#: agreement at fewer points explains nothing
_ENOUGH = 3


def likeness(derivation: Derivation, calls: Calls, points: Sequence[Point], units: str, dims: str, batch: str) -> str:
    """A sentence; empty where nothing explains the values, or there is no closed form."""
    closed = closed_form(derivation)
    if closed is None:
        return ""
    values, where = _of_one_dimension(calls, points, units, dims, batch)
    if len(values) < _ENOUGH:
        return ""
    for words, suspect in suspects(derivation, closed, units, dims):
        if _same(values, [number_of(suspect, point) for point in where], calls.coarse):
            return words
    true = [number_of(closed, point) for point in where]
    known = [(one, two) for one, two in zip(values, true, strict=True) if two is not None]
    ratios = [one / two for one, two in known if two]
    if len(ratios) >= _ENOUGH and _same(ratios, [ratios[0]] * len(ratios), calls.coarse):
        return f"it is {mp.nstr(ratios[0], 6)} times the truth"
    gaps = [one - two for one, two in known]
    if len(gaps) >= _ENOUGH and _same(gaps, [gaps[0]] * len(gaps), calls.coarse):
        return f"it is off by the constant {mp.nstr(gaps[0], 6)}"
    return ""


def _of_one_dimension(
    calls: Calls, points: Sequence[Point], units: str, dims: str, batch: str
) -> tuple[list[mp.mpf], list[Point]]:
    """The values in nats where all elements of the arguments were the same, each divided among them."""
    unit = number_of(UNITS[units], {})
    share = calls.sizes.get("D", 1) if dims == "sum" else 1
    share *= calls.sizes.get("N", 1) if batch == "sum" else 1
    alike = {element.points[0]: element for element in calls.elements or () if element.alike}
    finite = {index: element.value for index, element in alike.items() if mp.isfinite(element.value)}
    return [value * unit / share for value in finite.values()], [points[index] for index in finite]


def _same(one: Sequence[mp.mpf], two: Sequence[mp.mpf | None], coarse: bool) -> bool:
    return all(b is not None and close(a, b, coarse) for a, b in zip(one, two, strict=True))
