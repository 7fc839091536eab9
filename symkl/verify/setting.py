"""A distribution and a weight with rational numbers in the place of the parameters."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache

import sympy as sp

from symkl.model import Distribution

__all__ = ["Setting", "density_of", "log_density_of", "put"]


@dataclass(frozen=True)
class Setting:
    """What is integrated or summed: `density * weight` in `variable` over `support`, all free of parameters."""

    density: sp.Expr
    weight: sp.Expr
    variable: sp.Symbol
    support: tuple[sp.Expr, sp.Expr]
    discrete: bool


def density_of(dist: Distribution) -> sp.Expr:
    """The density as given, or the exponential of the log-density as given."""
    return dist.density if dist.density is not None else sp.exp(dist.log_density)


def log_density_of(dist: Distribution) -> sp.Expr:
    """The log-density as given, or the logarithm of the density as given, its exponential factors' logs taken out."""
    return dist.log_density if dist.log_density is not None else _logarithm(dist.density)


@lru_cache(maxsize=512)
def _logarithm(density: sp.Expr) -> sp.Expr:
    total, rest = sp.Integer(0), sp.Integer(1)
    for factor in sp.Mul.make_args(density):
        base, exponent = factor.as_base_exp()
        if base == sp.E:
            total += exponent
        else:
            rest *= factor
    return total + sp.log(rest)


def put(dist: Distribution, weight: sp.Expr, at: Mapping[sp.Symbol, sp.Expr]) -> Setting:
    """The setting at those parameters."""
    lower, upper = (_put(bound, at) for bound in dist.support)
    return Setting(
        density=_put(density_of(dist), at),
        weight=_put(weight, at),
        variable=dist.variable,
        support=(lower, upper),
        discrete=dist.kind == "discrete",
    )


def _put(expression: sp.Expr, at: Mapping[sp.Symbol, sp.Expr]) -> sp.Expr:
    return _there(expression, tuple((s, value) for s, value in at.items() if s in expression.free_symbols))


@lru_cache(maxsize=4096)
def _there(expression: sp.Expr, at: tuple[tuple[sp.Symbol, sp.Expr], ...]) -> sp.Expr:
    # a density stands in many claims at the same parameters, and a statistic in many weights
    return expression.xreplace(dict(at))
