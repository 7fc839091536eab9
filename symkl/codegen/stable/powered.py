"""Means of powers of gamma distributions: a gap of the scale, and what no scale takes away."""

from __future__ import annotations

from collections.abc import Iterator

import sympy as sp

from symkl.codegen.stable.exponentials import powers_as_exponentials, vanishes
from symkl.codegen.stable.kernels import ExpGap, LogGammaRise, LogRatio, PoweredGammaGap
from symkl.codegen.stable.logs import log_groups, ratio_of, split_logs
from symkl.codegen.stable.shape import join_exponentials, shortest_in_steps, spread, terms_in_deviations
from symkl.codegen.stable.signs import positive

__all__ = ["open_powered"]


def open_powered(closed: sp.Expr, pairs: list[tuple[sp.Expr, sp.Expr]]) -> tuple[sp.Expr, sp.Expr] | None:
    """`exp(t + loggamma(u + v) - loggamma(u)) + ... => w*ExpGap(s) + PoweredGammaGap(w, u, v) + ...`.

    With `s = t + LogGammaRise(u + v, u + 1) - log(w/u)`, where w is u and v is 1 at equality and t is made of
    logarithms of ratios. Returns what is left and the gaps; None where there is no such mean.
    """
    same = {x: y for x, y in pairs if x.is_Symbol}
    rest = spread(split_logs(join_exponentials(powers_as_exponentials(closed))))
    for power in sorted(rest.atoms(sp.exp), key=sp.default_sort_key) if same else ():
        if rest.coeff(power, 1) != 1:
            continue
        exponent = spread(split_logs(power.args[0]))
        for w, u, v, t in _means(rest, exponent, same):
            scale, total = _scale(t, same), _steps(w - u, pairs)
            if scale is None:
                continue
            power_step = _steps(v - 1, pairs)
            step = scale + LogGammaRise(u + v, u + 1, power_step) - LogRatio(w, u, total)
            gap = PoweredGammaGap(w, u, v, total, power_step)
            left = spread(rest - power + w * (1 + exponent - split_logs(sp.log(w))) - split_logs(gap.definition()))
            left = spread(sp.expand(split_logs(left)))
            if not left.atoms(sp.exp, sp.loggamma):
                return left, w * ExpGap(step) + gap
    return None


def _means(
    rest: sp.Expr, exponent: sp.Expr, same: dict[sp.Symbol, sp.Expr]
) -> Iterator[tuple[sp.Expr, sp.Expr, sp.Expr, sp.Expr]]:
    """The shapes w and u, the power v, and what the exponent is without `loggamma(u + v) - loggamma(u)`."""
    gammas = sorted(exponent.atoms(sp.loggamma), key=sp.default_sort_key)
    above, below = ([g.args[0] for g in gammas if exponent.coeff(g, 1) == sign] for sign in (1, -1))
    if len(gammas) != 2 or not (above and below):
        return
    u, v = sp.factor(below[0]), sp.factor(above[0] - below[0])
    others = (sp.factor(g.args[0]) for g in sorted(rest.atoms(sp.loggamma), key=sp.default_sort_key))
    for w in others:
        if w != u and all(map(positive, (w, u, v))) and vanishes(sp.cancel(w - u), same) and vanishes(v - 1, same):
            yield w, u, v, spread(exponent - sp.loggamma(above[0]) + sp.loggamma(below[0]))


def _scale(total: sp.Expr, same: dict[sp.Symbol, sp.Expr]) -> sp.Expr | None:
    """A sum of logarithms as those of ratios; None where it is none."""
    groups = log_groups(total, joint=False, same=same)
    if spread(total - sp.Add(*(group.value() for group in groups))) != 0:
        return None
    return sp.Add(*(ratio_of(group) for group in groups))


def _steps(difference: sp.Expr, pairs: list[tuple[sp.Expr, sp.Expr]]) -> sp.Expr:
    """A difference that vanishes at equality by those of the parameters."""
    found = shortest_in_steps(difference, pairs)
    return sp.Add(*terms_in_deviations(difference, pairs)) if found is None else found
