"""What the documentation of a generated function says, line by line."""

from __future__ import annotations

from symkl.codegen.accuracy import told as accuracy
from symkl.codegen.layout import wrapped
from symkl.codegen.program import Argument, Program

__all__ = ["docstring"]

_DOMAINS = {
    "real": "real",
    "positive": "positive (the limit at 0 where there is one)",
    "nonnegative": "at least 0",
    "unit": "between 0 and 1, both included",
    "integer": "an integer",
    "positive_integer": "a positive integer",
    "nonnegative_integer": "an integer, at least 0",
}


def docstring(program: Program) -> list[str]:
    """The body of the docstring, wrapped."""
    doc = program.documentation
    lines = ["Formula:", *wrapped(doc.formula, "    "), ""]
    if doc.conditions:
        told = f"where {' and '.join(doc.conditions)}" + (f"; otherwise {doc.otherwise}" if doc.otherwise else "")
        lines += [*wrapped(told, ""), ""]
    if program.arguments:
        lines += ["Arguments:"]
        lines += [line for a in program.arguments for line in wrapped(_argument(a), "    ", "        ")]
        lines += ["    event_ndims: so many of the last axes are summed over (independent dimensions)"]
        lines += [
            "    validate: False leaves out the check of the domains; outside them the value is then anything",
            "",
        ]
    lines += ["Returns an array of the shape that the arguments broadcast to, less the last `event_ndims` axes,"]
    lines += ["in nats; nan where an argument lies outside its domain.", ""]
    lines += [line for note in doc.notes for line in wrapped(f"{note}.", "")]
    lines += wrapped(f"Verdict: {doc.verdict}.", "")
    lines += [line for told in (accuracy(program), doc.rechecked) if told for line in wrapped(f"{told}.", "")]
    lines += [line for source in doc.sources for line in wrapped(f"Source: {source}", "", "    ")]
    return lines


def _argument(argument: Argument) -> str:
    doc = f"{argument.doc}, " if argument.doc else ""
    return f"{argument.name}: {doc}{_DOMAINS[argument.domain]}"
