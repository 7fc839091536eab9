"""Letters and upright words: names with their scripts, constants, and functions that are single letters."""

from __future__ import annotations

from typing import TYPE_CHECKING

from symkl.language.latex.arguments import only, power_of
from symkl.language.latex.brackets import arguments, call_next
from symkl.language.latex.calls import apply
from symkl.language.latex.cursor import Cursor
from symkl.language.latex.functions import number
from symkl.language.latex.peeking import LETTERS, PSI, holds_comma
from symkl.language.latex.scripts import Scripts, read_scripts, subscripts
from symkl.language.latex.tokens import Token
from symkl.language.latex.tree import Call, Constant, Named, Power, Symbol, Terms, Tree

if TYPE_CHECKING:
    from symkl.language.latex.reader import Reader

__all__ = ["letter", "named"]

_EULER = ((), ("E",), ("e",), ("EM",), ("Euler",))
#: what a letter before a bracket stands for where it is no name
_UNREAD = {
    **dict.fromkeys("pqfgrPQFNUL", "a density stands here"),
    **dict.fromkeys(("H", "h", "S"), "an entropy stands here"),
    **dict.fromkeys(("D", "KL", "DKL", "R"), "a divergence stands here"),
    **dict.fromkeys(("Var", "Cov", "V", "E"), "an expectation stands here"),
}


def letter(reader: Reader, text: str, token: Token, known: bool) -> Tree:
    """A letter or a word: a function if it is followed as one, a constant, else a name."""
    place = token.start
    if token.font == "mathbb" and text in ("E", "V", "P", "H", "D", "KL", "I"):
        raise reader.not_read(_UNREAD.get(text, "an expectation stands here"), place)
    if text in LETTERS:
        function, two = LETTERS[text]
        bracket, comma = _bracket(reader)
        if comma if two else not known and (bracket or text == "Gamma"):
            return apply(reader, function, place)
    if not known:
        made = _scripted(reader, text, place)
        if made is not None:
            return made
        if text in ("E", "Var", "Cov", "KL", "DKL"):
            raise reader.not_read(_UNREAD[text], place)
    return named(reader, Symbol(text), place, callable_word=len(text) > 1 and token.kind != "command")


def _bracket(reader: Reader) -> tuple[bool, bool]:
    r"""Whether a bracket follows, after a power as in `\Phi^2(x)` or at once, and whether a comma is in it."""
    start = reader.index
    if reader.skip("^") and reader.next is not None and (reader.sign("{") or reader.next.kind != "sign"):
        reader.argument(last=False)
    bracket = call_next(reader)
    reader.index += bracket and reader.sign("{")
    found = bracket, bracket and holds_comma(reader)
    reader.index = start
    return found


def _scripted(reader: Reader, text: str, place: int) -> Tree | None:
    """Functions whose order hangs on their name; None, the cursor where it was, if this is none of them."""
    start = reader.index
    if text in PSI:
        found = read_scripts(reader)
        if call_next(reader) or (text == "digamma" and reader.factor_next()):
            return _polygamma(reader, text, found, place)
    elif text == "zeta" and reader.sign("'"):
        reader.take()
        if call_next(reader):
            return Call(place, "zeta_derivative", (number(place, 1), *arguments(reader)))
    elif text in ("E", "I", "K", "Li", "H"):
        found = read_scripts(reader)
        plain = found.below and not (found.primes or found.marks)
        if plain and text == "H" and not reader.bracket_next():
            return _harmonic(reader, found, place)
        if plain and text != "H" and call_next(reader):
            if text == "E" and not (len(found.below) == 1 and found.below[0].kind == "digit"):
                raise reader.not_read("an expectation stands here", place)
            order = reader.inner(found.below)
            name = {"E": "expint", "I": "besseli", "K": "besselk", "Li": "polylog"}[text]
            power = power_of(reader, text, found)
            made = Call(place, name, (order, only(reader, text, arguments(reader), place)))
            return made if power is None else Power(found.above_place, made, power)
    reader.index = start
    return None


def _polygamma(reader: Reader, text: str, found: Scripts, place: int) -> Tree:
    r"""`\psi`, `\psi'`, `\psi_1`, `\psi^{(1)}` with their argument."""
    orders = [mark for mark in found.marks if mark.isdigit()]
    orders += [token.text for token in found.below if token.kind == "digit"]
    orders += [str(found.primes)] * bool(found.primes)
    if (
        len(orders) > 1
        or len(found.below) > 1
        or len(orders) != len(found.marks) + len(found.below) + bool(found.primes)
    ):
        raise reader.refusal(f"the order of '{text}' is not read", r"write \psi, \psi' or \psi_1", place)
    power = power_of(reader, text, found)
    argument = only(reader, text, arguments(reader) if call_next(reader) else (reader.factor(),), place)
    order = int(orders[0]) if orders else 0
    made = Call(place, "polygamma", (number(place, order), argument)) if order else Call(place, "digamma", (argument,))
    return made if power is None else Power(found.above_place, made, power)


def _harmonic(reader: Reader, found: Scripts, place: int) -> Tree:
    """The harmonic number `H_n` is digamma(n + 1) + EulerGamma."""
    reader.note("H with a subscript is taken for a harmonic number")
    count = Terms(place, ((False, reader.inner(found.below)), (False, number(place, 1))))
    made = Terms(place, ((False, Call(place, "digamma", (count,))), (False, Constant(place, "EulerGamma"))))
    return Power(found.above_place, made, reader.inner(found.above)) if found.above else made


def named(reader: Reader, inner: Symbol, place: int, *, callable_word: bool = False) -> Tree:
    """The symbol with the scripts that follow, or the constant that it is where it is no name, and its power.

    A `callable_word` that is no name and stands before a bracket would be a function.
    """
    found = read_scripts(reader)
    below = subscripts(reader, found.below, found.below_place) if found.below else ()
    primes, marks = inner.primes + found.primes, inner.marks + found.marks
    symbol = Symbol(inner.base, inner.subscripts + below, primes, marks)
    known = symbol.base in reader.context.bases
    if known and _of_the_variable(reader):
        reader.note(f"({reader.context.variable}) after a name is left out: the name is taken for what it is there")
    if not known and not inner.marks and reader.bracket_next():
        unread = _UNREAD.get(symbol.base)
        if unread and not found.above:
            raise reader.not_read(f"{unread}: '{symbol.base}' is no name, and a bracket follows it", place)
        if callable_word:
            raise reader.refusal(f"'{symbol.base}' is no function that is read, and no name", place=place)
    constant = None if known else _constant(symbol)
    made: Tree = Constant(place, constant) if constant else Named(place, symbol)
    return Power(found.above_place, made, reader.inner(found.above)) if found.above else made


def _of_the_variable(reader: Reader) -> bool:
    r"""Go past `(x)`, `(x_i)` or `(x^{(i)})`, as in `\mu_\phi(x)`: the variable is no factor of a closed form."""
    last = reader.partner(reader.index) if reader.bracket_next() else None
    if last is None or not reader.context.variable:
        return False
    inside = Cursor(reader.tokens[reader.index + 1 : last], reader.source, reader.end)
    if not inside.tokens or inside.take().text != reader.context.variable:
        return False
    read_scripts(inside)
    if inside.index < len(inside.tokens):
        return False
    reader.index = last + 1
    return True


def _constant(symbol: Symbol) -> str | None:
    if symbol.primes or symbol.marks:
        return None
    if symbol.base == "gamma":
        return "EulerGamma" if symbol.subscripts in _EULER else None
    return {"e": "E", "pi": "pi"}.get(symbol.base) if not symbol.subscripts else None
