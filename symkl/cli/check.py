"""`symkl check`: is somebody's formula right?"""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated, Any

import typer

from symkl.cli.options import Common, P, Q, Quantity, Where
from symkl.cli.setup import open_library, prove_one, settings
from symkl.cli.terminal import STYLES, show_json, write
from symkl.errors import BadInput, Location, NotYet

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


def check(
    common: Common,
    quantity: Quantity,
    p: P,
    q: Q = None,
    formula: Annotated[
        str | None, typer.Option("--formula", metavar="TEXT", help="The formula, in symkl's own notation.")
    ] = None,
    latex: Annotated[
        str | None, typer.Option("--latex", metavar="TEXT", help="The formula in LaTeX (not yet).")
    ] = None,
    function: Annotated[
        str | None, typer.Option("--function", metavar="MODULE:NAME", help="A Python function (not yet).")
    ] = None,
    names: Annotated[
        list[str] | None,
        typer.Option(
            "--map", metavar="NAME=EXPR", help="What a name in the formula stands for, such as v1=sigma_1**2."
        ),
    ] = None,
    of: Annotated[str | None, typer.Option("--of", metavar="EXPR", help="Of what, for an expectation: x**2.")] = None,
    where: Where = None,
    units: Annotated[Units, typer.Option("--units", help="What the formula is in.")] = Units.nats,
    dims: Annotated[
        Dims, typer.Option("--dims", help="Whether it sums or averages over D equal dimensions.")
    ] = Dims.none,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> int:
    """Compare a formula with what the densities say: exit code 0 correct, 1 wrong, 3 undecided."""
    if latex is not None or function is not None:
        option = "--latex" if latex is not None else "--function"
        raise NotYet(f"{option} is not read yet: write the formula in symkl's notation, with --formula")
    if formula is None:
        raise BadInput("there is nothing to check", Location(field="--formula"), "add --formula TEXT")
    from symkl import pipeline
    from symkl.proving import limited
    from symkl.workers import Crew

    library = open_library(common)
    claim = pipeline.claim(library, quantity, p, q, of, where or [])
    chosen = settings(common, 1)
    with Crew(1) as crew:
        verified = prove_one(library, claim, chosen, crew)
        arguments = (verified, formula, names or [], units.value, dims.value)
        found, lost = limited(pipeline.compare, arguments, chosen, crew)
    if lost:
        found = {"verdict": "undecided", "evidence": "numeric", "derived": None, "given": formula}
        found |= {"counterexample": None, "diagnosis": lost}
    if as_json:
        show_json(found)
    else:
        _show(found)
    return {"correct": 0, "wrong": 1}.get(found["verdict"], 3)


def _show(found: dict[str, Any]) -> None:
    write(f"{found['verdict']} ({found['evidence']})", STYLES[found["verdict"]])
    write(f"  given:   {found['given']}")
    if found["derived"] is not None:
        write(f"  derived: {found['derived']}")
    counter = found["counterexample"]
    if counter is not None:
        at = ", ".join(f"{name} = {value}" for name, value in counter["at"].items())
        write(f"  at {at} it gives {counter['given']}, the truth is {counter['true']}")
    if found["diagnosis"]:
        write(f"  {found['diagnosis']}")
