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
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from symkl import resources
from symkl.library import Library, read_library
from symkl.settings import Settings

if TYPE_CHECKING:
    from symkl import model

__all__ = ["claim", "derive", "generate", "prove", "read", "typeset", "verify", "write_up"]


#: the targets of `generate`
BACKENDS = ("numpy", "torch")


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


def judge(verified: model.Verified) -> model.Verified:
    """The same, with the known forms of exactly this claim judged."""
    from symkl.claims import forms_of
    from symkl.verify import judge

    claim, derivation = verified.derivation.claim, verified.derivation
    return replace(verified, known=tuple(judge(known, claim, derivation) for known in forms_of(claim)))


def prove(claim: model.Claim, settings: Settings) -> model.Verified:
    """Derive, verify and judge."""
    return judge(verify(derive(claim), settings))


def normalised(family: model.Family, settings: Settings) -> str | None:
    """ "one" where the density is seen to integrate to 1, a sentence where it is seen not to, else None."""
    raise NotImplementedError


def write_up(title: str, verified: Sequence[model.Verified], settings: Settings) -> str:
    """The LaTeX of an article about these results, in their order."""
    from symkl.writeup import write_article

    return write_article(title, verified, loader=resources.loader(settings.own_templates))


def typeset(tex: str, settings: Settings) -> bytes:
    """The PDF of a write-up. Raises `ToolMissing` where nothing can make one."""
    from symkl.writeup import build_pdf

    return build_pdf(tex, resources.loader(settings.own_templates))


def compose(
    document: model.Document,
    results: Sequence[model.Verified | None],
    settings: Settings,
) -> str:
    """The LaTeX of a document; `results` has one for each section, None for a section without a claim."""
    from symkl.writeup import write_document

    return write_document(document, results, loader=resources.loader(settings.own_templates))


def generate(backend: str, results: Sequence[model.Verified], settings: Settings) -> str:
    """The source of a stand-alone module with a function for each result, for one of `BACKENDS`."""
    raise NotImplementedError
