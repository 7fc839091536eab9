"""Where the libraries' special functions have values, and closed forms put so that they stay in there."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import sympy as sp

from symkl.algebra import is_positive
from symkl.codegen.stable.kernels import GammaTail, ScaledExpInt
from symkl.errors import NotYet

__all__ = ["check_reach", "scaled"]

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
    """What has a value where `exp(x)` or `gamma(s)` has no room.

    `exp(x)*expint(1, x) => ScaledExpInt(x)`, `c*uppergamma(s, x) => c*exp(loggamma(s))*GammaTail(s, x)`.
    """
    return expression.replace(lambda e: isinstance(e, (sp.Mul, sp.uppergamma)), _scaled_product)


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
