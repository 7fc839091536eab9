"""A claim in text: its line, and the formula after the colon or in the equation that follows."""

from __future__ import annotations

import itertools
import re
from pathlib import Path

from symkl.checking import Question
from symkl.equations import Equation, equations
from symkl.errors import BadInput, nearest
from symkl.marks.head import Head, read_head, split_head
from symkl.marks.mark import Mark
from symkl.marks.passage import Passage
from symkl.places import Place

__all__ = ["about_equation", "claim_in", "claims_among"]

#: how a claim begins in a comment or a docstring
MARKER = re.compile(r"(?:\.\. )?symkl:(?:\s+|$)")
#: how LaTeX is set within text
_SET = re.compile(r"\$\$(.*?)\$\$|\$(.*?)\$|:math:`(.*?)`|\\\[(.*?)\\\]|\\\((.*?)\\\)", re.DOTALL)


def claims_among(path: Path, rows: list[tuple[int, int, str]], shown: Passage) -> list[Mark]:
    """The claims that the rows make, each with its own formula or about an equation of `shown`: that with its label,
    else the next. `shown` has the same rows.
    """
    found = [index for index, (_, _, row) in enumerate(rows) if MARKER.match(row.lstrip())]
    displayed = [equation for equation in equations(shown.text) if equation.display] if found else []
    ends = list(itertools.accumulate(len(row) + 1 for row in shown.text.split("\n")))
    return [about_equation(path, _indented(rows, index), shown, displayed, ends[index]) for index in found]


def about_equation(path: Path, claim: Passage, shown: Passage, displayed: list[Equation], after: int) -> Mark:
    """A claim with its own formula, or about the equation with its label, else the first that begins at `after` or
    later.
    """
    label = _label(claim)
    if label is None:
        following = next((_inside(shown, e) for e in displayed if e.start >= after), None)
        return claim_in(path, claim, following, "latex")
    chosen = next((equation for equation in displayed if label in dict(equation.labels)), None)
    if chosen is None:
        todo = nearest(label, [name for equation in displayed for name, _ in equation.labels])
        refusal = BadInput(f"no equation has the label '{label}'", None, todo or "correct it, or leave it out")
        return Mark(label, Place(path, claim.line, claim.column), refusal=refusal)
    return claim_in(path, claim, _inside(shown, chosen), "latex", labelled=True)


def _inside(shown: Passage, equation: Equation) -> Passage:
    """The equation without the marks around it that say no more than that it is one."""
    whole = shown.part(equation.start, equation.end)
    return whole.part(2, len(whole.text) - 2) if whole.text.startswith(("$$", "\\[")) else whole


def _label(claim: Passage) -> str | None:
    try:
        return read_head(split_head(claim)[0]).one("--label") or None
    except BadInput:
        return None  # `claim_in` refuses it with its place


def claim_in(
    path: Path, passage: Passage, formula: Passage | None = None, kind: str | None = None, *, labelled: bool = False
) -> Mark:
    """The claim that the passage makes; its formula stands after its colon, or is given: the equation that follows.

    `kind` is how the formula is written where that is known: "formula" or "latex"; `labelled` says that it was found by
    its label.
    """
    head, own = split_head(passage)
    name = " ".join(itertools.takewhile(lambda word: not word.startswith("-"), head.text.split()[:3])) or "claim"
    place = Place(path, passage.line, passage.column)
    try:
        said = read_head(head)
    except BadInput as error:
        line, column = head.place((error.where.column or 1) - 1)
        plain = BadInput(error.what, None, error.todo)
        return Mark(name, Place(path, line, column), refusal=plain)
    if not own.text and formula is None:
        what, todo = "this claim has no formula", "put it after a colon: symkl: kl Normal Normal: log(sigma_2/sigma_1)"
        return Mark(name, place, refusal=BadInput(what, None, todo))
    if said.many("--label") and (own.text or not labelled):
        refusal = BadInput(
            "--label names an equation, and this claim has its own formula", None, "leave one of them out"
        )
        return Mark(name, place, refusal=refusal)
    if own.text:
        formula, kind = _unwrapped(own)
    assert formula is not None
    return Mark(
        name,
        Place(path, formula.line, formula.column),
        _question(said, said.kind or kind or "latex", formula.text),
        formula=formula,
        definitions=tuple(path.parent / file for file in said.many("--with")),
    )


def _question(said: Head, kind: str, text: str) -> Question:
    quantity, p, q = (*said.words, None)[:3]
    assert quantity is not None
    assert p is not None
    return Question(
        quantity,
        p,
        q,
        kind,
        text,
        said.one("--of") or None,
        said.many("--map"),
        said.many("--where"),
        said.one("--units", "nats"),
        said.one("--dims", "none"),
    )


def _unwrapped(formula: Passage) -> tuple[Passage, str]:
    """The formula without the signs that set it as LaTeX, and how it is written: nothing in symkl's notation has a
    backslash or a dollar sign.
    """
    found = _SET.fullmatch(formula.text)
    if found is not None and found.lastindex is not None:
        return formula.part(*found.span(found.lastindex)), "latex"
    return formula, "latex" if "\\" in formula.text else "formula"


def _indented(rows: list[tuple[int, int, str]], begin: int) -> Passage:
    """The claim that begins in that row, with the rows after it that are indented more than its own; the marker is
    left out.
    """
    line, column, text = rows[begin]
    margin = len(text) - len(text.lstrip())
    found = MARKER.match(text, margin)
    assert found is not None
    kept = [(line, column + found.end(), text[found.end() :])]
    for row in rows[begin + 1 :]:
        if not row[2].strip() or len(row[2]) - len(row[2].lstrip()) <= margin:
            break
        kept.append(row)
    whole = Passage.of(kept)
    return whole.part(0)
