"""A wrong formula and the truth, both multiplied out: the terms that one has and the other has not."""

from __future__ import annotations

from collections.abc import Sequence

import mpmath as mp
import sympy as sp

from symkl.check.figures import Figures, same
from symkl.language import to_text

__all__ = ["difference", "opened"]

#: more terms than these are no explanation
_MOST = 5


def difference(form: sp.Expr, truth: sp.Expr, figures: Figures, turned: bool = False) -> str:
    """In words, the few terms that are to be exchanged; empty where they are many, or all that there are.

    With `turned`, only where nothing but their signs is wrong.
    """
    ours, theirs = _terms(form, figures), _terms(truth, figures)
    if ours is None or theirs is None:
        return ""
    left, right = list(ours), list(theirs)
    for term, values in ours:
        match = next((other for other in right if same(values, other[1])), None)
        if match is not None:
            right.remove(match)
            left.remove((term, values))
    if not left and not right:
        return ""
    if len(left) + len(right) > _MOST or len(left) == len(ours) > 1 or len(right) == len(theirs) > 1:
        return ""
    if turned:
        negative = [[-value for value in values] for _, values in right]
        alone = len(left) == len(right) and all(any(same(values, other) for other in negative) for _, values in left)
        signs = "the sign of the term" if len(left) == 1 else "the signs of the terms"
        return (
            f"{signs} {_listed([term for term, _ in left])} {'is' if len(left) == 1 else 'are'} wrong" if alone else ""
        )
    given, wanted = _listed([term for term, _ in left]), _listed([term for term, _ in right])
    if not right:
        return f"multiplied out, it has {given} too much"
    if not left:
        return f"multiplied out, it lacks {wanted}"
    return f"multiplied out, it has {given} where {wanted} should be"


def opened(form: sp.Expr) -> sp.Expr:
    """The form multiplied out, its logarithms and the beta functions in them taken apart."""
    bare = form.replace(sp.beta, lambda a, b: sp.exp(sp.loggamma(a) + sp.loggamma(b) - sp.loggamma(a + b)))
    bare = bare.replace(sp.gamma, lambda x: sp.exp(sp.loggamma(x)))
    found: sp.Expr = sp.expand(sp.expand_log(sp.expand(bare), force=True))
    return found


def _terms(form: sp.Expr, figures: Figures) -> list[tuple[sp.Expr, list[mp.mpf]]] | None:
    terms = [(term, figures.of(term)) for term in sp.Add.make_args(opened(form))]
    if any(values is None for _, values in terms):
        return None
    return [(term, values) for term, values in terms if values is not None]


def _listed(terms: Sequence[sp.Expr]) -> str:
    return " and ".join(to_text(term) for term in terms)
