"""Fractions, roots, sums, accents: commands whose arguments TeX itself delimits."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from symkl.language.latex.functions import number
from symkl.language.latex.letters import named
from symkl.language.latex.tokens import Token
from symkl.language.latex.totals import total
from symkl.language.latex.tree import Call, Named, Power, Quotient, Tree

if TYPE_CHECKING:
    from symkl.language.latex.reader import Reader

__all__ = ["structure"]

_ACCENTS = ("hat", "tilde", "bar", "check", "dot", "ddot", "widehat", "widetilde", "overline")
#: what only surrounds its argument; what hangs on a brace is a remark
_FRAMES = ("vec", "underline", "boxed", "fbox", "smash", "underbrace", "overbrace")
_BRACED = ("underbrace", "overbrace")
#: what a closed form does not hold
_NOT_CLOSED = {
    **dict.fromkeys(("int", "iint", "iiint", "oint", "idotsint"), "an integral stands here"),
    **dict.fromkeys(("partial", "nabla"), "a derivative stands here"),
    **dict.fromkeys(("lim", "liminf", "limsup", "sup", "inf"), "a limit stands here"),
    "prod": "a product over an index stands here",
}


def structure(reader: Reader, text: str, place: int) -> Tree | None:
    """Fractions, roots, sums and what only decorates; None for a command that is none of these."""
    if text == "frac":
        above = reader.inner(reader.argument(last=False))
        return Quotient(place, above, reader.inner(reader.argument()))
    if text == "binom":
        above = reader.inner(reader.argument(last=False))
        return Call(place, "binomial", (above, reader.inner(reader.argument())))
    if text == "sqrt":
        return _root(reader, place)
    if text == "sum":
        return total(reader, place)
    if text in _ACCENTS:
        return _accented(reader, text.removeprefix("wide").replace("overline", "bar"), place)
    if text in _FRAMES:
        made = reader.inner(reader.argument())
        if text in _BRACED and reader.sign("_", "^"):
            reader.take()
            reader.argument()
        return named(reader, made.symbol, place) if isinstance(made, Named) else made
    if text in _NOT_CLOSED:
        raise reader.not_read(_NOT_CLOSED[text], place)
    return None


def _root(reader: Reader, place: int) -> Tree:
    degree: Sequence[Token] = reader.group() if reader.sign("[") else ()
    root = reader.inner(degree) if degree else None
    inside = reader.inner(reader.argument())
    if root is None:
        return Call(place, "sqrt", (inside,))
    return Power(place, inside, Quotient(place, number(place, 1), root))


def _accented(reader: Reader, accent: str, place: int) -> Tree:
    inside = reader.inner(reader.argument())
    if not isinstance(inside, Named):
        raise reader.refusal("this accent stands over what is not a name", place=place)
    return named(reader, replace(inside.symbol, marks=(*inside.symbol.marks, accent)), place)
