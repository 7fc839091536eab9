"""`symkl eval`: a value, with a proof of its digits where there is one."""

from __future__ import annotations

from typing import Annotated

import typer

from symkl.cli.options import Common, P, Q, Quantity, Where
from symkl.cli.setup import open_library, settings
from symkl.cli.terminal import note, write

__all__ = ["evaluate"]


def evaluate(
    common: Common,
    quantity: Quantity,
    p: P,
    q: Q = None,
    at: Annotated[
        list[str] | None, typer.Option("--at", metavar="NAME=VALUE", help="A parameter's value (repeatable).")
    ] = None,
    digits: Annotated[int, typer.Option("--digits", min=1, max=1000, help="How many digits.")] = 30,
    of: Annotated[str | None, typer.Option("--of", metavar="EXPR", help="Of what, for an expectation: x**2.")] = None,
    where: Where = None,
) -> int:
    """Compute a quantity at given parameters from its defining integral, which no closed form is needed for."""
    from symkl import pipeline

    library = open_library(common)
    claim = pipeline.claim(library, quantity, p, q, of, where or [])
    chosen = settings(common, 1, digits)
    value, how = pipeline.value(claim, at or [], library, chosen)
    if value is None:
        note(how)
        return 3
    write(value)
    note(how, common.quiet)
    return 0
