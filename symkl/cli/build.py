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
    from symkl.build.manifest import Entry
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
        str | None, typer.Option("--formats", metavar="LIST", help="Of pdf,tex,numpy,torch,jax (default: all).")
    ] = None,
    jobs: Jobs = None,
    check: Annotated[
        bool, typer.Option("--check", help="Write nothing; exit with 1 where an output is stale, missing or extra.")
    ] = False,
) -> int:
    """Derive, verify and write everything; what has not changed is not done again."""
    from symkl.build.plan import plan, read_formats
    from symkl.tally import Clock, stages

    clock = Clock()
    chosen = settings(common, jobs)
    planned = plan(paths or [], common.extra, output, only, read_formats(formats), chosen)
    if check:
        return _check(planned, common)
    if planned.wanted is not None and not planned.stale and not planned.gone:
        entries = {name: planned.entries[name] for name in planned.keys}
        _show(entries, {})
        note(f"nothing to do: {output} is up to date ({clock})", common.quiet)
        return _complain(entries, common)
    from symkl.build.run import run

    with progress("building", common.quiet) as bar:
        report = run(planned, common.extra, chosen, bar.begin, bar.pulse)
    for line in report.notes:
        note(f"note: {line}", common.quiet)
    _show(report.entries, report.seconds)
    built, there = (sum(name not in planned.tables for name in names) for names in (report.seconds, report.entries))
    write(f"built {built} of {there} definitions in {clock}")
    write(stages(report.spent, chosen.processes))
    note(f"wrote {report.written} files in {output}", common.quiet)
    return _complain(report.entries, common)


def _complain(entries: dict[str, Entry], common: Common) -> int:
    """Say what is wrong, each thing once; the exit code for it."""
    troubles = list(dict.fromkeys(trouble for entry in entries.values() for trouble in entry.troubles))
    for code, line in troubles:
        if code:
            complain(line)
        else:
            note(line, common.quiet)
    return worst(code for code, _ in troubles)


def _check(planned: Plan, common: Common) -> int:
    """Compare what is on disk with what would be made."""
    from symkl.build.manifest import complaints

    if planned.wanted is None:
        from symkl.library import read_library

        read_library(planned.files, common.extra)  # says what is wrong with a file
        raise AssertionError("a definition was read that could not be read at a glance")
    found = complaints(planned.folder, planned.entries, planned.keys, planned.gone)
    for line in found:
        write(line, "bold red")
    if not found:
        note(f"{planned.folder.root} is up to date", common.quiet)
    return 1 if found else 0


def _show(entries: dict[str, Entry], seconds: dict[str, float]) -> None:
    """The summary: a line for each definition, and their sum."""
    from symkl.build.summary import COLUMNS, total

    told = {name: f"{took:.1f}" for name, took in seconds.items()}
    rows = {name: (entry.summary, told.get(name, "unchanged")) for name, entry in entries.items()}
    if len(rows) > 1:
        everything = f"{sum(seconds.values()):.1f}" if seconds else "unchanged"
        rows["all"] = (total([entry.summary for entry in entries.values()]), everything)
    show_table(("name", *COLUMNS, "seconds"), [(n, *(s.get(c, "") for c in COLUMNS), t) for n, (s, t) in rows.items()])
