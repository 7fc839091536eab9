"""What a divergence within one family says beyond its formula: it is not negative, and it is not symmetric."""

from __future__ import annotations

from symkl.model import Derivation
from symkl.writeup.content import Formula
from symkl.writeup.notation import Notation

__all__ = ["divergence_remarks"]


def divergence_remarks(derivation: Derivation, notation: Notation) -> tuple[tuple[str, Formula | None], ...]:
    return ()
