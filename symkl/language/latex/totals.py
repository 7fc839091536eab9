r"""Sums over an index: `\sum_{k=0}^n` with what is summed."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from symkl.language.latex.scripts import read_scripts
from symkl.language.latex.tokens import Token
from symkl.language.latex.tree import Symbol, Total, Tree
from symkl.language.latex.words import is_letter

if TYPE_CHECKING:
    from symkl.language.latex.reader import Reader

__all__ = ["UNSAID", "total"]

#: the index of a sum of a bracket that names none: it can only run over dimensions
UNSAID = Symbol("")


def total(reader: Reader, place: int) -> Tree:
    r"""The index, the limits and the body of a `\sum`; the body is the product that follows."""
    found = read_scripts(reader)
    index, low = _index(reader, found.below, place)
    high = reader.inner(found.above) if found.above else None
    return Total(place, index, low, high, reader.product())


def _index(reader: Reader, below: Sequence[Token], place: int) -> tuple[Symbol, Tree | None]:
    advice = r"write \sum_{j=1}^{J}"
    if not below and reader.bracket_next():
        return UNSAID, None
    if not below or not is_letter(below[0]):
        raise reader.refusal("this sum does not say over which index it runs", advice, place)
    symbol = Symbol(below[0].text)
    if len(below) == 1:
        return symbol, None
    if not below[1].is_sign("=") or len(below) == 2:
        raise reader.refusal("the range of this sum is not read", advice, below[1].start)
    return symbol, reader.inner(below[2:])
