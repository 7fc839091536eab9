"""Angles that code brings into one turn, as in `(x + pi) % (2*pi) - pi`: a sine and a cosine do not see it."""

from __future__ import annotations

import sympy as sp

__all__ = ["unwound"]


def unwound(expression: sp.Basic) -> sp.Basic:
    """`cos(Mod(x + pi, 2*pi) - pi)` => `cos(x)`."""
    found: sp.Basic = expression.replace(
        lambda node: isinstance(node, sp.sin | sp.cos) and node.has(sp.Mod),
        lambda node: node.func(sp.Add(*map(_without_turns, sp.Add.make_args(node.args[0])))),
    )
    return found


def _without_turns(term: sp.Expr) -> sp.Expr:
    times, rest = term.as_coeff_Mul()
    if isinstance(rest, sp.Mod) and times.is_Integer and (rest.args[1] / (2 * sp.pi)).is_Integer:
        return times * rest.args[0]
    return term
