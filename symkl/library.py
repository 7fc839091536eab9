"""The families that a command can see: the built-in ones, and those that the user brings."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from symkl import resources
from symkl.errors import BadInput, nearest

if TYPE_CHECKING:
    from symkl.model import Family
    from symkl.model.document import Document

__all__ = ["Library", "read_library"]


@dataclass(frozen=True)
class Library:
    """Families and documents by name; `foreign` are the names of the user's, `notes` what the user should know.

    `given` are the families and documents of the paths that the user named, in the order of the files.
    """

    families: Mapping[str, Family]
    foreign: frozenset[str]
    given: tuple[Family | Document, ...] = ()
    notes: tuple[str, ...] = ()

    def family(self, name: str) -> Family:
        """The family of that name. Raises `BadInput`, with the nearest name, where there is none."""
        if name in self.families:
            return self.families[name]
        todo = nearest(name, self.families) or _same(name, self.families)
        raise BadInput(f"there is no family '{name}'", None, todo or f"there are {', '.join(sorted(self.families))}")


def _same(name: str, families: Iterable[str]) -> str:
    return next((f"did you mean '{f}'?" for f in families if f.lower() == name.lower()), "")


def read_library(paths: Iterable[Path] = (), extra: Iterable[Path] = ()) -> Library:
    """Read the built-in definitions, the files `paths` (definitions and documents) and the definitions `extra`.

    A user's family takes a built-in's place; two of the user's with one name are a `BadInput`.
    """
    from symkl.language import is_document, load_document, load_families

    paths, extra = list(paths), list(extra)
    own = sorted(p.resolve() for p in resources.derivations().glob("*.toml"))
    documents = {p.resolve(): load_document(p) for p in paths if is_document(p)}
    theirs = [p for p in (*paths, *extra) if p.resolve() not in {*own, *documents}]
    families = load_families(theirs, under=[p for p in own if not is_document(p)])
    by_file = {Path(family.origin).resolve(): family for family in families.values()}
    foreign = frozenset(by_file[p.resolve()].name for p in theirs)
    # a built-in file whose family is missing has been shadowed
    notes = tuple(
        f"the built-in {path.name} is shadowed by your family of the same name"
        for path in own
        if path not in by_file and not is_document(path)
    )
    given = tuple(documents.get(p.resolve()) or by_file[p.resolve()] for p in dict.fromkeys(paths))
    return Library(families, foreign, given, notes)
