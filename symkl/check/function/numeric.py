"""A function that has no expression: its values at random points against the truth."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import mpmath as mp
import sympy as sp

from symkl.check.function.calls import Calls, Element
from symkl.model import Derivation, Expectation
from symkl.verify import evaluate
from symkl.verify.numbers import number_of
from symkl.verify.points import Point

__all__ = [
    "COARSE",
    "FINE",
    "NEAR",
    "Numeric",
    "close",
    "compared",
    "error",
    "numeric",
    "proportional_values",
    "truths",
]

#: relative errors that float64, and what computes in less, may make
FINE, COARSE = 1e-6, 1e-4
#: an approximation that a function computes with is as good as this
NEAR = 1e-9
#: below this a value counts as this large where errors are relative
_FLOOR = 1e-3
#: agreement says something from so many points on
_ENOUGH = 20
#: or from so many on, where there are no more: a probability is drawn from a dozen
_FEWEST = 10
_DIGITS = 20


@dataclass(frozen=True)
class Numeric:
    """`agrees`: True, False (then `wrong` does not, and should be `true`), None: too few points (`why`).

    `batch` says what becomes of a batch: "sum", "mean", or nothing where there is none. `worst` is the largest error.
    """

    agrees: bool | None
    points: int = 0
    worst: float = 0.0
    batch: str = ""
    wrong: Element | None = None
    true: mp.mpf | None = None
    why: str = ""


def truths(derivation: Derivation, points: Sequence[Point], unit: sp.Expr) -> list[mp.mpf | None]:
    """The claim's value at each point, in the given unit."""
    form = derivation.result
    closed = form is not None and not form.has(Expectation, sp.oo) and not derivation.cases
    closed = closed and not any(isinstance(c, sp.Eq) for c in derivation.conditions)
    size = number_of(unit, {}, _DIGITS)
    found = []
    for point in points:
        value = number_of(form, point, _DIGITS) if closed and form is not None else None
        if value is None:
            said = evaluate(derivation.claim, point, 15, derivation).value
            value = None if said is None else mp.inf if said == "oo" else -mp.inf if said == "-oo" else mp.mpf(said)
        found.append(None if value is None else value / size)
    return found


def close(one: mp.mpf, two: mp.mpf, coarse: bool) -> bool:
    """Whether two numbers are the same as far as a machine's numbers can tell."""
    return error(one, two) <= (COARSE if coarse else FINE)


def error(one: mp.mpf, two: mp.mpf) -> float:
    """The relative error; of what is not finite, 0 or infinite."""
    if not (mp.isfinite(one) and mp.isfinite(two)):
        return 0.0 if one == two else float("inf")
    return float(abs(one - two) / max(abs(two), _FLOOR))


def numeric(calls: Calls, truth: Sequence[mp.mpf | None], dims: str) -> Numeric:
    """The values of these calls against the truth, for a claim about one dimension, or a sum or mean over several."""
    batches = ("mean", "sum") if any("N" in e.over for e in calls.elements or ()) and dims != "none" else ("",)
    tried = [compared(calls, truth, dims, batch) for batch in batches]
    return next((t for t in tried if t.agrees), tried[0])


def proportional_values(calls: Calls, truth: Sequence[mp.mpf | None]) -> bool:
    """Whether calls that sum over all axes gave one multiple of the truth at all points: another sum or mean."""
    ratios = []
    for element in calls.elements or ():
        true = truth[element.points[0]]
        if element.alike and true and element.over == calls.axes:
            ratios.append(element.value / true)
    return len(ratios) > 1 and all(close(ratio, ratios[0], calls.coarse) for ratio in ratios)


def compared(
    calls: Calls, truth: Sequence[mp.mpf | None], dims: str, batch: str, tolerance: float | None = None
) -> Numeric:
    """The same for one of the things that may become of a batch: "sum", "mean", or nothing where there is none."""
    tolerance = tolerance or (COARSE if calls.coarse else FINE)
    seen: set[int] = set()
    worst = 0.0
    wrong: tuple[Element, mp.mpf] | None = None
    for element in calls.elements or ():
        own = [truth[point] for point in element.points]
        known = [value for value in own if value is not None]
        if len(known) < len(own):
            continue
        true = _reduced(known, element, calls, dims, batch)
        here = error(element.value, true)
        if here > tolerance:
            if element.alike:
                return Numeric(False, len(seen), here, batch, element, true)
            wrong = wrong or (element, true)
        seen |= set(element.points)
        worst = max(worst, here)
    if wrong is not None:
        return Numeric(False, len(seen), worst, batch, *wrong)
    tried = len({point for element in calls.elements or () for point in element.points})
    if len(seen) < (min(_ENOUGH, max(tried, _FEWEST)) if len(truth) > 1 else 1):
        return Numeric(None, len(seen), worst, batch, why=f"the truth is known at {len(seen)} of {tried} points")
    return Numeric(True, len(seen), worst, batch)


def _reduced(truth: Sequence[mp.mpf], element: Element, calls: Calls, dims: str, batch: str) -> mp.mpf:
    """What should have come out of arguments that hold these points."""
    whole = mp.fsum(truth)
    if dims == "mean" and "D" in element.over:
        whole /= calls.sizes["D"]
    if dims == "sum" and "D" not in element.over:
        whole *= calls.sizes.get("D", 1)
    return whole / calls.sizes["N"] if batch == "mean" and "N" in element.over else whole
