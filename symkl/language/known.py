"""The tables `[[known]]`: published closed forms, read in a second pass, when the families that they name are known."""

from __future__ import annotations

from collections.abc import Callable

import sympy as sp

from symkl.errors import BadInput
from symkl.language.bindings import read_where
from symkl.language.expression import parse
from symkl.language.tables import Table
from symkl.model import QUANTITIES, Family, Known, Parameter
from symkl.model.claim import indexed

__all__ = ["PAIRS", "read_known"]

PAIRS = ("cross_entropy", "kl")
MAX_SOURCE = 500


def read_known(table: Table, family: Family, find: Callable[[str, Table], tuple[Parameter, ...]]) -> Known:
    """One known form; `find` gives the parameters of the family that its `other` names, or raises BadInput."""
    table.check_keys(["quantity", "formula", "source"], ["other", "of", "where", "units"])
    quantity = table.choice("quantity", QUANTITIES)
    for key, wanted in (("other", quantity in PAIRS), ("of", quantity == "expectation")):
        if wanted and key not in table:
            raise BadInput(f"the key '{key}' is missing; '{quantity}' needs it", table.where)
        if not wanted and key in table:
            raise BadInput(f"the key '{key}' does not belong to '{quantity}'", table.where)
    other = table.text("other") if "other" in table else None
    parameters = family.parameters
    if other is not None:
        parameters = indexed(parameters, "1") + indexed(find(other, table), "2")
    names = {parameter.full_name: parameter.symbol for parameter in parameters}
    where = read_where(table.table("where"), names)
    text = table.formula("formula")
    formula = parse(text, names, table.at("formula"), variable=family.variable)
    bound = {names[name]: value for name, value in where}
    return Known(
        quantity=quantity,
        other=other,
        formula=formula.subs(bound, simultaneous=True) if bound else formula,
        text=text,
        source=table.text("source", longest=MAX_SOURCE),
        field=table.where.field,
        where=where,
        units=table.choice("units", ("nats", "bits"), "nats"),
        of=_statistic(table, family) if "of" in table else None,
    )


def _statistic(table: Table, family: Family) -> sp.Expr:
    names = {parameter.name: parameter.symbol for parameter in family.parameters}
    names[family.variable.name] = family.variable
    return parse(table.formula("of"), names, table.at("of"), variable=family.variable)
