"""A program as the data that a template is filled with: names and lines of text."""

from __future__ import annotations

import textwrap
from collections.abc import Collection, Sequence
from typing import Any

import sympy as sp

from symkl.codegen.accuracy import told as accuracy
from symkl.codegen.backends import Backend
from symkl.codegen.coefficients import in_two
from symkl.codegen.printer import Printer
from symkl.codegen.program import Argument, Assignment, Program
from symkl.codegen.stable.kernels import NearOrFar
from symkl.codegen.twice import Again, Exact, again
from symkl.codegen.wide import Wide, wide

__all__ = ["WIDTH", "rendered"]

#: the length of a line of code or documentation, its indentation not counted
WIDTH = 104
_DOMAINS = {
    "real": "real",
    "positive": "positive (the limit at 0 where there is one)",
    "nonnegative": "at least 0",
    "unit": "between 0 and 1, both included",
    "integer": "an integer",
    "positive_integer": "a positive integer",
    "nonnegative_integer": "an integer, at least 0",
}
_VALID = {
    "real": "~{1}.isnan({0})",
    "positive": "({0} >= 0.0)",
    "nonnegative": "({0} >= 0.0)",
    "unit": "({0} >= 0.0) & ({0} <= 1.0)",
    "integer": "({0} % 1.0 == 0.0)",
    "positive_integer": "({0} >= 1.0) & ({0} % 1.0 == 0.0)",
    "nonnegative_integer": "({0} >= 0.0) & ({0} % 1.0 == 0.0)",
}

#: what has a form of its own far from equality is worked out again no farther than this
_FARTHEST = 8
#: products of some lengths that are no less than this have twice the digits
_LEAST = sp.Rational(1, 2**160)
#: where all that is done is done again, which takes long, only divergences below this
_CLOSE = 4.0


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
    later, slopes = _assigned(program.later, printer), _slopes(program, printer, taken, watched)
    assignments = _assigned(program.assignments, printer)
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
        "again": None if watched is None else _again(watched, program, target, printer),
        "wide": None if far is None else _wide(far, program, target, printer),
        "clipped": program.clipped,
        "conditions": valid,
        "valid": _joined(valid, " & ", WIDTH - 4),
        "bounds": _bounds(program),
        "called": {*printer.called, *(["_total"] if any(branch["total"] for branch in branches) else [])},
        "doc": {"title": program.documentation.title, "lines": _lines(program)},
    }


def _assigned(assignments: Sequence[Assignment], printer: Printer) -> list[dict[str, str]]:
    return [{"name": a.name.name, "value": _value(a, printer), "comment": _comment(a.value)} for a in assignments]


def _value(assignment: Assignment, printer: Printer) -> str:
    """On one line where that is short enough; otherwise in brackets, a line for each term."""
    text = printer.text(assignment.value)
    if len(assignment.name.name) + len(text) < WIDTH - len(" = "):
        return text
    lines = "".join(f"        {term}\n" for term in printer.terms(assignment.value))
    return f"(\n{lines}    )"


def _branches(
    program: Program, printer: Printer, target: Backend, taken: Collection[str]
) -> tuple[list[dict[str, Any]], list[dict[str, str]]]:
    """The values of the branches, and how one is selected, the last branch first."""
    spelled = {"inf": target.INFINITY, "nan": target.NAN}
    values, selections = [], []
    for i, branch in enumerate(reversed(program.branches)):
        name = _free("value" if i == 0 else f"case_{len(program.branches) - i}", taken)
        terms = [target.INFINITY] if branch.value == sp.oo else printer.terms(branch.value)
        total = branch.nonnegative and len(terms) > 1 and not any(term.startswith("-") for term in terms)
        terms, beside = printer.summands(branch.value, name) if total else (_joined(terms), [])
        values.append({"name": name, "total": total, "terms": terms, "beside": beside})
        condition = " & ".join(printer.condition(c) for c in branch.conditions)
        if condition:
            otherwise = spelled[program.otherwise] if i == 0 else "value"
            selections.append({"condition": condition, "name": name, "otherwise": otherwise})
    return values, selections


