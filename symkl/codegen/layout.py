"""Assignments, sums, tuples and text laid out on lines that are short enough."""

from __future__ import annotations

import textwrap
from collections.abc import Collection, Sequence

import sympy as sp

from symkl.codegen.printer import Printer
from symkl.codegen.program import Assignment

__all__ = ["WIDTH", "all_of", "assigned", "free", "joined", "tupled", "wrapped"]

#: the length of a line of code or documentation, its indentation not counted
WIDTH = 104


def assigned(assignments: Sequence[Assignment], printer: Printer) -> list[dict[str, str]]:
    return [{"name": a.name.name, "value": _value(a, printer), "comment": _comment(a.value)} for a in assignments]


def _value(assignment: Assignment, printer: Printer) -> str:
    """On one line where that is short enough; otherwise in brackets, a line for each term."""
    text = printer.text(assignment.value)
    if len(assignment.name.name) + len(text) < WIDTH - len(" = "):
        return text
    lines = "".join(f"        {term}\n" for term in printer.terms(assignment.value))
    return f"(\n{lines}    )"


def _comment(value: sp.Expr) -> str:
    return "" if value.free_symbols else sp.sstr(value)


def all_of(conditions: Sequence[sp.Basic], printer: Printer) -> str:
    return " & ".join(map(printer.condition, conditions))


def tupled(items: Sequence[str]) -> str:
    text = " ".join(items)
    return text if len(items) == 1 else text.removesuffix(",")


def free(name: str, taken: Collection[str]) -> str:
    while name in taken:
        name += "_"
    return name


def joined(lines: list[str], sign: str = " ", width: int = WIDTH) -> list[str]:
    """One line where that is short enough; otherwise a line each, the sign before each but the first."""
    whole = sign.join(lines)
    return [whole] if len(whole) <= width else [f"{sign.lstrip() if i else ''}{line}" for i, line in enumerate(lines)]


def wrapped(text: str, indent: str, hanging: str | None = None) -> list[str]:
    flat = " ".join(text.split())
    return textwrap.wrap(
        flat,
        WIDTH,
        initial_indent=indent,
        subsequent_indent=indent if hanging is None else hanging,
        break_long_words=False,
        break_on_hyphens=False,
    )
