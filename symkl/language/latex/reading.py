"""A formula or a derivation in LaTeX, read: each side of each equation as text in symkl's own notation."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from symkl.language.latex.dimensions import SIZE, Dimensions
from symkl.language.latex.matching import matched
from symkl.language.latex.place import NotRead, Source
from symkl.language.latex.quantities import Quantity
from symkl.language.latex.reader import Context, read_tree
from symkl.language.latex.rows import Chain, Side, chains
from symkl.language.latex.stems import Vocabulary
from symkl.language.latex.style import USUAL, Style
from symkl.language.latex.tokens import tokens
from symkl.language.latex.tree import Constant, Symbol, Tree
from symkl.language.latex.walking import children, names_in
from symkl.language.latex.writing import Written, write

__all__ = ["Asked", "Line", "Reading", "read_latex"]

_OF = {
    "kl": "a divergence",
    "entropy": "an entropy",
    "cross_entropy": "a cross-entropy",
    "expectation": "an expectation",
}


@dataclass(frozen=True)
class Asked:
    """What the formula should be: the quantity, the name of the densities' variable, and whether sums over independent
    dimensions are allowed. `focus` is a place in that one of several equations that is meant.
    """

    quantity: str
    variable: str
    dimensions: bool = False
    focus: int | None = None


@dataclass(frozen=True)
class Line:
    """One side of an equation: from where to where it stands, and what it says; or `reason`, why it is not read."""

    start: int
    end: int
    written: Written | None
    reason: str = ""


@dataclass(frozen=True)
class Reading:
    """The lines in their order, what had to be taken for what, and the fields of the style that made a difference."""

    source: Source
    lines: tuple[Line, ...]
    notes: tuple[str, ...]
    decided: frozenset[str]


def read_latex(source: Source, vocabulary: Vocabulary, asked: Asked, style: Style = USUAL) -> Reading:
    """All sides of the equations. Raises `BadInput` with the column in the LaTeX for what cannot be read.

    Sides that hold integrals or expectations, and equations about something else, are lines that are not read; what is
    wanted, the last side of the equation about the quantity, must be read.
    """
    decided: set[str] = set()
    context = Context(source, vocabulary.bases, vocabulary.words, style, decided)
    lines: list[Line] = []
    notes: list[str] = []
    found = tokens(source)
    for chain, quantity, reason in _wanted(chains(found, source), vocabulary, asked, source):
        if reason:
            lines.append(Line(chain.start, chain.end, None, reason))
            continue
        read, said = _read_chain(chain, quantity, context, vocabulary, asked)
        lines += read
        notes += [*said, *context.notes]
    notes += [f"the words '{token.text[:60]}' are left out" for token in found if token.kind == "prose"]
    return Reading(source, tuple(lines), tuple(dict.fromkeys(notes)), frozenset(decided))


def _wanted(
    found: Sequence[Chain], vocabulary: Vocabulary, asked: Asked, source: Source
) -> Iterator[tuple[Chain, Quantity | None, str]]:
    """Each chain with the quantity that it is about, and why it is not read, if so."""
    if asked.focus is not None and len(found) > 1:
        meant = max((chain for chain in found if chain.start <= asked.focus), key=_start, default=found[0])
        for chain in found:
            yield chain, _quantity(chain, vocabulary), "" if chain is meant else "another equation is asked for"
        return
    about = [_quantity(chain, vocabulary) for chain in found]
    kinds = [quantity.kind if quantity else "" for quantity in about]
    if len(found) > 1 and asked.quantity not in kinds and sum(kind == "" for kind in kinds) != 1:
        todo = "give one of them, or a file and --line"
        raise source.refusal("a second formula begins here", found[1].start, todo)
    for chain, quantity, kind in zip(found, about, kinds, strict=True):
        reason = ""
        if kind and kind != asked.quantity:
            reason = f"the left-hand side is {_OF[kind]}, and what is checked is {_OF[asked.quantity]}"
            if len(found) == 1:
                raise source.refusal(reason, chain.start, "give the quantity that it is")
        elif not kind and asked.quantity in kinds:
            reason = "this equation is about something else"
        yield chain, quantity, reason


def _start(chain: Chain) -> int:
    return chain.start


def _quantity(chain: Chain, vocabulary: Vocabulary) -> Quantity | None:
    found = chain.quantity
    if found is None or (found.kind == "" and found.head in vocabulary.bases):
        return None
    return found


def _read_chain(
    chain: Chain, quantity: Quantity | None, context: Context, vocabulary: Vocabulary, asked: Asked
) -> tuple[list[Line], list[str]]:
    source = context.source
    sides = chain.sides[1:] if quantity else chain.sides
    trees: list[Tree | NotRead] = [_tree(side, context, vocabulary, asked) for side in sides]
    last = trees[-1]
    if isinstance(last, NotRead):
        raise last
    if quantity is None and isinstance(trees[0], NotRead):
        todo = "begin with the quantity alone, as in D = ..."
        raise source.refusal(f"what the left-hand side is cannot be told: {trees[0].what}", chain.start, todo)
    dimensions = Dimensions(
        source, asked.dimensions, frozenset(vocabulary.mapped) | {s.symbol for s in vocabulary.stems}
    )
    opened = [tree if isinstance(tree, NotRead) else dimensions.opened(tree) for tree in trees]
    own = dict(vocabulary.mapped)
    if asked.dimensions:
        own |= {size: SIZE.name for size in (SIZE, *dimensions.sizes) if size not in own}
    unknown = [name for tree in opened if not isinstance(tree, NotRead)
               for name in names_in(tree) if name.symbol not in own]  # fmt: skip
    said = (quantity.arguments, quantity.letters) if quantity else ((), ())
    matching = matched(unknown, vocabulary.stems, said[0], source, said[1], vocabulary.hints)
    names = {**matching.names, **own}
    negative = quantity is not None and quantity.negative
    notes = [*_constants(opened, source), *matching.notes]
    if quantity is not None and not quantity.kind and not quantity.suits(asked.quantity):
        notes.append(f"'{quantity.head}' on the left is taken for {_OF[asked.quantity]}")
    if negative:
        notes.append("the left-hand side is minus the quantity: the sign of each line is turned")
    lines = []
    for side, tree in zip(sides, opened, strict=True):
        start, end = side.tokens[0].start, side.tokens[-1].end
        if isinstance(tree, NotRead):
            lines.append(Line(start, end, None, tree.what))
        else:
            lines.append(Line(start, end, write(tree, names, source, negative)))
    return lines, notes


def _tree(side: Side, context: Context, vocabulary: Vocabulary, asked: Asked) -> Tree | NotRead:
    """What the side says, or why it is no closed form."""
    try:
        tree = read_tree(side.tokens, context)
    except NotRead as reason:
        return reason
    variable = Symbol(asked.variable)
    if asked.variable not in vocabulary.bases:
        for name in names_in(tree):
            if name.symbol == variable:
                return context.source.not_read(
                    f"the variable '{asked.variable}' of the densities stands here", name.place
                )
    return tree


def _constants(trees: Sequence[Tree | NotRead], source: Source) -> Iterator[str]:
    if any(not isinstance(tree, NotRead) and _has_gamma(tree, source) for tree in trees):
        yield "gamma is taken for Euler's constant"


def _has_gamma(tree: Tree, source: Source) -> bool:
    if isinstance(tree, Constant) and tree.text == "EulerGamma":
        return source.text.startswith(("\\gamma", "\u03b3"), tree.place)
    return any(_has_gamma(child, source) for child in children(tree))
