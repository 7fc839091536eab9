"""`symkl verify`: are the known forms in the definition files what the densities say?"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from symkl.cli.codes import EXIT, tell_trouble, worst
from symkl.cli.options import Common, Jobs
from symkl.cli.setup import definition_files, open_library, settings
from symkl.cli.summary import show_summary
from symkl.cli.terminal import complain, note, progress, show_json, show_table

if TYPE_CHECKING:
    from symkl.proving import Proof

__all__ = ["verify"]


def verify(
    common: Common,
    paths: Annotated[
        list[Path] | None,
        typer.Argument(metavar="[PATH]...", help="Definition files or folders (default: the built-in ones)."),
    ] = None,
    everything: Annotated[
        bool, typer.Option("--all", help="Every entropy and every pair of visible families as well.")
    ] = False,
    as_json: Annotated[
        bool, typer.Option("--json", help="Print JSON: a list with an entry for each known form.")
    ] = False,
    junit: Annotated[Path | None, typer.Option("--junit", metavar="FILE", help="Write a JUnit report as well.")] = None,
    jobs: Jobs = None,
) -> int:
    """Judge the known forms in definition files against the densities; exit with 1 where one is wrong."""
    from symkl.foreign import check_files, check_foreign
    from symkl.proving import known_rows, prove_all
    from symkl.requests import all_requests, known_requests
    from symkl.tally import Clock
    from symkl.workers import Crew

    clock = Clock()
    library = open_library(common, definition_files(paths))
    chosen = settings(common, jobs)
    check_files(library, chosen)
    given = [library.sources[source.name] for source in library.files if source.is_family]
    requests = [request for source in given for request in known_requests(source)]
    if everything:
        requests = list(dict.fromkeys([*all_requests(list(library.sources)), *requests]))
    with progress("verifying", common.quiet) as bar, Crew(chosen.processes, bar.pulse) as crew:
        check_foreign(library, requests, chosen, crew)
        tick = bar.begin(len(requests))
        proving = prove_all(requests, library, chosen, crew, lambda proof: tick(proof.request.title))
    proofs = [proving.proofs[request] for request in requests]
    rows = [
        {**row, "title": proof.request.title, "file": str(library.sources[proof.request.p].path)}
        for proof in proofs
        for row in known_rows(proof, library)
    ]
    codes = [tell_trouble(proof) for proof in proofs]
    codes += [EXIT.get(row["verdict"], 0) for row in rows]
    if everything:
        codes += [EXIT.get(proof.verdict or "", 0) for proof in proofs if proof.status not in (None, "none")]
    if junit is not None:
        from symkl.junit import junit_xml
        from symkl.store import replace

        replace(junit, junit_xml(rows))
    if as_json:
        keys = ("id", "quantity", "p", "q", "field", "formula", "source", "verdict", "counterexample")
        show_json([{key: row[key] for key in keys} for row in rows])
        return worst(codes)
    _show(rows, common)
    if everything:
        _show_open(proofs)
        show_summary("verified", proofs, clock, chosen.processes, common, verdicts=True)
    return worst(codes)


def _show(rows: list[dict[str, Any]], common: Common) -> None:
    if rows:
        show_table(
            ("claim", "form", "verdict", "source"),
            [(row["title"], row["field"], row["verdict"], row["source"]) for row in rows],
        )
    else:
        note("no known forms to verify", common.quiet)
    for row in rows:
        found = row["counterexample"]
        if row["verdict"] == "failed":
            complain(f"{row['file']}: {row['field']}: {row['formula']} is wrong for {row['title']}")
        if found is not None:
            at = ", ".join(f"{name} = {value}" for name, value in found["at"].items())
            complain(f"  at {at} it gives {found['given']}, the defining integral {found['true']}")


def _show_open(proofs: Sequence[Proof]) -> None:
    """What was derived but not confirmed."""
    for proof in proofs:
        if proof.status not in (None, "none") and proof.verdict in ("failed", "unknown"):
            complain(f"{proof.request.title}: {proof.status}, {proof.verdict}{': ' + proof.why if proof.why else ''}")