def _again(watched: Again, program: Program, target: Backend, printer: Printer) -> dict[str, Any]:
    """The sums that are watched besides those of the derivatives, and the closed forms with twice the digits."""
    names_of = {a.symbol: a.name for a in program.arguments}
    precise = Printer(target, names_of, target.TWICE)
    rounded = Printer(target, {symbol: f"{name}.high" for symbol, name in names_of.items()})
    printer.called.add("_refined")
    both = dict.fromkeys(e.args[0] for whole in program.expressions for e in whole.atoms(NearOrFar))
    held = [printer.condition(sp.Abs(x) < _FARTHEST) for x in both]
    held += [printer.condition(bound) for x in watched.lengths for bound in (x > _LEAST, x < 1 / _LEAST)]
    held += [f"(value < {_CLOSE})"] if watched.lengths else []
    given = [case.conditions for case in watched.cases]
    shared = [c for c in given[0] if all(c in conditions for conditions in given)]
    own = [[c for c in conditions if c not in shared] for conditions in given]
    if all(own):
        alternatives = [_all_of(conditions, printer) for conditions in own]
        held = [" | ".join(f"({a})" if " & " in a else a for a in alternatives), *held]
        held[0] = f"({held[0]})" if len(own) > 1 else held[0]
    held = [*map(printer.condition, shared), *held]
    others = [_all_of(conditions, rounded) for conditions in own[:-1]]
    found = {
        "sums": [_watched(terms, printer) for terms in watched.sums],
        "held": _joined(held, " & ", WIDTH - len("held = ")) if held else [],
        "near": _tupled([f"({printer.text(x)}, {printer.text(y)})," for x, y in watched.near]),
        "constants": [
            {"name": a.name.name, "value": f"_Twice({high!r}, {low!r})", "comment": sp.sstr(a.value)}
            for a in watched.constants
            for high, low in [in_two(a.value)]
        ],
        "assignments": _assigned(watched.assignments, precise),
        **_cases(watched.cases, others, "_selected_twice", precise),
    }
    printer.called |= precise.called
    return found


def _wide(again: Wide, program: Program, target: Backend, printer: Printer) -> dict[str, Any]:
    """What is worked out again in wide numbers, and the arguments that may be vast or tiny."""
    wider = Printer(target, {a.symbol: a.name for a in program.arguments}, target.WIDE)
    others = [_all_of(case.conditions, wider) for case in again.cases[:-1]]
    found = {
        "reals": _tupled([f"{a.name}," for a in program.arguments if a.domain == "real"]),
        "positive": _tupled([f"{a.name}," for a in program.arguments if a.domain != "real"]),
        "assignments": _assigned(again.assignments, wider),
        **_cases(again.cases, others, "_selected_wide", wider),
    }
    printer.called |= {"_reached", *wider.called}
    return found


def _cases(given: Sequence[Exact], others: Sequence[str], selected: str, printer: Printer) -> dict[str, Any]:
    """The values in each case, and how one is selected by the conditions of all but the last."""
    names = [_free(f"case_{i + 1}", printer.names) for i in range(len(given))]
    chosen, rest = names[-1], _free("rest", printer.names)
    choices = []
    for name, condition in zip(reversed(names[:-1]), reversed(others), strict=True):
        printer.called.add(selected)
        choices.append(f"{rest} = {selected}({condition}, {name}, {chosen})")
        chosen = rest
    return {
        "cases": [
            {"name": name, "values": [_joined(printer.terms(value)) for value in case.values]}
            for name, case in zip(names, given, strict=True)
        ],
        "chosen": [*choices[:-1], *(choice.replace(f"{rest} =", "return", 1) for choice in choices[-1:])],
    }


