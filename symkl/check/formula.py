"""A foreign formula, read: its own names, its units and its dimensions put into symkl's terms."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import sympy as sp

from symkl.errors import BadInput, Location
from symkl.language import parse_given
from symkl.model import Claim, symbol

__all__ = ["DIMENSIONS", "Formula", "formula_in", "own_names", "read_formula", "value_in"]

#: the number of independent dimensions, in a formula that sums or averages over them
DIMENSIONS = symbol("D", "positive_integer")
_FIELD = "--formula"


@dataclass(frozen=True)
class Formula:
    """The formula in the claim's parameters, in its own units; `per_dimension` it is what one dimension has of it.

    With `dims` "none" there is no D in it; with "sum" it was divided by D, with "mean" left as it is: either way the
    formula is right if and only if `per_dimension` is the claim's value for every D.
    """

    text: str
    per_dimension: sp.Expr
    units: str


def read_formula(claim: Claim, text: str, names: Sequence[str], units: str, dims: str) -> Formula:
    """Read a formula whose own names `names` explains (`v1=sigma_1**2`). Raises `BadInput`."""
    known = {**dict(claim.where), **_mapping(names, claim)}  # a formula may still name what the claim fixes
    return formula_in(claim, text, known, units, dims, Location(field=_FIELD))


def own_names(claim: Claim) -> dict[str, sp.Symbol]:
    """The claim's parameters by their full names."""
    return {parameter.full_name: parameter.symbol for parameter in claim.parameters}


def formula_in(
    claim: Claim, text: str, mapped: Mapping[str, sp.Expr], units: str, dims: str, where: Location
) -> Formula:
    """Read a formula that stands at `where`, and in whose text `mapped` says what names of its own are."""
    lengths = {} if dims == "none" else {"D": DIMENSIONS}
    formula = parse_given(text, {**lengths, **own_names(claim)}, mapped, where, variable=claim.p.variable)
    return Formula(text, formula / DIMENSIONS if dims == "sum" else formula, units)


def value_in(claim: Claim, text: str, where: Location) -> sp.Expr:
    """What a name is said to stand for; it may be said with parameters that the claim fixes. Raises `BadInput`."""
    return parse_given(text, own_names(claim), dict(claim.where), where)


def _mapping(texts: Sequence[str], claim: Claim) -> dict[str, sp.Expr]:
    found: dict[str, sp.Expr] = {}
    for text in texts:
        name, equals, value = text.partition("=")
        name, place = name.strip(), Location(field=f"--map {text[:60]}")
        if not equals or not name.isidentifier() or not name.isascii():
            raise BadInput("is not of the form NAME=EXPR", place, "such as --map v1=sigma_1**2")
        if name in found:
            raise BadInput(f"the name '{name}' is explained twice", place)
        found[name] = value_in(claim, value, place)
    return found
