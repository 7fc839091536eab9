"""`symkl eval`: a value, and what its digits rest on."""

from __future__ import annotations

from typing import Annotated

import typer

from symkl.cli.options import Common, P, Q, Quantity, Where
from symkl.cli.setup import open_library, prove_one, settings
from symkl.cli.terminal import complain, note, write

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
    more: Annotated[list[str] | None, typer.Argument(metavar="[NAME=VALUE]...", hidden=True)] = None,
) -> int:
    """Compute a quantity at given parameters, and certify the digits by the defining integral."""
    from symkl import pipeline
    from symkl.proving import limited
    from symkl.workers import Crew

    # `--at mu=0 sigma=1` is meant as `--at mu=0 --at sigma=1`, and the second would be taken for Q
    points = [*(at or []), *([q] if q is not None and "=" in q else []), *(more or [])]
    q = None if q is not None and "=" in q else q
    library = open_library(common)
    claim = pipeline.claim(library, quantity, p, q, of, where or [])
    chosen = settings(common, 1)
    with Crew(1) as crew:
        verified = prove_one(library, claim, chosen, crew)
        found, lost = limited(pipeline.evaluate, (verified, points, digits), chosen, crew)
    if lost or found["value"] is None:
        complain(f"error: no value: {lost or found['note']}")
        return 3
    write(found["value"])
    if found["certified"] is None and found["value"] in ("oo", "-oo"):
        note(f"infinite: {found['note']}", common.quiet)
        return 0
    sure = {True: "certified by a rigorous enclosure", False: "REFUTED by a rigorous enclosure", None: "not certified"}
    remark = f": {found['note']}" if found["note"] else ""
    note(f"from the {found['method']}, {sure[found['certified']]} of the defining integral{remark}", common.quiet)
    return 1 if found["certified"] is False else 0
