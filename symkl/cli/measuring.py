"""What `symkl accuracy` and `symkl bench` share: their options, the closed forms, and where the report goes."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from symkl.cli.options import Common
from symkl.cli.setup import open_library
from symkl.cli.terminal import note, progress, show_table, write
from symkl.errors import BadInput, Location, nearest

if TYPE_CHECKING:
    from symkl.library import Library
    from symkl.measure.accuracy import Prepared
    from symkl.settings import Settings

__all__ = ["Backends", "Dtypes", "JsonFile", "PlotFile", "check_plot", "chosen_of", "prepared_cases", "tell"]

Backends = Annotated[
    str | None, typer.Option("--backend", metavar="LIST", help="Of numpy,numba,torch,jax (default: all there are).")
]
Dtypes = Annotated[str, typer.Option("--dtype", metavar="LIST", help="float64, float32, or both with a comma.")]
JsonFile = Annotated[Path | None, typer.Option("--json", metavar="FILE", help="Write the report there as JSON.")]
PlotFile = Annotated[Path | None, typer.Option("--plot", metavar="FILE.svg", help="Draw the report there.")]


def chosen_of(text: str | None, known: Sequence[str], option: str) -> list[str]:
    """The names in a list with commas, each one of those known; all of these where there is no list."""
    names = list(known) if text is None else [name.strip() for name in text.split(",")]
    for name in names:
        if name not in known:
            todo = nearest(name, known) or f"there are {', '.join(known)}"
            raise BadInput(f"'{name}' is not known here", Location(field=option), todo)
    return list(dict.fromkeys(names))


def check_plot(path: Path | None) -> None:
    """Refuse what cannot be drawn before anything is measured."""
    if path is not None and path.suffix.lower() != ".svg":
        raise BadInput("plots are drawn as SVG", Location(str(path), "--plot"), "let the name end in .svg")


def prepared_cases(
    common: Common,
    names: Sequence[str],
    backends: Sequence[str],
    dtypes: Sequence[str],
    count: int,
    chosen: Settings,
    what: str,
) -> tuple[list[Prepared], Library]:
    """Everything that measuring takes, worked out with progress bars; what has no closed form is told."""
    from symkl.measure.accuracy import prepare
    from symkl.measure.cases import read_cases
    from symkl.measure.proofs import prove_cases
    from symkl.workers import Crew

    library = open_library(common)
    cases = read_cases(names, library)
    with progress("proving", common.quiet) as bar, Crew(chosen.processes, bar.pulse) as crew:
        found, lost = prove_cases(cases, library, chosen, crew, bar.begin)
    for line in lost:
        note(f"note: {line}", common.quiet)
    if not found:
        raise BadInput("there is nothing to measure: none of them has a closed form", Location(field="FAMILY"))
    with progress("preparing", common.quiet) as bar, Crew(chosen.processes, bar.pulse) as crew:
        return prepare(found, backends, dtypes, count, chosen, crew, bar.begin, what), library


def tell(
    report: dict[str, Any],
    tables: Sequence[tuple[str, list[str], list[list[str]]]],
    json_file: Path | None,
    plot: Path | None,
    svg: str,
    common: Common,
) -> None:
    """Print the tables and what is missing, and write the files."""
    import json

    from symkl.store import replace

    for number, (title, header, rows) in enumerate(tables):
        write(f"{chr(10) if number else ''}{title}")
        show_table(header, rows)
    for line in report["missing"]:
        note(f"left out: {line}", common.quiet)
    for path, text in ((json_file, json.dumps(report, indent=1, ensure_ascii=False) + "\n"), (plot, svg)):
        if path is not None:
            replace(path, text.encode())
            note(f"wrote {path}", common.quiet)
