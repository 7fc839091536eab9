"""Expressions as JSON and back, exactly, unevaluated forms included; reading evaluates nothing that is not listed.

A number is `3` or `"1/3"`; a symbol `["Symbol", name, domain]`; all else `[head, argument, ...]`, with a head from the
table below. A head in lower case with a leading "=" was kept unevaluated (`2*(x + 1)` as a product).
"""

from __future__ import annotations

from typing import Any

import sympy as sp

from symkl.model import (
    CrossEntropy,
    Density,
    Divergence,
    Entropy,
    Expectation,
    Law,
    domain_of,
    symbol,
)

__all__ = ["Unreadable", "from_tree", "to_tree"]

_FUNCTIONS = (
    "Abs Add And Chi Ci Derivative Ei Eq Equality Ge Gt Integral Le Lt Max Min Mod Mul Ne Not Or Piecewise Pow"
    " Product Shi Si Subs Sum Tuple acos acosh asin asinh atan atanh beta besseli besselk binomial ceiling cos"
    " cosh digamma erf erfc erfi exp expint factorial floor gamma log loggamma lowergamma polygamma polylog sign"
    " sin sinh sqrt tan tanh uppergamma zeta Heaviside trigamma harmonic"
).split()

#: every head that may stand in a record
_HEADS: dict[str, Any] = {
    **{cls.__name__: cls for cls in (getattr(sp, name) for name in _FUNCTIONS) if isinstance(cls, type)},
    **{cls.__name__: cls for cls in (CrossEntropy, Density, Divergence, Entropy, Expectation)},
    "ExprCondPair": sp.functions.elementary.piecewise.ExprCondPair,
}
_NAMED = {
    name: getattr(sp, name)
    for name in ("E", "pi", "oo", "zoo", "nan", "EulerGamma", "true", "false", "Catalan", "I", "Integers", "Reals")
} | {"-oo": -sp.oo}
_NAMES = {value: name for name, value in _NAMED.items()}


class Unreadable(ValueError):
    """A record that does not hold what it should: another version's, damaged, or forged."""


def to_tree(expression: sp.Basic) -> Any:
    """The expression as JSON data. Raises `Unreadable` where a head is not in the table."""
    if expression in _NAMES and not expression.is_Symbol:
        return [_NAMES[expression]]
    if isinstance(expression, sp.Integer):
        return str(expression) if abs(expression) > 2**53 else int(expression)
    if isinstance(expression, sp.Rational):
        return f"{expression.p}/{expression.q}"
    if isinstance(expression, Law):
        return ["Law", expression.name]
    if isinstance(expression, sp.Dummy):
        return ["Dummy", expression.name, expression.dummy_index, _assumptions(expression)]
    if isinstance(expression, sp.Symbol):
        domain = domain_of(expression)
        known = symbol(expression.name, domain) == expression
        return ["Symbol", expression.name, domain if known else _assumptions(expression)]
    head = type(expression).__name__
    if _HEADS.get(head) is not type(expression):
        raise Unreadable(f"an expression with head {head} has no place in a record")
    arguments = expression.args
    plain = expression.func(*arguments) == expression
    return [head if plain else f"={head}", *(to_tree(a) for a in arguments)]


def _assumptions(expression: sp.Symbol) -> dict[str, bool]:
    return {key: value for key, value in sorted(expression.assumptions0.items()) if value is not None}


def from_tree(tree: Any) -> sp.Basic:
    """What `to_tree` was given. Raises `Unreadable` on anything else."""
    if isinstance(tree, bool) or tree is None or isinstance(tree, (float, dict)):
        raise Unreadable("neither a number nor a list")
    if isinstance(tree, int):
        return sp.Integer(tree)
    if isinstance(tree, str):
        numerator, _, denominator = tree.partition("/")
        return sp.Rational(int(numerator), int(denominator or 1))
    head, *rest = tree
    if not rest and head in _NAMED:
        return _NAMED[head]
    if head == "Law":
        return Law(rest[0])
    if head == "Dummy":
        return sp.Dummy(rest[0], dummy_index=rest[1], **rest[2])
    if head == "Symbol":
        name, domain = rest
        return sp.Symbol(name, **domain) if isinstance(domain, dict) else symbol(name, domain)
    plain = not head.startswith("=")
    cls = _HEADS.get(head.removeprefix("="))
    if cls is None:
        raise Unreadable(f"no head {head!r}")
    arguments = [from_tree(a) for a in rest]
    return cls(*arguments) if plain else cls(*arguments, evaluate=False)
