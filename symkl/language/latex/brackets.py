"""What stands in brackets: braces with their scripts, bars, and the arguments of functions."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from symkl.language.latex.scripts import read_scripts, subscripts
from symkl.language.latex.tokens import CLOSING, OPENING, Token
from symkl.language.latex.tree import Named, Power, Symbol, Tree

if TYPE_CHECKING:
    from symkl.language.latex.reader import Reader

__all__ = ["BRACKETS", "arguments", "bars", "braces", "bracket_in_braces", "call_next", "split"]

BRACKETS = ("(", "[", "\\{", "|(")


def braces(reader: Reader) -> Tree:
    """What stands in the braces that are next; a name there may bear scripts outside."""
    place = reader.place
    made = reader.inner(reader.group())
    if isinstance(made, Named) and reader.sign("_", "'"):
        found, old = read_scripts(reader), made.symbol
        outer = subscripts(reader, found.below, found.below_place) if found.below else ()
        primes, marks = old.primes + found.primes, old.marks + found.marks
        made = Named(place, Symbol(old.base, old.subscripts + outer, primes, marks))
        return Power(found.above_place, made, reader.inner(found.above)) if found.above else made
    return made


def bars(reader: Reader) -> Tree:
    """What stands between the bars that are next."""
    if reader.sign("|("):
        return reader.inner(reader.group())
    start, last = reader.index, _closing_bar(reader)
    if last is None:
        raise reader.stopped()
    reader.index = last + 1
    return reader.inner(reader.tokens[start + 1 : last])


def _closing_bar(reader: Reader) -> int | None:
    index = reader.index + 1
    while index < len(reader.tokens):
        token = reader.tokens[index]
        if token.is_sign("|"):
            return index
        if token.kind == "sign" and token.text in CLOSING:
            last = reader.partner(index)
            if last is None:
                return None
            index = last
        index += 1
    return None


def arguments(reader: Reader) -> tuple[Tree, ...]:
    """The arguments in the bracket, the braces or the bars that are next."""
    if reader.sign("|", "|("):
        return (reader.base(),)
    bracket = reader.sign("{") and bracket_in_braces(reader)
    inside = reader.group()
    if bracket:
        inside = inside[1:-1]
    return tuple(reader.inner(part) for part in split(reader, inside))


def call_next(reader: Reader) -> bool:
    """Whether a bracket is next that may hold arguments, or one in braces, as SymPy prints it."""
    return reader.bracket_next() or bracket_in_braces(reader)


def bracket_in_braces(reader: Reader) -> bool:
    """Whether braces are next that hold one bracket and nothing else."""
    if not reader.sign("{"):
        return False
    last, inner = reader.partner(reader.index), reader.index + 1
    bracket = inner < len(reader.tokens) and reader.tokens[inner].is_sign(*BRACKETS)
    return last is not None and bracket and reader.partner(inner) == last - 1


def split(reader: Reader, tokens: Sequence[Token]) -> list[Sequence[Token]]:
    """The tokens between the commas that stand in no bracket."""
    parts, start, depth = [], 0, 0
    for index, token in enumerate(tokens):
        if token.kind != "sign":
            continue
        depth += (token.text in CLOSING) - (token.text in OPENING)
        if token.text == "," and depth == 0:
            if index == start:
                raise reader.refusal("an argument is missing before this comma", place=token.start)
            parts.append(tokens[start:index])
            start = index + 1
    return [*parts, tokens[start:]]
