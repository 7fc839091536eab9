"""The tables `[[family.classes]]`: what the family is called in the libraries that people call it from."""

from __future__ import annotations

import re
from collections.abc import Sequence

from symkl.errors import BadInput, Location, nearest
from symkl.language.names import check_parameter_name
from symkl.language.tables import Table, plain_text, printable
from symkl.model import FRAMEWORKS, Counterpart, Parameter, Parametrisation

__all__ = ["read_classes"]

MAX_CLASSES = 20
_CLASS = re.compile(r"[A-Z][A-Za-z0-9]{0,63}", re.ASCII)


def read_classes(
    tables: Sequence[Table], parameters: Sequence[Parameter], ways: Sequence[Parametrisation], variable: str
) -> tuple[Counterpart, ...]:
    """The counterparts in the order of the file, one for each library that an entry names."""
    if len(tables) > MAX_CLASSES:
        raise BadInput(f"there are {len(tables)} classes; at most {MAX_CLASSES} are read", tables[0].where)
    own: dict[str | None, Sequence[Parameter]] = {None: parameters, **{way.name: way.parameters for way in ways}}
    return tuple(found for table in tables for found in _counterparts(table, own, variable))


def _counterparts(table: Table, own: dict[str | None, Sequence[Parameter]], variable: str) -> list[Counterpart]:
    table.check_keys(["in", "name", "fields"], ["as"])
    name, way = table.text("name"), table.text("as") if "as" in table else None
    if not _CLASS.fullmatch(name):
        raise BadInput(f"{name!a} cannot be the name of a class", table.at("name"),
                       "write a capital and then at most 63 letters or digits")  # fmt: skip
    if way not in own:
        known = [known for known in own if known is not None]
        advice = nearest(str(way), known) or f"there are {', '.join(known) or 'none'}"
        raise BadInput(f"there is no parametrisation '{way}'", table.at("as"), advice)
    fields = _fields(table.table("fields"), own[way], variable)
    return [Counterpart(framework, name, way, fields) for framework in _frameworks(table)]


def _fields(table: Table, parameters: Sequence[Parameter], variable: str) -> tuple[tuple[str, str], ...]:
    wanted = [parameter.name for parameter in parameters]
    for parameter in table.data:
        if parameter not in wanted:
            advice = nearest(parameter, wanted) or f"there are {', '.join(wanted)}"
            raise BadInput(f"'{printable(parameter)}' is not a parameter here", table.where, advice)
    found: dict[str, str] = {}
    for parameter in wanted:
        if parameter not in table:
            raise BadInput(f"the parameter '{parameter}' has no field", table.where, "give each parameter a field")
        field = table.text(parameter)
        check_parameter_name(field, variable, table.at(parameter))
        if field in found.values():
            raise BadInput(
                f"the field '{field}' is two parameters", table.at(parameter), "give each a field of its own"
            )
        found[parameter] = field
    return tuple(found.items())


def _frameworks(table: Table) -> list[str]:
    names = [_framework(value, table.at("in")) for value in table.list("in")]
    if not names or len(set(names)) < len(names):
        raise BadInput("each library is named once, and at least one", table.at("in"), f"there are {_known()}")
    return names


def _framework(value: object, where: Location) -> str:
    name = plain_text(value, where, 200)
    if name not in FRAMEWORKS:
        raise BadInput(f"'{name}' is not known here", where, nearest(name, FRAMEWORKS) or f"there are {_known()}")
    return name


def _known() -> str:
    return ", ".join(FRAMEWORKS)
