"""What is wrong with an answer: its kind, how grave it is, and by how much."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import mpmath as mp

from symkl.audit.points import Place
from symkl.audit.truths import Truth
from symkl.measure.ulps import DTYPES, error

__all__ = ["SEVERITY", "Finding", "arrays_apart", "judged", "worst_of"]

#: kind -> how grave: "wrong", "digits" (right but for lost digits) or "refused" (no answer, and no wrong one)
SEVERITY = {
    "wrong value": "wrong",
    "negative": "wrong",
    "nan": "wrong",
    "infinite where finite": "wrong",
    "finite where infinite": "wrong",
    "raises": "wrong",
    "shape wrong": "wrong",
    "arrays raise": "wrong",
    "arrays differ": "wrong",
    "loses digits": "digits",
    "not implemented": "refused",
    "refuses": "refused",
}
#: a relative error beyond this is one; what is smaller than this in itself is rounding
_RELATIVE, _ROUNDING = 1e-6, 1e-12
#: regimes in which digits cancel in any formula that is not built for it
_CANCELLING = ("near", "equal", "far")
_LARGEST = DTYPES["float64"][2]
Sizes = tuple[float | None, float | None, float | None]


@dataclass(frozen=True)
class Finding:
    """`at` are the arguments (or what was given as arrays), `given` and `true` decimal strings, "oo", "nan", or words.

    `absolute`, `relative` and `ulp` are errors, None where they are not finite. `confirmed`: a quadrature of the
    densities agrees with the truth (None: it was not asked, or cannot say).
    """

    kind: str
    regime: str
    at: tuple[tuple[str, str], ...]
    given: str
    true: str
    note: str = ""
    origin: str = ""
    absolute: float | None = None
    relative: float | None = None
    ulp: float | None = None
    confirmed: bool | None = None

    @property
    def severity(self) -> str:
        return SEVERITY[self.kind]

    @property
    def weight(self) -> float:
        """By which the worst of a kind is found."""
        return math.inf if self.absolute is None else self.absolute


def judged(
    answer: Mapping[str, Any], truth: Truth, place: Place, names: Sequence[str], quantity: str
) -> Finding | None:
    """What is wrong with the answer at a point; None where nothing is, or the truth is not known."""
    at = tuple((name, repr(value)) for name, value in zip(names, place.values, strict=True))
    true = truth.value if truth.value is not None else "not known"

    def finding(kind: str, given: str, sizes: Sizes = (None, None, None)) -> Finding:
        return Finding(kind, place.regime, at, given, true, place.note, truth.origin, *sizes)

    if "raises" in answer:
        return finding("raises", answer["raises"])
    if "not there" in answer:
        return finding("not implemented", answer["not there"])
    if "refused" in answer:  # at the end of a domain that is a library's right
        return None if place.regime in ("boundary", "far") else finding("refuses", answer["refused"])
    if "values" not in answer or truth.value is None:
        return None
    if answer["shape"]:
        return finding("shape wrong", f"shape {tuple(answer['shape'])}")
    value = float(answer["values"][0])
    kind, sizes = _kind(value, truth.number, place.regime, quantity)
    return None if kind is None else finding(kind, _said(value), sizes)


def _kind(value: float, true: Any, regime: str, quantity: str) -> tuple[str | None, Sizes]:
    """The kind of the finding, and the absolute error, the relative one and that in ULP."""
    nothing = None, None, None
    if math.isnan(value):
        return "nan", nothing
    if mp.isinf(true):
        return (None if value == math.inf else "finite where infinite"), nothing
    if math.isinf(value):
        beyond = abs(true) > _LARGEST and (value > 0) == (true > 0)
        return (None if beyond else "infinite where finite"), nothing
    with mp.workdps(60):
        absolute = abs(mp.mpf(value) - true)
        relative = float(absolute / abs(true)) if true else (math.inf if absolute else 0.0)
    off = float(absolute)
    sizes = off, relative if math.isfinite(relative) else None, error(value, true, "float64")
    if quantity == "kl" and value < 0:
        return "negative", sizes
    if relative <= _RELATIVE or (off <= _ROUNDING and regime not in _CANCELLING):
        return None, sizes
    return ("loses digits" if off <= _RELATIVE and regime in _CANCELLING else "wrong value"), sizes


def arrays_apart(
    whole: Mapping[str, Any], single: Sequence[Mapping[str, Any]], values: Sequence[object], names: Sequence[str]
) -> Finding | None:
    """What is wrong with the answer to arrays of shapes (3, 1) and (4,), beside the same twelve points one by one.

    Where the library has no answer to one of the points, arrays are not held against it.
    """
    if not all("values" in one for one in single) or "late" in whole or "refused" in whole:
        return None
    at = tuple((name, f"shape {_shape(value)}") for name, value in zip(names, values, strict=True))
    if "not there" in whole:
        return Finding("not implemented", "arrays", at, whole["not there"], "an array of shape (3, 4)")
    if "values" not in whole:
        return Finding("arrays raise", "arrays", at, whole["raises"], "an array of shape (3, 4)")
    if tuple(whole["shape"]) != (3, 4):
        return Finding("shape wrong", "arrays", at, f"shape {tuple(whole['shape'])}", "shape (3, 4)")
    for index, (one, alone) in enumerate(zip(whole["values"], single, strict=True)):
        value, expected = float(one), float(alone["values"][0])
        same = value == expected or (math.isnan(value) and math.isnan(expected))
        if not same and not abs(value - expected) <= _RELATIVE * abs(expected):
            where = f"at {divmod(index, 4)}"
            return Finding("arrays differ", "arrays", at, f"{_said(value)} {where}", f"{_said(expected)} alone")
    return None


def _shape(value: object) -> tuple[int, ...]:
    return (len(value), *_shape(value[0])) if isinstance(value, list) else ()


def _said(value: float) -> str:
    if math.isinf(value):
        return "oo" if value > 0 else "-oo"
    return repr(value)


def worst_of(findings: Sequence[Finding]) -> list[Finding]:
    """The worst finding of each kind, in the order of the kinds."""
    kinds = sorted({finding.kind for finding in findings}, key=list(SEVERITY).index)
    return [max((f for f in findings if f.kind == kind), key=lambda f: f.weight) for kind in kinds]
