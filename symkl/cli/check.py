"""`symkl check`: is somebody's formula right?"""

from __future__ import annotations

from contextlib import nullcontext
from enum import StrEnum
from typing import TYPE_CHECKING, Annotated, Any

import typer

from symkl.cli.options import Common, P, Q, Quantity, Where
from symkl.cli.setup import open_library, settings
from symkl.cli.terminal import STYLES, show_json, write
from symkl.errors import BadInput, Location

if TYPE_CHECKING:
    from symkl.guests import Guest

__all__ = ["check"]


class Units(StrEnum):
    """What a formula is in."""

    nats = "nats"
    bits = "bits"


class Dims(StrEnum):
    """What a formula does over independent dimensions."""

    none = "none"
    sum = "sum"
    mean = "mean"


_FUNCTION = (
    "A Python function or method, FILE.py:NAME or MODULE:NAME, for PyTorch, JAX, NumPy or plain numbers; "
    "NAME[0] or NAME[kl] is one of several things that it gives. "
    "It is code: it is imported and run, in a process of its own, with all rights that you have."
)


def check(
    common: Common,
    quantity: Quantity,
    p: P,
    q: Q = None,
    formula: Annotated[
        str | None, typer.Option("--formula", metavar="TEXT", help="The formula, in symkl's own notation.")
    ] = None,
    latex: Annotated[
        str | None,
        typer.Option(
            "--latex",
            metavar="TEXT|FILE",
            help="The formula in LaTeX, or a file with it (.tex, .md, .rst, .py); of a derivation, every line.",
        ),
    ] = None,
    label: Annotated[
        str | None, typer.Option("--label", metavar="LABEL", help="Which formula of the file: that with this label.")
    ] = None,
    line: Annotated[
        int | None, typer.Option("--line", metavar="N", min=1, help="Which formula of the file: that on this line.")
    ] = None,
    function: Annotated[str | None, typer.Option("--function", metavar="FILE.py:NAME", help=_FUNCTION)] = None,
    names: Annotated[
        list[str] | None,
        typer.Option(
            "--map",
            metavar="NAME=EXPR",
            help=r"What a name stands for: v1=sigma_1**2, of an object self.v=sigma_1**2, of LaTeX \beta_i=b_1.",
        ),
    ] = None,
    of: Annotated[str | None, typer.Option("--of", metavar="EXPR", help="Of what, for an expectation: x**2.")] = None,
    where: Where = None,
    units: Annotated[Units, typer.Option("--units", help="What the formula is in.")] = Units.nats,
    dims: Annotated[
        Dims,
        typer.Option("--dims", help="Whether it sums or averages over D dimensions; a function gets arrays (N, D)."),
    ] = Dims.none,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> int:
    """Compare a formula with what the densities say: exit code 0 correct, 1 wrong, 3 undecided."""
    given = {"formula": formula, "latex": latex, "function": function}
    kinds = [kind for kind, text in given.items() if text is not None]
    if not kinds:
        raise BadInput("there is nothing to check", Location(field="--formula"), "add --formula TEXT")
    if len(kinds) > 1:
        raise BadInput(f"--{kinds[0]} and --{kinds[1]} are given at once", None, "leave one of them out")
    from symkl.checking import Question, answer, in_file
    from symkl.workers import Crew

    question = Question(
        quantity,
        p,
        q,
        kinds[0],
        given[kinds[0]] or "",
        of,
        names=tuple(names or ()),
        where=tuple(where or ()),
        units=units.value,
        dims=dims.value,
    )
    if latex is not None:
        question = in_file(question, label, line)
    elif label is not None or line is not None:
        raise BadInput("--label and --line are about --latex FILE", None, "leave them out")
    with Crew(1) as crew, _guest(common.quiet) if function else nullcontext() as guest:
        found = answer(question, open_library(common), settings(common, 1), crew, guest)
    found.pop("files", None)
    if as_json:
        show_json(found)
    else:
        _show(found)
    return {"correct": 0, "wrong": 1}.get(found["verdict"], 3)


def _guest(quiet: bool) -> Guest:
    from symkl.guests import Guest

    return Guest(quiet)


def _show(found: dict[str, Any]) -> None:
    write(f"{found['verdict']} ({found['evidence']})", STYLES[found["verdict"]])
    lines = found.get("lines", ())
    if len(lines) > 1:
        for line in lines:
            what = line["read"] or f"{line['given']} ({line['diagnosis']})"
            write(f"  line {line['line']}, column {line['column']}: {line['verdict']}: {what}")
    write(f"  given:   {found['given']}")
    if "read" in found:
        write(f"  read as: {found['read']}")
    for remark in found.get("notes", ()):
        write(f"  note: {remark}")
    if found["derived"] is not None:
        write(f"  derived: {found['derived']}")
    counter = found["counterexample"]
    if counter is not None:
        at = ", ".join(f"{name} = {value}" for name, value in counter["at"].items())
        write(f"  at {at} it gives {counter['given']}, the truth is {counter['true']}")
    if found["diagnosis"]:
        write(f"  {found['diagnosis']}")
