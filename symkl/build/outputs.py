"""The files of a piece, made in memory: nothing is written before it is whole."""

from __future__ import annotations

import base64
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import Any, TypeVar

from symkl import pipeline
from symkl.build.pieces import Piece
from symkl.build.table import TABLE
from symkl.codegen import Program, function_name
from symkl.codegen.reading import Broken
from symkl.errors import NotYet, SymklError
from symkl.model import Claim, Family, Verified
from symkl.model.document import Document
from symkl.overview import LEGEND
from symkl.proofs import Head, Proof, read_proof
from symkl.reading import claim_of, request_of
from symkl.requests import Request
from symkl.settings import Settings
from symkl.workers import shared

__all__ = ["Made", "Other", "Packed", "outputs_of", "packed_outputs", "packed_table", "split", "wanted"]

T = TypeVar("T")

#: a claim with the heads and bodies of its proof
Packed = tuple[Request, Head, bytes, Head, bytes]

#: functions as programs, and sentences about those that cannot be one
_Lowered = tuple[list[Program], list[str]]

#: a family, the status of the KL against it, and the reason
Other = tuple[str, str, str]
#: the same with the claim
Listed = tuple[Claim, str, str]


@dataclass
class Made:
    """Contents by name, and what could not be made: exit codes (0: a note) and lines."""

    files: dict[str, bytes] = field(default_factory=dict)
    troubles: list[tuple[int, str]] = field(default_factory=list)

    @property
    def broken(self) -> bool:
        """Whether something is missing for another reason than that it cannot be."""
        return any(code for code, _ in self.troubles)

    def packed(self) -> dict[str, Any]:
        """The same as data that JSON can hold."""
        files = {name: base64.b64encode(content).decode() for name, content in self.files.items()}
        return {"files": files, "troubles": self.troubles}

    @staticmethod
    def unpacked(data: dict[str, Any]) -> Made:
        """What was packed."""
        files = {name: base64.b64decode(content) for name, content in data["files"].items()}
        return Made(files, [(code, line) for code, line in data["troubles"]])


def packed_outputs(
    piece: Piece, found: Sequence[Packed], others: Sequence[Other], formats: Sequence[str], settings: Settings
) -> dict[str, Any]:
    """In a child: read what was found, and make the outputs."""
    results = [read_proof(claim_of(packed[0], shared()), *packed[1:]) for packed in found]
    listed = [(claim_of(Request("kl", piece.name, q), shared()), status, why) for q, status, why in others]
    return outputs_of(piece, results, listed, formats, settings)


def outputs_of(
    piece: Piece, found: Sequence[Verified], others: Sequence[Listed], formats: Sequence[str], settings: Settings
) -> dict[str, Any]:
    """All files of the piece in these formats, packed; one that cannot be made does not stop the others.

    `found` are the piece's claims that a write-up shows, `others` those that it only lists. A result whose verdict is
    "failed" leaves symkl in no form.
    """
    made = Made()
    results = [verified for verified in found if verified.verdict.kind != "failed"]
    if piece.requests and not results:
        return made.packed()
    _write(made, piece.stem, formats, settings, lambda: _tex(piece, results, others, settings))
    if isinstance(piece.item, Family):
        title = f"Closed forms for {piece.name}, derived and checked by symkl."
        backends = [f for f in formats if f in pipeline.BACKENDS]
        coded = [result for result in results if request_of(result.derivation.claim) in piece.coded]
        lowered: dict[bool, _Lowered | None] = {}
        for backend in backends:
            slopes, name = pipeline.BACKENDS[backend].SLOPES, f"{backend}/{piece.stem}.py"
            if slopes not in lowered:
                lowered[slopes] = _try(made, piece.stem, partial(_lower, wanted(coded), slopes))
            functions = lowered[slopes]
            if functions is not None and any(functions):
                _try(made, name, partial(_module, made, name, backend, functions, settings, title))
    return made.packed()


def packed_table(
    names: Sequence[str], signs: Sequence[Sequence[str]], formats: Sequence[str], settings: Settings
) -> dict[str, Any]:
    """In a child: the table of all pairs, in those of the formats that it has."""
    made = Made()
    _write(made, TABLE, formats, settings, lambda: pipeline.tabulate(names, signs, LEGEND, settings))
    return made.packed()


