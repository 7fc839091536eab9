"""An author's commands put into a formula as text; each character of what comes of it knows where it comes from."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace

from symkl.language.latex.place import Source
from symkl.language.lexis import MAX_LENGTH
from symkl.macros import Macro, definitions, group, macros_in

__all__ = ["expanded"]

_PARAMETER = re.compile(r"#([1-9])")
_CALL = re.compile(r"\\([A-Za-z]+)")
_OPEN_COMMAND = re.compile(r"\\[A-Za-z]+\Z")
_STEPS = 1000  # macros that are put in


def expanded(source: Source, macros: tuple[Macro, ...] = ()) -> Source:
    """The source with the macros, and those that it defines itself, put in. Raises `BadInput` where that never ends."""
    text = source.text
    for _, start, end in definitions(source.text):
        text = text[:start] + " " * (end - start) + text[end:]
    known = {macro.name: macro for macro in (*macros, *macros_in(source.text))}
    if len(text) > MAX_LENGTH or (text == source.text and not any(call[1] in known for call in _CALL.finditer(text))):
        return source
    piece = _Expander(source).expand(_Piece(text, tuple(range(len(text)))), known)
    return replace(source, text=piece.text, original=source, origin=piece.places)


@dataclass(frozen=True)
class _Piece:
    """Some text, and for each of its characters where in the source it comes from."""

    text: str
    places: tuple[int, ...]

    def part(self, start: int, end: int) -> _Piece:
        return _Piece(self.text[start:end], self.places[start:end])


class _Pieces:
    """Pieces put together; a command and a letter that follows it stay apart."""

    def __init__(self) -> None:
        self.text, self.places = "", list[int]()

    def add(self, piece: _Piece) -> None:
        if piece.text[:1].isalpha() and _OPEN_COMMAND.search(self.text):
            self.text += " "
            self.places.append(self.places[-1])
        self.text += piece.text
        self.places += piece.places

    def whole(self) -> _Piece:
        return _Piece(self.text, tuple(self.places))


class _Expander:
    """Puts macros into a piece of text, so many at most."""

    def __init__(self, source: Source) -> None:
        self.source, self.steps = source, 0

    def expand(self, piece: _Piece, known: Mapping[str, Macro]) -> _Piece:
        """The piece with the macros in it, and with those in what they stand for; none of them within itself."""
        made, index = _Pieces(), 0
        while (call := _CALL.search(piece.text, index)) is not None:
            macro = known.get(call[1])
            if macro is None:
                made.add(piece.part(index, call.end()))
                index = call.end()
                continue
            made.add(piece.part(index, call.start()))
            place = piece.places[call.start()]
            self.steps += 1
            if self.steps > _STEPS or len(made.text) > MAX_LENGTH:
                raise self.source.refusal("the formula gets too long with its macros", place, "write it without them")
            arguments, index = _arguments(piece, call.end(), macro, self.source)
            filled = _filled(macro, [self.expand(argument, known) for argument in arguments], place)
            made.add(self.expand(filled, {name: other for name, other in known.items() if name != macro.name}))
        made.add(piece.part(index, len(piece.text)))
        return made.whole()


def _arguments(piece: _Piece, index: int, macro: Macro, source: Source) -> tuple[list[_Piece], int]:
    """The arguments that stand from there on, and where they end."""
    text, found = piece.text, list[_Piece]()
    if macro.delimiter:
        index = _after_size(text, index)
    for number in range(macro.arity):
        start = index
        while text[start : start + 1].isspace():
            start += 1
        if number == 0 and macro.default is not None:
            end = text.find("]", start)
            if text[start : start + 1] == "[" and end > 0:
                found.append(piece.part(start + 1, end))
                index = end + 1
            else:
                at = piece.places[max(index - 1, 0)]
                found.append(_Piece(macro.default, (at,) * len(macro.default)))
            continue
        braced = group(text, start)
        if braced is not None:
            index = braced[1]
            found.append(piece.part(start + 1, index - 1))
            continue
        call = _CALL.match(text, start)
        index = call.end() if call is not None else start + 1
        if start >= len(text) or text[start] == "}":
            what = f"the command '\\{macro.name}' has {number} of its {macro.arity} arguments"
            raise source.refusal(what, piece.places[min(start, len(text)) - 1])
        found.append(piece.part(start, index))
    return found, index


def _after_size(text: str, index: int) -> int:
    r"""The index after `*` or `[\big]`."""
    found = re.compile(r"\s*(?:\*|\[\\[A-Za-z]+\])").match(text, index)
    return index if found is None else found.end()


def _filled(macro: Macro, arguments: list[_Piece], place: int) -> _Piece:
    """The macro's body with its arguments."""
    made, index = _Pieces(), 0
    for parameter in _PARAMETER.finditer(macro.body):
        before = macro.body[index : parameter.start()]
        made.add(_Piece(before, (place,) * len(before)))
        number = int(parameter[1]) - 1
        if number < len(arguments):
            made.add(arguments[number])
        index = parameter.end()
    after = macro.body[index:]
    made.add(_Piece(after, (place,) * len(after)))
    return made.whole()
