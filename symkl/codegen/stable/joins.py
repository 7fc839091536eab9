"""Gaps that belong together: the sum over parts less the whole, which cancels, as one kernel, which does not."""

from __future__ import annotations

import itertools
from dataclasses import dataclass

import sympy as sp

from symkl.codegen.stable.kernels import BetaGap, GammaGap, Kernel

__all__ = ["JOINS", "Join", "joined"]


@dataclass(frozen=True)
class Join:
    """`gap(c, a, c-a) + gap(d, b, d-b) - gap(c+d, a+b, c+d-a-b) => whole(c, d, a, b, c-a, d-b)`."""

    gap: type[Kernel]
    whole: type[Kernel]


JOINS = (Join(GammaGap, BetaGap),)


def joined(expression: sp.Expr) -> sp.Expr:
    """The expression with every row of `JOINS` applied; a whole of more than two parts takes them in one by one."""
    for join in JOINS:
        expression = _joined(expression, join)
    return expression


def _joined(expression: sp.Expr, join: Join) -> sp.Expr:
    terms = [_gap_in(term, join.gap) for term in sp.Add.make_args(expression)]
    gaps = [(coefficient, gap) for coefficient, gap in terms if gap is not None]
    for coefficient, whole in gaps:
        alike = [gap for factor, gap in gaps if sp.expand(factor + coefficient) == 0]
        for count in range(2, len(alike) + 1):
            for parts in itertools.combinations(alike, count):
                if _adds_up(parts, whole):
                    old = coefficient * (whole - sp.Add(*parts))
                    return joined(expression - old - coefficient * _chained(parts, join))
    return expression


def _gap_in(term: sp.Expr, gap: type[Kernel]) -> tuple[sp.Expr, sp.Expr | None]:
    found = [factor for factor in sp.Mul.make_args(term) if isinstance(factor, gap)]
    return (term / found[0], found[0]) if len(found) == 1 else (term, None)


def _adds_up(parts: tuple[sp.Expr, ...], whole: sp.Expr) -> bool:
    sums = (sum((part.args[i] for part in parts), -whole.args[i]) for i in range(3))
    return all(sp.expand(difference) == 0 for difference in sums)


def _chained(parts: tuple[sp.Expr, ...], join: Join) -> sp.Expr:
    (above, below, step), *others = (part.args for part in parts)
    total = sp.S.Zero
    for c, a, u in others:
        total += join.whole(above, c, below, a, step, u)
        above, below, step = above + c, below + a, step + u
    return total
