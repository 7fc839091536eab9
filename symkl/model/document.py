"""What a document file says: claims in an order, with prose around them. Names only; families are looked up later."""

from __future__ import annotations

from dataclasses import dataclass, field

__all__ = ["ClaimRequest", "Document", "Section"]


@dataclass(frozen=True)
class ClaimRequest:
    """A claim by names and texts, as a document writes it.

    `p`, `q` are names of families (`q` None for an entropy or an expectation); `of` and the right sides of `where` are
    texts for the expression parser, not yet read, since they may name parameters of families in other files.
    `parametrisation` names the `as` (for p, or for p and q), `independent` the number of independent dimensions
    (an identifier such as "D", printed as a symbol). `field` is where the claim stands in the file.
    """

    quantity: str
    p: str
    q: str | None = None
    of: str | None = None
    where: tuple[tuple[str, str], ...] = ()
    parametrisation: tuple[str, ...] = ()
    independent: str | None = None
    field: str = ""


@dataclass(frozen=True)
class Section:
    """A heading, Markdown without raw TeX (`$...$` is a formula in the parser's text syntax), and at most one claim."""

    title: str
    text: str = ""
    claim: ClaimRequest | None = None


@dataclass(frozen=True)
class Document:
    """A title, the two letters that print the first and the second law of a pair, and sections in reading order."""

    title: str
    symbols: tuple[str, str]
    sections: tuple[Section, ...]
    origin: str = ""
    digest: str = field(default="", compare=False)
