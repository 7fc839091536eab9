"""Which class of a library is which of our families, under which parameters: data, read from definitions and TOML."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path

from symkl.codegen.ways import classes_by_way
from symkl.language import load_family, parse
from symkl.language.tables import Table, read_toml
from symkl.library import Library
from symkl.model import FRAMEWORKS, Family, Parameter, Parametrisation

__all__ = ["Made", "counterparts", "left_out"]

_HERE = Path(__file__).parent


@dataclass(frozen=True)
class Made:
    """A class (or, in SciPy, a distribution) that is the family when it is called in this `way`.

    The parameters of that way bear the names of the class's arguments. Of a class that can be made from either of two
    sets of arguments, the first is `main`.
    """

    name: str
    family: Family
    way: str
    main: bool = True

    @property
    def title(self) -> str:
        """The class, and how it is called where that is not the way in which it is called first."""
        return self.name if self.main else f"{self.name} by {self.way.partition('_')[2]}"


def counterparts(framework: str, library: Library) -> list[Made]:
    """All of a library's classes that are a family, the main way of each first.

    A user's family that bears the name of one in our tables is another, with parameters that they know nothing of.
    """
    if framework in FRAMEWORKS:
        found: list[Made] = []
        for name in library.sources:
            family = library.family(name)
            for way, one in classes_by_way(family).items():
                if one.framework == framework:
                    found.append(Made(one.name, family, way, one.name not in {made.name for made in found}))
        return found
    tables = read_toml(_HERE / f"{framework}.toml").tables("distributions")
    return [_from_table(table, library) for table in tables if table.text("family") not in library.foreign]


def _from_table(table: Table, library: Library) -> Made:
    """An entry: the `parameters` are the distribution's arguments, `where` the family's parameters in these, the same
    names where there is none.
    """
    table.check_keys(["name", "family", "parameters"], ["where"])
    family, name = _family(table.text("family"), library), table.text("name")
    own = table.table("parameters")
    new = [Parameter(argument, own.text(argument)) for argument in own.data]
    names = {parameter.name: parameter.symbol for parameter in new}
    where = table.table("where")
    bindings = tuple(
        (p.name, parse(where.formula(p.name) if where.data else p.name, names, where.at(p.name)))
        for p in family.parameters
    )
    way = Parametrisation(f"{name}_arguments", tuple(new), bindings)
    return Made(name, replace(family, parametrisations=(*family.parametrisations, way)), way.name)


def _family(name: str, library: Library) -> Family:
    """A family that the library of families has, or one that is here for audits alone."""
    own = _HERE / "families" / f"{name.lower()}.toml"
    return load_family(own) if name not in library.sources and own.is_file() else library.family(name)


def left_out(framework: str, names: Sequence[str]) -> dict[str, str]:
    """Why classes that are no counterpart are not audited, by name."""
    told = _reasons().get(framework, {})
    return {name: told.get(name, "symkl has no such family") for name in names}


@cache
def _reasons() -> Mapping[str, Mapping[str, str]]:
    tables = read_toml(_HERE / "left_out.toml")
    found: dict[str, dict[str, str]] = {}
    for framework in tables.data:
        rows = tables.table(framework)
        found[framework] = {name: reason for reason in rows.data for name in rows.list(reason)}
    return found
