"""Claims in Markdown: blocks that are fenced with ```symkl kl Normal Normal, and comments before an equation."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

from symkl.equations import equations
from symkl.marks.block import about_equation, claim_in
from symkl.marks.mark import Mark
from symkl.marks.passage import Passage, lines_of

__all__ = ["markdown_marks"]

_FENCE = re.compile(r"(?P<margin> {0,3}(?:> ?)*)(?P<fence>`{3,}|~{3,})\s*(?P<info>.*)")
_COMMENT = re.compile(r"<!--\s*symkl:")


@dataclass(frozen=True)
class _Fenced:
    """A fenced block: what stands after its fence, and its lines; `begin` and `end` are its first and last row."""

    info: Passage
    body: Passage
    begin: int
    end: int


def markdown_marks(path: Path, text: str) -> list[Mark]:
    """The claims of a file, in their order."""
    rows = lines_of(text)
    blocks = _blocks(rows)
    inside = {number for block in blocks if block.info.text != "math" for number in range(block.begin, block.end + 1)}
    plain = Passage.of((line, column, "" if i in inside else row) for i, (line, column, row) in enumerate(rows))
    displayed = [equation for equation in equations(plain.text) if equation.display] if "symkl:" in text else []
    found = [_fenced_claim(path, block) for block in blocks if re.match(r"symkl\b", block.info.text)]
    for comment in _COMMENT.finditer(plain.text):
        end = plain.text.find("-->", comment.end())
        if end < 0:
            break
        found.append(about_equation(path, plain.part(comment.end(), end), plain, displayed, end))
    return sorted(found, key=lambda mark: (mark.place.line, mark.place.column))


def _blocks(rows: list[tuple[int, int, str]]) -> list[_Fenced]:
    found: list[_Fenced] = []
    index = 0
    while index < len(rows):
        opened = _FENCE.fullmatch(rows[index][2])
        if opened is None or (opened["fence"][0] == "`" and "`" in opened["info"]):
            index += 1
            continue
        end = next((i for i in range(index + 1, len(rows)) if _closes(rows[i][2], opened)), len(rows) - 1)
        line, column, row = rows[index]
        info = Passage.of([(line, column + opened.start("info"), row[opened.start("info") :])])
        inside = [
            (number, first + len(taken), row[len(taken) :])
            for number, first, row in rows[index + 1 : end]
            for taken in [row[: len(opened["margin"])] if row.startswith(opened["margin"]) else ""]
        ]
        body = Passage.of(inside or [(line, column, "")])
        found.append(_Fenced(info.part(0), body.part(0), index, end))
        index = end + 1
    return found


def _closes(row: str, opened: re.Match[str]) -> bool:
    sign = opened["fence"][0]
    bare = row.lstrip(" >").rstrip()
    return len(bare) >= len(opened["fence"]) and set(bare) == {sign}


def _fenced_claim(path: Path, block: _Fenced) -> Mark:
    """The claim stands after the fence, or, with its formula, in the block."""
    head = block.info.part(len("symkl"))
    if not head.text:
        return claim_in(path, block.body)
    return claim_in(path, head, block.body, "latex" if "\\" in block.body.text else "formula")
