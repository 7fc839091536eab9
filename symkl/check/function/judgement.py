"""A user's function judged: by its expression where that says what it gave when it was run, else by its values."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import mpmath as mp
import sympy as sp

from symkl.check.comparison import comparison
from symkl.check.formula import DIMENSIONS, Formula
from symkl.check.function.calls import read_calls
from symkl.check.function.expressions import Read, divided, faithful, proportional, read_traces
from symkl.check.function.questions import points_of
from symkl.check.function.readings import reading
from symkl.check.function.values import approximate, by_values, of_arrays
from symkl.language import to_text
from symkl.model import Derivation
from symkl.trace.user.question import Question
from symkl.verify.known import UNITS
from symkl.verify.points import Point

__all__ = ["judgement"]


def judgement(
    derivation: Derivation, asking: Mapping[str, Any], said: Mapping[str, Any], units: str, vouched: bool = False
) -> dict[str, Any]:
    """What `symkl check --json` prints about the function; `vouched` says that the derivation has been proved."""
    found = _judged(derivation, asking, said, units, vouched)
    raised = next((runs["raised"] for runs in said["runs"] if runs["raised"]), "")
    if not raised or found["verdict"] == "undecided":
        return found
    if found["verdict"] == "wrong":
        return {**found, "notes": [*found["notes"], f"for some parameters it gives nothing: {raised}"]}
    diagnosis = f"it is right where it gives a value, but for some parameters it gives none: {raised}"
    return {**found, "verdict": "undecided", "diagnosis": diagnosis}


def _judged(
    derivation: Derivation, asking: Mapping[str, Any], said: Mapping[str, Any], units: str, vouched: bool
) -> dict[str, Any]:
    asked = Question(**asking)
    answer = _answer(derivation, asked, said)
    calls = read_calls(said["runs"])
    if said["noisy"]:
        return {**answer, "diagnosis": "it gives other values when it is called again: it draws random numbers"}
    if not calls:
        return {**answer, "diagnosis": _not_run(said)}
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
            found |= approximate(found, derivation, read, seen, points, UNITS[units], asked.dims)
            if found["verdict"] == "wrong" and not found["diagnosis"].startswith(_PLAIN):
                words, instead = found["diagnosis"], reading(derivation, per_dimension, units, said["arguments"])
                if instead:
                    found["diagnosis"] = f"{words}; {instead}" if words.startswith("right if") else instead
            if found["verdict"] == "wrong" and asked.dims != "none":
                notes += [other] if (other := read.other_than(asked.dims)) else []
                notes += of_arrays(derivation, read, seen, points, UNITS[units], asked.dims)
            return {**answer, **found, "read": to_text(read.lengths_named()), "notes": notes}
    answer["notes"] += [f"not read as a formula: {said['untraced']}"] if said["untraced"] else []
    with mp.workdps(30):
        return by_values(answer, derivation, asked, calls, points, units)


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


def _not_run(said: Mapping[str, Any]) -> str:
    if not said["failure"]:
        return "it was not run"
    missing = f"; install {', '.join(said['absent'])} beside symkl and ask again" if said["absent"] else ""
    return f"it cannot be run: {said['failure']}{missing}"


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
_ROWS = "of arrays (N, D) it sums over the batch N, and leaves the dimensions D as they are"
_ONE = "taken for one dimension"
_FLAT = "its arguments are taken for arrays (D,); an array (N, D) is not taken for a batch of N"


def _divided(expression: sp.Expr, read: Read, dims: str) -> sp.Expr:
    whole = expression.subs({read.D: DIMENSIONS, read.N: 1})
    return divided(whole, DIMENSIONS) if dims == "sum" else whole
