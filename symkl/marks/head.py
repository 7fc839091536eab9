"""The line that says what a formula is: `kl Normal Normal --map v=sigma_1**2`, as `symkl check` has it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from symkl.errors import BadInput, Location, nearest
from symkl.marks.passage import Passage

__all__ = ["OPTIONS", "Head", "read_head", "split_head"]

#: options with a value, and how often each may stand: "many" or once
OPTIONS = {"--map": "many", "--where": "many", "--with": "many", "--of": "", "--units": "", "--dims": "", "--label": ""}
_CHOICES = {"--units": ("nats", "bits"), "--dims": ("none", "sum", "mean")}
_FLAGS = ("--latex", "--formula")
_WORD = re.compile(r"""(?:"[^"]*"|'[^']*'|[^\s"'])+""")
_SHAPE = "write: QUANTITY P [Q] [--map NAME=EXPR] [--where NAME=EXPR] [--units bits] [--dims sum]"


@dataclass
class Head:
    """What the line says: the words before the options, the options' values, and how the formula is written."""

    words: list[str] = field(default_factory=list)
    values: dict[str, list[str]] = field(default_factory=dict)
    kind: str | None = None

    def many(self, option: str) -> tuple[str, ...]:
        return tuple(self.values.get(option, ()))

    def one(self, option: str, otherwise: str = "") -> str:
        return self.values.get(option, [otherwise])[0]


def split_head(passage: Passage) -> tuple[Passage, Passage]:
    """What stands before the first colon that a blank or the end follows, outside of quotes, and what stands after."""
    quote = ""
    for index, character in enumerate(passage.text):
        if quote:
            quote = "" if character == quote else quote
        elif character in "\"'":
            quote = character
        elif character == ":" and not passage.text[index + 1 : index + 2].strip():
            return passage.part(0, index), passage.part(index + 1)
    return passage, passage.part(len(passage.text))


def read_head(passage: Passage) -> Head:
    """Read the line. The column of an error is that in the passage."""
    head, words = Head(), _words(passage.text)
    for column, word in words:
        name, equals, value = word.partition("=") if word.startswith("--") else (word, "", "")
        if name in _FLAGS:
            head.kind = name.removeprefix("--")
        elif name in OPTIONS:
            if not equals:
                _, value = next(words, (0, ""))
            if not value:
                raise BadInput(f"{name} has no value", _at(column))
            if name in head.values and OPTIONS[name] != "many":
                raise BadInput(f"{name} is given twice", _at(column))
            if name in _CHOICES and value not in _CHOICES[name]:
                raise BadInput(f"{name} is not '{value}'", _at(column), f"write {' or '.join(_CHOICES[name])}")
            head.values.setdefault(name, []).append(value)
        elif word.startswith("--"):
            raise BadInput(f"there is no option {name}", _at(column), nearest(name, [*OPTIONS, *_FLAGS]) or _SHAPE)
        elif len(head.words) == 3:
            raise BadInput(f"'{word}' is a word too many", _at(column), _SHAPE)
        else:
            head.words.append(word)
    if len(head.words) < 2:
        raise BadInput("a claim names a quantity and a family", _at(1), _SHAPE)
    return head


def _words(text: str) -> Iterator[tuple[int, str]]:
    """The words with their columns, quotes taken off."""
    for match in _WORD.finditer(text):
        yield match.start() + 1, re.sub(r"""["']""", "", match.group())


def _at(column: int) -> Location:
    return Location(field="claim", column=column)
