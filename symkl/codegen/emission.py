"""Programs into the text of a module, through the templates of a backend."""

from __future__ import annotations

import re
import textwrap
import unicodedata
from collections.abc import Sequence
from typing import Any

import jinja2
import sympy as sp

from symkl.codegen.backends import Backend, backend_of
from symkl.codegen.coefficients import coefficients
from symkl.codegen.operations import OPERATIONS
from symkl.codegen.printer import Printer
from symkl.codegen.program import Argument, Program

__all__ = ["emit"]

_WIDTH = 104
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


def emit(
    programs: Sequence[Program], backend: str, loader: jinja2.BaseLoader, title: str = "Closed forms by symkl."
) -> str:
    """The source of a module that stands alone, with one function a program.

    `loader` finds `code/<backend>/module.py.j2` and what it includes. Raises NotYet where the backend has no
    spelling for an operation, BadInput where there is no such backend.
    """
    target = backend_of(backend)
    environment = jinja2.Environment(
        loader=loader,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
        autoescape=False,  # noqa: S701 - Python, not HTML: what comes from outside goes through `docstring`
    )
    environment.filters["docstring"] = docstring_text
    environment.filters["trim_right"] = str.rstrip
    rows = [OPERATIONS[f.func] for p in programs for e in p.expressions for f in sorted_functions(e)]
    kernels = {name for row in rows if _uses_kernels(row, target) for name in row.kernels}
    scipy = sorted({row.scipy for row in rows if row.scipy}) if target.NAME == "numpy" else []
    needs = {"numpy": "NumPy and SciPy" if scipy else "NumPy", "torch": "PyTorch"}[target.NAME]
    rendered = environment.get_template(f"code/{target.NAME}/module.py.j2").render(
        title=title,
        preamble="\n".join(textwrap.wrap(target.PREAMBLE.format(needs=needs), _WIDTH)),
        exported=_exported([p.name for p in programs]),
        functions=[_function(p, target) for p in programs],
        kernels=sorted(kernels),
        scipy=scipy,
        coefficients={name: _numbers(values) for name, values in coefficients().items()},
    )
    return re.sub(r"\n{4,}", "\n\n\n", rendered).rstrip("\n") + "\n"


def docstring_text(text: str) -> str:
    """Text from anywhere, made safe inside a triple-quoted string: it stays text whatever it holds."""
    visible = "".join(c for c in text if c == "\n" or not unicodedata.category(c).startswith(("C", "Zl", "Zp")))
    return visible.replace("\\", "\\\\").replace('"""', '\\"\\"\\"')


def sorted_functions(e: sp.Basic) -> list[sp.Basic]:
    """The functions of the operation table that occur in an expression, in a stable order."""
    found = {f for f in sp.preorder_traversal(e) if f.func in OPERATIONS and f.free_symbols}
    return sorted(found, key=sp.default_sort_key)


def _uses_kernels(row: Any, target: Backend) -> bool:
    return bool(row.kernels) and (getattr(row, target.NAME) or "").startswith("_")


def _exported(names: Sequence[str]) -> str:
    return "[\n" + "".join(f'    "{name}",\n' for name in sorted(names)) + "]"


def _numbers(values: tuple[float, ...]) -> str:
    return "(\n" + "".join(f"    {v!r},\n" for v in values) + ")"


def _function(program: Program, target: Backend) -> dict[str, Any]:
    printer = Printer(target.NAME, target.MODULE, {a.symbol: a.name for a in program.arguments})
    names = [a.name for a in program.arguments]
    branches, selections = _branches(program, printer, target)
    valid = [_VALID[a.domain].format(a.name, target.MODULE) for a in program.arguments]
    return {
        "name": program.name,
        "arguments": [{"name": a.name} for a in program.arguments],
        "unpacked": "".join(f"{name}, " for name in names),
        "passed": ", ".join(names),
        "assignments": [
            {"name": a.name.name, "value": printer.text(a.value), "comment": _comment(a.value)}
            for a in program.assignments
        ],
        "branches": branches,
        "selections": selections,
        "clipped": program.clipped,
        "valid": _joined([*valid, *(printer.condition(c) for c in program.constraints)], " & "),
        "doc": {"title": program.documentation.title, "lines": _lines(program)},
    }


def _branches(program: Program, printer: Printer, target: Backend) -> tuple[list[dict[str, Any]], list[dict[str, str]]]:
    """The values of the branches, and how one is selected, the last branch first."""
    spelled = {"inf": target.INFINITY, "nan": target.NAN}
    values, selections = [], []
    for i, branch in enumerate(reversed(program.branches)):
        name = "value" if i == 0 else f"value_{len(program.branches) - i}"
        terms = [target.INFINITY] if branch.value == sp.oo else printer.terms(branch.value)
        values.append({"name": name, "terms": _joined(terms)})
        condition = " & ".join(printer.condition(c) for c in branch.conditions)
        if condition:
            otherwise = spelled[program.otherwise] if i == 0 else "value"
            selections.append({"condition": condition, "name": name, "otherwise": otherwise})
    return values, selections


def _joined(lines: list[str], sign: str = " ") -> list[str]:
    """One line where that is short enough; otherwise a line each, the sign before each but the first."""
    whole = sign.join(lines)
    return [whole] if len(whole) <= _WIDTH else [f"{sign.lstrip() if i else ''}{line}" for i, line in enumerate(lines)]


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
        lines += ["    event_ndims: so many of the last axes are summed over (independent dimensions)", ""]
    lines += ["Returns an array of the shape that the arguments broadcast to, less the last `event_ndims` axes,"]
    lines += ["in nats; nan where an argument lies outside its domain.", ""]
    lines += [line for note in doc.notes for line in _wrapped(f"{note}.", "")]
    lines += _wrapped(f"Verdict: {doc.verdict}.", "")
    lines += [line for source in doc.sources for line in _wrapped(f"Source: {source}", "", "    ")]
    return lines


def _argument(argument: Argument) -> str:
    doc = f"{argument.doc}, " if argument.doc else ""
    return f"{argument.name}: {doc}{_DOMAINS[argument.domain]}"


def _wrapped(text: str, indent: str, hanging: str | None = None) -> list[str]:
    flat = " ".join(text.split())
    return textwrap.wrap(
        flat,
        _WIDTH,
        initial_indent=indent,
        subsequent_indent=indent if hanging is None else hanging,
        break_long_words=False,
        break_on_hyphens=False,
    )
