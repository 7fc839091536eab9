"""A key for each piece of a build that changes when anything that it depends on does; made without SymPy."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Any

from symkl import resources
from symkl.errors import BadInput
from symkl.library import Library
from symkl.sources import Source
from symkl.store import digest, engine, file_digest

__all__ = ["keys", "others_of", "select", "shared_by_all"]


def select(found: Sequence[Source], only: str | None) -> list[Source]:
    """Those whose name fits the pattern, without regard to case."""
    if only is None:
        return list(found)
    chosen = [s for s in found if fnmatchcase(s.name.lower(), only.lower())]
    if not chosen:
        names = ", ".join(s.name for s in found)
        raise BadInput(f"--only {only} fits nothing", None, f"there are {names}")
    return chosen


def others_of(family: Source, library: Library) -> list[str]:
    """The families that a family's write-up sets it against: those of the given files, and all that come with symkl
    for one that comes with symkl itself.
    """
    given = {source.name for source in library.files if source.is_family}
    if family.name in library.foreign:
        return sorted(given & set(library.sources))
    return [name for name in library.sources if name in given or name not in library.foreign]


def shared_by_all(templates: Path | None, options: Any) -> dict[str, Any]:
    """What every piece depends on: versions, templates, options."""
    return {"engine": engine(), "templates": _templates(templates), "options": options}


def keys(wanted: Sequence[Source], library: Library, base: Mapping[str, Any]) -> dict[str, str]:
    """A key for each source: of its own bytes, of what it says of other families, of what every piece depends on."""
    return {s.name: digest({**base, "own": s.digest, "others": _depends(s, library)}) for s in wanted}


def _depends(source: Source, library: Library) -> Mapping[str, str]:
    visible = library.sources
    if not source.is_family:  # its claims may be about any of the families' known forms
        return {name: visible[name].digest for name in sorted(source.needs) if name in visible}
    named = {stated.other for stated in source.known if stated.other is not None}
    return {name: visible[name].core for name in sorted({*named, *others_of(source, library)}) if name in visible}


def _templates(own: Path | None) -> dict[str, str]:
    folders = [resources.templates(), *([own] if own else [])]
    return {
        f"{i}/{path.relative_to(folder).as_posix()}": file_digest(path)
        for i, folder in enumerate(folders)
        for path in sorted(folder.rglob("*"))
        if path.is_file() and "__pycache__" not in path.parts
    }
