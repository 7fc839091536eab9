"""A divergence as a visible sum of terms that are not negative, where one is found."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import sympy as sp

from symkl.model import Parameter

__all__ = ["Manifest", "difference", "exchanged", "manifest", "pairs"]

_POWERS = (1, 2, -1, -2)


@dataclass(frozen=True)
class Manifest:
    """`weight*(ratio - 1 - log(ratio)) + rest`, each of weight, ratio and rest visibly not negative."""

    weight: sp.Expr
    ratio: sp.Expr
    rest: sp.Expr


def pairs(parameters: Sequence[Parameter]) -> list[tuple[sp.Symbol, sp.Symbol]]:
    """The parameters of a claim about one family: each of the first with its like of the second."""
    second = {p.name: p.symbol for p in parameters if p.index == "2"}
    return [(p.symbol, second[p.name]) for p in parameters if p.index == "1" and p.name in second]


def manifest(
    divergence: sp.Expr, parameters: Sequence[Parameter], is_zero: Callable[[sp.Expr], bool]
) -> Manifest | None:
    """The divergence in that form, or None. The ratio is a power of two positive parameters' quotient.

    `is_zero` proves that the form equals the divergence. `ratio - 1 - log(ratio) >= 0` holds for every positive ratio,
    with equality at 1 only.
    """
    flat = sp.expand(sp.expand_log(divergence))
    for first, second in pairs(parameters):
        slope = flat.coeff(sp.log(first))
        if slope == 0 or slope.atoms(sp.log) or not (first.is_positive and second.is_positive):
            continue
        for power in _POWERS:
            weight = -slope / power
            ratio = (first / second) ** power
            rest = sp.factor(sp.expand(sp.expand_log(flat - weight * (ratio - 1 - sp.log(ratio)))))
            if rest.atoms(sp.log) or not (weight.is_nonnegative and rest.is_nonnegative):
                continue
            if is_zero(divergence - weight * (ratio - 1 - sp.log(ratio)) - rest):
                return Manifest(weight, ratio, rest)
    return None


def exchanged(expression: sp.Expr, parameters: Sequence[Parameter]) -> sp.Expr:
    """The expression with the two distributions exchanged."""
    both = pairs(parameters)
    return expression.subs({**dict(both), **{b: a for a, b in both}}, simultaneous=True)


def difference(divergence: sp.Expr, parameters: Sequence[Parameter]) -> sp.Expr:
    """`KL(p, q) - KL(q, p)`, its logarithms gathered into quotients."""
    flat = sp.expand_log(divergence) - sp.expand_log(exchanged(divergence, parameters))
    flat = sp.Add(*(sp.expand_mul(t) if t.has(sp.log) else t for t in sp.Add.make_args(flat)))
    for first, second in pairs(parameters):
        up, down = sp.log(second), sp.log(first)
        slope = flat.coeff(up)
        if slope != 0 and sp.expand(slope + flat.coeff(down)) == 0:
            flat = flat - slope * up - flat.coeff(down) * down
            flat += slope * sp.log(second / first)
    return flat
