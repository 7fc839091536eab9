r"""The commands that an author defines: `\newcommand`, `\def`, `\DeclareMathOperator`, `\DeclarePairedDelimiter`."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

__all__ = ["Macro", "definitions", "group", "macros_in"]

_DEFINITION = re.compile(
    r"\\(?:(?P<kind>newcommand|renewcommand|providecommand|DeclareRobustCommand)\*?\s*(?:\{\s*\\(?P<braced>[A-Za-z]+)\s*\}|\\(?P<bare>[A-Za-z]+))"
    r"\s*(?:\[(?P<arity>\d)\])?\s*(?:\[(?P<default>[^\[\]]*)\])?"
    r"|def\s*\\(?P<defined>[A-Za-z]+)\s*(?P<parameters>(?:#\d)*)"
    r"|(?P<operator>DeclareMathOperator)\*?\s*\{?\s*\\(?P<operator_name>[A-Za-z]+)\s*\}?"
    r"|(?P<paired>DeclarePairedDelimiter)\s*\{?\s*\\(?P<paired_name>[A-Za-z]+)\s*\}?"
    r"|let\s*\\(?P<new>[A-Za-z]+)\s*=?\s*\\(?P<old>[A-Za-z]+))\s*"
)
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
    for macro, _, _ in definitions(text):
        found.setdefault(macro.name, set()).add(macro)
    return tuple(next(iter(same)) for same in found.values() if len(same) == 1)[:_MOST]


def definitions(text: str) -> Iterator[tuple[Macro, int, int]]:
    """Each definition, and from where to where it stands."""
    at = 0
    while (found := _DEFINITION.search(text, at)) is not None:
        at = found.end()
        if found["new"]:
            yield Macro(found["new"], 0, f"\\{found['old']}"), found.start(), at
            continue
        bodies: list[str] = []
        for _ in range(2 if found["paired"] else 1):
            body = group(text, at)
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


def group(text: str, start: int) -> tuple[str, int] | None:
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
