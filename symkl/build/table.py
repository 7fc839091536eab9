"""The table of all pairs: a document of its own, made of what the entries of the families say. Needs no SymPy."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from symkl.build.manifest import Entry
from symkl.errors import BadInput, Location
from symkl.overview import NOT_YET
from symkl.sources import Source
from symkl.store import digest

__all__ = ["TABLE", "signs", "table_key", "tabled"]

#: the name of its entry and of its files
TABLE = "matrix"


def tabled(sources: Sequence[Source], formats: Sequence[str]) -> tuple[str, ...]:
    """The families of the table, in their order; none where there is no table, for want of a second family.

    Raises `BadInput` where a definition's outputs would bear its name.
    """
    names = tuple(source.name for source in sources if source.is_family)
    if len(names) < 2 or not {"tex", "pdf"} & set(formats):
        return ()
    for source in sources:
        if source.stem == TABLE:
            what = f"its outputs would be named {TABLE}, like the table of all pairs"
            raise BadInput(what, Location(str(source.path)), "rename it")
    return names


def signs(names: Sequence[str], entries: Mapping[str, Entry]) -> list[list[str]]:
    """The sign of each pair, a row for each first family."""
    return [[entries[p].signs.get(q, NOT_YET) if p in entries else NOT_YET for q in names] for p in names]


def table_key(names: Sequence[str], entries: Mapping[str, Entry], base: Mapping[str, Any]) -> str:
    """A key that changes when a sign does, or anything else that the table depends on."""
    return digest({**base, "families": list(names), "signs": signs(names, entries)})
