"""Long values by cases: each case under its condition in rows of its own, between which a page may end."""

from __future__ import annotations

from symkl.writeup.brackets import bracketed
from symkl.writeup.breaking import broken
from symkl.writeup.widths import Node, Token, environment_rows, nodes

__all__ = ["unfolded"]

#: cases of no more lines together stay behind their brace
_FEW_LINES = 12
_BEGIN = r"\begin{cases}"


def unfolded(latex: str, room: float, relation: str = "=") -> list[str] | None:
    r"""A formula with cases as rows: `if c:`, then `= ..` with the value of that case in the cases' place.

    None where the cases are short, or are not one and for themselves: in an integral or a bracket they stay.
    """
    run = nodes(latex)
    places = [i for i, node in enumerate(run) if isinstance(node, Token) and node.text.startswith(_BEGIN)]
    if len(places) != 1 or _integrates(run):
        return None
    (place,) = places
    before, after = _latex(run[:place]), _latex(run[place + 1 :])
    rows = environment_rows(run[place].latex)
    if any(len(row) != 2 for row in rows):
        return None
    alone = not before and not after
    found: list[str] = []
    for value, when in rows:
        value = value.replace(r"\dfrac", r"\frac")
        whole = value if alone else before + bracketed(value) + after
        first, *later = broken(whole, room, indent=r"\qquad")
        found += [rf"{_BY_ITSELF}{when}\text{{:}}", rf"\quad {relation} {first}", *later]
    return found if len(found) > _FEW_LINES else None


_BY_ITSELF = r"\quad "


def _integrates(run: list[Node]) -> bool:
    return any(isinstance(node, Token) and node.text in (r"\int", r"\sum") for node in run)


def _latex(run: list[Node]) -> str:
    return "".join(node.latex + (" " if node.latex[-1].isalpha() else "") for node in run)
