"""A user's function judged: by its expression where that says what it gave when it was run, else by its values."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import mpmath as mp
import sympy as sp

from symkl.check.comparison import comparison
from symkl.check.formula import DIMENSIONS, Formula
from symkl.check.function.calls import Calls, read_calls
from symkl.check.function.expressions import Read, divided, faithful, proportional, read_traces
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
from symkl.check.function.questions import points_of
from symkl.check.function.readings import reading
from symkl.language import to_text
from symkl.model import Derivation
from symkl.trace.user.question import Question
from symkl.verify.known import UNITS
from symkl.verify.numbers import decimal
from symkl.verify.points import Point, shown

__all__ = ["judgement"]


def judgement(
    derivation: Derivation, asking: Mapping[str, Any], said: Mapping[str, Any], units: str, vouched: bool = False
) -> dict[str, Any]:
    """What `symkl check --json` prints about the function; `vouched` says that the derivation has been proved."""
    asked = Question(**asking)
    answer = _answer(derivation, asked, said)
    calls = read_calls(said["runs"])
    if said["noisy"]:
        return {**answer, "diagnosis": "it gives other values when it is called again: it draws random numbers"}
    if not calls:
        return {**answer, "diagnosis": f"it cannot be run: {said['failure']}" if said["failure"] else "it was not run"}
    points = points_of(asked, derivation)
    with mp.workdps(30):
        held = [(read, c) for read in read_traces(said["traces"], derivation) for c in calls if read.axes == c.axes]
        held = [(read, c) for read, c in held if faithful(read, c, points)]
        chosen = _chosen([read for read, _ in held], asked.dims, points)
    if chosen is not None:
        per_dimension, read, note = chosen
        found = comparison(derivation, Formula(asked.target, per_dimension, units), asked.dims, vouched)
        if found["verdict"] != "undecided":
            notes = [*answer["notes"], *([note] if note else [])]
            seen = next(c for one, c in held if one is read)
            if found["verdict"] == "wrong" and _is_near(found["counterexample"]):
                near = _approximate(derivation, read, seen, points, UNITS[units], asked.dims)
                found |= near or {}
            if found["verdict"] == "wrong" and not found["diagnosis"].startswith(_PLAIN):
                words, instead = found["diagnosis"], reading(derivation, per_dimension, units, said["arguments"])
                if instead:
                    found["diagnosis"] = f"{words}; {instead}" if words.startswith("right if") else instead
            if found["verdict"] == "wrong" and asked.dims != "none":
                notes += [other] if (other := read.other_than(asked.dims)) else []
                notes += _of_arrays(derivation, read, seen, points, UNITS[units], asked.dims)
            return {**answer, **found, "read": to_text(read.lengths_named()), "notes": notes}
    answer["notes"] += [f"not read as a formula: {said['untraced']}"] if said["untraced"] else []
    with mp.workdps(30):
        return _by_values(answer, derivation, asked, calls, points, units)


def _of_arrays(
    derivation: Derivation, read: Read, calls: Calls, points: Sequence[Point], unit: sp.Expr, dims: str
) -> list[str]:
    """In words, a call with arrays of equal elements that shows that it is wrong."""
    few = {element.points[0] for element in calls.elements or () if element.alike}
    with mp.workdps(30):
        known = dict(zip(sorted(few), truths(derivation, [points[i] for i in sorted(few)], unit), strict=True))
        batch = "" if "N" not in read.over else "sum" if read.expression.has(read.N) else "mean"
        found = compared(calls, [known.get(i) for i in range(len(points))], dims, batch)
        return _call(found, calls, points)


def _is_near(counterexample: Mapping[str, Any]) -> bool:
    given, true = mp.mpf(counterexample["given"]), mp.mpf(counterexample["true"])
    return error(given, true) <= NEAR


def _approximate(
    derivation: Derivation, read: Read, calls: Calls, points: Sequence[Point], unit: sp.Expr, dims: str
) -> dict[str, Any] | None:
    """The verdict on a function that is nowhere farther from the truth than a series or a table that is cut off."""
    if calls.coarse:
        return None
    with mp.workdps(30):
        batch = "" if "N" not in read.over else "sum" if read.expression.has(read.N) else "mean"
        found = compared(calls, truths(derivation, points, unit), dims, batch, NEAR)
    if not found.agrees:
        return None
    note = f"an approximation: off by {found.worst:.1g} at most, relatively, at {found.points} points"
    return {"verdict": "correct", "evidence": "numeric", "counterexample": None, "diagnosis": note}


def _answer(derivation: Derivation, asked: Question, said: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "verdict": "undecided",
        "evidence": "numeric",
        "derived": None if derivation.result is None else to_text(derivation.result),
        "given": asked.target,
        "counterexample": None,
        "diagnosis": "",
        "notes": _of_arguments(said),
        "arguments": dict(said["arguments"]),
    }


def _of_arguments(said: Mapping[str, Any]) -> list[str]:
    """What was taken for what, where it is not called that."""
    taken = [f"{name} = {text}" for name, text in said["arguments"].items() if name != text]
    kept = [f"{name} = {text} (its default)" for name, text in said["kept"].items()]
    notes = [f"with {', '.join([*taken, *kept])}"] if taken or kept else []
    if said["absent"]:
        notes.append(f"without {', '.join(said['absent'])}, which it imports and which is not installed here")
    return notes


def _chosen(reads: Sequence[Read], dims: str, points: Sequence[Point]) -> tuple[sp.Expr, Read, str] | None:
    """What one dimension has of the function, the trace that says so, and what it makes of a batch.

    Of arrays (N, D) it is judged by what it makes of D. Where that is not the same for every N, the function is one of
    arrays (D,), if it is that.
    """
    if not reads:
        return None
    by_axes = {read.axes: read for read in reads}
    if dims == "none":
        read = by_axes.get((), reads[0])
        return read.expression.subs({read.D: 1, read.N: 1}), read, "" if not read.axes else _ONE
    whole, flat = by_axes.get(("N", "D")), by_axes.get(("D",))
    if whole is not None:
        alone, note = whole.of_one()
        if alone is not None:
            return _divided(alone, whole, dims), whole, _ROWS if whole.over == ("N",) else note
        if flat is None or proportional(whole, flat, points):
            two = whole.expression.subs(whole.N, 2)
            return _divided(two, whole, dims), whole, "of a batch it is neither the sum nor the mean (here N = 2)"
    if flat is not None:
        return _divided(flat.expression, flat, dims), flat, _FLAT if whole is not None else ""
    return None


#: the beginnings of diagnoses that say what was done, not only what would make it right
_PLAIN = ("this is", "it is in", "its sign", "it does not grow", "it is right w")
_UNSUMMED = "what comes out has the axis of the dimensions still: a sum is missing, or its bracket closes too early"
_ROWS = "of arrays (N, D) it sums over the batch N, and leaves the dimensions D as they are"
_ONE = "taken for one dimension"
_FLAT = "its arguments are taken for arrays (D,); an array (N, D) is not taken for a batch of N"


def _divided(expression: sp.Expr, read: Read, dims: str) -> sp.Expr:
    whole = expression.subs({read.D: DIMENSIONS, read.N: 1})
    return divided(whole, DIMENSIONS) if dims == "sum" else whole


def _by_values(
    answer: dict[str, Any],
    derivation: Derivation,
    asked: Question,
    calls: Sequence[Calls],
    points: list[Point],
    units: str,
) -> dict[str, Any]:
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
