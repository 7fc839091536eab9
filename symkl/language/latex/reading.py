"""A formula or a derivation in LaTeX, read: each side of each equation as text in symkl's own notation."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass

from symkl.errors import BadInput
from symkl.language.latex.definitions import Definitions, definitions_among, inlined
from symkl.language.latex.dimensions import SIZE, Dimensions
from symkl.language.latex.matching import matched
from symkl.language.latex.place import NotRead, Source
from symkl.language.latex.reader import Context, read_tree
from symkl.language.latex.rows import Chain, Side, chains
from symkl.language.latex.stems import Vocabulary, name_in
from symkl.language.latex.style import USUAL, Style
from symkl.language.latex.subjects import QUANTITIES, Subject, subject_of
from symkl.language.latex.tokens import Token, tokens
from symkl.language.latex.tree import Constant, Named, Symbol, Tree
from symkl.language.latex.walking import children, names_in
from symkl.language.latex.writing import Written, write

__all__ = ["Asked", "Line", "Reading", "read_latex"]


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
    lines: list[Line] = []
    notes: list[str] = []
    equations, remarks = chains(tokens(source), source)
    defined = definitions_among(equations, vocabulary, asked.quantity, source)
    bases = vocabulary.bases | {symbol.base for symbol in defined}
    variable = "" if asked.variable in bases else asked.variable
    context = Context(source, bases, vocabulary.words, style, decided, variable=variable)
    values = _values(defined, context)
    for symbol, chain in defined.items():
        lines.append(Line(chain.start, chain.end, None, f"this says what {symbol.name} is"))
    equations = [chain for chain in equations if chain not in defined.values()]
    for chain, subject, reason in _wanted(equations, vocabulary, asked, source):
        if reason:
            lines.append(Line(chain.start, chain.end, None, reason))
            continue
        read, said = _read_chain(subject, context, vocabulary, asked, values)
        lines += read
        notes += [*said, *context.notes]
    lines.sort(key=_start)
    notes += [f"'{remark[:60]}' is left out" for remark in remarks]
    return Reading(source, tuple(lines), tuple(dict.fromkeys(notes)), frozenset(decided))


def _values(defined: Definitions, context: Context) -> dict[Symbol, Tree]:
    """What the defined letters are, each without the others. Raises `BadInput` where they go round in a circle."""
    values = {symbol: read_tree(chain.sides[1].tokens, context) for symbol, chain in defined.items()}
    for _ in defined:
        values = {symbol: inlined(value, values, context.source) for symbol, value in values.items()}
    for symbol, value in values.items():
        for name in names_in(value):
            if name.symbol in values:
                what = f"'{symbol.name}' is defined by itself"
                raise context.source.refusal(what, defined[symbol].start, "give the formula without it")
    return values


def _wanted(
    found: Sequence[Chain], vocabulary: Vocabulary, asked: Asked, source: Source
) -> Iterator[tuple[Chain, Subject, str]]:
    """Each chain with what it is about, and why it is not read, if so."""
    subjects = [subject_of(chain, vocabulary.bases, asked.quantity, source) for chain in found]
    kinds = [subject.kind for subject in subjects]
    meant: Chain | None = found[0]
    if len(found) > 1:
        before = [chain for chain in found if source.place(chain.start) <= (asked.focus or 0)]
        meant = None if asked.focus is None else before[-1] if before else found[0]
    if meant is None and asked.quantity not in kinds and sum(kind == "" for kind in kinds) != 1:
        todo = "give one of them, or a file and --line"
        raise source.refusal("a second formula begins here", found[1].start, todo)
    for chain, subject, kind in zip(found, subjects, kinds, strict=True):
        reason = ""
        if meant is not None and chain is not meant:
            reason = "another equation is asked for"
        elif kind and kind != asked.quantity:
            reason = f"the left-hand side is {QUANTITIES[kind]}, and what is checked is {QUANTITIES[asked.quantity]}"
            if meant is not None:
                raise source.refusal(reason, chain.start, "give the quantity that it is")
        elif meant is None and not kind and asked.quantity in kinds:
            reason = "this equation is about something else"
        yield chain, subject, reason


def _read_chain(
    subject: Subject, context: Context, vocabulary: Vocabulary, asked: Asked, values: Mapping[Symbol, Tree]
) -> tuple[list[Line], list[str]]:
    source, quantity, sides = context.source, subject.quantity, subject.sides
    if not sides:
        raise source.refusal("only the quantity stands here", subject.again[0].tokens[0].start, "add what it is")
    letters = tuple(_letter(part, source) for part in quantity.parts) if quantity else ()
    own_letters = frozenset(letter for letter in letters if letter is not None)
    read = [_tree(side, context, vocabulary, asked, own_letters) for side in sides]
    trees = [tree if isinstance(tree, NotRead) else inlined(tree, values, source) for tree in read]
    last = trees[-1]
    if isinstance(last, NotRead):
        raise last
    _check_subject(subject, trees, source)
    dimensions = Dimensions(
        source, asked.dimensions, frozenset(vocabulary.mapped) | {s.symbol for s in vocabulary.stems}
    )
    opened = [*(_opened(tree, dimensions) for tree in trees[:-1]), dimensions.opened(last)]
    own = dict(vocabulary.mapped)
    if asked.dimensions:
        own |= {size: SIZE.name for size in (SIZE, *dimensions.sizes) if size not in own}
    unknown = [name for tree in opened if not isinstance(tree, NotRead)
               for name in names_in(tree) if name.symbol not in own]  # fmt: skip
    said = (quantity.arguments, letters) if quantity else ((), ())
    matching = matched(unknown, vocabulary.stems, said[0], source, said[1], vocabulary.hints)
    names = {**matching.names, **own}
    negative = quantity is not None and quantity.negative
    notes = [*_constants(opened, source), *matching.notes]
    if quantity is not None and not quantity.kind and not quantity.suits(asked.quantity):
        notes.append(f"'{quantity.head}' on the left is taken for {QUANTITIES[asked.quantity]}")
    if negative:
        notes.append("the left-hand side is minus the quantity: the sign of each line is turned")
    lines = []
    for side, tree in zip(sides, opened, strict=True):
        start, end = side.tokens[0].start, side.tokens[-1].end
        if isinstance(tree, NotRead):
            lines.append(Line(start, end, None, tree.what))
        else:
            lines.append(Line(start, end, write(tree, names, source, negative)))
    again = [Line(s.tokens[0].start, s.tokens[-1].end, None, "this is the quantity itself") for s in subject.again]
    return sorted([*lines, *again], key=_start), notes


def _opened(tree: Tree | NotRead, dimensions: Dimensions) -> Tree | NotRead:
    """The tree of a line before the last without sums over dimensions, or why it is not read."""
    try:
        return tree if isinstance(tree, NotRead) else dimensions.opened(tree)
    except NotRead as reason:
        return reason


def _start(line: Line) -> int:
    return line.start


def _check_subject(subject: Subject, trees: Sequence[Tree | NotRead], source: Source) -> None:
    """Refuse where it cannot be told that the sides are the quantity: another one, or a part of it, stands there."""
    quantity, todo = subject.quantity, "begin with the quantity alone, as in D = ..."
    if quantity is None and isinstance(trees[0], NotRead):
        what = f"what the left-hand side is cannot be told: {trees[0].what}"
        raise source.refusal(what, subject.sides[0].tokens[0].start, todo)
    if quantity is None or quantity.kind:
        return
    for side, tree in zip(subject.sides, trees, strict=True):
        text = source.text[side.tokens[0].start : side.tokens[-1].end]
        if isinstance(tree, NotRead) and ("KL" in text or tree.what.startswith(("a divergence", "an entropy"))):
            what = f"what '{quantity.head}' is cannot be told: a quantity stands here with something else"
            raise source.refusal(what, side.tokens[0].start, todo)


def _letter(tokens: Sequence[Token], source: Source) -> Symbol | None:
    r"""An argument on the left-hand side as a symbol, if it is a letter, or a family of one: `\text{Bern}(p)`."""
    try:
        found = name_in(_of_a_family(tokens) or tokens, source)
    except BadInput:
        return None
    return found.symbol if isinstance(found, Named) else None


def _of_a_family(tokens: Sequence[Token]) -> Sequence[Token]:
    """What stands in the one bracket after a family's name; nothing after a single plain letter, as in `p(x)`."""
    opened = [index for index, token in enumerate(tokens) if token.is_sign("(")]
    if len(opened) != 1 or not tokens[-1].is_sign(")"):
        return ()
    head = tokens[: opened[0]]
    plain = len(head) == 1 and head[0].kind == "letter" and not head[0].font
    return () if not head or plain else tokens[opened[0] + 1 : -1]


def _tree(
    side: Side, context: Context, vocabulary: Vocabulary, asked: Asked, letters: Collection[Symbol]
) -> Tree | NotRead:
    """What the side says, or why it is no closed form; `letters` are the quantity's arguments."""
    try:
        tree = read_tree(side.tokens, context)
    except NotRead as reason:
        return reason
    variable = Symbol(asked.variable)
    if asked.variable not in vocabulary.bases and variable not in letters:
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
