"""All pairs at a glance: a page of a table with a character for each, in a document of its own."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from jinja2 import BaseLoader

from symkl.writeup.article import render
from symkl.writeup.escape import escaped

__all__ = ["write_matrix"]

_CELLS = {
    "+": r"$\bullet$",
    "c": r"$\circ$",
    "o": r"$\infty$",
    "-": "--",
    ".": r"$\cdot$",
    "?": "?",
    "!": r"\textbf{!}",
}


def write_matrix(
    names: Sequence[str], cells: Sequence[Sequence[str]], legend: Sequence[tuple[str, str]], *, loader: BaseLoader
) -> str:
    """The LaTeX of the table of `KL(P || Q)`, P down and Q across, on a sheet as large as it needs.

    `cells[i][j]` is the sign for the names i and j, one of those that `legend` explains.
    """
    counts: Mapping[str, int] = {sign: sum(row.count(sign) for row in cells) for sign, _ in legend}
    return render(
        "matrix",
        loader,
        heads=[(number, escaped(name)) for number, name in enumerate(names, start=1)],
        rows=[
            (number, escaped(name), [_CELLS[sign] for sign in row]) for number, (name, row) in _numbered(names, cells)
        ],
        legend=[(_CELLS[sign], words, counts[sign]) for sign, words in legend if counts[sign]],
        paper="a4paper" if len(names) <= _A4 else "a3paper",
    )


#: so many families fit on the smaller sheet
_A4 = 30


def _numbered(names: Sequence[str], cells: Sequence[Sequence[str]]) -> list[tuple[int, tuple[str, Sequence[str]]]]:
    return list(enumerate(zip(names, cells, strict=True), start=1))
