"""What hangs on a letter: subscripts, superscripts and primes, in any order."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from symkl.language.latex.cursor import Cursor, shown
from symkl.language.latex.tokens import Token

MAX_PRIMES = 5

__all__ = ["Scripts", "read_scripts", "subscripts"]

_STARS = {"*": "star", "+": "plus", "-": "minus"}
_STAR_COMMANDS = {"star": "star", "dagger": "dagger", "ddagger": "ddagger"}
_OPERATORS = ("+", "-", "*", "/", "=", "<", ">")


@dataclass(frozen=True)
class Scripts:
    """The tokens below and above the line, the number of primes, and marks such as a star or `(1)`.

    `above` is an exponent: what is only a mark has been taken out of it.
    """

    below: Sequence[Token] = ()
    above: Sequence[Token] = ()
    primes: int = 0
    marks: tuple[str, ...] = ()
    below_place: int = 0
    above_place: int = 0

    @property
    def empty(self) -> bool:
        return not (self.below or self.above or self.primes or self.marks)


def read_scripts(cursor: Cursor) -> Scripts:
    """All scripts that follow."""
    below: Sequence[Token] = ()
    above: Sequence[Token] = ()
    below_place = above_place = primes = 0
    marks: tuple[str, ...] = ()
    while cursor.sign("_", "^", "'"):
        place, sign = cursor.place, cursor.take().text
        if sign == "'":
            primes += 1
            if primes > MAX_PRIMES:
                raise cursor.refusal(f"more than {MAX_PRIMES} primes", place=place)
            continue
        found = list(cursor.argument())
        if not found:
            raise cursor.refusal("this script is empty", place=place)
        if sign == "_":
            if below:
                raise cursor.refusal("a second subscript", "write both in one pair of braces", place)
            below, below_place = found, place
            continue
        while found and found[0].is_sign("'"):
            primes, found = primes + 1, found[1:]
        mark = _mark(found)
        if mark:
            marks += (mark,)
        elif found:
            if above:
                raise cursor.refusal("a second superscript", "write both in one pair of braces", place)
            above, above_place = found, place
    return Scripts(below, above, primes, marks, below_place, above_place)


def _mark(above: Sequence[Token]) -> str:
    """What a superscript says that is no exponent: a star, or one letter or number in brackets, as in `^{(1)}`."""
    if len(above) == 1:
        only = above[0]
        return _STARS.get(only.text, "") if only.kind == "sign" else _STAR_COMMANDS.get(only.text, "")
    if len(above) == 3 and above[0].is_sign("(") and above[2].is_sign(")") and above[1].kind != "sign":
        return above[1].text
    return ""


def subscripts(cursor: Cursor, below: Sequence[Token], place: int) -> tuple[str, ...]:
    """The parts of a subscript, `m` and `1` of `_{m,1}`; adjacent letters are one word."""
    parts: list[str] = []
    joined_at = -1
    for token in below:
        match token.kind:
            case "letter" | "digit" if (
                joined_at == token.start and parts and parts[-1].isdigit() == (token.kind == "digit") and not token.font
            ):
                parts[-1] += token.text
                joined_at = token.end
            case "letter" | "digit" | "word" | "command":
                parts.append(token.text)
                joined_at = token.end if token.kind in ("letter", "digit") and not token.font else -1
            case "prose":
                parts += [word for word in token.text.split() if word.isascii() and word.isalnum()]
            case _ if token.is_sign(*_OPERATORS):
                what = f"'{shown(token)}' stands in a subscript"
                raise cursor.refusal(what, "write a letter, a number or a word", token.start)
            case _ if token.is_sign("'"):
                parts.append("prime")
            case _ if token.is_sign(",", ";", "_", "{", "}", "(", ")", "|", ":"):
                joined_at = -1
            case _:
                raise cursor.refusal(f"'{shown(token)}' stands in a subscript", place=token.start)
    if not parts:
        raise cursor.refusal("this subscript holds no letter or number", place=place)
    return tuple(parts)
