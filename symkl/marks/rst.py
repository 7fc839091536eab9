"""Claims in reStructuredText: a comment before an equation, `.. symkl: kl Normal Normal`, or with its formula."""

from __future__ import annotations

from pathlib import Path

from symkl.marks.block import claims_among
from symkl.marks.mark import Mark
from symkl.marks.passage import Passage, lines_of

__all__ = ["rst_marks"]


def rst_marks(path: Path, text: str) -> list[Mark]:
    """The claims of a file, in their order."""
    rows = lines_of(text)
    return claims_among(path, rows, Passage.of(rows))
