"""A tree to text in symkl's own notation, with the place in the LaTeX for each place in the text."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Mapping
from dataclasses import dataclass

from symkl.language.latex.place import Source
from symkl.language.latex.tree import (
    Call,
    Cases,
    Comparison,
    Constant,
    Named,
    Number,
    Power,
    Product,
    Quotient,
    Symbol,
    Terms,
    Total,
    Tree,
)

__all__ = ["Written", "write"]

_SUM, _PRODUCT, _POWER, _ATOM = range(4)


@dataclass(frozen=True)
class Written:
    """`text`, and for some of its places the places in the LaTeX from which they came, in order."""

    text: str
    places: tuple[tuple[int, int], ...]

    def place(self, index: int) -> int:
        """Where in the LaTeX stands what gave the character of the text with that index."""
        found = bisect_right(self.places, (index, 10**9)) - 1
        return self.places[max(found, 0)][1]


def write(tree: Tree, names: Mapping[Symbol, str], source: Source, minus: bool = False) -> Written:
    """The text of the tree, or of minus the tree. Every name in the tree is in `names`, or is the index of a sum."""
    writer = _Writer(dict(names), source)
    if minus:
        tree = Terms(tree.place, ((True, tree),))
    writer.write(tree, _SUM)
    return Written("".join(writer.parts), tuple(writer.places))


class _Writer:
    def __init__(self, names: dict[Symbol, str], source: Source) -> None:
        self.names, self.source = names, source
        self.parts: list[str] = []
        self.places: list[tuple[int, int]] = []
        self.length = 0

    def put(self, text: str) -> None:
        self.parts.append(text)
        self.length += len(text)

    def write(self, tree: Tree, least: int) -> None:
        """Write it, in brackets if it binds less than `least`."""
        bracket = _strength(tree) < least
        self.put("(" * bracket)
        self.places.append((self.length, tree.place))
        match tree:
            case Number(text=text) | Constant(text=text):
                self.put(text)
            case Named(symbol=symbol):
                self.put(self.names[symbol])
            case Terms(parts=parts):
                self._terms(parts)
            case Product(factors=factors):
                for index, factor in enumerate(factors):
                    self.put("*" * (index > 0))
                    self.write(factor, _POWER if index else _PRODUCT)
            case Quotient(above=above, below=below):
                self.write(above, _PRODUCT)
                self.put("/")
                self.write(below, _POWER)
            case Power(base=base, exponent=exponent):
                self._power(base, exponent)
            case Call(function=function, arguments=arguments):
                self._call(function, arguments)
            case Total():
                self._total(tree)
            case Cases(rows=rows):
                self._cases(rows)
        self.put(")" * bracket)

    def _terms(self, parts: tuple[tuple[bool, Tree], ...]) -> None:
        for index, (minus, part) in enumerate(parts):
            if index:
                self.put(" - " if minus else " + ")
            elif minus:
                self.put("-")
            self.write(part, _PRODUCT)

    def _power(self, base: Tree, exponent: Tree) -> None:
        if base == Constant(base.place, "E"):
            self._call("exp", (exponent,))
            return
        self.write(base, _ATOM)
        self.put("**")
        self.write(exponent, _ATOM)

    def _call(self, function: str, arguments: tuple[Tree, ...]) -> None:
        self.put(f"{function}(")
        for index, argument in enumerate(arguments):
            self.put(", " * (index > 0))
            self.write(argument, _SUM)
        self.put(")")

    def _cases(self, rows: tuple[tuple[Tree, tuple[Comparison, ...]], ...]) -> None:
        self.put("Piecewise(")
        for index, (value, conditions) in enumerate(rows):
            self.put(", (" if index else "(")
            self.write(value, _SUM)
            self.put(", " if conditions else ", True")
            for count, comparison in enumerate(conditions):
                self.put(" and " * (count > 0))
                self.write(comparison.left, _SUM)
                self.put(f" {comparison.sign} ")
                self.write(comparison.right, _SUM)
            self.put(")")
        self.put(")")

    def _total(self, total: Total) -> None:
        if total.low is None or total.high is None:
            raise self.source.refusal("this sum does not say from where to where it runs", total.place)
        name = total.index.name
        while name in self.names.values():
            name += "_"
        outside = self.names
        self.put("Sum(")
        self.names = {**outside, total.index: name}
        self.write(total.body, _SUM)
        self.names = outside
        self.put(f", ({name}, ")
        self.write(total.low, _SUM)
        self.put(", ")
        self.write(total.high, _SUM)
        self.put("))")


def _strength(tree: Tree) -> int:
    match tree:
        case Terms():
            return _SUM
        case Product() | Quotient():
            return _PRODUCT
        case Power(base=base):
            return _ATOM if isinstance(base, Constant) and base.text == "E" else _POWER
    return _ATOM
