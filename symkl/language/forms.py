"""The forms with a grammar of their own: Sum, Integral, Expectation, Piecewise, and the inert H, KL, p(x)."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING

import sympy as sp

from symkl.errors import BadInput
from symkl.language.functions import CONSTANTS
from symkl.model import CrossEntropy, Density, Divergence, Entropy, Expectation, Law, variable_symbol

if TYPE_CHECKING:
    from symkl.language.expression import Reader

__all__ = ["LAWS", "bound", "expectation", "piecewise", "quantity"]

LAWS = ("p", "q")


def bound(reader: Reader, node: ast.Call, depth: int) -> sp.Expr:
    """`Sum(f, (k, lo, hi))` and `Integral(f, (x, lo, hi))`; the index takes its domain from its bounds."""
    name = node.func.id if isinstance(node.func, ast.Name) else ""
    match node.args:
        case [body, ast.Tuple(elts=[ast.Name(id=index), low, high])]:
            pass
        case _:
            what = f"{name} is not written as it should be"
            raise BadInput(what, reader.place(node), f"write {name}(f, (k, lo, hi))")
    if index in CONSTANTS:
        raise BadInput(f"'{index}' is a constant and cannot be an index", reader.place(node))
    lower, upper = reader.expression(low, depth), reader.expression(high, depth)
    outside = reader.names.get(index)
    kind = "discrete" if name == "Sum" else "continuous"
    symbol = outside if outside is not None else variable_symbol(index, kind, lower, upper)
    reader.names[index] = symbol
    function = reader.expression(body, depth)
    if outside is None:
        del reader.names[index]
    if function.count(sp.Piecewise) > 6:
        raise BadInput(f"too many Piecewise inside {name}", reader.place(node))
    made = reader.make(node, sp.Sum if name == "Sum" else sp.Integral, function, sp.Tuple(symbol, lower, upper))
    if not made.free_symbols:
        raise BadInput(f"this {name} contains no parameter", reader.place(node), "write its value")
    return made


def expectation(reader: Reader, node: ast.Call, depth: int) -> sp.Expr:
    law = "p"
    match node.args:
        case [body]:
            pass
        case [body, ast.Name(id=law)] if law in LAWS:
            pass
        case _:
            raise BadInput("Expectation is not written as it should be", reader.place(node), "write Expectation(f)")
    if reader.variable is None:
        raise BadInput("Expectation has no variable to average over here", reader.place(node))
    outside = dict(reader.names)
    reader.names[reader.variable.name] = reader.variable
    function = reader.expression(body, depth)
    reader.names = outside
    return Expectation(function, reader.variable, Law(law))


def quantity(reader: Reader, name: str, node: ast.Call, depth: int) -> sp.Expr:
    """`H(p)`, `H(p, q)`, `KL(p, q)`: the first is averaged over; `p(x)`: a density."""
    if name in LAWS and len(node.args) == 1:
        return Density(Law(name), reader.expression(node.args[0], depth))
    laws = [Law(part.id) for part in node.args if isinstance(part, ast.Name) and part.id in LAWS]
    kinds = {("H", 1): Entropy, ("H", 2): CrossEntropy, ("KL", 2): Divergence}
    if len(laws) != len(node.args) or (name, len(laws)) not in kinds:
        what = f"{name} is not written as it should be"
        raise BadInput(what, reader.place(node), "write H(p), H(p, q) or KL(p, q)")
    return kinds[name, len(laws)](*laws)


def piecewise(reader: Reader, node: ast.Call, depth: int) -> sp.Expr:
    """`Piecewise((value, condition), ...)`, left as written: SymPy's own simplification of conditions may hang."""
    pieces: list[tuple[sp.Expr, sp.Basic]] = []
    for part in node.args:
        if not isinstance(part, ast.Tuple) or len(part.elts) != 2:
            raise BadInput("Piecewise takes pairs (value, condition)", reader.place(part))
        value, condition = reader.expression(part.elts[0], depth), reader.condition(part.elts[1], depth)
        if condition != sp.false and not (pieces and pieces[-1][1] == sp.true):
            pieces.append((value, condition))
    if not pieces:
        raise BadInput("Piecewise has no case that can hold", reader.place(node))
    return pieces[0][0] if pieces[0][1] == sp.true else sp.Piecewise(*pieces, evaluate=False)
