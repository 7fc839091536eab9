"""`symkl list`: the families, and what has been found out about them."""

from __future__ import annotations

from typing import Annotated, Any

import typer

from symkl.cli.options import Common
from symkl.cli.setup import open_library, settings
from symkl.cli.terminal import note, show_json, show_table

__all__ = ["listing"]


def listing(
    common: Common,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
    matrix: Annotated[bool, typer.Option("--matrix", help="Which KL is known, as a table of P against Q.")] = False,
) -> int:
    """List the visible families and, of what has been derived so far, the status and the verdict."""
    library = open_library(common)
    chosen = settings(common, 1)
    from symkl.overview import overview

    data = overview(library, chosen)
    if as_json:
        show_json(data)
        return 0
    if matrix:
        _show_matrix(data)
    else:
        _show_families(data)
    if not any(pair["status"] for pair in data["pairs"]):
        note("nothing has been derived yet: `symkl build` or `symkl derive --all` fills this in", common.quiet)
    return 0


def _show_families(data: dict[str, Any]) -> None:
    entropies = {e["p"]: e for e in data["entropies"]}
    rows = []
    for family in data["families"]:
        name = family["name"]
        closed = [
            pair["q"] for pair in data["pairs"] if pair["p"] == name and pair["status"] in ("closed", "conditional")
        ]
        rows.append(
            (name, ", ".join(family["parameters"]), family["kind"], _state(entropies[name]), ", ".join(closed) or "-")
        )
    show_table(("family", "parameters", "kind", "entropy", "KL known against"), rows)


def _state(entry: dict[str, Any]) -> str:
    return f"{entry['status']}, {entry['verdict']}" if entry["status"] else "-"


def _show_matrix(data: dict[str, Any]) -> None:
    signs = {"closed": "closed", "conditional": "cond.", "infinite": "oo", "none": "none", None: "."}
    names = [family["name"] for family in data["families"]]
    status = {(pair["p"], pair["q"]): pair for pair in data["pairs"]}
    rows = []
    for p in names:
        cells = []
        for q in names:
            pair = status[p, q]
            bad = {"failed": " !", "unknown": " ?"}.get(pair["verdict"], "")
            cells.append(signs[pair["status"]] + bad)
        rows.append([p, *cells])
    show_table(["KL(P || Q)", *names], rows)
