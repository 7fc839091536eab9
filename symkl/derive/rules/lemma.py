"""`c * E[t]` => `c * value`, for each expectation whose value is a lemma."""

from __future__ import annotations

from collections.abc import Iterable

import sympy as sp

from symkl.model import Lemma, Step

__all__ = ["apply"]

NAME = "lemma"


def apply(before: sp.Expr, lemmas: Iterable[Lemma]) -> tuple[Step, ...]:
    """The values put in place, with the lemmas cited."""
    used = [lemma for lemma in lemmas if lemma.value is not None and before.has(lemma.statement)]
    if not used:
        return ()
    after = before.xreplace({lemma.statement: lemma.value for lemma in used})
    return (Step(before, after, NAME, "the values of the expectations", tuple(lemma.statement for lemma in used)),)
