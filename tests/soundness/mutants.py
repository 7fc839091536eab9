"""Wrong formulas made of right ones, by the mistakes that people make: one mistake each, in a fixed order.

A mutant is `(words, expression)`. Nothing says yet that it is wrong: `differs` compares it with the formula that it was
made of, in numbers, by SymPy's own evaluation, which shares nothing with symkl.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator, Mapping

import sympy as sp

__all__ = ["Mutant", "chosen", "differs", "mutants"]

Mutant = tuple[str, sp.Expr]

_DIGITS = 40
_HALF = sp.Rational(1, 2)


def _renamed(name: str) -> Callable[[sp.Expr], sp.Expr]:
    return lambda node: getattr(sp, name)(*node.args)


#: for a node of a kind: the words, and what may stand in its place by mistake
_FUNCTIONS: dict[type, tuple[tuple[str, Callable[[sp.Expr], sp.Expr]], ...]] = {
    sp.polygamma: (
        ("log for digamma", lambda node: sp.log(node.args[1])),
        ("polygamma of the next order", lambda node: sp.polygamma(node.args[0] + 1, node.args[1])),
        ("digamma shifted by one", lambda node: sp.polygamma(node.args[0], node.args[1] + 1)),
    ),
    sp.loggamma: (
        ("log for loggamma", _renamed("log")),
        ("gamma for loggamma", _renamed("gamma")),
        ("loggamma shifted by one", lambda node: sp.loggamma(node.args[0] + 1)),
    ),
    sp.gamma: (
        ("gamma shifted by one", lambda node: sp.gamma(node.args[0] + 1)),
        ("loggamma for gamma", _renamed("loggamma")),
    ),
    sp.log: (
        ("digamma for log", _renamed("digamma")),
        ("log1p for log", lambda node: sp.log(1 + node.args[0])),
        ("the log's argument squared", lambda node: sp.log(node.args[0] ** 2)),
        ("the log's argument doubled", lambda node: sp.log(2 * node.args[0])),
        ("the log's argument halved", lambda node: sp.log(node.args[0] / 2)),
        ("the log left out", lambda node: node.args[0]),
    ),
    sp.exp: (
        ("the exponent's sign", lambda node: sp.exp(-node.args[0])),
        ("the exponent doubled", lambda node: sp.exp(2 * node.args[0])),
        ("the exponential left out", lambda node: node.args[0]),
    ),
    sp.Abs: (("the bars left out", lambda node: node.args[0]), ("a square for bars", lambda node: node.args[0] ** 2)),
    sp.erf: (
        ("erfc for erf", _renamed("erfc")),
        ("erf without the root", lambda node: sp.erf(node.args[0] * sp.sqrt(2))),
    ),
    sp.besseli: (("the next Bessel function", lambda node: sp.besseli(node.args[0] + 1, node.args[1])),),
    sp.zeta: (("zeta shifted by one", lambda node: sp.zeta(node.args[0] + 1)),),
    sp.cos: (("sine for cosine", _renamed("sin")),),
    sp.uppergamma: (("the gamma function for its tail", lambda node: sp.gamma(node.args[0])),),
}


def mutants(formula: sp.Expr, groups: Mapping[str, tuple[sp.Symbol, ...]]) -> Iterator[Mutant]:
    """Each mistake once. `groups` are the parameters by name: those of a pair's two members stand together."""
    seen = {formula}
    for words, made in (*_whole(formula), *_parameters(formula, groups), *_parts(formula)):
        if made not in seen and not made.has(sp.zoo, sp.nan, sp.oo, -sp.oo):
            seen.add(made)
            yield words, made


def _whole(formula: sp.Expr) -> Iterator[Mutant]:
    yield "bits for nats", formula / sp.log(2)
    yield "nats for bits", formula * sp.log(2)
    yield "the sign", -formula
    yield "twice", 2 * formula
    yield "half", formula / 2
    yield "1/2 too much", formula + _HALF
    yield "1 too little", formula - 1
    yield "log(2*pi)/2 too much", formula + sp.log(2 * sp.pi) / 2
    yield "squared", formula**2


