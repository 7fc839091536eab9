"""Text to expression: a parser over Python's `ast` that knows a whitelist and evaluates nothing.

The text passes `lexis` (characters, length, nesting), `ast.parse` gives its shape, and each node of that shape is
turned into SymPy objects by hand; SymPy itself never sees a string.
"""

from __future__ import annotations

import ast
from collections.abc import Callable, Mapping
from typing import Any

import sympy as sp

from symkl.errors import BadInput, Location, nearest
from symkl.language import forms
from symkl.language.bounds import check_argument, check_power, check_product, check_value
from symkl.language.conditions import condition
from symkl.language.functions import CONSTANTS, FUNCTIONS, OTHER_NAMES, SPECIAL_FORMS
from symkl.language.lexis import at, check_characters

__all__ = ["parse", "parse_condition"]

MAX_DEPTH = 50  # of operators and functions inside one another
_FORMS = {
    "Sum": forms.bound,
    "Integral": forms.bound,
    "Expectation": forms.expectation,
    "Piecewise": forms.piecewise,
}
_NOWHERE = Location()


def parse(
    text: str,
    names: Mapping[str, sp.Symbol],
    where: Location = _NOWHERE,
    *,
    variable: sp.Symbol | None = None,
    inert: bool = False,
) -> sp.Expr:
    """The expression that `text` writes, in the symbols of `names`.

    Decimals become exact rationals. A declared name wins over a function of the same name unless it is called.
    `Expectation(f)` needs the `variable` over which it averages. With `inert`, `H(p)`, `H(p, q)`, `KL(p, q)`, `p(x)`
    and `q(x)` are read as well. Raises BadInput, with the 1-based column, for everything else.
    """
    reader = Reader(text, names, where, variable, inert)
    return reader.real(reader.expression(reader.tree, 0))


def parse_condition(
    text: str,
    names: Mapping[str, sp.Symbol],
    where: Location = _NOWHERE,
    *,
    variable: sp.Symbol | None = None,
    inert: bool = False,
) -> sp.Basic:
    """The condition (`a < b`, `Eq(a, b)`, joined by and, or, not) that `text` writes; BadInput for anything else.

    A condition that SymPy decides from the symbols' domains comes out as `true` or `false`.
    """
    reader = Reader(text, names, where, variable, inert)
    return reader.condition(reader.tree, 0)


