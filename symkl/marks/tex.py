"""Claims in LaTeX files: a comment before an equation, `% symkl: kl Normal Normal`, or with a label anywhere."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from symkl.errors import BadInput, Location
from symkl.marks.block import MARKER, claim_in, indented
from symkl.marks.head import read_head, split_head
from symkl.marks.mark import Mark
from symkl.marks.passage import Passage, lines_of
from symkl.places import Place

__all__ = ["tex_marks"]

_ENVIRONMENTS = "equation|align|gather|multline|eqnarray|displaymath|flalign|alignat"
_EQUATION = re.compile(
    rf"\\begin\{{(?P<name>(?:{_ENVIRONMENTS})\*?)\}}(?P<a>.*?)\\end\{{(?P=name)\}}"
    r"|(?<!\\)\\\[(?P<b>.*?)(?<!\\)\\\]|\$\$(?P<c>.*?)\$\$",
    re.DOTALL,
)
_VERBATIM = re.compile(r"\\begin\{(verbatim|lstlisting|minted|comment)\*?\}.*?\\end\{\1\*?\}", re.DOTALL)
_PERCENT = re.compile(r"\s*%+")


@dataclass(frozen=True)
class _Equation:
    begin: int
    labels: tuple[str, ...]
    body: Passage


def tex_marks(path: Path, text: str) -> list[Mark]:
    """The claims of a file, in their order."""
    text = _VERBATIM.sub(lambda found: re.sub(r"[^\n]", " ", found.group()), text)
    whole = Passage.of(lines_of(text))
    equations = list(_equations(whole))
    rows = [_comment(row) for row in lines_of(text)]
    return [
        _claim(path, indented(rows, index), equations, whole)
        for index, (_, _, row) in enumerate(rows)
        if MARKER.match(row.lstrip())
    ]


def _comment(row: tuple[int, int, str]) -> tuple[int, int, str]:
    """A line that is a comment, without its percent sign; any other as an empty one."""
    line, _, text = row
    found = _PERCENT.match(text)
    return (line, 1, "") if found is None else (line, found.end() + 1, text[found.end() :])


def _equations(whole: Passage) -> Iterator[_Equation]:
    for found in _EQUATION.finditer(_without_comments(whole.text)):
        name = next(group for group in "abc" if found[group] is not None)
        labels = tuple(re.findall(r"\\label\{([^}]*)\}", found[name]))
        yield _Equation(found.start(), labels, whole.part(*found.span(name)))


def _without_comments(text: str) -> str:
    """The text with blanks in the place of comments, so that everything else stands where it stood."""
    return re.sub(r"(?<!\\)((?:\\\\)*)%[^\n]*", lambda found: found[1] + " " * (len(found[0]) - len(found[1])), text)


def _claim(path: Path, claim: Passage, equations: list[_Equation], whole: Passage) -> Mark:
    label = _label(claim)
    if label is None:
        following = (e for e in equations if whole.place(e.begin)[0] > claim.line)
        found = next(following, None)
    else:
        found = next((e for e in equations if label in e.labels), None)
        if found is None:
            refusal = BadInput(f"no equation has the label '{label}'", Location(), "correct it, or leave it out")
            return Mark(label, Place(path, claim.line, claim.column), refusal=refusal)
    return claim_in(path, claim, None if found is None else found.body, "latex")


def _label(claim: Passage) -> str | None:
    try:
        return read_head(split_head(claim)[0]).one("--label") or None
    except BadInput:
        return None  # `claim_in` refuses it with its place
