"""What a build has to do: decided from digests alone, without SymPy."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from symkl import resources
from symkl.build.folder import Folder
from symkl.build.keys import keys, select, shared_by_all
from symkl.build.manifest import Entry, fresh, load, removed
from symkl.build.table import TABLE, table_key, tabled
from symkl.errors import BadInput, Location, nearest
from symkl.library import glance
from symkl.settings import Settings
from symkl.sources import Source, toml_files

__all__ = ["FORMATS", "Plan", "origin", "plan", "read_formats"]

FORMATS = ("pdf", "tex", "numpy", "torch", "jax")


@dataclass(frozen=True)
class Plan:
    """The files asked for, what they hold, the key of each, the manifest as it was, and what is stale or gone.

    `wanted` is None where a file cannot be read at a glance: then everything is stale, and reading it will say why.
    `tabled` are the families of the table of all pairs, `base` is what its key has besides.
    """

    files: tuple[Path, ...]
    folder: Folder
    formats: tuple[str, ...]
    wanted: tuple[Source, ...] | None
    keys: Mapping[str, str]
    entries: Mapping[str, Entry]
    gone: tuple[str, ...]
    tabled: tuple[str, ...] = ()
    base: Mapping[str, Any] = field(default_factory=dict)

    @property
    def tables(self) -> tuple[str, ...]:
        """The entries that are no definition's."""
        return (TABLE,) if self.tabled else ()

    @property
    def stale(self) -> tuple[str, ...]:
        """The names of what must be built."""
        return tuple(name for name, key in self.keys.items() if not fresh(self.folder, self.entries.get(name), key))


def read_formats(text: str | None) -> tuple[str, ...]:
    """The formats of `--formats pdf,tex`, in the order of `FORMATS`. Raises `BadInput`."""
    if text is None:
        return FORMATS
    asked = [part.strip() for part in text.split(",") if part.strip()]
    for name in asked:
        if name == "html":
            raise BadInput("html is not written yet", Location(field="--formats"), f"there are {', '.join(FORMATS)}")
        if name not in FORMATS:
            todo = nearest(name, FORMATS) or f"there are {', '.join(FORMATS)}"
            raise BadInput(f"there is no format '{name}'", Location(field="--formats"), todo)
    if not asked:
        raise BadInput("no format is named", Location(field="--formats"), f"there are {', '.join(FORMATS)}")
    return tuple(name for name in FORMATS if name in asked)


def plan(
    paths: Sequence[Path],
    extra: Sequence[Path],
    output: Path,
    only: str | None,
    formats: tuple[str, ...],
    settings: Settings,
) -> Plan:
    """Look at the sources and at the manifest."""
    if output.exists() and not output.is_dir():
        raise BadInput("this is not a folder", Location(str(output), "-o"), "name another place for the outputs")
    folder, entries = Folder(output), load(Folder(output))
    files = tuple(toml_files(paths or [resources.derivations()]))
    library = glance(files, extra)
    if library is None:
        return Plan(files, folder, formats, None, {}, entries, ())
    wanted = select(library.files, only)
    options = {"formats": formats, "oracle": [settings.digits, settings.seed], "seconds": settings.timeout}
    base = shared_by_all(settings.templates, options)
    made = keys(wanted, library, base)
    families = tabled(wanted, formats) if only is None else ()
    if families:
        made[TABLE] = table_key(families, entries, base)
    gone: list[str] = []
    if only is None:
        folders = {origin(path / "-")[:-2] for path in paths if path.is_dir()} if paths else {""}
        gone = removed(entries, made, folders)
    return Plan(files, folder, formats, tuple(wanted), made, entries, tuple(gone), families, base)


def origin(path: Path) -> str:
    """How the manifest names a definition: by its path as given, or not at all where it comes with symkl."""
    return "" if path.resolve().parent == resources.derivations().resolve() else path.as_posix()
