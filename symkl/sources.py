"""What there is to build, and a key for each piece that changes when anything that it depends on does.

Read with `tomllib` alone, before SymPy is imported, so that a build with nothing to do is over at once. A file that
cannot be read here has no key; reading it in earnest then says what is wrong with it.
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Any

from symkl import resources
from symkl.errors import BadInput, Location
from symkl.store import digest, engine, file_digest

__all__ = ["Source", "keys", "select", "sources", "toml_files"]

MAX_BYTES = 1_000_000


@dataclass(frozen=True)
class Source:
    """A definition file as far as building is concerned: its name in outputs, and the families that it speaks of."""

    name: str
    path: Path
    needs: frozenset[str]
    is_family: bool

    @property
    def stem(self) -> str:
        """The name of its output files, without an ending."""
        return self.name.lower()


def toml_files(paths: Iterable[Path]) -> list[Path]:
    """The files meant by paths: a folder stands for the `*.toml` in it, in the order of their names."""
    found: dict[Path, None] = {}
    for path in paths:
        if path.is_dir():
            inside = sorted(path.glob("*.toml"))
            if not inside:
                raise BadInput(
                    "this folder holds no .toml file", Location(str(path)), "name a definition file or a folder"
                )
            found.update(dict.fromkeys(inside))
        elif path.is_file():
            found[path] = None
        else:
            raise BadInput("there is no such file or folder", Location(str(path)), "check the path")
    return list(found)


def sources(files: Sequence[Path]) -> list[Source] | None:
    """What the files hold, at a glance; None where one of them is not what it should be."""
    try:
        return [_source(path) for path in files]
    except (OSError, ValueError, KeyError, TypeError, AttributeError, RecursionError):
        return None


def _source(path: Path) -> Source:
    if path.stat().st_size > MAX_BYTES:
        raise ValueError("too long to be looked at")
    table = tomllib.loads(path.read_text("utf-8"))
    if "document" in table:
        claims = [section["claim"] for section in table["section"] if "claim" in section]
        needs = {claim[side] for claim in claims for side in ("p", "q") if side in claim}
        return Source(path.stem, path, frozenset(needs), is_family=False)
    needs = {known["other"] for known in table.get("known", []) if "other" in known}
    return Source(table["family"]["name"], path, frozenset(needs), is_family=True)


def select(found: Sequence[Source], only: str | None) -> list[Source]:
    """Those whose name fits the pattern, without regard to case."""
    if only is None:
        return list(found)
    chosen = [s for s in found if fnmatchcase(s.name.lower(), only.lower())]
    if not chosen:
        names = ", ".join(s.name for s in found)
        raise BadInput(f"--only {only} fits nothing", None, f"there are {names}")
    return chosen


def keys(wanted: Sequence[Source], visible: Mapping[str, Path], templates: Path | None, options: Any) -> dict[str, str]:
    """A key for each source: of its own bytes, of the families that it names, of templates, versions and options."""
    base = {"engine": engine(), "templates": _templates(templates), "options": options}
    found = {}
    for source in wanted:
        others = {name: file_digest(visible[name]) for name in sorted(source.needs) if name in visible}
        found[source.name] = digest({**base, "own": file_digest(source.path), "others": others})
    return found


def _templates(own: Path | None) -> dict[str, str]:
    folders = [resources.templates(), *([own] if own else [])]
    return {
        f"{i}/{path.relative_to(folder).as_posix()}": file_digest(path)
        for i, folder in enumerate(folders)
        for path in sorted(folder.rglob("*"))
        if path.is_file() and "__pycache__" not in path.parts
    }
