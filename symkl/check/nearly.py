"""What a wrong formula has more, or less, than the truth for the sake of machines or of quick reading."""

from __future__ import annotations

from collections.abc import Sequence

import mpmath as mp
import sympy as sp

from symkl.check.constants import sharpened
from symkl.check.figures import Figures
from symkl.check.formula import DIMENSIONS
from symkl.language import to_text
from symkl.verify.bounds import boundless, bounds, listed
from symkl.verify.rounding import guardless, guards

__all__ = ["nearly", "single", "stripped"]

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


def stripped(given: sp.Expr) -> tuple[sp.Expr, str]:
    """The formula without guards and bounds, which may hide another mistake, and their numbers."""
    bare = guardless(given, _GUARD)
    return boundless(bare), listed(sorted({*guards(given, _GUARD), *bounds(bare)}, key=abs))


def single(given: sp.Expr, true: Sequence[mp.mpf], figures: Figures, dims: str) -> str:
    """In words, that the formula is right for one dimension alone, and what should be there for each of several."""
    if not given.has(DIMENSIONS) or not figures.match(given.subs(DIMENSIONS, 1), true):
        return ""
    once = [term * DIMENSIONS for term in sp.Add.make_args(sp.expand(given)) if term.has(DIMENSIONS)]
    words = "it is right for D = 1 only"
    if dims != "sum" or any(term.has(DIMENSIONS) for term in once):
        return words
    return f"{words}: the term {to_text(sp.Add(*once))} is there once, not once a dimension"
