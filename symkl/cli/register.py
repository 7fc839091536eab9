"""`symkl code --register`: divergences as functions that a framework's own `kl_divergence` calls."""

from __future__ import annotations

from fnmatch import fnmatchcase
from pathlib import Path
from typing import TYPE_CHECKING

from symkl.cli.codes import EXIT, worst
from symkl.cli.options import Common
from symkl.cli.setup import open_library, settings
from symkl.cli.terminal import complain, note, progress, write_module
from symkl.errors import BadInput, Location

if TYPE_CHECKING:
    from symkl.library import Library
    from symkl.proofs import Proof

__all__ = ["registering"]


def registering(
    common: Common, backend: str, quantity: str, p: str, q: str | None, output: Path | None, jobs: int | None = None
) -> int:
    """Prove the divergences of the families that the patterns name, and write those that have a value.

    Of a single pair, what is in the way is an error; of several it is told, and the others are written.
    """
    from symkl import pipeline
    from symkl.foreign import check_foreign
    from symkl.proving import prove_all
    from symkl.requests import Request
    from symkl.workers import Crew

    if backend not in pipeline.FRAMEWORK_OF:
        having = " or ".join(b for b in pipeline.BACKENDS if b in pipeline.FRAMEWORK_OF)
        what = f"{backend} has no distributions to register with"
        raise BadInput(what, Location(field="--register"), f"use {having}")
    if quantity != "kl" or q is None:
        raise BadInput("--register is for the kl of two families", Location(field="--register"), "write: kl P Q")
    library, framework = open_library(common), pipeline.FRAMEWORK_OF[backend]
    sides = [_families(library, pattern, framework, field) for pattern, field in ((p, "P"), (q, "Q"))]
    requests = [Request("kl", first, second) for first in sides[0] for second in sides[1]]
    chosen = settings(common, jobs)
    with progress("proving", common.quiet) as bar, Crew(chosen.processes, bar.pulse) as crew:
        check_foreign(library, requests, chosen, crew)
        tick = bar.begin(len(requests))
        proving = prove_all(requests, library, chosen, crew, lambda proof: tick(proof.request.title))
    proofs = [proving.proofs[request] for request in requests]
    missing = [line for line in map(_missing, proofs) if line]
    there = [proof.request for proof in proofs if not _missing(proof)]
    with progress("writing", common.quiet) as bar:
        title = f"KL divergences for {framework}, derived and checked by symkl."
        results = [proving.verified(request) for request in there]
        text, lacking = pipeline.register(backend, results, chosen, title, bar.begin(len(there)))
    if not text:
        for line in (*missing, *lacking):
            complain(f"error: {line}")
        return worst(EXIT.get(proof.verdict or "unknown", 1) for proof in proofs)
    for line in (*missing, *lacking):
        note(f"note: left out: {line}", common.quiet)
    write_module(text, output, common.quiet)
    return 0


def _families(library: Library, pattern: str, framework: str, field: str) -> list[str]:
    """The families of that name or pattern that the framework has a class for."""
    if not any(sign in pattern for sign in "*?["):
        library.family(pattern)
    names = [name for name in library.sources if fnmatchcase(name, pattern)]
    found = [name for name in names if any(c.framework == framework for c in library.family(name).classes)]
    if not found:
        what = f"no family that is called '{pattern}' names a class of {framework}"
        raise BadInput(what, Location(field=field), "name it in the definition's [[family.classes]]")
    return found


def _missing(proof: Proof) -> str:
    """Why there is no function for a divergence; empty where there can be one."""
    if proof.error is not None or proof.bug:
        return f"{proof.request.title}: {proof.error or proof.bug}"
    if proof.status == "none" or proof.verdict in EXIT or proof.verdict is None:
        said = ", ".join(word for word in (proof.status, proof.verdict) if word)
        return f"{proof.request.title}: {said}{': ' + proof.why if proof.why else ''}"
    return ""
