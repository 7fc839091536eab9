"""`symkl derive`: one claim, step by step, or every claim there is."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated

import typer

from symkl.cli.codes import EXIT, tell_trouble, worst
from symkl.cli.options import Common, Jobs, Where
from symkl.cli.setup import open_library, settings
from symkl.cli.terminal import progress, show_json, show_table, write
from symkl.errors import BadInput, Location

__all__ = ["derive"]


class Format(StrEnum):
    """How a derivation is printed."""

    text = "text"
    json = "json"
    latex = "latex"


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
    """Derive a quantity from the densities, and show every step with its verdict.

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
    from symkl.foreign import check_foreign
    from symkl.proving import prove_one
    from symkl.workers import Crew

    library = open_library(common)
    claim = pipeline.claim(library, quantity, p, q, of, where or [])
    chosen = settings(common, 1)
    with Crew(1) as crew:
        check_foreign(library, [claim], chosen, crew)
        verified = prove_one(claim, library.foreign, chosen, crew)
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
    """Every claim about the visible families: what `list` then knows."""
    if form is Format.latex:
        raise BadInput("--all is printed as text or json", Location(field="--format"), "use symkl build for write-ups")
    from symkl.claims import all_claims
    from symkl.foreign import check_foreign
    from symkl.proving import prove_all
    from symkl.report import claim_title, derivation_data, status_word
    from symkl.workers import Crew

    library = open_library(common)
    chosen = settings(common, jobs)
    claims = all_claims(library.families)
    with progress("deriving", common.quiet) as begin, Crew(chosen.processes) as crew:
        check_foreign(library, claims, chosen, crew)
        tick = begin(len(claims))
        proofs = prove_all(claims, library.foreign, chosen, crew, lambda proof: tick(claim_title(proof.claim)))
    codes = [tell_trouble(proof) for proof in proofs]
    found = [proof.verified for proof in proofs if proof.verified is not None]
    if form is Format.json:
        show_json([derivation_data(verified) for verified in found])
    else:
        rows = [
            (claim_title(v.derivation.claim), v.derivation.status, v.verdict.kind, status_word(v.derivation))
            for v in found
        ]
        show_table(("claim", "status", "verdict", "result"), rows)
    return worst([*codes, *(EXIT.get(v.verdict.kind, 0) for v in found)])
