r"""The commands that an author defines: `\newcommand`, `\def`, `\DeclareMathOperator`, `\DeclarePairedDelimiter`.

They are found in a text and put into a formula as text; each character of what comes of it knows where in the formula
it stands, or its command does.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace

from symkl.language.latex.place import Source
from symkl.language.lexis import MAX_LENGTH

__all__ = ["Macro", "expanded", "macros_in"]

_DEFINITION = re.compile(
    r"\\(?:(?P<kind>newcommand|renewcommand|providecommand|DeclareRobustCommand)\*?\s*(?:\{\s*\\(?P<braced>[A-Za-z]+)\s*\}|\\(?P<bare>[A-Za-z]+))"
    r"\s*(?:\[(?P<arity>\d)\])?\s*(?:\[(?P<default>[^\[\]]*)\])?"
    r"|def\s*\\(?P<defined>[A-Za-z]+)\s*(?P<parameters>(?:#\d)*)"
    r"|(?P<operator>DeclareMathOperator)\*?\s*\{?\s*\\(?P<operator_name>[A-Za-z]+)\s*\}?"
    r"|(?P<paired>DeclarePairedDelimiter)\s*\{?\s*\\(?P<paired_name>[A-Za-z]+)\s*\}?"
    r"|let\s*\\(?P<new>[A-Za-z]+)\s*=?\s*\\(?P<old>[A-Za-z]+))\s*"
)
_PARAMETER = re.compile(r"#([1-9])")
_CALL = re.compile(r"\\([A-Za-z]+)")
_OPEN_COMMAND = re.compile(r"\\[A-Za-z]+\Z")
_STEPS = 1000  # macros that are put in
_MOST = 300  # macros of a file
_LONGEST = 2000  # characters of a body or an argument


@dataclass(frozen=True)
class Macro:
    r"""What `\name` with its arguments stands for: `#1` and so on in `body` are the arguments.

    `default` is the first argument where it is left out. A star or a size may stand after the name of a `delimiter`.
    """

    name: str
    arity: int
    body: str
    default: str | None = None
    delimiter: bool = False


def macros_in(text: str) -> tuple[Macro, ...]:
    """The macros that the text defines; one that is defined in two ways is none."""
    found: dict[str, set[Macro]] = {}
    for macro, _, _ in _definitions(text):
        found.setdefault(macro.name, set()).add(macro)
    return tuple(next(iter(same)) for same in found.values() if len(same) == 1)[:_MOST]


def _definitions(text: str) -> Iterator[tuple[Macro, int, int]]:
    """Each definition, and from where to where it stands."""
    at = 0
    while (found := _DEFINITION.search(text, at)) is not None:
        at = found.end()
        if found["new"]:
            yield Macro(found["new"], 0, f"\\{found['old']}"), found.start(), at
            continue
        bodies: list[str] = []
        for _ in range(2 if found["paired"] else 1):
            body = _group(text, at)
            if body is None:
                break
            bodies.append(body[0])
            at = body[1]
        if len(bodies) == 1 + bool(found["paired"]):
            yield _macro(found, bodies), found.start(), at


def _macro(found: re.Match[str], bodies: list[str]) -> Macro:
    if found["operator"]:
        return Macro(found["operator_name"], 0, rf"\operatorname{{{bodies[0]}}}")
    if found["paired"]:
        return Macro(found["paired_name"], 1, f"{bodies[0]} #1 {bodies[1]}", delimiter=True)
    if found["defined"]:
        return Macro(found["defined"], len(found["parameters"]) // 2, bodies[0])
    return Macro(found["braced"] or found["bare"], int(found["arity"] or 0), bodies[0], found["default"])


def _group(text: str, start: int) -> tuple[str, int] | None:
    """What stands in the braces that begin there, after blanks, and where it ends."""
    while text[start : start + 1].isspace():
        start += 1
    if text[start : start + 1] != "{":
        return None
    depth, index = 0, start
    while index < min(len(text), start + _LONGEST):
        depth += (text[index] == "{") - (text[index] == "}")
        if depth == 0:
            return text[start + 1 : index], index + 1
        index += 2 if text[index] == "\\" else 1
    return None


def expanded(source: Source, macros: tuple[Macro, ...] = ()) -> Source:
    """The source with the macros, and those that it defines itself, put in. Raises `BadInput` where that never ends."""
    text = source.text
    for _, start, end in _definitions(source.text):
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
        group = _group(text, start)
        if group is not None:
            index = group[1]
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
