"""The outermost guard of the expression parser: length, characters, literals, nesting, before `ast` sees a byte."""

from __future__ import annotations

import keyword
import re
from collections.abc import Iterator
from dataclasses import replace
from itertools import pairwise

from symkl.errors import BadInput, Location

__all__ = ["MAX_LENGTH", "at", "check_characters"]

MAX_LENGTH = 10_000  # characters of one expression
MAX_NESTING = 60  # brackets inside brackets
MAX_TOKENS = 5_000  # names, numbers and signs: what `ast` makes of more than that depends on Python's version
MAX_DIGITS = 100  # of one number
MAX_EXPONENT = 300  # of ten, in a number such as 1e-300

_TOKEN = re.compile(
    r"(?P<space>\s+)|(?P<number>(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+(?![A-Za-z_]))?)|(?P<name>[A-Za-z_]\w*)"
    r"|(?P<operator>\*\*|<=|>=|==|!=|[-+*/(),<>])",
    re.ASCII,
)
_WORDS = {"and", "or", "not"}
_TRUTHS = {"True", "False"}
_ADVICE = {
    "^": ("'^' is not an operator here", "write '**' for a power"),
    "=": ("'=' does not belong into a formula", "write Eq(a, b) for an equation in a condition"),
    "'": ("a formula holds no text in quotes", ""),
    '"': ("a formula holds no text in quotes", ""),
    ".": ("attribute access is not allowed in a formula", ""),
    "[": ("lists and subscripts are not allowed in a formula", "write mu_1 for a name with a subscript"),
    "]": ("lists and subscripts are not allowed in a formula", "write mu_1 for a name with a subscript"),
    "{": ("braces are not allowed in a formula", "write round brackets"),
    "}": ("braces are not allowed in a formula", "write round brackets"),
    "\\": ("TeX is not allowed in a formula", "write log(sigma), not \\log\\sigma"),
    "!": ("'!' is not an operator here", "write factorial(n)"),
    "|": ("'|' is not an operator here", "write Abs(x) for an absolute value"),
}


def at(where: Location, index: int) -> Location:
    """The place of the character with that 0-based index in the text that stands at `where`."""
    return replace(where, column=index + 1)


def check_characters(text: str, where: Location) -> None:
    """Refuse what cannot be an expression, so that `ast.parse` gets only short, shallow ASCII made of known tokens."""
    if not isinstance(text, str):
        raise BadInput(f"expected a formula in quotes, found {type(text).__name__}", where)
    if len(text) > MAX_LENGTH:
        raise BadInput(f"the formula has {len(text)} characters; at most {MAX_LENGTH} are read", where)
    for index, character in enumerate(text):
        if not (character.isascii() and (character.isprintable() or character in "\t\n\r")):
            raise BadInput(
                f"the character {character!a} is not allowed in a formula; only printable ASCII is", at(where, index)
            )
    if not text.strip():
        raise BadInput("the formula is empty", where)
    tokens = list(_tokens(text, where))
    _check_operators(tokens, where)
    _check_brackets(tokens, where)
    if len(tokens) > MAX_TOKENS:
        raise BadInput(f"the formula has {len(tokens)} names, numbers and signs; at most {MAX_TOKENS} are read", where)


def _tokens(text: str, where: Location) -> Iterator[tuple[str, str, int]]:
    """The tokens as (kind, text, index); kinds are "number", "name", "word" (and, or, not) and "operator"."""
    index = 0
    while index < len(text):
        match = _TOKEN.match(text, index)
        if match is None:
            plain = (f"the character {text[index]!r} is not allowed in a formula", "")
            what, todo = _ADVICE.get(text[index], plain)
            raise BadInput(what, at(where, index), todo)
        kind, token = str(match.lastgroup), match.group()
        if kind == "number":
            _check_number(token, text[match.end() : match.end() + 1], at(where, index))
        elif kind == "name":
            _check_name(token, at(where, index))
            kind = "word" if token in _WORDS else kind
        if kind != "space":
            yield kind, token, index
        index = match.end()


def _check_operators(tokens: list[tuple[str, str, int]], where: Location) -> None:
    """Two operands need an operator between them; `name(` alone is a call."""
    for (kind, former, _), (next_kind, following, index) in pairwise(tokens):
        operand = kind in ("number", "name") or former == ")"
        if operand and (next_kind in ("number", "name") or (following == "(" and kind != "name")):
            raise BadInput(f"an operator is missing before '{following}'", at(where, index), "write '*' to multiply")


def _check_brackets(tokens: list[tuple[str, str, int]], where: Location) -> None:
    opened: list[int] = []
    for _, sign, index in tokens:
        if sign == "(":
            opened.append(index)
            if len(opened) > MAX_NESTING:
                raise BadInput(f"brackets are nested more than {MAX_NESTING} deep", at(where, index))
        elif sign == ")":
            if not opened:
                raise BadInput("this ')' closes no bracket", at(where, index))
            opened.pop()
    if opened:
        raise BadInput("this '(' is never closed", at(where, opened[-1]))


def _check_number(token: str, following: str, where: Location) -> None:
    if following and (following.isalpha() or following == "_"):
        what = f"a number is followed by '{following}' with no operator between"
        raise BadInput(what, where, "write '*' to multiply")
    mantissa, _, exponent = token.lower().partition("e")
    if len(mantissa) > MAX_DIGITS:
        raise BadInput(f"the number has {len(mantissa)} digits; at most {MAX_DIGITS} are read", where)
    if len(exponent) > 5 or abs(int(exponent or "0")) > MAX_EXPONENT:
        raise BadInput(f"the number's power of ten is beyond {MAX_EXPONENT}", where)


def _check_name(name: str, where: Location) -> None:
    if keyword.iskeyword(name) and name not in _WORDS | _TRUTHS:
        advice = "call the parameter 'lam'" if name == "lambda" else ""
        raise BadInput(f"'{name}' is a keyword of Python and not allowed in a formula", where, advice)
    if len(name) > 64:
        raise BadInput(f"the name has {len(name)} characters; at most 64 are read", where)
