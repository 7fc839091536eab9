"""What is built as one: a family with its claims, or a document with the claims of its sections."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from symkl.build.keys import others_of
from symkl.errors import BadInput, Location, nearest
from symkl.library import Library
from symkl.model import Claim, Family
from symkl.model.document import ClaimRequest, Document
from symkl.reading import read_claim, request_of
from symkl.requests import Request, standard_requests

__all__ = ["Piece", "pieces", "requested"]


@dataclass(frozen=True)
class Piece:
    """A definition and the claims that its outputs are about, in their order.

    `sections` has, of a document, a claim for each section, None where a section makes none. `coded` are, of a family,
    those that its generated code has functions for: what is its own, and what somebody has published a formula of.
    """

    name: str
    item: Family | Document
    requests: tuple[Request, ...]
    sections: tuple[Request | None, ...] = ()
    coded: tuple[Request, ...] = ()

    @property
    def stem(self) -> str:
        """The name of its output files, without an ending."""
        return self.name.lower()


def pieces(library: Library) -> list[Piece]:
    """A piece for each given file. Raises `BadInput` where a document's claim cannot be read, or two outputs clash."""
    made = [_piece(item, library) for item in library.given]
    seen: dict[str, str] = {}
    for piece in made:
        former = seen.setdefault(piece.stem, piece.item.origin)
        if former != piece.item.origin:
            what = f"its outputs would be named {piece.stem}, like those of {former}"
            raise BadInput(what, Location(piece.item.origin), "rename one of them")
    return made


def _piece(item: Family | Document, library: Library) -> Piece:
    if isinstance(item, Family):
        source = library.sources[item.name]
        everything, own = (tuple(standard_requests(source, others)) for others in (others_of(source, library), ()))
        return Piece(item.name, item, everything, coded=own)
    sections = tuple(None if s.claim is None else request_of(requested(s.claim, item, library)) for s in item.sections)
    return Piece(Path(item.origin).stem, item, tuple(dict.fromkeys(s for s in sections if s is not None)), sections)


def requested(request: ClaimRequest, document: Document, library: Library) -> Claim:
    """The claim that a document's section asks for."""
    place = Location(document.origin, request.field)
    texts = [f"{name}={value}" for name, value in request.where]
    try:
        claim = read_claim(library, request.quantity, request.p, request.q, request.of, texts)
    except BadInput as error:
        inner = ".".join(part for part in (place.field, error.where.field.lstrip("-").lower()) if part)
        raise BadInput(error.what, Location(place.file, inner, error.where.column), error.todo) from error
    members = [claim.p.family, *([claim.q.family] if claim.q else [])]
    for family, name in zip(members, (*request.parametrisation, *request.parametrisation[-1:]), strict=False):
        known = [other.name for other in family.parametrisations]
        if name not in known:
            what = f"{family.name} has no parametrisation '{name}'"
            raise BadInput(what, Location(place.file, f"{place.field}.as"), nearest(name, known))
    return claim