class Reader:
    """One text being read. Methods take a node and the depth at which it stands, and return SymPy objects."""

    def __init__(
        self, text: str, names: Mapping[str, sp.Symbol], where: Location, variable: sp.Symbol | None, inert: bool
    ) -> None:
        check_characters(text, where)
        self.where, self.names, self.variable, self.inert = where, dict(names), variable, inert
        self.text = text.replace("\n", " ").replace("\r", " ").replace("\t", " ")
        self.margin = len(self.text) - len(self.text.lstrip())
        self.tree = self._tree()

    def _tree(self) -> ast.expr:
        try:
            return ast.parse(self.text.strip(), mode="eval").body
        except SyntaxError as error:
            last = len(self.text.rstrip()) - 1
            unfinished = not (self.text[last].isalnum() or self.text[last] in "_)")
            index = last if unfinished else min(self.margin + max(error.offset or 1, 1) - 1, last)
            what = "the formula is incomplete, or has an operator too many here"
            raise BadInput(what, at(self.where, index)) from None
        except (ValueError, MemoryError, RecursionError):
            raise BadInput("the formula is nested too deeply", self.where) from None

    def place(self, node: ast.expr) -> Location:
        return at(self.where, self.margin + node.col_offset)

    def expression(self, node: ast.expr, depth: int) -> sp.Expr:
        if depth > MAX_DEPTH:
            raise BadInput(f"the formula is nested more than {MAX_DEPTH} deep", self.place(node))
        made = self._expression(node, depth + 1)
        check_value(made, self.place(node))
        return made

    def _expression(self, node: ast.expr, depth: int) -> sp.Expr:
        match node:
            case ast.BinOp(op=ast.Add() | ast.Sub()):
                return sp.Add(*self._terms(node, depth))
            case ast.BinOp(op=ast.Mult() | ast.Div()) | ast.UnaryOp(op=ast.USub()):
                return sp.Mul(*self._factors(node, depth))
            case ast.BinOp(left=left, op=ast.Pow(), right=right):
                base, exponent = self.expression(left, depth), self.expression(right, depth)
                check_power(base, exponent, self.place(node))
                return self.make(node, sp.Pow, base, exponent)
            case ast.UnaryOp(op=ast.UAdd(), operand=operand):
                return self.expression(operand, depth)
            case ast.Constant() if not isinstance(node.value, bool):
                return self._number(node)
            case ast.Name(id=name):
                return self._symbol(name, node)
            case ast.Call():
                return self._call(node, depth)
            case ast.Compare() | ast.BoolOp() | ast.UnaryOp(op=ast.Not()) | ast.Constant():
                raise BadInput("a condition stands where a value is needed", self.place(node))
            case ast.Tuple():
                raise BadInput("a comma stands where a value is needed", self.place(node))
        raise BadInput("this is not allowed in a formula", self.place(node))

    def _terms(self, node: ast.expr, depth: int) -> list[sp.Expr]:
        """The terms of a chain of + and -, which Python nests to the left: walked in a loop, however long."""
        parts: list[tuple[ast.expr, bool]] = []
        while isinstance(node, ast.BinOp) and isinstance(node.op, ast.Add | ast.Sub):
            parts.append((node.right, isinstance(node.op, ast.Sub)))
            node = node.left
        terms = [self.expression(node, depth)]
        for part, minus in reversed(parts):
            term = self.expression(part, depth)
            terms.append(-term if minus else term)
        return terms

    def _factors(self, node: ast.expr, depth: int) -> list[sp.Expr]:
        """The factors of a product, inner products and divisors included, so that `z/(2*(x + y))` keeps its `x + y`."""
        factors: list[sp.Expr] = []
        todo: list[tuple[ast.expr, bool]] = [(node, False)]
        while todo:
            part, below = todo.pop()
            match part:
                case ast.BinOp(left=left, op=ast.Mult(), right=right):
                    todo += [(right, below), (left, below)]
                case ast.BinOp(left=left, op=ast.Div(), right=right):
                    todo += [(right, not below), (left, below)]
                case ast.UnaryOp(op=ast.USub(), operand=operand):
                    factors.append(sp.S.NegativeOne)
                    todo.append((operand, below))
                case _:
                    factor = self.expression(part, depth)
                    factors.append(1 / factor if below else factor)
                    check_value(factors[-1], self.place(part))
                    check_product(factors, self.place(part))
        return factors

    def _number(self, node: ast.Constant) -> sp.Expr:
        text = self.text[self.margin + node.col_offset : self.margin + (node.end_col_offset or 0)]
        mantissa, _, exponent = text.lower().partition("e")
        whole, _, fraction = mantissa.partition(".")
        number = sp.Rational(int(whole + fraction), 10 ** len(fraction))
        return number * sp.Integer(10) ** int(exponent or "0")

    def _symbol(self, name: str, node: ast.expr) -> sp.Expr:
        if name in self.names:
            return self.names[name]
        if name in CONSTANTS:
            return CONSTANTS[name]
        if name in FUNCTIONS or name in SPECIAL_FORMS:
            raise BadInput(f"'{name}' is a function", self.place(node), f"write {name}(...)")
        raise BadInput(f"unknown symbol '{name}'", self.place(node), self._advice(name, [*self.names, *CONSTANTS]))

    def _advice(self, name: str, candidates: list[str]) -> str:
        if name in OTHER_NAMES:
            return f"write {OTHER_NAMES[name]}"
        of_pair = [suffixed for suffixed in (f"{name}_1", f"{name}_2") if suffixed in self.names]
        if of_pair:
            return f"write {' or '.join(of_pair)}: of a pair, each parameter bears its suffix"
        return nearest(name, candidates)

    def _call(self, node: ast.Call, depth: int) -> sp.Expr:
        if not isinstance(node.func, ast.Name):
            what = "only a function's name can stand before a bracket"
            raise BadInput(what, self.place(node), "write '*' to multiply")
        if node.keywords or any(isinstance(argument, ast.Starred) for argument in node.args):
            raise BadInput("arguments with names or stars are not allowed in a formula", self.place(node))
        name = node.func.id
        if name in _FORMS:
            return _FORMS[name](self, node, depth)
        if name in FUNCTIONS:
            return self._apply(name, node, depth)
        if self.inert and name in ("H", "KL", *forms.LAWS):
            return forms.quantity(self, name, node, depth)
        if name in ("Eq", "Ne"):
            raise BadInput("a condition stands where a value is needed", self.place(node))
        if name in self.names:
            raise BadInput(f"'{name}' is not a function", self.place(node), f"write {name}*(...) to multiply")
        advice = self._advice(name, [*FUNCTIONS, *SPECIAL_FORMS])
        raise BadInput(f"unknown function '{name}'", self.place(node), advice)

    def _apply(self, name: str, node: ast.Call, depth: int) -> sp.Expr:
        function = FUNCTIONS[name]
        least, most = function.arity
        if not least <= len(node.args) <= most:
            wanted = str(least) if least == most else f"{least} to {most}"
            raise BadInput(f"{name} takes {wanted} argument(s), not {len(node.args)}", self.place(node))
        arguments = [self.expression(argument, depth) for argument in node.args]
        for argument, limit, part in zip(arguments, function.limits, node.args, strict=False):
            check_argument(function, argument, limit, self.place(part))
        if name in ("polygamma", "zeta_derivative") and not (arguments[0].is_Integer and arguments[0] >= 0):
            raise BadInput(f"the order of {name} must be a whole number", self.place(node.args[0]))
        if name == "sqrt":
            check_power(arguments[0], sp.Rational(1, 2), self.place(node))
        return self.make(node, function.make, *arguments)

    def make(self, node: ast.expr, constructor: Callable[..., Any], *arguments: sp.Basic) -> Any:
        """What the constructor makes; SymPy refuses some arguments (a complex number in a comparison) by exceptions."""
        try:
            return constructor(*arguments)
        except (TypeError, ValueError, AttributeError, ArithmeticError, RecursionError, NotImplementedError):
            raise BadInput("this is not defined for these arguments", self.place(node)) from None

    def condition(self, node: ast.expr, depth: int) -> sp.Basic:
        """A condition; the counterpart of `expression`."""
        if depth > MAX_DEPTH:
            raise BadInput(f"the condition is nested more than {MAX_DEPTH} deep", self.place(node))
        return condition(self, node, depth + 1)

    def real(self, made: sp.Expr) -> sp.Expr:
        """The whole expression, refused if it holds what is not a real number."""
        for number in made.atoms(sp.Rational):
            check_value(number, self.where)
        if made.has(sp.I):
            raise BadInput("the formula contains a number that is not real, such as sqrt(-1)", self.where)
        if made.has(sp.zoo, sp.nan):
            raise BadInput("the formula has no value (a division by zero, or oo - oo)", self.where)
        return made
