"""Words and commands: each is a structure, a logarithm, a function of the table, or a letter."""

from __future__ import annotations

from typing import TYPE_CHECKING

from symkl.language.latex.calls import apply
from symkl.language.latex.cursor import shown
from symkl.language.latex.functions import FUNCTIONS, LOGS
from symkl.language.latex.letters import letter
from symkl.language.latex.logs import log
from symkl.language.latex.peeking import LETTERS, PSI, spoken
from symkl.language.latex.structures import structure
from symkl.language.latex.tree import Tree
from symkl.language.latex.words import GREEK

if TYPE_CHECKING:
    from symkl.language.latex.reader import Reader

__all__ = ["word"]


def word(reader: Reader) -> Tree:
    """What begins with the letter, word or command that is next."""
    text, length = spoken(reader)
    token, place = reader.tokens[reader.index], reader.place
    reader.index += length
    if token.kind == "command" and text not in GREEK:
        made = structure(reader, text, place)
        if made is not None:
            return made
    known = text in reader.context.bases or text in reader.context.words
    if text in LOGS and not known:
        return log(reader, text, place)
    if text in FUNCTIONS and text not in LETTERS and text not in PSI and not known:
        return apply(reader, text, place)
    if token.kind == "command" and text not in GREEK:
        raise reader.refusal(f"the command '{shown(token)[:40]}' is not read", "", place)
    return letter(reader, text, token, known)
