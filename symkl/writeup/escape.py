"""Words from outside as LaTeX: every special character escaped, what the fonts do not have replaced."""

from __future__ import annotations

import unicodedata

__all__ = ["escaped", "slug"]

_SPECIAL = {
    "\\": r"\textbackslash{}",
    "{": r"\{",
    "}": r"\}",
    "$": r"\textdollar{}",  # a dollar sign in what is written always begins or ends a formula
    "&": r"\&",
    "#": r"\#",
    "%": r"\%",
    "_": r"\_",
    "^": r"\textasciicircum{}",
    "~": r"\textasciitilde{}",
    '"': "''",
    "<": "$<$",
    ">": "$>$",
    "|": "$|$",
    "\u2013": "--",
    "\u2014": "---",
    "\u2018": "`",
    "\u2019": "'",
    "\u201c": "``",
    "\u201d": "''",
    "\u2026": "...",
    "\u00a0": "~",
    "\u221e": r"$\infty$",
    "\u2264": r"$\le$",
    "\u2265": r"$\ge$",
    "\u00d7": r"$\times$",
    "\u2212": "$-$",
    "\u2192": r"$\to$",
}


def escaped(text: str) -> str:
    """The text as LaTeX that prints it. Control characters vanish; a letter that Latin fonts lack becomes `?`."""
    return "".join(_character(c) for c in unicodedata.normalize("NFC", text))


def _character(char: str) -> str:
    if char in _SPECIAL:
        return _SPECIAL[char]
    if char in "\n\t":
        return " "
    if unicodedata.category(char).startswith("C"):
        return ""
    if ord(char) < 0x180:
        return char
    return "?"


def slug(text: str) -> str:
    """A label's name: lower-case letters, digits and hyphens."""
    return "-".join("".join(c if c.isascii() and c.isalnum() else " " for c in text.lower()).split())
