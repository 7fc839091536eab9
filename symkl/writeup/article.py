"""Articles about families: a section for each result, with lemmas, proof, checks and references."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace

import sympy as sp
from jinja2 import BaseLoader

from symkl.model import Claim, Verified
from symkl.writeup.content import Article, Block, CheckRow, Formula, Reference
from symkl.writeup.divergence import divergence_blocks
from symkl.writeup.environment import latex_environment
from symkl.writeup.escape import escaped
from symkl.writeup.evidence import NOTES, evidence, verdict_words
from symkl.writeup.listings import Other, counted, listings
from symkl.writeup.notation import Notation
from symkl.writeup.theorem import NAMES, Context, Read, claim_key, display, lemmas_of, theorem_of

__all__ = ["block_of", "check_rows", "references", "render", "write_article", "write_fragment"]

_AGAINST = "Kullback--Leibler divergences against other families"
_BLANKS = re.compile(r"\n[ \t]*(\n[ \t]*)+\n")


def render(template: str, loader: BaseLoader, **values: object) -> str:
    """LaTeX by the template of that name in `latex/`."""
    text = latex_environment(loader).get_template(f"latex/{template}.tex.j2").render(**values)
    return _BLANKS.sub("\n\n", text)


def write_article(
    title: str,
    verified: Sequence[Verified],
    *,
    loader: BaseLoader,
    others: Sequence[Other] = (),
    symbols: tuple[str, str] = ("p", "q"),
    citations: Mapping[str, str] | None = None,
    read: Read | None = None,
    is_zero: Callable[[sp.Expr], bool] | None = None,
) -> str:
    """The LaTeX of an article.

    `title` is plain text. `others` are divergences that have no section, each with its status and the
    reason. `citations` gives the words with which a master is cited, by its name. `read` is the expression parser, for
    the formulas in reasons; `is_zero` the kernel's zero-test, for the divergence as a sum of terms that are not
    negative.
    """
    context = Context(symbols, read)
    blocks: list[Block] = []
    against = [item for item in verified if _is_against(item.derivation.claim)]
    verified = [*(item for item in verified if not _is_against(item.derivation.claim)), *against]
    for i, item in enumerate(verified):
        brief = _is_against(item.derivation.claim)
        block = block_of(item, context, first=i == 0, brief=brief)
        blocks.append(replace(block, title=_AGAINST if item is against[0] else "") if brief and i else block)
        blocks += divergence_blocks(item.derivation, Notation(item.derivation.claim, symbols), is_zero)
    summary = "All quantities are in nats: the logarithm is the natural one."
    article = Article(
        title=escaped(title),
        summary=f"{summary} {counted(len(against), others)}" if others else summary,
        blocks=tuple(blocks),
        checks=check_rows(verified, context),
        references=references(verified, citations or {}, context.sources),
        notes=NOTES,
        listings=listings(others, context),
    )
    return render("article", loader, article=article)


def _is_against(claim: Claim) -> bool:
    """Whether the claim is the divergence against another family."""
    return claim.quantity == "kl" and claim.q is not None and claim.q.family.name != claim.p.family.name


def write_fragment(
    verified: Verified, *, loader: BaseLoader, symbols: tuple[str, str] = ("p", "q"), read: Read | None = None
) -> str:
    """Lemmas, theorem and proof alone, as LaTeX to put into a document that has the preamble's macros."""
    block = block_of(verified, Context(symbols, read), first=True)
    return render("fragment", loader, block=block)


def block_of(item: Verified, context: Context, *, first: bool, brief: bool = False) -> Block:
    """The section about one result; `brief` as in `theorem_of`."""
    notation = Notation(item.derivation.claim, context.symbols)
    paragraphs, formulas = setting(notation) if first else ((), ())
    return Block(
        title=section_title(item.derivation.claim),
        paragraphs=paragraphs,
        formulas=formulas,
        lemmas=lemmas_of(item, notation, context),
        theorem=theorem_of(item, notation, context, brief=brief),
        remarks=compared(item, notation, context.sources),
    )


