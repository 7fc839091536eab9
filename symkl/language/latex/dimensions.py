r"""Sums over independent dimensions: `\sum_j f(\mu_j, \sigma_j)` becomes `D*f(mu, sigma)`.

That is right for all parameters if it is right for equal ones, as long as the sum stands linearly: not inside a
function, and not times another such sum. Elsewhere it is refused.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace

from symkl.language.latex.place import NotRead, Source
from symkl.language.latex.totals import UNSAID
from symkl.language.latex.tree import Named, Number, Product, Quotient, Symbol, Terms, Total, Tree
from symkl.language.latex.walking import children, names_in, rebuilt

__all__ = ["SIZE", "Dimensions"]

#: the number of dimensions
SIZE = Symbol("D")


@dataclass
class Dimensions:
    """Takes sums over dimensions out of the sides of a formula; `sizes` are the letters for the number of dimensions.

    `parameters` are the names that are no such letter. With `allowed` false any such sum is refused.
    """

    source: Source
    allowed: bool
    parameters: frozenset[Symbol]
    sizes: set[Symbol] = field(default_factory=set)
    _indices: set[str] = field(default_factory=set)
    _stripped: set[Symbol] = field(default_factory=set)
    _places: set[int] = field(default_factory=set)

    def opened(self, tree: Tree) -> Tree:
        """The tree without sums over dimensions. Raises `BadInput`, and `NotRead` where they are not allowed."""
        made = self._opened(tree, linear=True)
        for name in names_in(made):
            outside = [index for index in self._indices if _without_index(name.symbol, index) != name.symbol]
            if outside:
                what = f"'{name.symbol.name}' bears the index '{outside[0]}', and the sum over it has ended before"
                raise self.source.refusal(what, name.place, "put what is summed into a bracket")
            if name.symbol in self._stripped and name.place not in self._places:
                what = f"'{name.symbol.name}' stands in this formula both with the index of a sum and without it"
                raise self.source.refusal(what, name.place, "say with --map what it stands for without")
        return made

    def _opened(self, tree: Tree, linear: bool) -> Tree:
        if isinstance(tree, Total) and not _counts(tree):
            return self._dimensions(tree, linear)
        match tree:
            case Terms():
                return rebuilt(tree, lambda part: self._opened(part, linear))
            case Product(factors=factors) if sum(map(_holds, factors)) <= 1:
                return rebuilt(tree, lambda part: self._opened(part, linear))
            case Quotient(place=place, above=above, below=below):
                return Quotient(place, self._opened(above, linear), self._opened(below, False))
        return rebuilt(tree, lambda part: self._opened(part, False))

    def _dimensions(self, total: Total, linear: bool) -> Tree:
        place, index = total.place, total.index.name
        if not self.allowed and total.index == UNSAID:
            what = "this sum does not say over which index it runs"
            raise self.source.refusal(what, place, "give --dims sum if it runs over independent dimensions")
        if not self.allowed:
            what = f"the index '{index}' of this sum stands for no number in it: it runs over independent dimensions"
            todo = "give --dims sum, or --dims mean where it is divided by their number"
            raise NotRead(what, self.source.at(place), todo)
        if not linear or _holds(total.body):
            what = "a sum over dimensions stands in a function, in a divisor, or in or times another one"
            raise self.source.refusal(what, place, "only a plain sum over dimensions is checked")
        self._check_range(total)
        if total.index != UNSAID:
            self._indices.add(index)
        return Product(place, (Named(place, SIZE), self._without(total.body, index)))

    def _check_range(self, total: Total) -> None:
        low, high = total.low, total.high
        if low is not None and not (isinstance(low, Number) and low.text == "1"):
            raise self.source.refusal("a sum over dimensions begins at 1", low.place, r"write \sum_{j=1}^{J}")
        if high is None:
            return
        if not isinstance(high, Named) or high.symbol in self.parameters:
            what = "a sum over dimensions ends at their number, for which a letter of its own stands"
            raise self.source.refusal(what, high.place, r"write \sum_{j=1}^{J}")
        self.sizes.add(high.symbol)

    def _without(self, tree: Tree, index: str) -> Tree:
        """The tree without that index on its names."""
        if not index:
            return tree
        if not isinstance(tree, Named):
            return rebuilt(tree, lambda part: self._without(part, index))
        kept = _without_index(tree.symbol, index)
        if kept != tree.symbol:
            self._stripped.add(kept)
            self._places.add(tree.place)
        return Named(tree.place, kept)


def _counts(total: Total) -> bool:
    """Whether the index stands for a number in the sum, and not only as a subscript or not at all."""
    return any(name.symbol == total.index for name in names_in(total.body))


def _holds(tree: Tree) -> bool:
    """Whether a sum over dimensions is in it."""
    return (isinstance(tree, Total) and not _counts(tree)) or any(map(_holds, children(tree)))


def _without_index(symbol: Symbol, index: str) -> Symbol:
    for part in symbol.subscripts:
        if part == index or (len(part) == 2 and index in part and part.isalpha()):
            rest = [part.replace(index, "", 1)] if part != index else []
            where = symbol.subscripts.index(part)
            return replace(symbol, subscripts=(*symbol.subscripts[:where], *rest, *symbol.subscripts[where + 1 :]))
    if index in symbol.marks:
        return replace(symbol, marks=tuple(mark for mark in symbol.marks if mark != index))
    return symbol
