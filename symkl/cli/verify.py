"""`symkl verify`: are the formulas in definition files, in code and in text what the densities say?"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from symkl.cli.codes import EXIT, tell_trouble, worst
from symkl.cli.options import Common, Jobs
from symkl.cli.setup import definition_files, open_library, settings
from symkl.cli.summary import show_summary
from symkl.cli.terminal import complain, note, progress, show_json, show_table
from symkl.errors import BadInput

if TYPE_CHECKING:
    from symkl.findings import Finding
    from symkl.library import Library
    from symkl.marks.mark import Mark
    from symkl.proofs import Proof
    from symkl.settings import Settings

__all__ = ["verify"]


def verify(
    common: Common,
    paths: Annotated[
        list[Path] | None,
        typer.Argument(
            metavar="[PATH]...",
            help="Definitions (.toml), files with claims (.py, .md, .rst, .tex), folders (default: the built-in ones).",
        ),
    ] = None,
    everything: Annotated[
        bool, typer.Option("--all", help="Every entropy and every pair of visible families as well.")
    ] = False,
    no_functions: Annotated[
        bool, typer.Option("--no-functions", help="Leave out claims about functions: checking these runs their code.")
    ] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON: a list with an entry for each formula.")] = False,
    junit: Annotated[Path | None, typer.Option("--junit", metavar="FILE", help="Write a JUnit report as well.")] = None,
    sarif: Annotated[
        Path | None,
        typer.Option("--sarif", metavar="FILE", help="Write a SARIF report as well."),
    ] = None,
    jobs: Jobs = None,
) -> int:
    """Judge the known forms in definition files, and claims in code and text, against the densities; exit with 1 where
    one is wrong.
    """
    from symkl.findings import refused
    from symkl.tally import Clock

    clock, chosen = Clock(), settings(common, jobs)
    definitions, texts = _files(paths)
    try:
        library = open_library(common, definitions)
        marks = [mark for path in texts for mark in _marks(path, no_functions)]
        proofs, findings = _judged(library, marks, everything, chosen, common)
    except BadInput as error:
        _report([refused(error)], junit, sarif)
        raise
    told = {finding.id for finding in findings}
    codes = [tell_trouble(proof) for proof in proofs if proof.request.id not in told]
    codes += [finding.exit_code for finding in findings]
    if everything:
        codes += [EXIT.get(proof.verdict or "", 0) for proof in proofs if proof.status not in (None, "none")]
    _report(findings, junit, sarif)
    if as_json:
        show_json([finding.data for finding in findings])
        return worst(codes)
    _show(findings, common)
    if everything:
        _show_open(proofs)
        show_summary("verified", proofs, clock, chosen.processes, common, verdicts=True)
    return worst(codes)


def _judged(
    library: Library, marks: Sequence[Mark], everything: bool, chosen: Settings, common: Common
) -> tuple[list[Proof], list[Finding]]:
    """The proofs of the claims that known forms are about, and what is found out about these forms and the marks."""
    from symkl.findings import known_findings
    from symkl.foreign import check_files, check_foreign
    from symkl.marks.judging import Judge
    from symkl.proving import prove_all
    from symkl.requests import all_requests, known_requests
    from symkl.workers import Crew

    check_files(library, chosen)
    given = [library.sources[source.name] for source in library.files if source.is_family]
    requests = [request for source in given for request in known_requests(source)]
    if everything:
        requests = list(dict.fromkeys([*all_requests(list(library.sources)), *requests]))
    foreign = [library.sources[name].path for name in sorted(library.foreign)]
    with progress("verifying", common.quiet) as bar, Crew(chosen.processes, bar.pulse) as crew:
        check_foreign(library, requests, chosen, crew)
        tick = bar.begin(len(requests) + len(marks))
        proving = prove_all(requests, library, chosen, crew, lambda proof: tick(proof.request.title))
        proofs = [proving.proofs[request] for request in requests]
        findings = [finding for proof in proofs for finding in known_findings(proof, library)]
        with Judge(chosen, foreign, crew) as judge:
            judge.prepare(marks)
            for mark in marks:
                findings.append(judge.finding(mark))
                tick(mark.name)
    return proofs, findings


def _files(paths: Sequence[Path] | None) -> tuple[list[Path], list[Path]]:
    from symkl.marks.files import split_paths

    return split_paths(paths) if paths else (definition_files(None), [])


def _marks(path: Path, no_functions: bool) -> list[Mark]:
    from symkl.marks.files import marks_of

    found = marks_of(path)
    return [m for m in found if not (no_functions and m.question is not None and m.question.kind == "function")]


def _report(findings: Sequence[Finding], junit: Path | None, sarif: Path | None) -> None:
    """Write the reports that were asked for."""
    from symkl.store import replace

    if junit is not None:
        from symkl.junit import junit_xml

        replace(junit, junit_xml(findings))
    if sarif is not None:
        from symkl.sarif import sarif_log

        replace(sarif, sarif_log(findings, Path.cwd()))


def _show(findings: Sequence[Finding], common: Common) -> None:
    if findings:
        show_table(("claim", "form", "verdict", "source"), [(f.claim, f.field, f.verdict, f.source) for f in findings])
    else:
        note("nothing is claimed here, and there are no known forms: nothing to verify", common.quiet)
    for finding in findings:
        if finding.summary:
            complain(f"{finding.place}: {finding.summary}")
        for line in finding.details:
            complain(f"  {line}")


def _show_open(proofs: Sequence[Proof]) -> None:
    """What was derived but not confirmed."""
    for proof in proofs:
        if proof.status not in (None, "none") and proof.verdict in ("failed", "unknown"):
            complain(f"{proof.request.title}: {proof.status}, {proof.verdict}{': ' + proof.why if proof.why else ''}")
