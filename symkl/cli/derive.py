"""`symkl derive`: one claim, step by step, or every claim there is."""

from __future__ import annotations

from typing import Annotated

import typer

from symkl.cli.codes import EXIT, tell_trouble, worst
from symkl.cli.options import Common, Format, Jobs, Where
from symkl.cli.setup import open_library, prove_one, settings
from symkl.cli.summary import show_summary
from symkl.cli.terminal import note, progress, show_json, write
from symkl.errors import BadInput, Location

__all__ = ["derive"]


def derive(
    common: Common,
    quantity: Annotated[
        str | None,
        typer.Argument(metavar="QUANTITY", help="entropy, cross_entropy, kl or expectation.", show_default=False),
    ] = None,
    p: Annotated[
        str | None, typer.Argument(metavar="P", help="The family that is averaged over.", show_default=False)
    ] = None,
    q: Annotated[str | None, typer.Argument(metavar="[Q]", help="The other family.", show_default=False)] = None,
    of: Annotated[str | None, typer.Option("--of", metavar="EXPR", help="Of what, for an expectation: x**2.")] = None,
    where: Where = None,
    form: Annotated[Format, typer.Option("--format", help="How to print it.")] = Format.text,
    everything: Annotated[
        bool, typer.Option("--all", help="Every entropy and every pair of visible families.")
    ] = False,
    jobs: Jobs = None,
) -> int:
    """Derive a quantity from the densities, and show every step with its verdict; with --all every entropy and pair,
    not verified.

    Without a closed form the exit code is 0, with an unknown verdict 3.
    """
    if everything:
        if quantity is not None:
            raise BadInput("--all takes no QUANTITY", Location(field="--all"), "leave one of them out")
        return _derive_all(common, form, jobs)
    if quantity is None or p is None:
        raise BadInput(
            "which quantity, of what?", Location(field="QUANTITY P"), "such as: symkl derive kl Normal Normal"
        )
    from symkl import pipeline
    from symkl.workers import Crew

    library = open_library(common)
    claim = pipeline.claim(library, quantity, p, q, of, where or [])
    chosen = settings(common, 1)
    with Crew(1) as crew:
        verified = prove_one(library, claim, chosen, crew)
    if form is Format.json:
        from symkl.report import derivation_data

        show_json(derivation_data(verified))
    elif form is Format.latex:
        write(pipeline.fragment(verified, chosen).rstrip())
    else:
        from symkl.cli.text import show_derivation
        from symkl.report import claim_title, derivation_data

        show_derivation(claim_title(claim), derivation_data(verified), common.quiet, common.verbose)
    return EXIT.get(verified.verdict.kind, 0)


def _derive_all(common: Common, form: Format, jobs: int | None) -> int:
    """Every entropy and every pair of the visible families, not verified: what `list` then knows."""
    if form is Format.latex:
        raise BadInput("--all is printed as text or json", Location(field="--format"), "use symkl build for write-ups")
    from symkl.foreign import check_foreign
    from symkl.proving import prove_all
    from symkl.requests import all_requests
    from symkl.tally import Clock
    from symkl.workers import Crew

    clock = Clock()
    library = open_library(common)
    chosen = settings(common, jobs)
    requests = all_requests(list(library.sources))
    with progress("deriving", common.quiet) as bar, Crew(chosen.processes, bar.pulse) as crew:
        check_foreign(library, requests, chosen, crew)
        tick = bar.begin(len(requests))
        proving = prove_all(requests, library, chosen, crew, lambda proof: tick(proof.request.title), "derive")
        printed = proving.printed(crew) if form is Format.json else []
    proofs = [proving.proofs[request] for request in requests]
    codes = [tell_trouble(proof) for proof in proofs]
    if form is Format.json:
        show_json(printed)
    else:
        show_summary("derived", proofs, clock, chosen.processes, common, verdicts=False)
        note("symkl list --matrix shows every pair, symkl derive kl P Q one of them", common.quiet)
    return worst(codes)
