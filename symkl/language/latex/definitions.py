r"""Equations beside a formula that say what a letter in it is, such as `\Delta = |\mu_1 - \mu_2|`, put into it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from symkl.errors import BadInput
from symkl.language.latex.matching import is_spelled
from symkl.language.latex.place import Source
from symkl.language.latex.quantities import quantity_of
from symkl.language.latex.rows import Chain
from symkl.language.latex.stems import Vocabulary, name_in
from symkl.language.latex.tree import Named, Symbol, Total, Tree
from symkl.language.latex.walking import children, names_in, rebuilt

__all__ = ["Definitions", "definitions_among", "inlined"]

_MOST, _LARGEST = 12, 2000  # definitions, and nodes of a tree in which they stand

#: definitions by their symbols
Definitions = Mapping[Symbol, Chain]


def definitions_among(
    found: Sequence[Chain], vocabulary: Vocabulary, quantity: str, source: Source
) -> dict[Symbol, Chain]:
    """Those of the equations that define a letter which others use. Raises `BadInput` for a parameter or for two."""
    made: dict[Symbol, Chain] = {}
    for chain in found:
        symbol = _defined(chain, quantity, source)
        if symbol is None or not any(_uses(other, symbol) for other in found if other is not chain):
            continue
        if any(is_spelled(symbol, stem) for stem in vocabulary.stems) or symbol in vocabulary.mapped:
            if len(found) > 1 and chain is not found[0]:
                what = f"this says what '{symbol.name}' is, which is a parameter or explained already"
                raise source.refusal(what, chain.start, "leave it out, and say it with --where or --map")
            continue
        if symbol in made:
            raise source.refusal(f"'{symbol.name}' is defined twice", chain.start, "leave one of them out")
        made[symbol] = chain
    if len(made) > _MOST:
        raise source.refusal(f"more than {_MOST} letters are defined", found[0].start, "give the formula without them")
    return {} if len(made) == len(found) else made


def _defined(chain: Chain, quantity: str, source: Source) -> Symbol | None:
    """The one letter on the left of a simple equation, if it names no quantity."""
    if len(chain.sides) != 2 or chain.sides[1].relation != "=":
        return None
    named = quantity_of(chain.sides[0].tokens)
    if named is None or named.negative or named.kind or named.suits(quantity) or named.parts:
        return None
    try:
        tree = name_in(chain.sides[0].tokens, source)
    except BadInput:
        return None
    return tree.symbol if isinstance(tree, Named) else None


def _uses(chain: Chain, symbol: Symbol) -> bool:
    values = chain.sides[1:] or chain.sides
    return any(token.text == symbol.base for side in values for token in side.tokens)


def inlined(tree: Tree, values: Mapping[Symbol, Tree], source: Source) -> Tree:
    """The tree with its values in the place of letters. Raises `BadInput` where it gets too large."""
    if not values:
        return tree
    sizes = {symbol: _size(value) for symbol, value in values.items()}
    if _size(tree, sizes) > _LARGEST:
        raise source.refusal("the formula gets too large with what is defined beside it", tree.place)
    return _inlined(tree, values, source)


def _inlined(tree: Tree, values: Mapping[Symbol, Tree], source: Source) -> Tree:
    if isinstance(tree, Named):
        return values.get(tree.symbol, tree)
    if isinstance(tree, Total):
        values = {symbol: value for symbol, value in values.items() if symbol != tree.index}
        met = {name.symbol for name in names_in(tree.body)} & {*values}
        if any(name.symbol == tree.index for symbol in met for name in names_in(values[symbol])):
            what = f"what is defined beside the formula names '{tree.index.name}', the index of this sum"
            raise source.refusal(what, tree.place, "write it into the sum")
    return rebuilt(tree, lambda part: _inlined(part, values, source))


def _size(tree: Tree, sizes: Mapping[Symbol, int] | None = None) -> int:
    if isinstance(tree, Named):
        return (sizes or {}).get(tree.symbol, 1)
    return 1 + sum(_size(part, sizes) for part in children(tree))
