"""What a chain of equations is about: the quantity that one of its sides names, and the sides that say what it is."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from symkl.language.latex.place import Source
from symkl.language.latex.quantities import Quantity, quantity_of
from symkl.language.latex.rows import Chain, Side

__all__ = ["QUANTITIES", "Subject", "subject_of"]

#: the quantities of claims, in words
QUANTITIES = {
    "kl": "a divergence",
    "entropy": "an entropy",
    "cross_entropy": "a cross-entropy",
    "expectation": "an expectation",
}


@dataclass(frozen=True)
class Subject:
    """The quantity (None where no side names one), the sides to read, and those that are the quantity once more."""

    quantity: Quantity | None
    sides: tuple[Side, ...]
    again: tuple[Side, ...] = ()

    @property
    def kind(self) -> str:
        return self.quantity.kind if self.quantity else ""


def subject_of(chain: Chain, bases: Collection[str], asked: str, source: Source) -> Subject:
    """What the chain is about where the quantity `asked` is checked; `bases` begin names of the formula's own.

    Raises `BadInput` where the quantity stands with one sign and with the other.
    """
    named = [quantity_of(side.tokens) for side in chain.sides]
    plain = [(side, found) for side, found in zip(chain.sides, named, strict=True) if found and found.kind == asked]
    if not plain or len(chain.sides) == 1:
        first = named[0] if len(chain.sides) > 1 else None
        if first is not None and not first.kind and first.head in bases:
            first = None
        return Subject(first, tuple(chain.sides[1:] if first else chain.sides))
    for side, found in plain:
        if found.negative != plain[0][1].negative:
            what = "the quantity stands here with one sign, and before with the other"
            raise source.refusal(what, side.tokens[0].start, "give one equation")
    quantities = [side for side, _ in plain]
    first = named[0]
    by_letter = first is not None and not first.kind and first.head not in bases
    again = [side for side in quantities if side is not chain.sides[0]]
    sides = [side for side in chain.sides[by_letter:] if side not in quantities]
    telling = max((found for _, found in plain), key=_telling)
    return Subject(telling, tuple(sides), tuple(again))


def _telling(quantity: Quantity) -> int:
    return len(quantity.arguments)
