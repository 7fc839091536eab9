r"""What follows a formula in its row: definitions (`, \quad r = b_2/b_1`), and words with what belongs to them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from symkl.language.latex.place import Source
from symkl.language.latex.tokens import CLOSING, OPENING, Token
from symkl.language.latex.words import is_letter

__all__ = ["Tail", "without_tail"]

#: words that only lead to what follows them
_LEADING = set("where with and in which let here".split())
_ACCENTS = ("hat", "tilde", "bar", "check", "dot", "ddot", "widehat", "widetilde", "overline")
_IN_NAMES = ("_", "{", "}", "'", ",", "(", ")")


@dataclass(frozen=True)
class Tail:
    """A row without what follows its formula: the equations that define a name in it, and the rest as text."""

    formula: list[Token]
    definitions: list[list[Token]]
    remarks: list[str]


def without_tail(row: list[Token], source: Source) -> Tail:
    """The row cut at its first comma or word outside brackets, if all that follows can be told apart; else as it is."""
    whole = Tail(row, [], [])
    pieces = _pieces(row)
    formula, rest = pieces[0], pieces[1:]
    if not formula or not rest:
        return whole
    definitions: list[list[Token]] = []
    remarks: list[str] = []
    remark: list[Token] = []
    worded = False
    for piece in rest:
        words = all(token.kind == "prose" for token in piece)
        worded = worded or words
        if defines(piece):
            definitions.append(piece)
            remarks += _told(remark, source)
            remark = []
        elif words or (worded and not any(token.is_sign("=", "approx") for token in piece)):
            remark += piece
        else:
            return whole
    return Tail(formula, definitions, [*remarks, *_told(remark, source)])


def _pieces(row: Sequence[Token]) -> list[list[Token]]:
    """The row cut at commas and semicolons outside brackets, and before and after words."""
    pieces: list[list[Token]] = [[]]
    depth = 0
    for token in row:
        if token.kind == "sign":
            depth += (token.text in CLOSING) - (token.text in OPENING)
        if depth == 0 and token.kind == "prose" and pieces[0]:
            pieces += [[token], []]
        elif depth == 0 and token.is_sign(",", ";") and pieces[0]:
            pieces.append([])
        else:
            pieces[-1].append(token)
    return [pieces[0], *(piece for piece in map(_without_stop, pieces[1:]) if piece)]


def _without_stop(piece: list[Token]) -> list[Token]:
    return piece[:-1] if piece and piece[-1].is_sign(".") else piece


def defines(piece: Sequence[Token]) -> bool:
    """Whether it is an equation with one name on its left, and no second relation."""
    signs = [index for index, token in enumerate(piece) if token.is_sign("=", "approx")]
    if len(signs) != 1 or not piece[signs[0] + 1 :]:
        return False
    name = piece[: signs[0]]
    starts = bool(name) and (is_letter(name[0]) or name[0].is_command(*_ACCENTS))
    called = len(name) > 1 and name[1].is_sign("(")
    return starts and not called and all(_in_name(token) for token in name)


def _in_name(token: Token) -> bool:
    return is_letter(token) or token.kind == "digit" or token.is_sign(*_IN_NAMES) or token.is_command(*_ACCENTS)


def _told(remark: Sequence[Token], source: Source) -> list[str]:
    """The remark as its author wrote it; nothing of words that only lead to what follows."""
    if all(token.kind == "prose" and {*token.text.lower().split()} <= _LEADING for token in remark):
        return []
    if all(token.kind == "prose" for token in remark):
        return [token.text for token in remark]
    return [" ".join(source.text[remark[0].start : remark[-1].end].split())]
