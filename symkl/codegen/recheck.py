"""Generated text checked again: read back to expressions and proved, and run against references of many digits.

What is checked is the text of the module and not the program that it was made from: a slip of the printer, of a
backend's spelling, of a template or of a kernel ends here.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import jinja2

from symkl.codegen.emission import emit
from symkl.codegen.program import Program
from symkl.codegen.reading import Unshown, prove
from symkl.codegen.running import loaded, runs_here
from symkl.codegen.trying import compare

__all__ = ["checked_module", "recheck", "reread"]

_PROVED = "Re-verified: this code was read back, proved equal to the formula, and run against 60-digit references"
_READ = "Re-verified: this code was read back and proved equal to the formula"
_RUN = "Re-verified: this code was run against 60-digit references; that it is the formula was not proved again"


def checked_module(programs: Sequence[Program], backend: str, loader: jinja2.BaseLoader, title: str) -> str:
    """As `emit`, the text checked again, which its docstrings say. Raises Broken where it is seen to be wrong."""
    text = emit(_telling(programs, _PROVED), backend, loader, title)
    try:
        recheck(programs, backend, text)
    except Unshown:
        text = emit(_telling(programs, _RUN), backend, loader, title)
        _try(programs, backend, text)
    return text


def reread(program: Program, backend: str, loader: jinja2.BaseLoader) -> Program:
    """The program, telling in its documentation what was seen of its code, where that can be read back here.

    What is proved equal is not run as well: of many functions, that would take minutes where they are compiled.
    Raises Broken where the code is seen to be wrong, NotYet as `emit` does.
    """
    text = emit([program], backend, loader)
    if not runs_here(backend):
        return program
    try:
        with loaded(text) as module:
            prove(program, backend, module)
    except Unshown:
        _try([program], backend, text)
        return _telling([program], _RUN)[0]
    return _telling([program], _READ)[0]


def _telling(programs: Sequence[Program], told: str) -> list[Program]:
    return [replace(p, documentation=replace(p.documentation, rechecked=told)) for p in programs]


def recheck(programs: Sequence[Program], backend: str, text: str) -> None:
    """Reads each function of the module back, proves it equal to the closed form, and runs it at points.

    So it does with the derivatives, where the module has them. Raises Broken where a function is not what was
    derived, or less accurate than its docstring says. The libraries of the backend must be installed.
    """
    with loaded(text) as module:
        for program in programs:
            prove(program, backend, module)
    _try(programs, backend, text)


def _try(programs: Sequence[Program], backend: str, text: str) -> None:
    with loaded(text) as module:  # one of its own: compiled functions may remember how they were traced
        for program in programs:
            compare(program, backend, module)
