"""The tables `[family.parameters]` and `[family.parametrisations.*]`."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from symkl.errors import BadInput
from symkl.language.domains import check_in_domain
from symkl.language.expression import parse
from symkl.language.names import check_latex, check_parameter_name
from symkl.language.tables import Table, printable
from symkl.model import Parameter, Parametrisation

__all__ = ["DOMAIN_NAMES", "read_parameters", "read_parametrisations"]

DOMAIN_NAMES = ("real", "positive", "nonnegative", "unit", "integer", "positive_integer")
MAX_PARAMETERS = 16


def read_parameters(table: Table, variable: str) -> tuple[Parameter, ...]:
    """The parameters in the order of the file."""
    if len(table.data) > MAX_PARAMETERS:
        raise BadInput(f"there are {len(table.data)} parameters; at most {MAX_PARAMETERS} are read", table.where)
    return tuple(_parameter(name, table, variable) for name in table.data)


def _parameter(name: str, table: Table, variable: str) -> Parameter:
    check_parameter_name(name, variable, replace(table.where, field=f"{table.where.field}.{printable(name)}"))
    entry = table.table(name)
    entry.check_keys(["domain"], ["latex", "doc"])
    domain = entry.choice("domain", DOMAIN_NAMES)
    latex = entry.text("latex") if "latex" in entry else None
    if latex is not None:
        check_latex(latex, entry.at("latex"))
    return Parameter(name, domain, latex, entry.text("doc", ""))


def read_parametrisations(table: Table, parameters: Sequence[Parameter], variable: str) -> tuple[Parametrisation, ...]:
    """Other ways to call the family, in the order of the file."""
    return tuple(_parametrisation(name, table, parameters, variable) for name in table.data)


def _parametrisation(name: str, table: Table, parameters: Sequence[Parameter], variable: str) -> Parametrisation:
    check_parameter_name(name, variable, replace(table.where, field=f"{table.where.field}.{printable(name)}"))
    entry = table.table(name)
    entry.check_keys(["parameters", "where"])
    own = {parameter.name: parameter for parameter in parameters}
    new = read_parameters(entry.table("parameters"), variable)
    where = entry.table("where")
    for replaced in where.data:
        if replaced not in own:
            raise BadInput(f"'{printable(replaced)}' is not a parameter of the family", where.where)
    for parameter in parameters:
        kept = next((n for n in new if n.name == parameter.name), None)
        if parameter.name not in where and (kept is None or kept.domain != parameter.domain):
            what = "is neither replaced in 'where' nor kept with its domain"
            raise BadInput(f"the parameter '{parameter.name}' {what}", entry.at("parameters"))
    names = {parameter.name: parameter.symbol for parameter in new}
    bindings = []
    for replaced in where.data:
        value = parse(where.formula(replaced), names, where.at(replaced))
        check_in_domain(own[replaced].symbol, value, where.at(replaced))
        bindings.append((replaced, value))
    return Parametrisation(name, tuple(_inherit(n, own) for n in new), tuple(bindings))


def _inherit(parameter: Parameter, own: dict[str, Parameter]) -> Parameter:
    """A parameter that keeps its name keeps its LaTeX and its documentation as well, unless it is given new ones."""
    former = own.get(parameter.name)
    if former is None:
        return parameter
    return replace(parameter, latex=parameter.latex or former.latex, doc=parameter.doc or former.doc)
