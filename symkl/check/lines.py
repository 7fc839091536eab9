"""A derivation in LaTeX judged line by line: the first wrong line is the wrong step."""

from __future__ import annotations

from typing import Any

import sympy as sp

from symkl.check.comparison import comparison
from symkl.check.formula import DIMENSIONS, Formula
from symkl.check.latex import Given, other_readings
from symkl.model import Derivation, Expectation
from symkl.verify.known import UNITS
from symkl.verify.numbers import number_of
from symkl.verify.points import draw

__all__ = ["lines_compared"]

NOT_READ = "not read"
#: values that are further apart than a rounded number makes them
_DIGITS, _NEAR = 15, 1e-4


def lines_compared(derivation: Derivation, given: Given, dims: str, vouched: bool = False) -> dict[str, Any]:
    """What `symkl check --json` prints: what `comparison` says of the line that decides, its "read", "line"
    and "column", and of all together "notes" and "lines".

    Wrong if any line is; the line that decides is the first wrong one, else the last that was read.
    """
    found: list[dict[str, Any] | None] = []
    for index, formula in enumerate(given.formulas):
        answer = None if formula is None else comparison(derivation, formula, dims, vouched)
        if answer is not None and answer["verdict"] == "wrong":
            answer["diagnosis"] = _meant(derivation, given, index, dims) or answer["diagnosis"]
        found.append(answer)
    rows = [_row(given, index, answer) for index, answer in enumerate(found)]
    read = [index for index, answer in enumerate(found) if answer is not None]
    worst = next((i for v in ("wrong", "undecided") for i in read if found[i]["verdict"] == v), read[-1])  # type: ignore[index]
    decides = found[worst]
    assert decides is not None
    answer = {**decides, **{key: rows[worst][key] for key in ("given", "read", "line", "column")}}
    if decides["verdict"] == "correct" and any(a is not None and a["evidence"] == "numeric" for a in found):
        answer["evidence"] = "numeric"
    return {**answer, "notes": list(given.reading.notes), "lines": rows}


def _row(given: Given, index: int, answer: dict[str, Any] | None) -> dict[str, Any]:
    line, source = given.reading.lines[index], given.reading.source
    number, column = source.line_and_column(line.start)
    text = " ".join(source.text[line.start : line.end].split())
    row = {"line": number, "column": column, "given": text}
    if answer is None or line.written is None:
        return {**row, "read": None, "verdict": NOT_READ, "counterexample": None, "diagnosis": line.reason}
    kept = {key: answer[key] for key in ("verdict", "counterexample", "diagnosis")}
    return {**row, "read": line.written.text, **kept}


def _meant(derivation: Derivation, given: Given, index: int, dims: str) -> str:
    """What another reading of a wrong line would be, if it is right."""
    for other in other_readings(given, index):
        if _is_right(derivation, other, dims):
            return f"it is right if it is read as {other.text}"
    return ""


def _is_right(derivation: Derivation, formula: Formula, dims: str) -> bool:
    """Whether it is right; where two values show that it is not, nothing more is done."""
    truth, claim = derivation.result, derivation.claim
    if truth is not None and not truth.has(Expectation, sp.oo):
        given = formula.per_dimension.subs(DIMENSIONS, 2) * UNITS[formula.units]
        for point in draw(claim, 2, conditions=derivation.conditions):
            one, two = number_of(given, point, _DIGITS), number_of(truth, point, _DIGITS)
            if one is None or two is None or abs(one - two) > _NEAR * (1 + abs(two)):
                return False
    return bool(comparison(derivation, formula, dims)["verdict"] == "correct")
