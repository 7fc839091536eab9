"""What a wrong formula has more, or less, than the truth for the sake of machines or of quick reading."""

from __future__ import annotations

from collections.abc import Sequence

import mpmath as mp
import sympy as sp

from symkl.check.constants import sharpened
from symkl.check.figures import Figures
from symkl.language import to_text
from symkl.verify.bounds import boundless, bounds, listed
from symkl.verify.rounding import guardless, guards

__all__ = ["nearly"]

#: what is added for a machine's sake may be this much, and is too much then
_GUARD = sp.Rational(1, 50)


def nearly(given: sp.Expr, true: Sequence[mp.mpf], figures: Figures) -> str:
    """In words, without which guards or bounds, or with which constants to more digits, the formula is right."""
    bare = guardless(given, _GUARD)
    numbers = listed(sorted(guards(given, _GUARD), key=abs))
    if bare != given and figures.match(bare, true):
        return f"it is right without what is added to keep it finite ({numbers}), which is too much"
    free = boundless(bare)
    if free != bare and figures.match(free, true):
        more = f", and without the terms {numbers}" if bare != given else ""
        return f"it is right wherever no bound takes hold ({listed(bounds(bare))}){more}"
    sharp, constants = sharpened(bare)
    if constants and figures.match(sharp, true):
        known = " and ".join(f"{to_text(constant)} ({constant.evalf(12)})" for constant in constants)
        return f"it is right with {known} to more digits"
    return ""
