"""`symkl code`: a closed form as a module that stands alone."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from symkl.cli.codes import EXIT
from symkl.cli.options import Common, P, Q, Quantity, Where
from symkl.cli.setup import open_library, settings
from symkl.cli.terminal import complain, note, write_code

__all__ = ["code"]


def code(
    common: Common,
    backend: Annotated[str, typer.Argument(metavar="BACKEND", help="numpy or torch.", show_default=False)],
    quantity: Quantity,
    p: P,
    q: Q = None,
    parametrisation: Annotated[
        str | None,
        typer.Option("--as", metavar="NAME[,NAME]", help="How the families are called, such as log_variance."),
    ] = None,
    where: Where = None,
    output: Annotated[
        Path | None, typer.Option("--output", "-o", metavar="FILE", help="Where to write it (default: stdout).")
    ] = None,
) -> int:
    """Write a closed form as NumPy or PyTorch code that needs no symkl."""
    from symkl import pipeline
    from symkl.proving import check_foreign, prove_one
    from symkl.report import claim_title

    pipeline.check_backend(backend)
    library = open_library(common)
    claim = pipeline.claim(library, quantity, p, q, None, where or [])
    ways = pipeline.parametrisations(claim, parametrisation)
    chosen = settings(common, 1)
    check_foreign(library, [claim], chosen)
    verified = prove_one(claim, library.foreign, chosen)
    verdict = verified.verdict.kind
    if verdict in EXIT or verified.derivation.status == "none":
        why = verified.derivation.reason or verified.verdict.note
        complain(
            f"error: no code for {claim_title(claim)}: {verified.derivation.status}, {verdict}{': ' + why if why else ''}"
        )
        return EXIT.get(verdict, 1)
    text = pipeline.generate(backend, [(verified, ways)], chosen)
    if output is None:
        write_code(text)
        return 0
    from symkl.store import replace

    replace(output, text.encode())
    note(f"wrote {output}", common.quiet)
    return 0
