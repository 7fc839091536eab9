"""What is next: which word it is, and whether it is a function here."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from symkl.language.latex.brackets import split
from symkl.language.latex.functions import FUNCTIONS, LOGS
from symkl.language.latex.tokens import CLOSING, OPENING, Token
from symkl.language.latex.words import GREEK, is_letter, plain_run

if TYPE_CHECKING:
    from symkl.language.latex.reader import Reader

__all__ = ["LETTERS", "PSI", "ends_argument", "holds_comma", "is_function", "spoken"]

#: functions that are letters as well, by the letter, and whether they are known by their two arguments alone
LETTERS = {
    "Gamma": ("Gamma", False), "zeta": ("zeta", False), "Phi": ("Phi", False), "phi": ("phi", False),
    "varphi": ("phi", False), "gamma": ("gamma", True), "beta": ("Beta", True), "B": ("Beta", True),
    "Beta": ("Beta", True),
}  # fmt: skip
PSI = ("psi", "Psi", "digamma")
#: functions that are read without their backslash
_PLAIN_FUNCTIONS = ({*LOGS, *FUNCTIONS, "KL", "DKL", "Li"} - GREEK) | {"digamma"}


def spoken(reader: Reader) -> tuple[str, int]:
    """The word or command that is next, and how many tokens it takes: plain letters side by side may be one word."""
    token = reader.tokens[reader.index]
    if token.kind != "letter" or token.font:
        return token.text, 1
    runs = plain_run(reader.tokens, reader.index)
    for run in runs:
        if len(run) > 1 and run in reader.context.words:
            return run, len(run)
    return (runs[0], len(runs[0])) if runs[0] in _PLAIN_FUNCTIONS else (token.text, 1)


def is_function(reader: Reader) -> bool:
    """Whether the letter or command that is next is a function here."""
    text, length = spoken(reader)
    if text in LOGS or (text in FUNCTIONS and text not in LETTERS):
        return True
    after = reader.tokens[reader.index + length : reader.index + length + 1]
    bracket = bool(after) and after[0].is_sign("(", "[", "\\{")
    return text not in reader.context.bases and (bracket or text == "Gamma" or text in PSI)


def ends_argument(reader: Reader) -> bool:
    """Whether a logarithm without a bracket ends before what is next: another one, or a bracket that holds a sum."""
    token = reader.next
    if token is None:
        return True
    if is_letter(token) or token.kind == "command":
        text, _ = spoken(reader)
        return text in LOGS or text == "sum" or (text in PSI and text not in reader.context.bases)
    if not reader.bracket_next():
        return False
    last = reader.partner(reader.index)
    return last is None or _holds_sum(reader.tokens[reader.index + 1 : last])


def _holds_sum(tokens: Sequence[Token]) -> bool:
    depth = 0
    for index, token in enumerate(tokens):
        if token.kind == "sign":
            depth += (token.text in CLOSING) - (token.text in OPENING)
            if index and depth == 0 and token.text in "+-":
                return True
    return False


def holds_comma(reader: Reader) -> bool:
    """Whether there is a comma in the bracket that is next."""
    last = reader.partner(reader.index)
    return last is not None and len(split(reader, reader.tokens[reader.index + 1 : last])) > 1
