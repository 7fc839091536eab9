"""`symkl list`: the families, and what has been found out about them."""

from __future__ import annotations

from collections import Counter
from typing import Annotated, Any

import typer

from symkl.cli.options import Common, Format
from symkl.cli.setup import open_library, settings
from symkl.cli.terminal import note, show_json, show_table, write
from symkl.errors import BadInput, Location

__all__ = ["listing"]

#: how wide the matrix may be
_WIDTH = 140


def listing(
    common: Common,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
    matrix: Annotated[bool, typer.Option("--matrix", help="Which KL is known, as a table of P against Q.")] = False,
    form: Annotated[Format, typer.Option("--format", help="How to print it; latex is for --matrix.")] = Format.text,
) -> int:
    """List the visible families and, of what has been derived so far, the status and the verdict."""
    if form is Format.latex and not matrix:
        raise BadInput("only the matrix is printed as LaTeX", Location(field="--format"), "add --matrix")
    library = open_library(common)
    chosen = settings(common, 1)
    from symkl.overview import LEGEND, cells, overview

    data = overview(library, chosen)
    if as_json or form is Format.json:
        show_json(data)
        return 0
    if form is Format.latex:
        from symkl import pipeline

        write(pipeline.tabulate([family["name"] for family in data["families"]], cells(data), LEGEND, chosen))
    elif matrix:
        _show_matrix(data)
    else:
        _show_families(data)
    if not any(pair["status"] for pair in data["pairs"]):
        note("nothing has been derived yet: `symkl build` or `symkl derive --all` fills this in", common.quiet)
    return 0


def _show_families(data: dict[str, Any]) -> None:
    from symkl.tally import STATUSES

    entropies = {e["p"]: e for e in data["entropies"]}
    found = Counter((pair["p"], pair["status"]) for pair in data["pairs"])
    rows = []
    for family in data["families"]:
        name, counts = family["name"], [str(found[family["name"], status]) for status in STATUSES]
        rows.append((name, ", ".join(family["parameters"]), family["kind"], _state(entropies[name]), *counts))
    show_table(("family", "parameters", "kind", "entropy", *(f"KL {status}" for status in STATUSES)), rows)


def _state(entry: dict[str, Any]) -> str:
    return ", ".join(word for word in (entry["status"], entry["verdict"]) if word) or "-"


def _show_matrix(data: dict[str, Any]) -> None:
    from symkl.overview import LEGEND, matrix

    write("KL(P || Q), P down and Q across")
    for line in matrix(data, _WIDTH):
        write(line)
    write("   ".join(f"{sign} {words}" for sign, words in LEGEND))
