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
    logs: dict[sp.Expr, sp.Expr] = {}
    rest = sp.Integer(0)
    for term in _terms(divergence) + [-t for t in _terms(exchanged(divergence, parameters))]:
        of = next((f.args[0] for f in sp.Mul.make_args(term) if isinstance(f, sp.log)), None)
        if of is None:
            rest += term
            continue
        slope = term / sp.log(of)
        like = next((a for a in logs if sp.cancel(a * of) == 1), None)
        if like is not None:
            logs[like] -= slope
        else:
            logs[of] = logs.get(of, sp.Integer(0)) + slope
    for first, second in pairs(parameters):
        if first in logs and second in logs and sp.expand(logs[first] + logs[second]) == 0:
            slope = sp.expand(logs.pop(second))
            logs.pop(first)
            turned = slope.could_extract_minus_sign()
            logs[first / second if turned else second / first] = -slope if turned else slope
    return rest + sp.Add(*(sp.expand(slope) * sp.log(of) for of, slope in logs.items()))


def _terms(expression: sp.Expr) -> list[sp.Expr]:
    flat = sp.Add.make_args(sp.expand_log(expression))
    return [t for f in flat for t in sp.Add.make_args(sp.expand_mul(f, deep=False) if f.has(sp.log) else f)]
