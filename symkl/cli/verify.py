"""`symkl verify`: are the known forms in the definition files what the densities say?"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from symkl.cli.codes import EXIT, tell_trouble, worst
from symkl.cli.options import Common, Jobs
from symkl.cli.setup import definition_files, open_library, settings
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
    from symkl.claims import all_claims, known_claims, unique
    from symkl.foreign import check_foreign
    from symkl.proving import judged_forms, prove_all
    from symkl.report import claim_title, known_data
    from symkl.workers import Crew

    library = open_library(common, definition_files(paths))
    chosen = settings(common, jobs)
    claims = known_claims(library)
    if everything:
        claims = unique([*claims, *all_claims(library.families)])
    with progress("verifying", common.quiet) as begin, Crew(chosen.processes) as crew:
        check_foreign(library, claims, chosen, crew)
        tick = begin(len(claims))
        proofs = prove_all(claims, library.foreign, chosen, crew, lambda proof: tick(claim_title(proof.claim)))
    rows = [
        {**known_data(proof.claim, judged), "title": claim_title(proof.claim), "file": proof.claim.p.family.origin}
        for proof in proofs
        if proof.verified is not None
        for judged in judged_forms(proof.verified)
    ]
    codes = [tell_trouble(proof) for proof in proofs]
    codes += [EXIT.get(row["verdict"], 0) for row in rows]
    if everything:
        codes += [EXIT.get(proof.verified.verdict.kind, 0) for proof in proofs if proof.verified is not None]
    if junit is not None:
        from symkl.junit import junit_xml
        from symkl.store import replace

        replace(junit, junit_xml(rows))
    if as_json:
        keys = ("id", "quantity", "p", "q", "field", "formula", "source", "verdict", "counterexample")
        show_json([{key: row[key] for key in keys} for row in rows])
    else:
        _show(rows, proofs if everything else [], common)
    return worst(codes)


def _show(rows: list[dict[str, Any]], proofs: list[Proof], common: Common) -> None:
    from symkl.report import claim_title

    table = [(row["title"], row["field"], row["verdict"], row["source"]) for row in rows]
    table += [
        (claim_title(proof.claim), "(derived)", proof.verified.verdict.kind, proof.verified.derivation.status)
        for proof in proofs
        if proof.verified is not None
    ]
    if table:
        show_table(("claim", "form", "verdict", "source"), table)
    else:
        note("no known forms to verify", common.quiet)
    for row in rows:
        found = row["counterexample"]
        if row["verdict"] == "failed":
            complain(f"{row['file']}: {row['field']}: {row['formula']} is wrong for {row['title']}")
        if found is not None:
            at = ", ".join(f"{name} = {value}" for name, value in found["at"].items())
            complain(f"  at {at} it gives {found['given']}, the defining integral {found['true']}")
