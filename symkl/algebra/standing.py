"""The constraints that stand throughout a claim: declared ones, and that each support's ends are in order."""

from __future__ import annotations

import sympy as sp

from symkl.model import Claim, Distribution

__all__ = ["standing"]


def standing(*members: Claim | Distribution | None) -> tuple[sp.Basic, ...]:
    """Each distribution's declared constraints and `lower < upper` where that is not plain."""
    found: list[sp.Basic] = []
    for member in members:
        if isinstance(member, Claim):
            found += standing(member.p, member.q)
        elif member is not None:
            order = sp.Lt(*member.support)
            found += [c for c in (*member.constraints, order) if c not in (sp.true, sp.false)]
    return tuple(dict.fromkeys(found))
