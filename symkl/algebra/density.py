"""The log-density of a distribution, ready to be split into statistics."""

from __future__ import annotations

from functools import lru_cache

import sympy as sp

from symkl.algebra.logs import expand_logs, exponential
from symkl.algebra.signs import assuming, is_positive, only
from symkl.algebra.special import to_gamma
from symkl.algebra.standing import standing
from symkl.model import Distribution

__all__ = ["density", "log_density"]


def log_density(dist: Distribution) -> sp.Expr:
    """The log-density of `dist` in its variable, with logs of products split where the factors are positive.

    Positive on the support of `dist` itself, that is: wherever else its variable may run, this is of no interest.
    """
    return _log_density(dist, standing(dist))


@lru_cache(maxsize=1024)
def _log_density(dist: Distribution, given: tuple[sp.Basic, ...]) -> sp.Expr:
    own = dist.family.variable  # its assumptions are those of this distribution's support
    within = [sp.Tuple(own, *dist.support)] if dist.kind == "continuous" else [sp.Le(own, dist.support[1])]
    with only(given), assuming(within):
        written = dist.log_density if dist.log_density is not None else _log(dist.density)
        opened = _without_quotients(to_gamma(written.xreplace({dist.variable: own})).replace(sp.exp, _power), own)
        found = expand_logs(opened)
    return found.xreplace({own: dist.variable})


def _power(argument: sp.Expr) -> sp.Expr:
    """`exp(c*(log(b) + d))` => `b**c*exp(c*d)`: powers may be written so."""
    if not argument.has(sp.log):
        return sp.exp(argument)
    opened = sp.expand(argument)
    linear = not any(power.base.has(sp.log) for power in opened.atoms(sp.Pow))
    return exponential(opened if linear else argument)


def _without_quotients(expression: sp.Expr, x: sp.Symbol) -> sp.Expr:
    """`(s/x)**a` => `(x/s)**(-a)` for a positive base, so that x stands above."""

    def turn(node: sp.Pow) -> sp.Expr:
        above, below = node.base.as_numer_denom()
        return node if above.has(x) or not below.has(x) or not is_positive(node.base) else (below / above) ** -node.exp

    return expression.replace(lambda node: isinstance(node, sp.Pow) and node.base.is_Mul, turn)


def _log(density: sp.Expr) -> sp.Expr:
    """The logarithm of a density, branch by branch: log rises, so that of the least is the least of the logs."""
    if isinstance(density, sp.Piecewise):
        return sp.Piecewise(*((sp.log(branch), when) for branch, when in density.args))
    least, plain = sp.sift(sp.Mul.make_args(density), lambda factor: isinstance(factor, sp.Min), binary=True)
    if len(least) != 1 or not is_positive(sp.Mul(*plain)):
        return sp.log(density)
    return sp.log(sp.Mul(*plain)) + sp.Min(*(sp.log(branch) for branch in least[0].args))


def density(dist: Distribution) -> sp.Expr:
    """The density (or probability mass) of `dist` in its variable, as given or as the exponential of its log."""
    return dist.density if dist.density is not None else exponential(expand_logs(dist.log_density))
