"""Claims in LaTeX files: a comment before an equation, `% symkl: kl Normal Normal`, or with a label anywhere."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path

from symkl.equations import legible, without_verbatim
from symkl.macros import macros_in
from symkl.marks.block import claims_among
from symkl.marks.mark import Mark
from symkl.marks.passage import Passage, lines_of

__all__ = ["tex_marks"]

_PERCENT = re.compile(r"\s*%+")


def tex_marks(path: Path, text: str) -> list[Mark]:
    """The claims of a file, in their order."""
    rows = [_comment(row) for row in lines_of(without_verbatim(text))]
    shown = legible(text, ".tex")
    found = claims_among(path, rows, Passage.of(lines_of(shown)))
    macros = macros_in(shown)
    return [
        mark if mark.question is None else replace(mark, question=replace(mark.question, macros=macros))
        for mark in found
    ]


def _comment(row: tuple[int, int, str]) -> tuple[int, int, str]:
    """A line that is a comment, without its percent sign; any other as an empty one."""
    line, _, text = row
    found = _PERCENT.match(text)
    return (line, 1, "") if found is None else (line, found.end() + 1, text[found.end() :])
