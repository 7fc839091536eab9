"""A program as the data that a template is filled with: names and lines of text."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

import sympy as sp

from symkl.codegen.backends import Backend
from symkl.codegen.docstring import docstring
from symkl.codegen.layout import WIDTH, assigned, free, joined, tupled
from symkl.codegen.printer import Printer
from symkl.codegen.program import Program
from symkl.codegen.rendering_again import again_rendered, watched_sum, wide_rendered
from symkl.codegen.twice import Again, again
from symkl.codegen.wide import wide

__all__ = ["rendered"]

_VALID = {
    "real": "~{1}.isnan({0})",
    "positive": "({0} >= 0.0)",
    "nonnegative": "({0} >= 0.0)",
    "unit": "({0} >= 0.0) & ({0} <= 1.0)",
    "integer": "({0} % 1.0 == 0.0)",
    "positive_integer": "({0} >= 1.0) & ({0} % 1.0 == 0.0)",
    "nonnegative_integer": "({0} >= 0.0) & ({0} % 1.0 == 0.0)",
}


def rendered(program: Program, target: Backend) -> dict[str, Any]:
    """What `function.py.j2` needs. Raises NotYet for an operation that the backend has no spelling for."""
    names_of = {a.symbol: a.name for a in program.arguments}
    printer = Printer(target, names_of)
    names = [a.name for a in program.arguments]
    taken = {*names, *(a.name.name for a in (*program.assignments, *program.later))}
    branches, selections = _branches(program, printer, target, taken)
    valid = [_VALID[a.domain].format(a.name, target.MODULE) for a in program.arguments]
    valid += [printer.condition(c) for c in program.constraints]
    watched = again(program, target.TWICE) if target.TWICE else None
    if watched is not None and not (watched.near or target.TWICE_FAR):
        watched = None
    far = wide(program, target.WIDE) if target.WIDE else None
    later, slopes = assigned(program.later, printer), _slopes(program, printer, taken, watched)
    assignments = assigned(program.assignments, printer)
    return {
        "name": program.name,
        "arguments": [{"name": a.name} for a in program.arguments],
        "unpacked": "".join(f"{name}, " for name in names),
        "passed": ", ".join(names),
        "assignments": assignments,
        "branches": branches,
        "selections": selections,
        "later": later,
        "slopes": slopes,
        "again": None if watched is None else again_rendered(watched, program, target, printer),
        "wide": None if far is None else wide_rendered(far, program, target, printer),
        "clipped": program.clipped,
        "conditions": valid,
        "valid": joined(valid, " & ", WIDTH - 4),
        "bounds": _bounds(program),
        "called": {*printer.called, *(["_total"] if any(branch["total"] for branch in branches) else [])},
        "doc": {"title": program.documentation.title, "lines": docstring(program)},
    }


def _branches(
    program: Program, printer: Printer, target: Backend, taken: Collection[str]
) -> tuple[list[dict[str, Any]], list[dict[str, str]]]:
    """The values of the branches, and how one is selected, the last branch first."""
    spelled = {"inf": target.INFINITY, "nan": target.NAN}
    values, selections = [], []
    for i, branch in enumerate(reversed(program.branches)):
        name = free("value" if i == 0 else f"case_{len(program.branches) - i}", taken)
        terms = [target.INFINITY] if branch.value == sp.oo else printer.terms(branch.value)
        total = branch.nonnegative and len(terms) > 1 and not any(term.startswith("-") for term in terms)
        terms, beside = printer.summands(branch.value, name) if total else (joined(terms), [])
        values.append({"name": name, "total": total, "terms": terms, "beside": beside})
        condition = " & ".join(printer.condition(c) for c in branch.conditions)
        if condition:
            otherwise = spelled[program.otherwise] if i == 0 else "value"
            selections.append({"condition": condition, "name": name, "otherwise": otherwise})
    return values, selections


def _slopes(program: Program, printer: Printer, taken: Collection[str], watched: Again | None) -> list[dict[str, Any]]:
    """The derivative by each argument in each branch, the last first, and how one is selected; 0 where none holds.

    One that is watched with its parts and the terms of its sums.
    """
    branches = [branch for branch in reversed(program.branches) if branch.slopes]
    slopes = []
    for i, argument in enumerate(program.arguments if branches else ()):
        cases, selections, chosen = [], [], free(f"slope_{argument.name}", taken)
        for j, branch in enumerate(branches):
            name = free(f"{chosen}_{len(branches) - j}", taken) if j else chosen
            value = branch.slopes[i] if watched is None else watched.slopes[-1 - j][i].slope
            lines = joined(printer.terms(value), width=WIDTH - len(name))
            cases.append({"name": name, "terms": lines})
            condition = " & ".join(printer.condition(c) for c in branch.conditions)
            if condition:
                selections.append({"condition": condition, "name": name, "otherwise": chosen if j else "0.0"})
        own = [] if watched is None else [slopes[i] for slopes in watched.slopes]
        slopes.append(
            {
                "name": chosen,
                "cases": cases,
                "selections": selections,
                "parts": [part for one in own for part in assigned(one.parts, printer)],
                "sums": list(dict.fromkeys(watched_sum(terms, printer) for one in own for terms in one.sums)),
            }
        )
    return slopes


def _bounds(program: Program) -> dict[str, str]:
    """The domains as arguments that are no nan and numbers that are at least 0, where that is all that they say."""
    reals = [f"{a.name}," for a in program.arguments if a.domain == "real"]
    bounded = [f"{a.name}," for a in program.arguments if a.domain in ("positive", "nonnegative", "unit")]
    bounded += [f"1.0 - {a.name}," for a in program.arguments if a.domain == "unit"]
    if program.constraints or {a.domain for a in program.arguments} - {"real", "positive", "nonnegative", "unit"}:
        return {}
    return {"reals": tupled(reals), "bounded": tupled(bounded)}