def split(proofs: Sequence[Proof]) -> tuple[list[Request], list[Other]]:
    """What a family's outputs show: the entropy, the KL within the family, those against others that have a value,
    and what the known forms are about; and the KL against all other families, which are only listed.
    """
    shown, listed = list[Request](), list[Other]()
    for proof in proofs:
        request = proof.request
        plain = request.quantity == "kl" and not request.where and request.q != request.p
        if plain and proof.status not in ("closed", "conditional"):
            listed.append((request.q or "", proof.status or "none", proof.why))
        elif proof.status is not None:
            shown.append(request)
    return shown, sorted(listed)


def wanted(results: Sequence[Verified]) -> list[tuple[Verified, str | None, str | None]]:
    """The functions of a module: each closed form, and its parametrisations where all its families are one."""
    found: list[tuple[Verified, str | None, str | None]] = []
    for result in results:
        claim, derivation = result.derivation.claim, result.derivation
        if claim.where or claim.quantity == "expectation" or derivation.status == "none":
            continue
        if result.verdict.kind not in ("proved", "numeric"):
            continue
        found.append((result, None, None))
        if claim.q is None or claim.q.family == claim.p.family:
            names = [p.name for p in claim.p.family.parametrisations]
            found += [(result, name, None if claim.q is None else name) for name in names]
    return found


def _write(made: Made, stem: str, formats: Sequence[str], settings: Settings, compose: Callable[[], str]) -> None:
    """A document as LaTeX and as PDF, where they are asked for."""
    if "tex" not in formats and "pdf" not in formats:
        return
    tex = _try(made, f"{stem}.tex", compose)
    if tex is not None and "tex" in formats:
        made.files[f"{stem}.tex"] = tex.encode()
    if tex is not None and "pdf" in formats:
        pdf = _try(made, f"{stem}.pdf", lambda: pipeline.typeset(tex, settings))
        if pdf is not None:
            made.files[f"{stem}.pdf"] = pdf


def _tex(piece: Piece, results: Sequence[Verified], others: Sequence[Listed], settings: Settings) -> str:
    if isinstance(piece.item, Document):
        by_request = {request_of(result.derivation.claim): result for result in results}
        return pipeline.compose(piece.item, [by_request.get(r) if r else None for r in piece.sections], settings)
    # the proof of a divergence has in it that of its cross-entropy
    shown = [result for result in results if result.derivation.claim.quantity != "cross_entropy"]
    return pipeline.write_up(piece.name, shown, settings, others)


def _lower(asked: Sequence[tuple[Verified, str | None, str | None]], slopes: bool) -> _Lowered:
    """The functions as programs, and for each that cannot be one a sentence."""
    programs, lacking = list[Program](), list[str]()
    for function in asked:
        try:
            programs += pipeline.lower([function], slopes)
        except NotYet as error:
            result, first, second = function
            lacking.append(f"{function_name(result.derivation.claim, first, second)} is left out: {error}.")
    return programs, lacking


def _module(made: Made, name: str, backend: str, functions: _Lowered, settings: Settings, title: str) -> None:
    """A module of the functions that the backend can compute; its title names the others.

    What was tried after it was generated and is not right is left out too. Where it can none there is no module, and
    a note says why; Broken is raised where none is right.
    """
    programs, lacking = functions[0], [*functions[1]]
    able, wrong = list[Program](), list[Broken]()
    for program in programs:
        try:
            able.append(_able(backend, program, settings, title))
        except (NotYet, Broken) as error:
            lacking.append(f"{program.name} is left out: {error}.")
            wrong += [error] if isinstance(error, Broken) else []
    if wrong and not able:
        raise wrong[0]
    if able:
        made.files[name] = pipeline.generate(backend, able, settings, " ".join([title, *lacking])).encode()
    else:
        made.troubles.append((0, f"note: {name} is not written, as none of its functions can be: {lacking[0]}"))


def _able(backend: str, program: Program, settings: Settings, title: str) -> Program:
    """The program, as its backend can compute it. Raises NotYet where it cannot."""
    if pipeline.BACKENDS[backend].REREAD:
        return pipeline.reread(backend, program, settings)
    pipeline.generate(backend, [program], settings, title)
    return program


def _try(made: Made, name: str, make: Callable[[], T]) -> T | None:
    try:
        return make()
    except SymklError as error:
        made.troubles.append((error.exit_code, f"error: {name}: {error}"))
    except Exception as error:  # noqa: BLE001  # one output that breaks must not take the others with it
        made.troubles.append(
            (5, f"error: {name}: this is a bug in symkl ({type(error).__name__}: {error}); please report it")
        )
    return None
