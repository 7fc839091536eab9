"""Logarithms: their base, how far they reach without a bracket, and what a power after the bracket means."""

from __future__ import annotations

from typing import TYPE_CHECKING

from symkl.language.latex.arguments import bare_argument, no_marks, only, power_of, product
from symkl.language.latex.brackets import arguments, bracket_in_braces
from symkl.language.latex.functions import LOGS, logarithm, number
from symkl.language.latex.peeking import ends_argument
from symkl.language.latex.scripts import read_scripts
from symkl.language.latex.tree import Power, Tree

if TYPE_CHECKING:
    from symkl.language.latex.reader import Reader

__all__ = ["log"]


def log(reader: Reader, text: str, place: int) -> Tree:
    """The logarithm whose name `text` has just been passed."""
    found = read_scripts(reader)
    no_marks(reader, text, found, place)
    if LOGS[text]:
        reader.note(f"{text} is taken for the logarithm to base {LOGS[text]}")
    base = reader.inner(found.below) if found.below else number(place, LOGS[text]) if LOGS[text] else None
    power = power_of(reader, text, found)
    if not (reader.bracket_next() or reader.sign("{", "|")):
        made = logarithm(place, bare_argument(reader, text, place), base)
        return made if power is None else Power(found.above_place, made, power)
    braced = bracket_in_braces(reader)
    argument = only(reader, text, arguments(reader), place)
    if reader.sign("^"):
        if power is not None:
            raise reader.refusal("two powers of one logarithm", "write brackets")
        reader.context.decided.add("log_power")
        place_of_power, exponent = reader.take().start, reader.exponent()
        if (reader.context.style.log_power == "outside") != braced:
            return Power(place_of_power, logarithm(place, argument, base), exponent)
        argument = Power(place_of_power, argument, exponent)
    elif power is not None:
        return Power(found.above_place, logarithm(place, argument, base), power)
    if reader.sign("/") or (reader.factor_next() and not ends_argument(reader)):
        reader.context.decided.add("log_reach")
        if reader.context.style.log_reach == "beyond":
            argument = product(reader, argument)
    return logarithm(place, argument, base)
