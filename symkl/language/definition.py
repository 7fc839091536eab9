"""Definition files: TOML to families, first each family alone, then its known forms, which may name other families."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from functools import cached_property
from pathlib import Path

import sympy as sp

from symkl.errors import BadInput, Location, NotYet, nearest
from symkl.language.classes import read_classes
from symkl.language.expression import parse
from symkl.language.known import read_known
from symkl.language.names import check_family_name, check_variable_name
from symkl.language.parameters import read_parameters, read_parametrisations
from symkl.language.support import read_constraints, read_support
from symkl.language.tables import Table, digest, read_toml
from symkl.model import Expectation, Family, Parameter, variable_symbol

__all__ = ["FORMAT", "Shelf", "load_families", "load_family"]

FORMAT = 1
MAX_KNOWN = 200


def load_family(path: Path) -> Family:
    """The family that the file defines; a known form's `other` is itself or stands in a file of the same folder."""
    head = _Head(path)
    heads = {head.name: head}
    if head.others - {head.name}:
        for sibling in sorted(path.parent.glob("*.toml")):
            name = _names(sibling)
            if name in head.others and sibling.resolve() != path.resolve():
                heads.setdefault(name, _Head(sibling))
    return _complete(head, heads)


def load_families(paths: Iterable[Path], under: Iterable[Path] = ()) -> dict[str, Family]:
    """The families that the files define, all of them read: what a `Shelf` of them holds."""
    return dict(Shelf(paths, under))


class Shelf(Mapping[str, Family]):
    """The families that files define, by name, sorted; each is read when it is first asked for.

    Those of `under` are shadowed by those of `paths`. Two families of `paths` (or of `under`) whose names differ at
    most in case are an error that names both files. A known form in a file of `under` that names a shadowed family is
    about a family that is not there any more, and is left out.
    """

    def __init__(self, paths: Iterable[Path], under: Iterable[Path] = ()) -> None:
        self._above, below = _heads(paths), _heads(under)
        self._heads = {head.name: head for head in {**below, **self._above}.values()}
        self._beneath = {head.name: head for head in below.values()}
        self._read: dict[str, Family] = {}

    def __iter__(self) -> Iterator[str]:
        return iter(sorted(self._heads))

    def __len__(self) -> int:
        return len(self._heads)

    def __contains__(self, name: object) -> bool:
        return name in self._heads

    def __getitem__(self, name: str) -> Family:
        if name not in self._read:
            self._read[name] = self._family(self._heads[name])
        return self._read[name]

    def path(self, name: str) -> Path:
        """The file that defines the family of that name."""
        return self._heads[name].path

    def _family(self, head: _Head) -> Family:
        if head.name.lower() in self._above:
            return _complete(head, self._heads)
        family = _complete(head, self._beneath)
        kept = tuple(known for known in family.known if (known.other or head.name).lower() not in self._above)
        return replace(family, known=kept)


class _Head:
    """A definition file: its family is read when it is asked for, without the known forms; its name at once."""

    def __init__(self, path: Path) -> None:
        self.path, self.table = path, read_toml(path)
        if "document" in self.table:
            raise BadInput("this file is a document, not the definition of a family", self.table.where)
        self.table.check_keys(["format", "family"], ["known"])
        if self.table.data["format"] is not FORMAT:
            raise BadInput("this version of symkl reads format 1 only", self.table.at("format"), "write format = 1")
        table = self.table.table("family")
        table.check_keys(["name", "support", "parameters"],
                         ["variable", "kind", "density", "log_density", "constraints", "parametrisations",
                          "classes"])  # fmt: skip
        self.name = table.text("name")
        check_family_name(self.name, table.at("name"))

    @cached_property
    def family(self) -> Family:
        return replace(_family(self.table.table("family")), origin=str(self.path), digest=digest(self.table))

    @cached_property
    def parameters(self) -> tuple[Parameter, ...]:
        table = self.table.table("family")
        return read_parameters(table.table("parameters"), _variable_name(table))

    @cached_property
    def known(self) -> list[Table]:
        known = self.table.tables("known")
        if len(known) > MAX_KNOWN:
            what = f"there are {len(known)} known forms; at most {MAX_KNOWN} are read"
            raise BadInput(what, self.table.at("known"))
        return known

    @property
    def others(self) -> frozenset[str]:
        return frozenset(entry.text("other") for entry in self.known if "other" in entry)


def _heads(paths: Iterable[Path]) -> dict[str, _Head]:
    """The heads by their name in lower case; a file that is given twice is read once."""
    heads: dict[str, _Head] = {}
    seen: set[Path] = set()
    for path in paths:
        if path.resolve() in seen:
            continue
        seen.add(path.resolve())
        head = _Head(path)
        former = heads.setdefault(head.name.lower(), head)
        if former is not head:
            what = f"the family '{head.name}' is defined in {former.path} as well"
            raise BadInput(what, Location(str(path), "family.name"), "rename one of them")
    return heads


def _family(table: Table) -> Family:
    variable_name = _variable_name(table)
    kind = table.choice("kind", ("continuous", "discrete"), "continuous")
    parameters = read_parameters(table.table("parameters"), variable_name)
    names = {parameter.name: parameter.symbol for parameter in parameters}
    support = read_support(table, kind, names)
    variable = variable_symbol(variable_name, kind, *support)
    if ("density" in table) == ("log_density" in table):
        raise BadInput("give exactly one of 'density' and 'log_density'", table.where)
    ways = read_parametrisations(table.table("parametrisations"), parameters, variable_name)
    return Family(
        name=table.text("name"),
        variable=variable,
        kind=kind,
        support=support,
        parameters=parameters,
        density=_density(table, "density", names, variable),
        log_density=_density(table, "log_density", names, variable),
        constraints=read_constraints(table, names),
        parametrisations=ways,
        classes=read_classes(table.tables("classes"), parameters, ways, variable_name),
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
    def find(name: str, entry: Table) -> tuple[Parameter, ...]:
        if name not in heads:
            advice = nearest(name, heads) or f"the families given are {', '.join(sorted(heads))}"
            raise BadInput(f"unknown family '{name}'", entry.at("other"), advice)
        return heads[name].parameters

    return replace(head.family, known=tuple(read_known(entry, head.family, find) for entry in head.known))


def _names(path: Path) -> str | None:
    """The name of the family that the file says it defines; None for what is no definition."""
    try:
        return str(read_toml(path).table("family").data.get("name"))
    except BadInput:
        return None
