"""Text to expression: a parser over Python's `ast` that knows a whitelist and evaluates nothing.

The text passes `lexis` (characters, length, nesting), `ast.parse` gives its shape, and each node of that shape is
turned into SymPy objects by hand; SymPy itself never sees a string.
"""

from __future__ import annotations

import ast
from collections.abc import Mapping

import sympy as sp

from symkl.errors import BadInput, Location, nearest
from symkl.language.bounds import check_argument, check_power, check_product, check_value
from symkl.language.functions import CONSTANTS, FUNCTIONS, OTHER_NAMES, SPECIAL_FORMS
from symkl.language.lexis import at, check_characters
from symkl.model import CrossEntropy, Density, Divergence, Entropy, Expectation, Law, variable_symbol

__all__ = ["parse", "parse_condition"]

MAX_DEPTH = 50  # of operators and functions inside one another
_LAWS = ("p", "q")
_RELATIONS: dict[type[ast.cmpop], type[sp.Rel]] = {
    ast.Lt: sp.Lt,
    ast.LtE: sp.Le,
    ast.Gt: sp.Gt,
    ast.GtE: sp.Ge,
    ast.Eq: sp.Eq,
    ast.NotEq: sp.Ne,
}


def parse(
    text: str,
    names: Mapping[str, sp.Symbol],
    where: Location = Location(),
    *,
    variable: sp.Symbol | None = None,
    inert: bool = False,
) -> sp.Expr:
    """The expression that `text` writes, in the symbols of `names`.

    Decimals become exact rationals. A declared name wins over a function of the same name unless it is called.
    `Expectation(f)` needs the `variable` over which it averages. With `inert`, `H(p)`, `H(p, q)`, `KL(p, q)`, `p(x)`
    and `q(x)` are read as well. Raises BadInput, with the 1-based column, for everything else.
    """
    reader = _Reader(text, names, where, variable, inert)
    return reader.real(reader.expression(reader.tree, 0))


def parse_condition(
    text: str,
    names: Mapping[str, sp.Symbol],
    where: Location = Location(),
    *,
    variable: sp.Symbol | None = None,
    inert: bool = False,
) -> sp.Basic:
    """The condition (`a < b`, `Eq(a, b)`, joined by and, or, not) that `text` writes; BadInput for anything else.

    A condition that SymPy decides from the symbols' domains comes out as `true` or `false`.
    """
    reader = _Reader(text, names, where, variable, inert)
    return reader.condition(reader.tree, 0)


