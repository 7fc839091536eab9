"""The families that a command can see: the built-in ones, and those that the user brings."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Never

from symkl import resources
from symkl.errors import BadInput, nearest
from symkl.sources import Source, sources

if TYPE_CHECKING:
    from symkl.language import Shelf
    from symkl.model import Family
    from symkl.model.document import Document

__all__ = ["Library", "glance", "read_library"]


class Library:
    """Families and documents: at a glance in `sources`, by name, and in earnest, each when it is first asked for.

    `foreign` are the names of the user's families, `files` the files that the user named, in their order, `notes` what
    the user should know.
    """

    def __init__(self, builtin: Sequence[Source], files: Sequence[Source], extra: Sequence[Source]) -> None:
        """`builtin` are the families that come with symkl; those of `files` and `extra` that do not, are the user's.

        A file that holds what a built-in one holds, byte for byte, is that one in another place.
        """
        copies = {source.digest: source for source in (*extra, *files)}
        builtin = [copies.get(source.digest, source) for source in builtin]
        own = {source.digest for source in builtin}
        theirs = [s for s in (*(f for f in files if f.is_family), *extra) if s.digest not in own]
        over = {source.name.lower() for source in theirs}
        below = [_beside(source, over) for source in builtin if source.name.lower() not in over]
        self._paths = [source.path for source in theirs], [source.path for source in builtin]
        self.sources = {s.name: s for s in sorted([*below, *theirs], key=lambda s: s.name)}
        self.foreign = frozenset(source.name for source in theirs)
        self.files = tuple({source.path: source for source in files}.values())
        self.notes = tuple(
            f"the built-in {source.path.name} is shadowed by your family of the same name"
            for source in builtin
            if source.name.lower() in over
        )

    @cached_property
    def families(self) -> Shelf:
        """The families by name. Raises `BadInput` where two of them have one name."""
        from symkl.language import Shelf

        above, below = self._paths
        return Shelf(above, under=below)

    @cached_property
    def given(self) -> tuple[Family | Document, ...]:
        """What the files define that the user named."""
        from symkl.language import load_document

        return tuple(
            self.families[source.name] if source.is_family else load_document(source.path) for source in self.files
        )

    def family(self, name: str) -> Family:
        """The family of that name. Raises `BadInput`, with the nearest name, where there is none."""
        if name in self.sources:
            return self.families[name]
        todo = nearest(name, self.sources) or _same(name, self.sources)
        raise BadInput(f"there is no family '{name}'", None, todo or f"there are {', '.join(self.sources)}")


def _beside(source: Source, over: set[str]) -> Source:
    """A built-in file without the known forms about a family whose place the user's has taken."""
    kept = tuple(stated for stated in source.known if (stated.other or source.name).lower() not in over)
    return source if kept == source.known else replace(source, known=kept)


def _same(name: str, families: Iterable[str]) -> str:
    return next((f"did you mean '{f}'?" for f in families if f.lower() == name.lower()), "")


def read_library(paths: Iterable[Path] = (), extra: Iterable[Path] = ()) -> Library:
    """The built-in definitions, the files `paths` (definitions and documents) and the definitions `extra`.

    A user's family takes a built-in's place; two of the user's with one name are a `BadInput`. The user's files are
    read in earnest, whatever is asked for; of the built-in ones, at first, what they are called.
    """
    paths, extra = list(paths), list(extra)
    library = glance(paths, extra)
    if library is None:
        _refuse(paths, extra)
    for name in sorted(library.foreign):
        library.families[name]
    return library


def glance(paths: Sequence[Path] = (), extra: Sequence[Path] = ()) -> Library | None:
    """The same, with nothing read in earnest; None where a file cannot be read at a glance."""
    builtin, files, more = (sources(group) for group in (_builtin(), paths, extra))
    if builtin is None or files is None or more is None or not all(source.is_family for source in more):
        return None
    return Library([source for source in builtin if source.is_family], files, more)


def _builtin() -> list[Path]:
    return sorted(resources.derivations().glob("*.toml"))


def _refuse(paths: Sequence[Path], extra: Sequence[Path]) -> Never:
    """Say what is wrong with a file that cannot be read at a glance."""
    from symkl.language import is_document, load_document, load_families

    for document in [path for path in paths if is_document(path)]:
        load_document(document)
    given = [path for path in (*paths, *extra) if path in extra or not is_document(path)]
    load_families(given, under=[path for path in _builtin() if not is_document(path)])
    raise AssertionError("a definition was read that could not be read at a glance")
