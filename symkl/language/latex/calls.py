"""A function of the table with its arguments."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from symkl.language.latex.arguments import bare_argument, no_marks, only, power_of
from symkl.language.latex.brackets import arguments
from symkl.language.latex.functions import FUNCTIONS
from symkl.language.latex.peeking import LETTERS, PSI
from symkl.language.latex.scripts import Scripts, read_scripts
from symkl.language.latex.tree import Call, Power, Product, Tree

if TYPE_CHECKING:
    from symkl.language.latex.reader import Reader

__all__ = ["apply"]

_NOTED = {
    "Phi": "Phi of a bracket is taken for the standard normal distribution function",
    "phi": "phi of a bracket is taken for the standard normal density",
    "Ei": "Ei with two arguments is taken for the exponential integral E_n(x)",
    "gamma": "gamma of two arguments is taken for the lower incomplete gamma function",
}
#: the functions whose inverses are written with -1 above them
_INVERSES = {"tan": "atan", "tanh": "atanh"}


def _derivative_of_gamma(reader: Reader, found: Scripts, place: int) -> Tree:
    r"""`\Gamma'(a)` => gamma(a)*digamma(a)."""
    if found.below or found.above or not reader.bracket_next():
        raise reader.refusal("the derivative of 'Gamma' has no bracket after it", r"write \Gamma'(a)", place)
    argument = only(reader, "Gamma'", arguments(reader), place)
    return Product(place, (Call(place, "gamma", (argument,)), Call(place, "digamma", (argument,))))


def apply(reader: Reader, name: str, place: int) -> Tree:
    """A function of the table with its arguments, to the power that stands on its name."""
    function = FUNCTIONS[name]
    found = read_scripts(reader)
    if name == "Gamma" and found.primes == 1 and not found.marks:
        return _derivative_of_gamma(reader, found, place)
    no_marks(reader, name, found, place)
    if found.below:
        raise reader.refusal(f"'{name}' with a subscript is not read", place=found.below_place)
    if name in _INVERSES and len(found.above) == 2 and found.above[0].is_sign("-") and found.above[1].text == "1":
        reader.note(f"{name} with -1 above it is taken for the inverse function")
        function, found = FUNCTIONS[_INVERSES[name]], replace(found, above=())
    power = power_of(reader, name, found)
    if reader.bracket_next() or reader.sign("{", "|"):
        given = arguments(reader)
    elif function.bare:
        given = (reader.factor() if name in LETTERS or name in PSI else bare_argument(reader, name, place),)
    else:
        raise reader.refusal(f"'{name}' has no bracket after it", f"write {name}(...)", place)
    if len(given) not in function.arities:
        wanted = " or ".join(str(count) for count in function.arities[:2])
        raise reader.refusal(f"'{name}' takes {wanted} argument(s), not {len(given)}", place=place)
    if name in _NOTED and (name != "Ei" or len(given) == 2):
        reader.note(_NOTED[name])
    made = function.make(place, given)
    return made if power is None else Power(found.above_place, made, power)
