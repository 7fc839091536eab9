"""Text in which some names stand for expressions: a parameter that is fixed, a name that `--map` explains."""

from __future__ import annotations

from collections.abc import Mapping

import sympy as sp

from symkl.errors import Location
from symkl.language.expression import parse
from symkl.model import symbol

__all__ = ["parse_given"]


def parse_given(
    text: str,
    names: Mapping[str, sp.Symbol],
    given: Mapping[str, sp.Expr],
    where: Location,
    *,
    variable: sp.Symbol | None = None,
) -> sp.Expr:
    """As `parse`, in the symbols of `names`; a name of `given` stands for its expression, also where `names` has it."""
    stand_ins = {name: symbol(name, "positive" if value.is_positive else "real") for name, value in given.items()}
    read = parse(text, {**names, **stand_ins}, where, variable=variable)
    return read.subs({stand_ins[name]: value for name, value in given.items()}, simultaneous=True)
