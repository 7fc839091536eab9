"""Expressions as JSON and back, exactly, unevaluated forms included; reading evaluates nothing that is not listed.

Each distinct part of an expression is written once, as a node of a list, after its own parts, to which it refers by
their numbers. A number is `"3"` or `"1/3"`; a constant `["constant", "pi"]`; a symbol `["Symbol", name, domain]`; all
else `[head, number, ...]`, with a head from the table below. A head with a leading "=" was kept unevaluated
(`2*(x + 1)` as a product).
"""

from __future__ import annotations

from functools import lru_cache
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
from symkl.model.special import zeta_derivative
from symkl.store.database import Unreadable

__all__ = ["Reader", "Writer"]

_STRUCTURE = (
    "Add And Derivative Eq Equality GreaterThan Integral LessThan Max Min Mod Mul Ne Not Or Piecewise Pow Product"
    " StrictGreaterThan StrictLessThan Subs Sum Tuple Unequality exp"
).split()

#: every head that may stand in a record
_HEADS: dict[str, Any] = {
    **{cls.__name__: cls for cls in vars(sp).values() if isinstance(cls, type) and issubclass(cls, sp.Function)},
    **{cls.__name__: cls for cls in (getattr(sp, name) for name in _STRUCTURE)},
    **{cls.__name__: cls for cls in (CrossEntropy, Density, Divergence, Entropy, Expectation, zeta_derivative)},
    "ExprCondPair": sp.functions.elementary.piecewise.ExprCondPair,
}
_CONSTANTS = {
    name: getattr(sp, name)
    for name in ("E", "pi", "oo", "zoo", "nan", "EulerGamma", "true", "false", "Catalan", "I", "Integers", "Reals")
} | {"-oo": -sp.oo}
_NAMES = {value: name for name, value in _CONSTANTS.items()}


class Writer:
    """Puts expressions into `nodes`, each distinct part once."""

    def __init__(self) -> None:
        self.nodes: list[Any] = []
        self._numbers: dict[sp.Basic, int] = {}

    def put(self, expression: sp.Basic) -> int:
        """The number of the expression's node. Raises `Unreadable` where a head is not in the table."""
        number = self._numbers.get(expression)
        if number is None:
            node = self._node(expression)
            number = self._numbers[expression] = len(self.nodes)
            self.nodes.append(node)
        return number

    def _node(self, expression: sp.Basic) -> Any:
        if isinstance(expression, sp.Symbol):
            return _symbol_node(expression)
        if expression in _NAMES:
            return ["constant", _NAMES[expression]]
        if isinstance(expression, sp.Rational):
            return str(expression.p) if expression.q == 1 else f"{expression.p}/{expression.q}"
        head = type(expression).__name__
        if _HEADS.get(head) is not type(expression):
            raise Unreadable(f"an expression with head {head} has no place in a record")
        return [head if _is_plain(expression) else f"={head}", *(self.put(part) for part in expression.args)]


# the steps of a lemma recur in every claim that cites it
@lru_cache(maxsize=10_000)
def _is_plain(expression: sp.Basic) -> bool:
    """Whether evaluating it would leave it as it is."""
    return bool(expression.func(*expression.args) == expression)


def _symbol_node(expression: sp.Symbol) -> list[Any]:
    if isinstance(expression, Law):
        return ["Law", expression.name]
    if isinstance(expression, sp.Dummy):
        return ["Dummy", expression.name, expression.dummy_index, _assumptions(expression)]
    domain = domain_of(expression)
    known = symbol(expression.name, domain) == expression
    return ["Symbol", expression.name, domain if known else _assumptions(expression)]


def _assumptions(expression: sp.Symbol) -> dict[str, bool]:
    return {key: value for key, value in sorted(expression.assumptions0.items()) if value is not None}


class Reader:
    """The expressions of a list of nodes. Raises `Unreadable` on anything that no `Writer` makes."""

    def __init__(self, nodes: list[Any]) -> None:
        self._made: list[sp.Basic] = []
        for node in nodes:
            try:
                self._made.append(self._expression(node))
            except (TypeError, ValueError, IndexError, KeyError, AttributeError, RecursionError) as error:
                raise Unreadable(f"{type(error).__name__}: {error}") from error

    def get(self, number: int) -> sp.Basic:
        """The expression of the node of that number."""
        if not 0 <= number < len(self._made):
            raise Unreadable(f"there is no node {number}")
        return self._made[number]

    def _expression(self, node: Any) -> sp.Basic:
        if isinstance(node, str):
            numerator, _, denominator = node.partition("/")
            return sp.Rational(int(numerator), int(denominator or 1))
        head, *rest = node
        if head == "constant":
            return _CONSTANTS[rest[0]]
        if head == "Law":
            return Law(_text(rest[0]))
        if head == "Dummy":
            return sp.Dummy(_text(rest[0]), dummy_index=rest[1], **rest[2])
        if head == "Symbol":
            name, domain = rest
            return sp.Symbol(_text(name), **domain) if isinstance(domain, dict) else symbol(_text(name), domain)
        cls = _HEADS.get(head.removeprefix("="))
        if cls is None:
            raise Unreadable(f"no head {head!r}")
        parts = [self.get(number) for number in rest]
        return cls(*parts, evaluate=False) if head.startswith("=") else cls(*parts)


def _text(name: Any) -> str:
    if not isinstance(name, str):
        raise Unreadable("a name is text")
    return name
