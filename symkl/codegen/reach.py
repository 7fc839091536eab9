"""Where the libraries' special functions have values, and closed forms put so that they stay in there."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import sympy as sp

from symkl.algebra import is_positive
from symkl.codegen.stable.kernels import (
    GammaGap,
    GammaTail,
    GivenLogGamma,
    LogGammaSum,
    LogMean,
    LogRatio,
    LogRatioSum,
    ScaledExpInt,
)
from symkl.codegen.stable.signs import nonnegative, positive
from symkl.errors import NotYet

__all__ = ["check_reach", "filled", "scaled"]

_Given = Sequence[sp.Basic]

#: what an operation asks of its arguments, in words and as a test
_REACH: dict[type[sp.Basic], tuple[str, Callable[[sp.Basic, _Given], bool | None]]] = {
    sp.expint: ("a whole order", lambda e, given: bool(e.args[0].is_Integer and e.args[0] >= 0)),
    sp.uppergamma: ("a positive shape", lambda e, given: is_positive(e.args[0], given)),
    sp.lowergamma: ("a positive shape", lambda e, given: is_positive(e.args[0], given)),
    sp.betainc: (
        "positive shapes and a range from 0",
        lambda e, given: e.args[2] == 0 and all(is_positive(shape, given) for shape in e.args[:2]),
    ),
}


def check_reach(expression: sp.Expr, given: _Given) -> None:
    """Raises NotYet for a function that the libraries have for other arguments only."""
    for node in sorted(expression.atoms(*_REACH), key=sp.default_sort_key):
        wanted, reached = _REACH[node.func]
        if reached(node, given) is not True:
            raise NotYet(f"generated code has '{node.func.__name__}' for {wanted} only, not {node}")


def scaled(expression: sp.Expr) -> sp.Expr:
    """What has a value where `exp(x)` or `gamma(s)` has no room, and digits where a gap ends in what it starts from.

    `exp(x)*expint(1, x) => ScaledExpInt(x)`, `c*uppergamma(s, x) => c*exp(loggamma(s))*GammaTail(s, x)`,
    `(1 - EulerGamma)*(r - 1) + GammaGap(1 + r, 2, r - 1) + ... => GivenLogGamma(r, ...) + ...`, of the size of r, and
    so within a `LogRatioSum`.
    """
    found = expression.replace(lambda e: isinstance(e, (sp.Mul, sp.uppergamma)), _scaled_product)
    found = found.replace(LogRatioSum, _with_log_gamma)
    return found.replace(lambda e: e.is_Add and e.has(GammaGap), _from_both_ends)


def filled(expression: sp.Expr) -> sp.Expr:
    """What has a value where a quotient is 0/0 and a logarithm infinite.

    `atanh(1 - 2*p) => LogRatio(1 - p, p)/2`, which is finite where 1 - 2*p rounds to 1, and then
    `x/LogRatio(a, b, x) => LogMean(a, b, x)`, which has a value at x = 0.
    """
    return expression.replace(sp.atanh, _compared).replace(lambda e: e.is_Mul, _means)


def _compared(x: sp.Expr) -> sp.Expr:
    """`atanh(x) => log((1 + x)/(1 - x))/2`, where x is a sum and the two parts are known to be positive."""
    above, below = sp.expand((1 + x) / 2), sp.expand((1 - x) / 2)
    if x.is_Add and positive(above) and positive(below):
        return LogRatio(above, below, sp.expand(x)) / 2
    return sp.atanh(x)


def _means(product: sp.Expr) -> sp.Expr:
    for factor in product.args:
        log, power = factor.as_base_exp()
        if not isinstance(log, LogRatio) or power not in (1, -1):
            continue
        step = log.args[2]
        for sign in (1, -1):
            other = (sign * step) ** -power
            if step.free_symbols and other in product.args:
                return _means(sign * product / (factor * other) * LogMean(*log.args) ** -power)
    return product


def _from_both_ends(total: sp.Expr) -> sp.Expr:
    for gap in (term for term in total.args if isinstance(term, GammaGap)):
        for linear in total.args:
            if (r := _log_gamma_of(gap, linear)) is not None:
                return total - gap - linear + GivenLogGamma(r, gap.args[2], gap)
    return total


def _with_log_gamma(*args: sp.Expr) -> sp.Expr:
    *_, e, f, g, h = args
    r = _log_gamma_of(h, e * f / g) if isinstance(h, GammaGap) else None
    return LogRatioSum(*args) if r is None else LogGammaSum(*args, r)


def _log_gamma_of(gap: sp.Expr, linear: sp.Expr) -> sp.Expr | None:
    """r, where the gap and the linear term are `loggamma(1 + r)` together."""
    b, a, step = gap.args
    r = sp.expand(b - 1)
    told = a == 2 and nonnegative(r) and sp.expand(linear - (1 - sp.EulerGamma) * step) == 0
    return r if told else None


def _scaled_product(product: sp.Expr) -> sp.Expr:
    factors = sp.Mul.make_args(product)
    exponents = [f for f in factors if isinstance(f, sp.exp)]
    exponent = sp.Add(*(f.args[0] for f in exponents))
    for factor in factors:
        others = sp.Mul(*(f for f in factors if f is not factor and f not in exponents))
        if isinstance(factor, sp.expint) and factor.args[0] == 1 and sp.expand(exponent - factor.args[1]) == 0:
            return others * ScaledExpInt(factor.args[1])
        if isinstance(factor, sp.uppergamma):
            return others * sp.exp(exponent + sp.loggamma(factor.args[0])) * GammaTail(*factor.args)
    return product
