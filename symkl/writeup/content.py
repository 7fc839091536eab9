"""What a write-up holds, as plain strings of LaTeX: templates lay it out and do no mathematics."""

from __future__ import annotations

from dataclasses import dataclass

__all__ = ["Article", "Block", "Chain", "CheckRow", "Formula", "Lemma", "Listing", "ProofLine", "Reference", "Theorem"]


@dataclass(frozen=True)
class Formula:
    """A displayed formula: its left side, and its right side as lines that fit the page; `label` may be empty.

    `tall`: a page may end between the lines.
    """

    left: str
    right: tuple[str, ...]
    label: str = ""
    relation: str = "="
    tall: bool = False


@dataclass(frozen=True)
class ProofLine:
    """One row of a chain: `left` (empty but for the first), `right` (with its relation), and why, with its verdict.

    `verdict` is "proved", "numeric", "unknown", "failed" or empty (a continuation row). `hangs`: rows without
    reasons follow, into whose room a long reason may hang. `last`: the proof ends here. `new`: another
    chain begins. `kept`: the row below stands on the same page.
    """

    left: str
    right: str
    reason: str = ""
    verdict: str = ""
    hangs: bool = False
    last: bool = False
    new: bool = False
    kept: bool = False


@dataclass(frozen=True)
class Chain:
    """Equations that run on; `intro` is a sentence before them, which may be empty."""

    lines: tuple[ProofLine, ...]
    intro: str = ""


@dataclass(frozen=True)
class Theorem:
    """A statement (`given`, then the formula, then `after`) and its proof; `kind` is "theorem" or "lemma".

    `closing` is a sentence that ends the proof.
    """

    kind: str
    label: str
    name: str
    given: str
    formula: Formula | None
    after: str = ""
    method: str = ""
    proof: tuple[Chain, ...] = ()
    closing: str = ""


Lemma = Theorem


@dataclass(frozen=True)
class CheckRow:
    """One line of the table that says how a result was checked."""

    what: str
    verdict: str
    how: str


@dataclass(frozen=True)
class Reference:
    """What is cited, in words."""

    text: str


@dataclass(frozen=True)
class Block:
    """A section: prose, then lemmas, then the theorem, then what follows from it."""

    title: str
    paragraphs: tuple[str, ...] = ()
    lemmas: tuple[Theorem, ...] = ()
    theorem: Theorem | None = None
    formulas: tuple[Formula, ...] = ()
    proof: tuple[Chain, ...] = ()
    remarks: tuple[tuple[str, Formula | None], ...] = ()
    method: str = ""
    closing: str = ""


@dataclass(frozen=True)
class Listing:
    """A table of what has no section of its own: rows of a reason and of the families that share it."""

    title: str
    words: str
    heads: tuple[str, str]
    rows: tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class Article:
    """A whole write-up."""

    title: str
    summary: str
    blocks: tuple[Block, ...]
    checks: tuple[CheckRow, ...]
    references: tuple[Reference, ...]
    notes: tuple[str, ...] = ()
    listings: tuple[Listing, ...] = ()
