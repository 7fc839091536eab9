"""What a user's function gave when it was run, held against the truth: a verdict, and a call that shows a mistake."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import mpmath as mp
import sympy as sp

from symkl.check.function.calls import Calls
from symkl.check.function.expressions import Read
from symkl.check.function.likeness import likeness
from symkl.check.function.numeric import (
    COARSE,
    FINE,
    NEAR,
    Numeric,
    compared,
    error,
    numeric,
    proportional_values,
    truths,
)
from symkl.model import Derivation
from symkl.trace.user.question import Question
from symkl.verify.known import UNITS
from symkl.verify.numbers import decimal
from symkl.verify.points import Point, shown

__all__ = ["approximate", "by_values", "of_arrays"]

_UNSUMMED = "what comes out has the axis of the dimensions still: a sum is missing, or its bracket closes too early"


def by_values(
    answer: dict[str, Any],
    derivation: Derivation,
    asked: Question,
    calls: Sequence[Calls],
    points: list[Point],
    units: str,
) -> dict[str, Any]:
    """The answer about a function that has no expression."""
    known = [c for c in calls if c.elements is not None]
    if not known:
        shape = ", ".join(map(str, calls[0].shape))
        return {
            **answer,
            "diagnosis": f"it gives an array of the shape ({shape}), which is none of its arguments' axes",
        }
    truth = truths(derivation, points, UNITS[units])
    tried = [(c, numeric(c, truth, asked.dims)) for c in known]
    of, found = tried[0]
    if not found.agrees and not proportional_values(of, truth):
        of, found = next(((c, n) for c, n in tried if n.agrees), tried[0])
    if found.agrees is None:
        return {**answer, "diagnosis": found.why}
    if found.agrees:
        tolerance = COARSE if of.coarse else FINE
        note = (
            f"equal at {found.points} points, to a relative error of {tolerance:g} (the largest is {found.worst:.1g})"
        )
        batch = _BATCHES.get(found.batch)
        notes = [*answer["notes"], *([batch] if batch else [])]
        return {**answer, "verdict": "correct", "diagnosis": note, "notes": notes}
    diagnosis = likeness(derivation, of, points, units, asked.dims, found.batch)
    if not diagnosis and asked.dims == "sum" and found.wrong is not None and "D" not in found.wrong.over:
        diagnosis = _UNSUMMED
    return {
        **answer,
        "verdict": "wrong",
        "counterexample": _counterexample(found, of, points, asked.dims),
        "diagnosis": diagnosis,
        "notes": [*answer["notes"], *(_call(found, of, points) if asked.dims != "none" else [])],
    }


_BATCHES = {"sum": "of a batch of N it is the sum: N times this", "mean": "of a batch it is the mean"}


def _counterexample(found: Numeric, of: Calls, points: Sequence[Point], dims: str) -> dict[str, Any]:
    """Where all elements of the arguments are the same, what one dimension has of the value; else the value."""
    element = found.wrong
    assert element is not None
    assert found.true is not None
    rows = [dict(shown(points[i])) for i in element.points]
    if not element.alike:
        at = {name: f"[{', '.join(row[name] for row in rows)}]" for name in rows[0]}
        return {"at": at, "given": _text(element.value), "true": _text(found.true)}
    share = of.sizes.get("D", 1) if dims == "sum" else 1
    share *= of.sizes["N"] if found.batch == "sum" else 1
    return {"at": rows[0], "given": _text(element.value / share), "true": _text(found.true / share)}


def _call(found: Numeric, of: Calls, points: Sequence[Point]) -> list[str]:
    """In words, a call with arrays of equal elements that shows it."""
    if found.wrong is None or found.true is None or not found.wrong.alike or not of.axes:
        return []
    shape = ", ".join(f"{axis} = {size}" for axis, size in of.sizes.items())
    at = ", ".join(f"{name} = {value}" for name, value in shown(points[found.wrong.points[0]]))
    values = [_text(mp.mpf(mp.nstr(value, 8))) for value in (found.wrong.value, found.true)]
    return [f"called with arrays ({shape}) of {at} it gives {values[0]}, and {values[1]} would be right"]


def _text(value: mp.mpf) -> str:
    if mp.isfinite(value):
        return decimal(value, 17)
    return "nan" if mp.isnan(value) else "oo" if value > 0 else "-oo"


def of_arrays(
    derivation: Derivation, read: Read, calls: Calls, points: Sequence[Point], unit: sp.Expr, dims: str
) -> list[str]:
    """In words, a call with arrays of equal elements that shows that it is wrong."""
    few = {element.points[0] for element in calls.elements or () if element.alike}
    with mp.workdps(30):
        known = dict(zip(sorted(few), truths(derivation, [points[i] for i in sorted(few)], unit), strict=True))
        found = compared(calls, [known.get(i) for i in range(len(points))], dims, read.batch())
        return _call(found, calls, points)


def approximate(
    found: Mapping[str, Any],
    derivation: Derivation,
    read: Read,
    calls: Calls,
    points: Sequence[Point],
    unit: sp.Expr,
    dims: str,
) -> dict[str, Any]:
    """What becomes of a finding where the function is no farther from the truth than a series that is cut off."""
    if found["verdict"] != "wrong" or calls.coarse or not _is_near(found["counterexample"]):
        return {}
    with mp.workdps(30):
        near = compared(calls, truths(derivation, points, unit), dims, read.batch(), NEAR)
    if not near.agrees:
        return {}
    note = f"an approximation: off by {near.worst:.1g} at most, relatively, at {near.points} points"
    return {"verdict": "correct", "evidence": "numeric", "counterexample": None, "diagnosis": note}


def _is_near(counterexample: Mapping[str, Any]) -> bool:
    try:
        return error(*(mp.mpf(counterexample[key]) for key in ("given", "true"))) <= NEAR
    except ValueError:  # infinite, or not real
        return False
