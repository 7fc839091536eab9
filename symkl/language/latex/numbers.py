"""Numbers in digits, and what looks like one and may be something else."""

from __future__ import annotations

from typing import TYPE_CHECKING

from symkl.language.latex.tree import Number
from symkl.language.lexis import MAX_DIGITS

if TYPE_CHECKING:
    from symkl.language.latex.reader import Reader

__all__ = ["decimal_next", "number"]


def number(reader: Reader) -> Number:
    """The number whose first digit or point is next."""
    place, text = reader.place, ""
    while reader.next is not None and reader.place == place + len(text):
        if reader.next.kind != "digit" and not ("." not in text and decimal_next(reader)):
            break
        text += reader.take().text
    if (reader.next is not None and reader.next.kind == "digit") or decimal_next(reader):
        what = "two numbers stand side by side: they may be one number or a product"
        raise reader.refusal(what, r"write them together, or \cdot between them")
    if _power_of_ten_next(reader, place + len(text)):
        what = f"'{text}e' may be a power of ten, or times Euler's number"
        raise reader.refusal(what, r"write 10^{-8}, or \cdot e", place)
    if len(text) > MAX_DIGITS:
        raise reader.refusal(f"the number has {len(text)} digits; at most {MAX_DIGITS} are read", place=place)
    return Number(place, text)


def decimal_next(reader: Reader) -> bool:
    """Whether a number such as .5 is next."""
    after = reader.tokens[reader.index + 1 : reader.index + 2]
    return reader.sign(".") and bool(after) and after[0].kind == "digit" and after[0].start == reader.place + 1


def _power_of_ten_next(reader: Reader, place: int) -> bool:
    """Whether what is next stands at `place` and looks like the `e-8` of 1e-8."""
    after = reader.tokens[reader.index : reader.index + 3]
    row = "".join(token.text for token in after if token.kind in ("letter", "digit", "sign"))
    adjacent = all(token.start == place + count for count, token in enumerate(after))
    return adjacent and row[:1] in ("e", "E") and (row[1:2].isdigit() or (row[1:2] in "+-" and row[2:].isdigit()))
