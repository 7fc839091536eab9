"""Trees walked and rebuilt."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from symkl.language.latex.tree import (
    Call,
    Cases,
    Comparison,
    Named,
    Power,
    Product,
    Quotient,
    Symbol,
    Terms,
    Total,
    Tree,
)

__all__ = ["children", "names_in", "rebuilt"]


def children(tree: Tree) -> tuple[Tree, ...]:
    match tree:
        case Terms(parts=parts):
            return tuple(part for _, part in parts)
        case Product(factors=factors):
            return factors
        case Quotient(above=above, below=below):
            return above, below
        case Power(base=base, exponent=exponent):
            return base, exponent
        case Call(arguments=arguments):
            return arguments
        case Total(low=low, high=high, body=body):
            return tuple(part for part in (low, high, body) if part is not None)
        case Cases(rows=rows):
            compared = [part for _, conditions in rows for c in conditions for part in (c.left, c.right)]
            return (*(value for value, _ in rows), *compared)
    return ()


def rebuilt(tree: Tree, change: Callable[[Tree], Tree]) -> Tree:
    """The tree with each of its children changed; a `Total` keeps its index."""
    match tree:
        case Terms(place=place, parts=parts):
            return Terms(place, tuple((minus, change(part)) for minus, part in parts))
        case Product(place=place, factors=factors):
            return Product(place, tuple(change(factor) for factor in factors))
        case Quotient(place=place, above=above, below=below):
            return Quotient(place, change(above), change(below))
        case Power(place=place, base=base, exponent=exponent):
            return Power(place, change(base), change(exponent))
        case Call(place=place, function=function, arguments=arguments):
            return Call(place, function, tuple(change(argument) for argument in arguments))
        case Total(place=place, index=index, low=low, high=high, body=body):
            ends = [None if end is None else change(end) for end in (low, high)]
            return Total(place, index, ends[0], ends[1], change(body))
        case Cases(place=place, rows=rows):
            return Cases(
                place,
                tuple(
                    (change(value), tuple(Comparison(change(c.left), c.sign, change(c.right)) for c in conditions))
                    for value, conditions in rows
                ),
            )
    return tree


def names_in(tree: Tree, bound: frozenset[Symbol] = frozenset()) -> Iterator[Named]:
    """Every name that is not the index of a sum around it."""
    if isinstance(tree, Named):
        if tree.symbol not in bound:
            yield tree
        return
    if isinstance(tree, Total):
        for end in (tree.low, tree.high):
            if end is not None:
                yield from names_in(end, bound)
        yield from names_in(tree.body, bound | {tree.index})
        return
    for child in children(tree):
        yield from names_in(child, bound)
