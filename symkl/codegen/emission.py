"""Programs into the text of a module, through the templates of a backend."""

from __future__ import annotations

import re
import textwrap
import unicodedata
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import replace
from functools import lru_cache
from typing import Any

import jinja2

from symkl.codegen.backends import Backend, backend_of
from symkl.codegen.coefficients import coefficients
from symkl.codegen.kernel_files import kernels_for
from symkl.codegen.layout import WIDTH
from symkl.codegen.one_pass import for_numbers, one_pass
from symkl.codegen.program import Program
from symkl.codegen.registration import Registration, registered
from symkl.codegen.rendering import rendered
from symkl.errors import NotYet

__all__ = ["emit"]

_BESIDES = (
    " Where numba is installed as well, large tensors on the CPU are worked out in one pass over memory; it is "
    "compiled when it is first wanted, the machine code is kept, and NUMBA_DISABLE_JIT=1 leaves it out."
)
_BY_AUTOGRAD = "Its gradient is that of automatic differentiation, not a closed form"


def emit(
    programs: Sequence[Program],
    backend: str,
    loader: jinja2.BaseLoader,
    title: str = "Closed forms by symkl.",
    registrations: Sequence[Registration] = (),
) -> str:
    """The source of a module that stands alone, with one function a program; `registrations` are made on its import.

    `loader` finds `code/<backend>/module.py.j2` and what it includes. Raises NotYet where the backend has no
    spelling for an operation, BadInput where there is no such backend.
    """
    target = backend_of(backend)
    functions = [_fitting(program, target) for program in programs]
    environment = _environment(loader)
    called: set[str] = set().union(*(function["called"] for function in functions))
    scipy = any(name.startswith("special.") for name in called) and target.MODULE == "np"
    needs = f"{target.LIBRARY} and SciPy" if scipy else target.LIBRARY
    pairs = zip(programs, functions, strict=True) if target.LENDER else ()
    borrowed = [for_numbers(p, target.LENDER) for p, f in pairs if f["slopes"] and not f["again"] and not f["wide"]]
    numbers = [f for f in borrowed if f is not None]
    text = environment.get_template(f"code/{target.NAME}/module.py.j2").render(
        title=title,
        preamble="\n".join(
            textwrap.wrap(target.PREAMBLE.format(needs=needs, one_pass=_BESIDES if numbers else ""), WIDTH)
        ),
        exported=sorted(p.name for p in programs),
        functions=functions,
        kernels=kernels_for((name for name in called if name.startswith("_")), target.NAME, environment),
        scipy=scipy,
        coefficients=coefficients(),
        registrations=registered(registrations),
        one_pass=one_pass(numbers, target.NAME, target.LENDER, environment) if numbers else "",
    )
    return re.sub(r"\n{4,}", "\n\n\n", text).rstrip("\n") + "\n"


@lru_cache(maxsize=8)
def _environment(loader: jinja2.BaseLoader) -> jinja2.Environment:
    """One for a loader: what it has read and compiled of templates serves the next module."""
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
    environment.filters["repr"] = lambda name: f'"{name}"' if name.isidentifier() else repr(name)
    return environment


def _fitting(program: Program, target: Backend) -> dict[str, Any]:
    """The program as data, without derivatives where the backend wants none; a note where it cannot spell them."""
    branches = tuple(replace(branch, slopes=()) for branch in program.branches)
    bare = replace(program, branches=branches, later=())
    if not target.SLOPES:
        return rendered(bare, target)
    if all(branch.slopes or not program.arguments for branch in program.branches):
        with suppress(NotYet):
            return rendered(program, target)
    notes = (*program.documentation.notes, _BY_AUTOGRAD)
    return rendered(replace(bare, documentation=replace(program.documentation, notes=notes)), target)


def docstring_text(text: str) -> str:
    """Text from anywhere, made safe inside a triple-quoted string: it stays text whatever it holds."""
    visible = "".join(c for c in text if c == "\n" or not unicodedata.category(c).startswith(("C", "Zl", "Zp")))
    return visible.replace("\\", "\\\\").replace('"""', '\\"\\"\\"')
