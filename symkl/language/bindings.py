"""Parameters that a claim fixes or ties: `where = { mu_2 = "0" }` in files, `--where mu_2=0` on the command line."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import sympy as sp

from symkl.errors import BadInput, Location, nearest
from symkl.language.domains import check_in_domain
from symkl.language.expression import parse
from symkl.language.tables import Table, printable

__all__ = ["read_bindings", "read_point", "read_where"]

Bindings = tuple[tuple[str, sp.Expr], ...]
_WHERE = Location(field="--where")
_AT = Location(field="--at")


def read_where(table: Table, names: Mapping[str, sp.Symbol]) -> Bindings:
    """The table of a `where`, checked against the parameters `names` (by their full names) and their domains."""
    return _check([(name, parse(table.formula(name), names, table.at(name)), table.at(name))
                   for name in _known(table.data, names, table.where)], names)  # fmt: skip


def read_bindings(texts: Sequence[str], names: Mapping[str, sp.Symbol], where: Location = _WHERE) -> Bindings:
    """`NAME=EXPR` options, in the order given; BadInput for unknown names and for values outside a domain."""
    made = []
    for text in texts:
        name, equals, value = text.partition("=")
        place = Location(where.file, f"{where.field} {printable(text)}")
        if not equals:
            raise BadInput("is not of the form NAME=EXPR", place)
        [name] = _known([name.strip()], names, place)
        made.append((name, parse(value, names, place), place))
    return _check(made, names)


def read_point(
    texts: Sequence[str], names: Mapping[str, sp.Symbol], where: Location = _AT
) -> dict[sp.Symbol, sp.Rational]:
    """`NAME=VALUE` options as an exact point: every parameter in `names` once, each a rational in its domain."""
    point = {names[name]: value for name, value in read_bindings(texts, names, where)}
    for name, symbol in names.items():
        if symbol not in point:
            raise BadInput(f"the parameter '{name}' has no value", where, f"add {where.field} {name}=VALUE")
        if not isinstance(point[symbol], sp.Rational):
            raise BadInput(f"the value of '{name}' is not a decimal or a fraction", where)
    return point


def _known(given: Sequence[str] | Mapping[str, object], names: Mapping[str, sp.Symbol], where: Location) -> list[str]:
    for name in given:
        if name not in names:
            advice = nearest(name, names) or f"the parameters are {', '.join(names)}"
            raise BadInput(f"unknown parameter '{printable(name)}'", where, advice)
    return list(given)


def _check(made: list[tuple[str, sp.Expr, Location]], names: Mapping[str, sp.Symbol]) -> Bindings:
    bound: set[str] = set()
    for name, _, place in made:
        if name in bound:
            raise BadInput(f"the parameter '{name}' is given twice", place)
        bound.add(name)
    for name, value, place in made:
        again = sorted(symbol.name for symbol in value.free_symbols if symbol.name in bound)
        if again:
            raise BadInput(f"the value names '{again[0]}', which is itself replaced", place)
        check_in_domain(names[name], value, place)
    return tuple((name, value) for name, value, _ in made)
