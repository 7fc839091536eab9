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
MAX_LIMITS = 4  # of one Sum or Integral
MAX_FOLDED = 6  # Piecewise inside one: SymPy multiplies their cases out


def bound(reader: Reader, node: ast.Call, depth: int) -> sp.Expr:
    """`Sum(f, (k, lo, hi))` and `Integral(f, (x, lo, hi))`; of several limits, the bounds may name later indices."""
    name = node.func.id if isinstance(node.func, ast.Name) else ""
    outside, limits = dict(reader.names), []
    for part in reversed(node.args[1:]):
        match part:
            case ast.Tuple(elts=[ast.Name(id=index), low, high]):
                limits.append(_limit(reader, name, index, (low, high), depth))
            case _:
                raise _ill_written(reader, node, name)
    if not 1 <= len(limits) <= MAX_LIMITS:
        raise _ill_written(reader, node, name)
    function = reader.expression(node.args[0], depth)
    reader.names = outside
    if function.count(sp.Piecewise) > MAX_FOLDED:
        raise BadInput(f"too many Piecewise inside {name}", reader.place(node))
    made = reader.make(node, sp.Sum if name == "Sum" else sp.Integral, function, *reversed(limits))
    if not made.free_symbols and not reader.inert:
        raise BadInput(f"this {name} contains no parameter", reader.place(node), "write its value")
    return made


def _limit(reader: Reader, name: str, index: str, ends: tuple[ast.expr, ast.expr], depth: int) -> sp.Tuple:
    """The limit of an index, which takes its domain from its bounds and becomes a name for what is inside."""
    if index in CONSTANTS:
        raise BadInput(f"'{index}' is a constant and cannot be an index", reader.place(ends[0]))
    lower, upper = (reader.expression(end, depth) for end in ends)
    if index not in reader.names:
        kind = "discrete" if name == "Sum" else "continuous"
        reader.names[index] = variable_symbol(index, kind, lower, upper)
    return sp.Tuple(reader.names[index], lower, upper)


def _ill_written(reader: Reader, node: ast.Call, name: str) -> BadInput:
    return BadInput(f"{name} is not written as it should be", reader.place(node), f"write {name}(f, (k, lo, hi))")


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