def _parameters(formula: sp.Expr, groups: Mapping[str, tuple[sp.Symbol, ...]]) -> Iterator[Mutant]:
    symbols = [s for group in groups.values() for s in group if s in formula.free_symbols]
    for name, group in groups.items():
        if len(group) == 2:
            one, two = group
            yield f"{name} of the two exchanged", _exchanged(formula, one, two)
    pairs = [(one, two) for one, two in groups.values()] if all(len(g) == 2 for g in groups.values()) else []
    if len(pairs) > 1:
        swap = {old: new for one, two in pairs for old, new in ((one, two), (two, one))}
        yield "the two distributions exchanged", formula.xreplace(swap)
    for i, one in enumerate(symbols):
        for two in symbols[i + 1 :]:
            if one.assumptions0 == two.assumptions0:
                yield f"{one} and {two} exchanged", _exchanged(formula, one, two)
    for symbol in symbols:
        yield f"{symbol} shifted by one", formula.xreplace({symbol: symbol + 1})
        yield f"{symbol} doubled", formula.xreplace({symbol: 2 * symbol})
        if symbol.is_positive:
            yield f"{symbol} squared", formula.xreplace({symbol: symbol**2})
            yield f"the root of {symbol}", formula.xreplace({symbol: sp.sqrt(symbol)})
            yield f"{symbol} inverted", formula.xreplace({symbol: 1 / symbol})
        else:
            yield f"the sign of {symbol}", formula.xreplace({symbol: -symbol})


def _exchanged(formula: sp.Expr, one: sp.Symbol, two: sp.Symbol) -> sp.Expr:
    return formula.xreplace({one: two, two: one})


def _parts(formula: sp.Expr) -> Iterator[Mutant]:
    """One node changed, wherever it stands; in every place where the same node stands."""
    nodes = [node for node in sp.preorder_traversal(formula) if isinstance(node, sp.Expr)]
    for node in dict.fromkeys(nodes):
        for words, new in _instead(node):
            yield f"{words} in {node}", formula.xreplace({node: new})


def _instead(node: sp.Expr) -> Iterator[Mutant]:
    if isinstance(node, sp.Add):
        for term in node.args:
            yield f"the term {term} left out", node - term
            yield f"the sign of {term}", node - 2 * term
            yield f"{term} twice", node + term
            yield f"{term} halved", node - term / 2
    elif isinstance(node, sp.Mul):
        for factor in node.args:
            yield f"the factor {factor} left out", node / factor
            yield f"the factor {factor} inverted", node / factor**2
    elif isinstance(node, sp.Pow):
        base, exponent = node.args
        yield "the exponent left out", base
        yield "the exponent's sign", base**-exponent
        yield "the exponent raised by one", base ** (exponent + 1)
    elif isinstance(node, sp.Rational) and node not in (0, 1, -1):
        yield "a number raised by one", node + 1
        yield "a number inverted", 1 / node
    elif isinstance(node, sp.Symbol | sp.NumberSymbol):
        return
    for kind, rows in _FUNCTIONS.items():
        if isinstance(node, kind):
            for words, instead in rows:
                yield words, instead(node)


def chosen(made: list[Mutant], count: int, seed: str) -> list[Mutant]:
    """So many of them, drawn by the seed, in their order."""
    if len(made) <= count:
        return made
    places = sorted(random.Random(seed).sample(range(len(made)), count))  # a reproducible draw
    return [made[place] for place in places]


def differs(one: sp.Expr, two: sp.Expr, points: list[Mapping[sp.Symbol, sp.Rational]]) -> bool | None:
    """Whether the two have different values at one of the points; None where they have none at any."""
    compared = False
    for at in points:
        values = [sp.N(side.xreplace(dict(at)), _DIGITS) for side in (one, two)]
        if not all(value.is_number and value.is_finite for value in values):
            continue
        compared = True
        if abs(values[0] - values[1]) > sp.Float(10) ** -15 * (1 + abs(values[1])):
            return True
    return False if compared else None
