"""A walk over tokens: what is next, what must be next, what stands in the next group."""

from __future__ import annotations

from collections.abc import Sequence

from symkl.errors import BadInput
from symkl.language.latex.place import NotRead, Source
from symkl.language.latex.tokens import CLOSING, OPENING, Token

__all__ = ["Cursor", "shown"]

#: signs that may be a script or an argument by themselves
_ALONE = ("'", "*", "+", "-", "infty")


def shown(token: Token) -> str:
    """The token as its author wrote it, more or less."""
    return f"\\{token.text}" if token.kind == "command" else token.text or token.kind


class Cursor:
    """A place among `tokens`; `end` is the place in the source at which they end."""

    def __init__(self, tokens: Sequence[Token], source: Source, end: int) -> None:
        self.tokens, self.source, self.index, self.end = tokens, source, 0, end

    @property
    def next(self) -> Token | None:
        return self.tokens[self.index] if self.index < len(self.tokens) else None

    @property
    def place(self) -> int:
        """Where the next token stands in the source."""
        return self.end if self.next is None else self.next.start

    def take(self) -> Token:
        token = self.next
        if token is None:
            raise self.refusal("the formula ends too early")
        self.index += 1
        return token

    def sign(self, *signs: str) -> bool:
        return self.next is not None and self.next.is_sign(*signs)

    def command(self, *names: str) -> bool:
        return self.next is not None and self.next.is_command(*names)

    def skip(self, sign: str) -> bool:
        """Go past that sign if it is next."""
        found = self.sign(sign)
        self.index += found
        return found

    def refusal(self, what: str, todo: str = "", place: int | None = None) -> BadInput:
        return self.source.refusal(what, self.place if place is None else place, todo)

    def not_read(self, what: str, place: int | None = None) -> NotRead:
        return self.source.not_read(what, self.place if place is None else place)

    def partner(self, start: int) -> int | None:
        """The index of the bracket that closes the one at index `start`; None where it is not properly closed."""
        opened: list[str] = []
        for index in range(start, len(self.tokens)):
            token = self.tokens[index]
            if token.kind != "sign":
                continue
            if token.text in CLOSING:
                opened.append(token.text)
            elif token.text in OPENING:
                if not opened or opened.pop() != OPENING[token.text]:
                    return None
                if not opened:
                    return index
        return None

    def group(self) -> Sequence[Token]:
        """The tokens inside the bracket or the braces that are next; the cursor goes past them."""
        last = self.partner(self.index)
        if last is None:
            opened = self.tokens[self.index]
            raise self.refusal(f"this '{opened.text.strip(chr(92))}' is not closed as it should be")
        inside = self.tokens[self.index + 1 : last]
        self.index = last + 1
        return inside

    def argument(self, last: bool = True, bare: bool = True) -> Sequence[Token]:
        r"""The tokens of an argument as TeX takes it: of the braces that are next, else one token.

        No digit may follow a digit that is the last argument: `\frac12` is clear, and `x^12` is hardly what is meant.
        """
        if self.sign("{"):
            return self.group()
        start, token = self.index, self.take()
        if bare and token.is_command("frac", "sqrt"):
            for _ in range(2 if token.text == "frac" else 1):
                self.argument(last=False, bare=False)
            return self.tokens[start : self.index]
        if token.kind == "sign" and token.text not in _ALONE:
            raise self.refusal(f"'{token.text}' stands where an argument is needed", place=token.start)
        if last and token.kind == "digit" and self._digit_follows(token):
            what = f"only the digit {token.text} belongs to this script or argument, and another follows it"
            raise self.refusal(what, "write braces", token.start)
        return [token]

    def _digit_follows(self, token: Token) -> bool:
        return self.next is not None and self.next.kind == "digit" and self.next.start == token.end
