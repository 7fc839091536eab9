"""`symkl build`: the main job."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from symkl.cli.codes import worst
from symkl.cli.options import Common, Jobs
from symkl.cli.setup import settings
from symkl.cli.terminal import complain, note, progress, show_table, write

if TYPE_CHECKING:
    from symkl.build.plan import Plan

__all__ = ["build"]


def build(
    common: Common,
    paths: Annotated[
        list[Path] | None,
        typer.Argument(metavar="[PATH]...", help="Definitions, documents, folders (default: the built-in ones)."),
    ] = None,
    output: Annotated[Path, typer.Option("--output", "-o", metavar="DIR", help="Where everything is written.")] = Path(
        "build"
    ),
    only: Annotated[
        str | None, typer.Option("--only", metavar="GLOB", help="Those whose name fits, such as 'Log*'.")
    ] = None,
    formats: Annotated[
        str | None, typer.Option("--formats", metavar="LIST", help="Of pdf,tex,numpy,torch (default: all).")
    ] = None,
    jobs: Jobs = None,
    check: Annotated[
        bool, typer.Option("--check", help="Write nothing; exit with 1 where an output is stale, missing or extra.")
    ] = False,
) -> int:
    """Derive, verify and write everything; what has not changed is not done again."""
    from symkl.build.plan import plan, read_formats

    chosen = settings(common, jobs)
    planned = plan(paths or [], common.extra, output, only, read_formats(formats), chosen)
    if check:
        return _check(planned, common)
    if planned.wanted is not None and not planned.stale and not planned.gone:
        _show({name: (planned.entries[name].summary, "unchanged") for name in planned.keys})
        note(f"nothing to do: {output} is up to date", common.quiet)
        return 0
    from symkl.build.run import run

    with progress("building", common.quiet) as begin:
        report = run(planned, common.extra, chosen, begin)
    for line in report.notes:
        note(f"note: {line}", common.quiet)
    _show({name: (entry.summary, report.seconds.get(name, "unchanged")) for name, entry in report.entries.items()})
    troubles = list(dict.fromkeys(t for name in report.entries for t in report.troubles.get(name, ())))
    for _, line in troubles:
        complain(line)
    note(f"wrote {report.written} files in {output}", common.quiet)
    return worst(code for code, _ in troubles)


def _check(planned: Plan, common: Common) -> int:
    """Compare what is on disk with what would be made."""
    from symkl.build.manifest import complaints

    if planned.wanted is None:
        from symkl import pipeline

        pipeline.read(planned.files, common.extra)  # says what is wrong with a file
        raise AssertionError("a definition was read that could not be read at a glance")
    found = complaints(planned.folder, planned.entries, planned.keys, planned.gone)
    for line in found:
        write(line, "bold red")
    if not found:
        note(f"{planned.folder.root} is up to date", common.quiet)
    return 1 if found else 0


def _show(rows: dict[str, tuple[dict[str, str], str]]) -> None:
    columns = ("entropy", "KL", "pairs", "verdict")
    show_table(("name", *columns, "seconds"), [(n, *(s.get(c, "") for c in columns), t) for n, (s, t) in rows.items()])