def compared(item: Verified, notation: Notation, sources: dict[str, int]) -> tuple[tuple[str, Formula | None], ...]:
    """The result beside the known forms of it."""
    out: list[tuple[str, Formula | None]] = []
    for judged in item.known:
        known = judged.known
        source = f"reference~[{sources.setdefault(known.source, len(sources) + 1)}]"
        if judged.verdict.kind == "failed":
            out.append((f"The form of {source} is refuted, see below.", None))
            continue
        formula = notation.as_written(known.formula, known.text)
        result = item.derivation.result
        if known.units == "nats" and result is not None and formula == notation.latex(result):
            out.append((f"This is the form of {source}.", None))
            continue
        words = {"proved": "proved equal", "numeric": "equal in numbers"}
        said = words.get(judged.verdict.kind, "not decided whether equal")
        units = "" if known.units == "nats" else f", in {escaped(known.units)}"
        out.append((f"The form of {source}{units} ({said}):", display(notation.quantity(), formula)))
    return tuple(out)


def section_title(claim: Claim) -> str:
    """`Kullback--Leibler divergence: Normal against Laplace`, as LaTeX."""
    words = NAMES[claim.quantity]
    if claim.where and claim.q is not None:
        notation = Notation(claim)
        return f"{words}: ${notation.member(claim.p)}$ against ${notation.member(claim.q)}$"
    if claim.of is not None:
        return f"{words} of ${Notation(claim).latex(claim.of)}$"
    if claim.q is None or claim.q.family.name == claim.p.family.name:
        return words
    return f"{words}: {escaped(claim.p.family.name)} against {escaped(claim.q.family.name)}"


def setting(notation: Notation) -> tuple[tuple[str, ...], tuple[Formula, ...]]:
    """The density that the page starts from."""
    claim = notation.claim
    kind = "mass function" if claim.p.kind == "discrete" else "density"
    left, right = notation.density(claim.p).split(" = ", 1)
    words = f"The {kind} of ${notation.member(claim.p)}$ is, for ${notation.support(claim.p)}$,"
    return (words,), (Formula(left, (right,)),)


def check_rows(verified: Sequence[Verified], context: Context) -> tuple[CheckRow, ...]:
    """How each result and each known form of it was checked; divergences against others with like evidence together."""
    rows: list[CheckRow] = []
    together: dict[CheckRow, list[str]] = {}
    seen = set()
    for item in verified:
        claim = item.derivation.claim
        if (key := claim_key(claim)) in seen:
            continue
        seen.add(key)
        notation = Notation(claim, context.symbols)
        row = CheckRow("", verdict_words(item.verdict), evidence(item.verdict, context.lettered))
        if _is_against(claim) and not claim.where and claim.q is not None:
            together.setdefault(row, []).append(escaped(claim.q.family.name))
        else:
            rows.append(replace(row, what=f"${notation.quantity()}$, {notation.members()}"))
        for judged in item.known:
            what = f"the form of reference~[{context.sources[judged.known.source]}]"
            rows.append(CheckRow(what, verdict_words(judged.verdict), evidence(judged.verdict, context.lettered)))
    divergence = r"\KL({}\,\|\,{})".format(*context.symbols)
    against = [replace(row, what=f"${divergence}$ against {', '.join(names)}") for row, names in together.items()]
    return (*rows, *against)


def references(
    verified: Sequence[Verified], citations: Mapping[str, str], sources: Mapping[str, int]
) -> tuple[Reference, ...]:
    """The sources of known forms, then those of the cited integrals and sums; each once, in the order of first use."""
    masters = [name for item in verified for name in item.derivation.masters]
    cited = [citations[name] for name in masters if name in citations]
    return tuple(Reference(escaped(text)) for text in dict.fromkeys([*sources, *cited]))
