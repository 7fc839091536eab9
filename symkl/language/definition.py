"""Definition files: TOML to families, first each family alone, then its known forms, which may name other families."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path

import sympy as sp

from symkl.errors import BadInput, Location, NotYet, nearest
from symkl.language.expression import parse
from symkl.language.known import read_known
from symkl.language.names import check_family_name, check_variable_name
from symkl.language.parameters import read_parameters, read_parametrisations
from symkl.language.support import read_constraints, read_support
from symkl.language.tables import Table, digest, read_toml
from symkl.model import Expectation, Family, variable_symbol

__all__ = ["FORMAT", "load_families", "load_family"]

FORMAT = 1
MAX_KNOWN = 200


def load_family(path: Path) -> Family:
    """The family that the file defines; a known form's `other` is itself or stands in a file of the same folder."""
    head = _read(path)
    heads = {head.family.name: head}
    for name in head.others - {head.family.name}:
        for sibling in sorted(path.parent.glob("*.toml")):
            if _names(sibling) == name and sibling.resolve() != path.resolve():
                heads.setdefault(name, _read(sibling))
    return _complete(head, heads)


def load_families(paths: Iterable[Path], under: Iterable[Path] = ()) -> dict[str, Family]:
    """The families that the files define, by name, sorted; those of `under` are shadowed by those of `paths`.

    Two families of `paths` (or of `under`) whose names differ at most in case are an error that names both files.
    A known form in a file of `under` that names a shadowed family is about a family that is not there any more, and
    is left out.
    """
    above, below = _read_all(paths), _read_all(under)
    heads = {head.family.name: head for head in {**below, **above}.values()}
    beneath = {head.family.name: head for head in below.values()}
    families = {}
    for name in sorted(heads):
        if name.lower() in above:
            families[name] = _complete(heads[name], heads)
        else:
            family = _complete(heads[name], beneath)
            kept = tuple(known for known in family.known if (known.other or name).lower() not in above)
            families[name] = replace(family, known=kept)
    return families


@dataclass(frozen=True)
class _Head:
    """A file of which the known forms are still unread."""

    family: Family
    table: Table
    others: frozenset[str]


def _read_all(paths: Iterable[Path]) -> dict[str, _Head]:
    """The heads by their name in lower case; a file that is given twice is read once."""
    heads: dict[str, _Head] = {}
    seen: set[Path] = set()
    for path in paths:
        if path.resolve() in seen:
            continue
        seen.add(path.resolve())
        head = _read(path)
        former = heads.setdefault(head.family.name.lower(), head)
        if former is not head:
            what = f"the family '{head.family.name}' is defined in {former.family.origin} as well"
            raise BadInput(what, Location(str(path), "family.name"), "rename one of them")
    return heads


def _read(path: Path) -> _Head:
    file = read_toml(path)
    if "document" in file:
        raise BadInput("this file is a document, not the definition of a family", file.where)
    file.check_keys(["format", "family"], ["known"])
    if file.data["format"] is not FORMAT:
        raise BadInput("this version of symkl reads format 1 only", file.at("format"), "write format = 1")
    family = replace(_family(file.table("family")), origin=str(path), digest=digest(file))
    known = file.tables("known")
    if len(known) > MAX_KNOWN:
        raise BadInput(f"there are {len(known)} known forms; at most {MAX_KNOWN} are read", file.at("known"))
    others = {entry.text("other") for entry in known if "other" in entry}
    return _Head(family, file, frozenset(others))


def _family(table: Table) -> Family:
    table.check_keys(["name", "support", "parameters"],
                     ["variable", "kind", "density", "log_density", "constraints", "parametrisations"])  # fmt: skip
    name = table.text("name")
    check_family_name(name, table.at("name"))
    variable_name = _variable_name(table)
    kind = table.choice("kind", ("continuous", "discrete"), "continuous")
    parameters = read_parameters(table.table("parameters"), variable_name)
    names = {parameter.name: parameter.symbol for parameter in parameters}
    support = read_support(table, kind, names)
    variable = variable_symbol(variable_name, kind, *support)
    if ("density" in table) == ("log_density" in table):
        raise BadInput("give exactly one of 'density' and 'log_density'", table.where)
    return Family(
        name=name,
        variable=variable,
        kind=kind,
        support=support,
        parameters=parameters,
        density=_density(table, "density", names, variable),
        log_density=_density(table, "log_density", names, variable),
        constraints=read_constraints(table, names),
        parametrisations=read_parametrisations(table.table("parametrisations"), parameters, variable_name),
    )


def _variable_name(table: Table) -> str:
    value = table.data.get("variable", "x")
    if isinstance(value, dict):
        raise NotYet(f'{table.at("variable")}: variables with a shape are not supported yet; write variable = "x"')
    name = table.text("variable", "x")
    check_variable_name(name, table.at("variable"))
    return name


def _density(table: Table, key: str, names: Mapping[str, sp.Symbol], variable: sp.Symbol) -> sp.Expr | None:
    if key not in table:
        return None
    density = parse(table.formula(key), {**names, variable.name: variable}, table.at(key))
    if density.has(sp.Sum, sp.Integral, Expectation):
        raise NotYet(f"{table.at(key)}: a density that is itself a sum or an integral is not supported yet")
    if density.is_infinite or (key == "density" and density.is_nonpositive):
        raise BadInput("this is not a density", table.at(key))
    return density


def _complete(head: _Head, heads: Mapping[str, _Head]) -> Family:
    def find(name: str, entry: Table) -> Family:
        if name not in heads:
            advice = nearest(name, heads) or f"the families given are {', '.join(sorted(heads))}"
            raise BadInput(f"unknown family '{name}'", entry.at("other"), advice)
        return heads[name].family

    known = tuple(read_known(entry, head.family, find) for entry in head.table.tables("known"))
    return replace(head.family, known=known)


def _names(path: Path) -> str | None:
    """The name of the family that the file says it defines; None for what is no definition."""
    try:
        return str(read_toml(path).table("family").data.get("name"))
    except BadInput:
        return None
