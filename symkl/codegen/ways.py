"""The ways in which a family can be called: its parametrisations, and the fields of the frameworks' classes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

import sympy as sp

from symkl.model import Counterpart, Family, Parametrisation

__all__ = ["classes_by_way", "ways_of"]


def ways_of(family: Family) -> Mapping[str, Parametrisation]:
    """The ways by name: a framework's first class is called as the framework (`torch`), others `torch_logit`.

    A parametrisation of the family that has such a name itself is the one that is meant.
    """
    named = {way.name: way for way in family.parametrisations}
    found = {name: _by_fields(family, one, name, named) for name, one in classes_by_way(family).items()}
    return {**found, **named}


def classes_by_way(family: Family) -> Mapping[str, Counterpart]:
    """The frameworks' classes by the names of the ways in which they call the family."""
    found: dict[str, Counterpart] = {}
    for counterpart in family.classes:
        name = counterpart.framework
        if name in found:
            name = f"{name}_{counterpart.parametrisation or 'given'}"
        found.setdefault(name, counterpart)
    return found


def _by_fields(
    family: Family, counterpart: Counterpart, name: str, named: Mapping[str, Parametrisation]
) -> Parametrisation:
    """The parametrisation of the class, its parameters by the names of their fields."""
    if counterpart.parametrisation is None:
        own = family.parameters
        where: list[tuple[str, sp.Expr]] = [(p.name, p.symbol) for p in own]
    else:
        way = named[counterpart.parametrisation]
        replaced = dict(way.where)
        own = way.parameters
        where = [*way.where, *((p.name, p.symbol) for p in family.parameters if p.name not in replaced)]
    fields = dict(counterpart.fields)
    new = tuple(replace(p, name=fields[p.name], latex=None) for p in own)
    rename = {old.symbol: renamed.symbol for old, renamed in zip(own, new, strict=True)}
    return Parametrisation(name, new, tuple((p, value.subs(rename, simultaneous=True)) for p, value in where))