class _Reader:
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
            raise BadInput("the formula is incomplete, or has an operator too many here", at(self.where, index)) from None
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
                return sp.Pow(base, exponent)
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
        terms: list[sp.Expr] = []
        while isinstance(node, ast.BinOp) and isinstance(node.op, ast.Add | ast.Sub):
            term = self.expression(node.right, depth)
            terms.append(-term if isinstance(node.op, ast.Sub) else term)
            node = node.left
        return [self.expression(node, depth), *reversed(terms)]

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
        return nearest(name, candidates)

    def _call(self, node: ast.Call, depth: int) -> sp.Expr:
        if not isinstance(node.func, ast.Name):
            raise BadInput("only a function's name can stand before a bracket", self.place(node), "write '*' to multiply")
        if node.keywords or any(isinstance(argument, ast.Starred) for argument in node.args):
            raise BadInput("arguments with names or stars are not allowed in a formula", self.place(node))
        name = node.func.id
        special = {"Sum": self._bound, "Integral": self._bound, "Expectation": self._expectation,
                   "Piecewise": self._piecewise}.get(name)  # fmt: skip
        if special is not None:
            return special(node, depth)
        if name in FUNCTIONS:
            return self._apply(name, node, depth)
        if self.inert and name in ("H", "KL", *_LAWS):
            return self._quantity(name, node, depth)
        if name in ("Eq", "Ne"):
            raise BadInput("a condition stands where a value is needed", self.place(node))
        if name in self.names:
            raise BadInput(f"'{name}' is not a function", self.place(node), f"write {name}*(...) to multiply")
        raise BadInput(f"unknown function '{name}'", self.place(node), self._advice(name, [*FUNCTIONS, *SPECIAL_FORMS]))

    def _apply(self, name: str, node: ast.Call, depth: int) -> sp.Expr:
        function = FUNCTIONS[name]
        least, most = function.arity
        if not least <= len(node.args) <= most:
            wanted = str(least) if least == most else f"{least} to {most}"
            raise BadInput(f"{name} takes {wanted} argument(s), not {len(node.args)}", self.place(node))
        arguments = [self.expression(argument, depth) for argument in node.args]
        for argument, limit, part in zip(arguments, function.limits, node.args, strict=False):
            check_argument(name, argument, limit, self.place(part))
        if name == "sqrt":
            check_power(arguments[0], sp.Rational(1, 2), self.place(node))
        made: sp.Expr = function.make(*arguments)
        return made

    def _bound(self, node: ast.Call, depth: int) -> sp.Expr:
        """`Sum(f, (k, lo, hi))` and `Integral(f, (x, lo, hi))`; the index takes its domain from its bounds."""
        name = node.func.id if isinstance(node.func, ast.Name) else ""
        match node.args:
            case [body, ast.Tuple(elts=[ast.Name(id=index), low, high])]:
                pass
            case _:
                raise BadInput(f"{name} is not written as it should be", self.place(node), f"write {name}(f, (k, lo, hi))")
        if index in CONSTANTS:
            raise BadInput(f"'{index}' is a constant and cannot be an index", self.place(node))
        lower, upper = self.expression(low, depth), self.expression(high, depth)
        outside = self.names.get(index)
        kind = "discrete" if name == "Sum" else "continuous"
        symbol = outside if outside is not None else variable_symbol(index, kind, lower, upper)
        self.names[index] = symbol
        function = self.expression(body, depth)
        if outside is None:
            del self.names[index]
        if function.count(sp.Piecewise) > 6:
            raise BadInput(f"too many Piecewise inside {name}", self.place(node))
        made = (sp.Sum if name == "Sum" else sp.Integral)(function, (symbol, lower, upper))
        if not made.free_symbols:
            raise BadInput(f"this {name} contains no parameter", self.place(node), "write its value")
        return made

    def _expectation(self, node: ast.Call, depth: int) -> sp.Expr:
        law = "p"
        match node.args:
            case [body]:
                pass
            case [body, ast.Name(id=law)] if law in _LAWS:
                pass
            case _:
                raise BadInput("Expectation is not written as it should be", self.place(node), "write Expectation(f)")
        if self.variable is None:
            raise BadInput("Expectation has no variable to average over here", self.place(node))
        outside = dict(self.names)
        self.names[self.variable.name] = self.variable
        function = self.expression(body, depth)
        self.names = outside
        return Expectation(function, self.variable, Law(law))

    def _quantity(self, name: str, node: ast.Call, depth: int) -> sp.Expr:
        """`H(p)`, `H(p, q)`, `KL(p, q)`: the first is averaged over; `p(x)`: a density."""
        if name in _LAWS and len(node.args) == 1:
            return Density(Law(name), self.expression(node.args[0], depth))
        laws = [Law(part.id) for part in node.args if isinstance(part, ast.Name) and part.id in _LAWS]
        kinds = {("H", 1): Entropy, ("H", 2): CrossEntropy, ("KL", 2): Divergence}
        if len(laws) != len(node.args) or (name, len(laws)) not in kinds:
            raise BadInput(f"{name} is not written as it should be", self.place(node), "write H(p), H(p, q) or KL(p, q)")
        return kinds[name, len(laws)](*laws)

    def _piecewise(self, node: ast.Call, depth: int) -> sp.Expr:
        """`Piecewise((value, condition), ...)`, left as written: SymPy's own simplification of conditions may hang."""
        pieces: list[tuple[sp.Expr, sp.Basic]] = []
        for part in node.args:
            if not isinstance(part, ast.Tuple) or len(part.elts) != 2:
                raise BadInput("Piecewise takes pairs (value, condition)", self.place(part))
            value, condition = self.expression(part.elts[0], depth), self.condition(part.elts[1], depth)
            if condition != sp.false and not (pieces and pieces[-1][1] == sp.true):
                pieces.append((value, condition))
        if not pieces:
            raise BadInput("Piecewise has no case that can hold", self.place(node))
        return pieces[0][0] if pieces[0][1] == sp.true else sp.Piecewise(*pieces, evaluate=False)

    def condition(self, node: ast.expr, depth: int) -> sp.Basic:
        if depth > MAX_DEPTH:
            raise BadInput(f"the condition is nested more than {MAX_DEPTH} deep", self.place(node))
        depth += 1
        match node:
            case ast.Compare(left=left, ops=operators, comparators=rest):
                values = [self.expression(part, depth) for part in (left, *rest)]
                made = [
                    _RELATIONS[type(operator)](values[i], values[i + 1]) for i, operator in enumerate(operators)
                ]
                return sp.And(*made)
            case ast.BoolOp(op=operator, values=parts):
                joined = [self.condition(part, depth) for part in parts]
                return sp.And(*joined) if isinstance(operator, ast.And) else sp.Or(*joined)
            case ast.UnaryOp(op=ast.Not(), operand=operand):
                return sp.Not(self.condition(operand, depth))
            case ast.Call(func=ast.Name(id="Eq" | "Ne" as name), args=[left, right], keywords=[]):
                relation = sp.Eq if name == "Eq" else sp.Ne
                return relation(self.expression(left, depth), self.expression(right, depth))
            case ast.Constant(value=bool() as value):
                return sp.true if value else sp.false
        raise BadInput("a condition is needed here", self.place(node), "such as a < b or Eq(a, b)")

    def real(self, made: sp.Expr) -> sp.Expr:
        """The whole expression, refused if it holds what is not a real number."""
        if made.has(sp.I):
            raise BadInput("the formula contains a number that is not real, such as sqrt(-1)", self.where)
        if made.has(sp.zoo, sp.nan):
            raise BadInput("the formula has no value (a division by zero, or oo - oo)", self.where)
        return made