def _watched(terms: Sequence[sp.Expr], printer: Printer) -> str:
    """A tuple, on a line for each term where it would be too long."""
    texts = [printer.text(term) for term in terms]
    whole = f"({', '.join(texts)})"
    return whole if len(whole) < WIDTH - 8 else "\n".join(["(", *(f"    {text}," for text in texts), ")"])


def _all_of(conditions: Sequence[sp.Basic], printer: Printer) -> str:
    return " & ".join(map(printer.condition, conditions))


def _slopes(program: Program, printer: Printer, taken: Collection[str], watched: Again | None) -> list[dict[str, Any]]:
    """The derivative by each argument in each branch, the last first, and how one is selected; 0 where none holds.

    One that is watched with its parts and the terms of its sums.
    """
    branches = [branch for branch in reversed(program.branches) if branch.slopes]
    slopes = []
    for i, argument in enumerate(program.arguments if branches else ()):
        cases, selections, chosen = [], [], _free(f"slope_{argument.name}", taken)
        for j, branch in enumerate(branches):
            name = _free(f"{chosen}_{len(branches) - j}", taken) if j else chosen
            value = branch.slopes[i] if watched is None else watched.slopes[-1 - j][i].slope
            lines = _joined(printer.terms(value), width=WIDTH - len(name))
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
                "parts": [part for one in own for part in _assigned(one.parts, printer)],
                "sums": list(dict.fromkeys(_watched(terms, printer) for one in own for terms in one.sums)),
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
    return {"reals": _tupled(reals), "bounded": _tupled(bounded)}


def _tupled(items: Sequence[str]) -> str:
    text = " ".join(items)
    return text if len(items) == 1 else text.removesuffix(",")


def _free(name: str, taken: Collection[str]) -> str:
    while name in taken:
        name += "_"
    return name


def _joined(lines: list[str], sign: str = " ", width: int = WIDTH) -> list[str]:
    """One line where that is short enough; otherwise a line each, the sign before each but the first."""
    whole = sign.join(lines)
    return [whole] if len(whole) <= width else [f"{sign.lstrip() if i else ''}{line}" for i, line in enumerate(lines)]


def _comment(value: sp.Expr) -> str:
    return "" if value.free_symbols else sp.sstr(value)


def _lines(program: Program) -> list[str]:
    """The body of the docstring, wrapped."""
    doc = program.documentation
    lines = ["Formula:", *_wrapped(doc.formula, "    "), ""]
    if doc.conditions:
        told = f"where {' and '.join(doc.conditions)}" + (f"; otherwise {doc.otherwise}" if doc.otherwise else "")
        lines += [*_wrapped(told, ""), ""]
    if program.arguments:
        lines += ["Arguments:"]
        lines += [line for a in program.arguments for line in _wrapped(_argument(a), "    ", "        ")]
        lines += ["    event_ndims: so many of the last axes are summed over (independent dimensions)"]
        lines += [
            "    validate: False leaves out the check of the domains; outside them the value is then anything",
            "",
        ]
    lines += ["Returns an array of the shape that the arguments broadcast to, less the last `event_ndims` axes,"]
    lines += ["in nats; nan where an argument lies outside its domain.", ""]
    lines += [line for note in doc.notes for line in _wrapped(f"{note}.", "")]
    lines += _wrapped(f"Verdict: {doc.verdict}.", "")
    lines += [line for told in (accuracy(program), doc.rechecked) if told for line in _wrapped(f"{told}.", "")]
    lines += [line for source in doc.sources for line in _wrapped(f"Source: {source}", "", "    ")]
    return lines


def _argument(argument: Argument) -> str:
    doc = f"{argument.doc}, " if argument.doc else ""
    return f"{argument.name}: {doc}{_DOMAINS[argument.domain]}"


def _wrapped(text: str, indent: str, hanging: str | None = None) -> list[str]:
    flat = " ".join(text.split())
    return textwrap.wrap(
        flat,
        WIDTH,
        initial_indent=indent,
        subsequent_indent=indent if hanging is None else hanging,
        break_long_words=False,
        break_on_hyphens=False,
    )
