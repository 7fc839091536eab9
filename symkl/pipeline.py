"""The way through symkl, a function a stage.

    read       files         -> Library        families and documents, checked
    claim      names         -> Claim          which quantity of which distributions
    derive     Claim         -> Derivation     steps and lemmas
    verify     Derivation    -> Verified       a verdict on the result, each step, each lemma and each known form
    write_up   Verified...   -> LaTeX          and `typeset`: LaTeX -> PDF
    generate   Verified...   -> source code    for one backend

Stages are imported inside the functions: what a command does not need is not loaded.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from symkl.library import Library, read_library
from symkl.settings import Settings

if TYPE_CHECKING:
    from symkl import model

__all__ = ["claim", "derive", "generate", "prove", "read", "typeset", "verify", "write_up"]


def read(paths: Iterable[Path] = (), extra: Iterable[Path] = ()) -> Library:
    """The built-in families, those of the files, and those brought in besides. Raises `BadInput`."""
    return read_library(paths, extra)


def claim(
    library: Library, quantity: str, p: str, q: str | None = None, of: str | None = None, where: Sequence[str] = ()
) -> model.Claim:
    """The claim that names and texts describe. Raises `BadInput`."""
    from symkl.claims import read_claim

    return read_claim(library, quantity, p, q, of, where)


def derive(claim: model.Claim) -> model.Derivation:
    """The derivation of a claim."""
    from symkl.derive import derive

    return derive(claim)


def verify(derivation: model.Derivation, settings: Settings) -> model.Verified:
    """The derivation with its verdicts."""
    from symkl.verify import verify

    return verify(derivation, digits=settings.digits, seed=settings.seed)


def prove(claim: model.Claim, settings: Settings) -> model.Verified:
    """Derive and verify."""
    return verify(derive(claim), settings)
