"""Whole write-ups: articles about families, documents with prose, fragments."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from jinja2 import BaseLoader

from symkl.model import Claim, Verified
from symkl.writeup.content import Article, Block, CheckRow, Reference
from symkl.writeup.environment import latex_environment
from symkl.writeup.escape import escaped
from symkl.writeup.evidence import NOTES, evidence
from symkl.writeup.notation import Notation
from symkl.writeup.divergence import divergence_remarks
from symkl.writeup.theorem import Labels, lemmas_of, theorem_of

__all__ = ["render", "write_article"]

_TITLES = {
    "entropy": "Entropy",
    "cross_entropy": "Cross-entropy",
    "kl": "Kullback--Leibler divergence",
    "expectation": "Expectation",
}
_BLANKS = re.compile(r"\n{3,}")


def render(article: Article, loader: BaseLoader) -> str:
    """The article as LaTeX by `latex/article.tex.j2`."""
    text = latex_environment(loader).get_template("latex/article.tex.j2").render(article=article)
    return _BLANKS.sub("\n\n", text)


def write_article(
    title: str,
    verified: Sequence[Verified],
    *,
    loader: BaseLoader,
    symbols: tuple[str, str] = ("p", "q"),
    citations: Mapping[str, str] | None = None,
) -> str:
    """The LaTeX of an article: a section for each result, with lemmas, proof, checks and references.

    `title` is plain text. `citations` gives the words with which a master is cited, by its name.
    """
    labels = Labels()
    blocks = []
    for item in verified:
        notation = Notation(item.derivation.claim, symbols)
        blocks.append(_block(item, notation, labels))
    return render(
        Article(
            title=escaped(title),
            summary="All quantities are in nats: the logarithm is the natural one.",
            blocks=tuple(blocks),
            checks=check_rows(verified, symbols),
            references=references(verified, citations or {}),
            notes=NOTES,
        ),
        loader,
    )


def _block(item: Verified, notation: Notation, labels: Labels) -> Block:
    claim = item.derivation.claim
    return Block(
        title=section_title(claim),
        paragraphs=setting(notation),
        lemmas=lemmas_of(item, notation, labels),
        theorem=theorem_of(item, notation, labels),
        remarks=divergence_remarks(item.derivation, notation),
    )


def section_title(claim: Claim) -> str:
    """`Kullback--Leibler divergence of Normal from Laplace`, as LaTeX."""
    words = _TITLES[claim.quantity]
    if claim.q is None:
        return f"{words} of {escaped(claim.p.family.name)}"
    return f"{words}: {escaped(claim.p.family.name)} and {escaped(claim.q.family.name)}"


def setting(notation: Notation) -> tuple[str, ...]:
    """The densities that the claim is about."""
    claim = notation.claim
    kind = "mass function" if claim.p.kind == "discrete" else "density"
    first = f"The {kind} of ${notation.symbols[0]}$ is ${notation.density(claim.p)}$ for ${notation.support(claim.p)}$."
    return (first,)


def check_rows(verified: Sequence[Verified], symbols: tuple[str, str]) -> tuple[CheckRow, ...]:
    """How each result and each known form of it was checked."""
    rows = []
    for item in verified:
        notation = Notation(item.derivation.claim, symbols)
        rows.append(CheckRow(f"${notation.quantity()}$ ({notation.members()})", item.verdict.kind, evidence(item.verdict)))
        for judged in item.known:
            what = f"the form of {escaped(judged.known.source)}"
            rows.append(CheckRow(what, judged.verdict.kind, evidence(judged.verdict)))
    return tuple(rows)


def references(verified: Sequence[Verified], citations: Mapping[str, str]) -> tuple[Reference, ...]:
    """The sources of known forms, then those of the cited integrals and sums; each once, in the order of first use."""
    sources = [judged.known.source for item in verified for judged in item.known]
    masters = [name for item in verified for name in item.derivation.masters]
    cited = [citations[name] for name in masters if name in citations]
    return tuple(Reference("", escaped(text)) for text in dict.fromkeys([*sources, *cited]))
