"""The way through symkl, a function a stage.

    read       files              -> Library       families and documents, checked
    claim      names, texts       -> Claim         which quantity of which distributions
    derive     Claim              -> Derivation    steps and lemmas
    verify     Derivation         -> Verified      a verdict on the result, each step and each lemma
    judge      Verified           -> Verified      and on each known form of the claim
    write_up   Verified...        -> LaTeX         (a document's: `compose`)
    typeset    LaTeX              -> PDF
    lower      Verified...        -> Program...    stable forms, straight-line code
    generate   Program...         -> source code   for one of BACKENDS
    compare    Verified, formula  -> verdict       is somebody's formula right?
    evaluate   Verified, point    -> value         with a certificate

Stages are imported inside the functions: what a command does not need is not loaded.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import asdict, replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from symkl import resources
from symkl.library import Library, read_library
from symkl.settings import Settings

if TYPE_CHECKING:
    from symkl import model
    from symkl.codegen import Program
    from symkl.model.document import Document

__all__ = [
    "BACKENDS",
    "claim",
    "compare",
    "compose",
    "derive",
    "equation",
    "evaluate",
    "fragment",
    "generate",
    "judge",
    "lower",
    "normalised",
    "prove",
    "read",
    "start",
    "typeset",
    "verify",
    "write_up",
]

#: the targets of `generate`
BACKENDS = ("numpy", "torch")


def read(paths: Iterable[Path] = (), extra: Iterable[Path] = ()) -> Library:
    """The built-in families, those of the files, and those brought in besides. Raises `BadInput`."""
    return read_library(paths, extra)


def start(name: str) -> str:
    """The text of a definition file to fill in. Raises `BadInput` where the name cannot be a family's."""
    from symkl.language import skeleton

    return skeleton(name)


def claim(
    library: Library, quantity: str, p: str, q: str | None = None, of: str | None = None, where: Sequence[str] = ()
) -> model.Claim:
    """The claim that names and texts describe. Raises `BadInput`."""
    from symkl.claims import read_claim

    return read_claim(library, quantity, p, q, of, where)


def normalised(family: model.Family, settings: Settings) -> str | None:
    """The word "one" where the density is seen to integrate to 1, a sentence where it is seen not to, else None."""
    from symkl.verify import normalisation

    found = normalisation(family, seed=settings.seed)
    return {True: "one", False: str(found), None: None}[found.is_one]


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

    derivation = verified.derivation
    known = tuple(judge(form, derivation.claim, derivation) for form in forms_of(derivation.claim))
    return replace(verified, known=known)


def prove(claim: model.Claim, settings: Settings) -> model.Verified:
    """Derive, verify and judge."""
    return judge(verify(derive(claim), settings))


def write_up(title: str, verified: Sequence[model.Verified], settings: Settings) -> str:
    """The LaTeX of an article about these results, in their order."""
    from symkl.writeup import write_article

    return write_article(title, verified, **_writing(settings))


def compose(document: Document, results: Sequence[model.Verified | None], settings: Settings) -> str:
    """The LaTeX of a document; `results` has one for each section, None for a section without a claim."""
    from symkl.writeup import write_document

    return write_document(document, results, **_writing(settings))


def fragment(verified: model.Verified, settings: Settings) -> str:
    """The LaTeX of one result with its lemmas and its proof, to put into a document of one's own."""
    from symkl.language import parse
    from symkl.writeup import write_fragment

    loader = resources.loader(settings.own_templates)
    return write_fragment(verified, loader=loader, read=partial(parse, inert=True))


def equation(verified: model.Verified) -> str:
    """The result as one line of LaTeX, without dollar signs: the quantity and what it is equal to."""
    from symkl.writeup.notation import Notation

    notation, result = Notation(verified.derivation.claim), verified.derivation.result
    right = r"\text{not derived}" if result is None else notation.latex(result)
    return f"{notation.quantity()} = {right}".replace(r"\KL", r"\operatorname{KL}")  # a macro of our own preamble


def _writing(settings: Settings) -> dict[str, Any]:
    """What a write-up needs from the other stages, none of which it knows."""
    from symkl.algebra import is_zero
    from symkl.algebra.masters import MASTERS
    from symkl.language import parse

    return {
        "loader": resources.loader(settings.own_templates),
        "citations": {master.name: f"{master.title}: {master.source}" for master in MASTERS},
        "read": partial(parse, inert=True),
        "is_zero": is_zero,
    }


def typeset(tex: str, settings: Settings) -> bytes:
    """The PDF of a write-up. Raises `ToolMissing` where nothing can make one."""
    from symkl.writeup import build_pdf

    return build_pdf(tex, resources.loader(settings.own_templates))


def lower(wanted: Sequence[tuple[model.Verified, str | None, str | None]]) -> list[Program]:
    """A program for each result under the named parametrisations (None: the families' own parameters)."""
    from symkl.codegen import lower
    from symkl.language import to_text

    return [lower(verified, first, second, to_text) for verified, first, second in wanted]


def generate(backend: str, programs: Sequence[Program], settings: Settings, title: str) -> str:
    """The source of a module that stands alone, with a function for each program."""
    from symkl.codegen import emit

    return emit(programs, backend, resources.loader(settings.own_templates), title)


def compare(verified: model.Verified, formula: str, names: Sequence[str], units: str, dims: str) -> Any:
    """What `check --json` prints about a formula. Raises `BadInput`."""
    from symkl.check import comparison

    return comparison(verified.derivation, formula, names, units, dims)


def evaluate(verified: model.Verified, at: Sequence[str], digits: int) -> dict[str, Any]:
    """A verified claim's value where every parameter is given (`mu_1=0.5`), and how it was found. Raises `BadInput`."""
    from symkl.claims import names_of
    from symkl.language import read_point
    from symkl.verify import evaluate

    derivation = verified.derivation
    point = read_point(at, names_of(derivation.claim))
    return asdict(evaluate(derivation.claim, point, digits, derivation))
