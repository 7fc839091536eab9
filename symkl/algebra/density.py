"""The log-density of a distribution, ready to be split into statistics."""

from __future__ import annotations

from functools import lru_cache

import sympy as sp

from symkl.algebra.logs import expand_logs, exponential
from symkl.algebra.signs import assumed
from symkl.algebra.special import to_gamma
from symkl.model import Distribution

__all__ = ["density", "log_density"]


def log_density(dist: Distribution) -> sp.Expr:
    """The log-density of `dist` in its variable, with logs of products split where the factors are positive."""
    return _log_density(dist, assumed())


@lru_cache(maxsize=1024)
def _log_density(dist: Distribution, _: tuple[sp.Basic, ...]) -> sp.Expr:
    given = dist.log_density if dist.log_density is not None else sp.log(dist.density)
    return expand_logs(to_gamma(given))


def density(dist: Distribution) -> sp.Expr:
    """The density (or probability mass) of `dist` in its variable, as given or as the exponential of its log."""
    return dist.density if dist.density is not None else exponential(expand_logs(dist.log_density))
