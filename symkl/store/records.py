"""A `Verified` as JSON and back.

The families are not part of a record: it names them, and whoever reads it has them. All else is written out field by
field, so that a new field of the model needs no change here.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import fields, is_dataclass
from typing import Any

import sympy as sp

from symkl import model
from symkl.model import Family, Known, Verified
from symkl.store.trees import Unreadable, from_tree, to_tree

__all__ = ["from_record", "to_record"]

_TYPES: dict[str, Any] = {
    name: getattr(model, name)
    for name in (
        "Case Check Claim Counterexample Derivation Distribution Judged Lemma Parameter Step Verdict Verified".split()
    )
}


def to_record(value: Any) -> Any:
    """The value (a `Verified` or a part of one) as JSON data."""
    if value is None or isinstance(value, (str, bool, int, float)):
        return value
    if isinstance(value, tuple):
        return [to_record(v) for v in value]
    if isinstance(value, sp.Basic):
        return {"e": to_tree(value)}
    if isinstance(value, Family):
        return {"@": "Family", "name": value.name}
    if isinstance(value, Known):
        return {"@": "Known", "field": value.field}
    name = type(value).__name__
    if not is_dataclass(value) or _TYPES.get(name) is not type(value):
        raise Unreadable(f"a {name} has no place in a record")
    return {"@": name, **{f.name: to_record(getattr(value, f.name)) for f in fields(value)}}


def from_record(record: Any, families: Mapping[str, Family], of: Family) -> Verified:
    """The `Verified` that was recorded; `families` are those it is about, `of` the one whose known forms it judged.

    Raises `Unreadable` where the record is not a `Verified`, or not about these families.
    """
    known = {k.field: k for k in of.known}

    def read(part: Any) -> Any:
        if isinstance(part, list):
            return tuple(read(p) for p in part)
        if not isinstance(part, dict):
            return part
        if "e" in part:
            return from_tree(part["e"])
        name = part["@"]
        if name == "Family":
            return families[part["name"]]
        if name == "Known":
            return known[part["field"]]
        return _TYPES[name](**{key: read(value) for key, value in part.items() if key != "@"})

    try:
        value = read(record)
    except (KeyError, TypeError, ValueError, AttributeError, RecursionError) as error:
        raise Unreadable(f"{type(error).__name__}: {error}") from error
    if not isinstance(value, Verified):
        raise Unreadable("not a Verified")
    return value
