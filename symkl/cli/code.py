"""`symkl code`: a closed form as a module that stands alone."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from symkl.cli.codes import EXIT
from symkl.cli.options import Common, P, Q, Quantity, Where
from symkl.cli.register import registering
from symkl.cli.setup import open_library, prove_one, settings
from symkl.cli.terminal import complain, note, write_module
from symkl.errors import BadInput, Location, nearest

__all__ = ["code"]


def code(
    common: Common,
    backend: Annotated[str, typer.Argument(metavar="BACKEND", help="numpy, numba, torch or jax.", show_default=False)],
    quantity: Quantity,
    p: P,
    q: Q = None,
    parametrisation: Annotated[
        str | None,
        typer.Option("--as", metavar="NAME[,NAME]", help="How the families are called, such as log_variance."),
    ] = None,
    where: Where = None,
    register: Annotated[
        bool,
        typer.Option(
            "--register",
            help="Write a module whose import makes kl_divergence of torch.distributions (torch) or NumPyro (jax) "
            "call the functions; P and Q may be patterns, such as '*'.",
        ),
    ] = False,
    output: Annotated[
        Path | None, typer.Option("--output", "-o", metavar="FILE", help="Where to write it (default: stdout).")
    ] = None,
) -> int:
    """Write a closed form as NumPy, PyTorch or JAX code that needs no symkl."""
    from symkl import pipeline
    from symkl.report import claim_title
    from symkl.workers import Crew

    if backend not in pipeline.BACKENDS:
        todo = nearest(backend, pipeline.BACKENDS) or f"it is one of {', '.join(pipeline.BACKENDS)}"
        raise BadInput(f"there is no backend '{backend}'", Location(field="BACKEND"), todo)
    if register:
        if parametrisation is not None or where:
            raise BadInput(
                "--register takes neither --as nor --where", Location(field="--register"), "the classes' fields say how"
            )
        return registering(common, backend, quantity, p, q, output)
    library = open_library(common)
    claim = pipeline.claim(library, quantity, p, q, None, where or [])
    first, second = _ways(parametrisation, pair=q is not None)
    chosen = settings(common, 1)
    with Crew(1) as crew:
        verified = prove_one(library, claim, chosen, crew)
    verdict = verified.verdict.kind
    if verdict in EXIT or verified.derivation.status == "none":
        why = verified.derivation.reason or verified.verdict.note
        status = f"{verified.derivation.status}, {verdict}{': ' + why if why else ''}"
        complain(f"error: no code for {claim_title(claim)}: {status}")
        return EXIT.get(verdict, 1)
    title = f"{claim_title(claim)}, derived and checked by symkl."
    programs = pipeline.lower([(verified, first, second)], pipeline.BACKENDS[backend].SLOPES)
    if pipeline.runs_here(backend):
        text = pipeline.generate_checked(backend, programs, chosen, title)
    else:
        text = pipeline.generate(backend, programs, chosen, title)
        note(f"not re-verified: {pipeline.BACKENDS[backend].LIBRARY} code cannot be read back here", common.quiet)
    write_module(text, output, common.quiet)
    return 0


def _ways(text: str | None, pair: bool) -> tuple[str | None, str | None]:
    """`--as NAME` for both families, or `--as NAME,NAME`, where an empty name means the family's own parameters."""
    if text is None:
        return None, None
    names = [name.strip() or None for name in text.split(",")]
    if len(names) > (2 if pair else 1):
        raise BadInput("there are more names than families", Location(field="--as"), "give one, or one for each family")
    return names[0], (names[-1] if pair else None)
