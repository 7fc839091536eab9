"""What a module of one backend borrows of another: its formulas for numbers, for one pass over memory."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

import jinja2

from symkl.codegen.backends import backend_of
from symkl.codegen.coefficients import coefficients
from symkl.codegen.kernel_files import kernels_for, names_defined
from symkl.codegen.program import Program
from symkl.codegen.rendering import rendered
from symkl.errors import NotYet

__all__ = ["EACH", "for_numbers", "one_pass"]

#: what the names of borrowed kernels begin with: both backends have a `_log_gap`
EACH = "_each"


def for_numbers(program: Program, lender: str) -> dict[str, Any] | None:
    """The program with its derivatives as data, spelled by the lender; None where that cannot spell it whole."""
    if not program.arguments or not all(branch.slopes for branch in program.branches):
        return None
    try:
        return rendered(program, backend_of(lender))
    except NotYet:
        return None


def one_pass(functions: Sequence[dict[str, Any]], backend: str, lender: str, environment: jinja2.Environment) -> str:
    """The functions and the lender's kernels that they call, under names of their own."""
    called = {name for f in functions for name in f["called"] if name.startswith("_")}
    folder = f"code/{lender}/kernels"
    kernels = [
        environment.get_template(f"{folder}/{kernel}.py.j2").render(coefficients=coefficients())
        for kernel in kernels_for(called, lender, environment)
    ]
    elements = [environment.get_template(f"code/{backend}/each.py.j2").render(each=f) for f in functions]
    own = "|".join(sorted({name for text in kernels for name in names_defined(text)}, key=len, reverse=True))
    text = "\n\n\n".join(part.strip("\n") for part in (*elements, *kernels))
    return re.sub(rf"(?<!\w)({own})(?!\w)", rf"{EACH}\1", text) if own else text
