"""What functions are applied to where there is no bracket, and the powers that stand on their names."""

from __future__ import annotations

from typing import TYPE_CHECKING

from symkl.language.latex.peeking import ends_argument
from symkl.language.latex.scripts import Scripts
from symkl.language.latex.tree import Product, Tree

if TYPE_CHECKING:
    from symkl.language.latex.reader import Reader

__all__ = ["bare_argument", "no_marks", "only", "power_of", "product", "times"]


def bare_argument(reader: Reader, text: str, place: int) -> Tree:
    """The argument of a function without a bracket: the product that follows, up to the next function of its kind."""
    if not reader.factor_next():
        raise reader.refusal(f"'{text}' has no argument", place=place)
    first = reader.factor()
    if (reader.factor_next() and not ends_argument(reader)) or reader.sign("/"):
        reader.context.decided.add("log_reach")
        if reader.context.style.log_reach != "factor":
            return product(reader, first)
    return first


def product(reader: Reader, made: Tree) -> Tree:
    factors = [made]
    while True:
        if reader.sign("/"):
            factors = [reader.divided(times(*factors))]
        elif reader.factor_next() and not ends_argument(reader):
            factors.append(reader.factor())
        else:
            return times(*factors)


def power_of(reader: Reader, name: str, found: Scripts) -> Tree | None:
    if not found.above:
        return None
    if found.above[0].is_sign("-"):
        what = f"a negative power on the name '{name}' may mean the inverse function or one over it"
        raise reader.refusal(what, "write the power outside a bracket", found.above_place)
    return reader.inner(found.above)


def no_marks(reader: Reader, name: str, found: Scripts, place: int) -> None:
    if found.primes or found.marks:
        raise reader.refusal(f"'{name}' with a prime or a mark is not read", place=place)


def only(reader: Reader, name: str, arguments: tuple[Tree, ...], place: int) -> Tree:
    if len(arguments) != 1:
        raise reader.refusal(f"'{name}' takes 1 argument, not {len(arguments)}", place=place)
    return arguments[0]


def times(*factors: Tree) -> Tree:
    """Their product, without a product in the product."""
    if len(factors) == 1:
        return factors[0]
    flat = [part for factor in factors for part in (factor.factors if isinstance(factor, Product) else (factor,))]
    return Product(factors[0].place, tuple(flat))
