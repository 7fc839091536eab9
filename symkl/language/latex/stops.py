"""Why reading stops at a token, and what to do about it."""

from __future__ import annotations

from symkl.language.latex.cursor import shown
from symkl.language.latex.tokens import CLOSING, OPENING, Token

__all__ = ["why_stopped"]

_SIGNS = {
    "=": ("a second '=', or one inside a bracket", ""),
    "approx": ("an approximation inside a formula", ""),
    ",": ("a comma stands where the formula should go on or end", "give one formula"),
    ";": ("a semicolon stands where the formula should go on or end", "give one formula"),
    ":": ("a colon stands where the formula should go on or end", "give one formula"),
    "||": ("a double bar stands here: norms are not read", "write the sum of squares, or |x| of a number"),
    "_": ("a subscript hangs on nothing that can bear one", ""),
    "'": ("a prime hangs on nothing that can bear one", ""),
    "^": ("a superscript hangs on nothing that can bear one", "put the base into brackets"),
    "|": ("this bar is never closed", "write |x| for an absolute value"),
}


def why_stopped(token: Token | None) -> tuple[str, str]:
    """What stands there, and what to do; None is the end of what is read."""
    if token is None:
        return "the formula ends where a number, a name or a bracket is needed", ""
    if token.kind == "sign":
        plain = (f"reading stops at '{shown(token)}'", "")
        if token.text in OPENING or token.text in CLOSING:
            plain = (f"the bracket '{shown(token).lstrip(chr(92))}' is not closed or opened as it should be", "")
        return _SIGNS.get(token.text, plain)
    if token.kind == "prose":
        what = f"words stand in the formula: '{token.text[:40]}'"
        return what, "give the formula alone, and conditions with --where"
    if token.kind in ("begin", "end"):
        return f"the environment '{token.text[:40]}' is not read", "give one formula without cases"
    if token.kind == "fence":
        return "a formula ends or begins here", "give one formula"
    return f"reading stops at '{shown(token)[:40]}'", "write it in other words, or give --map"
