"""Definition files at a glance: read with `tomllib` alone, before SymPy is imported.

So a command that finds nothing new to do is over at once, and a family is only read in earnest where it is asked for.
What cannot be read here is read in earnest, which says what is wrong with it.
"""

from __future__ import annotations

import hashlib
import tomllib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from symkl.errors import BadInput, Location
from symkl.store import digest

__all__ = ["Source", "Stated", "sources", "toml_files"]

MAX_BYTES = 1_000_000


@dataclass(frozen=True)
class Stated:
    """A known form as its file states it: what it is about, and `text`, a digest of the entry with its place."""

    field: str
    quantity: str
    other: str | None
    of: str | None
    where: tuple[tuple[str, str], ...]
    formula: str
    source: str
    text: str


@dataclass(frozen=True)
class Source:
    """A definition file: a family, or a document with the families that it `needs`.

    `core` is a digest of what the file says of the family, `digest` of its bytes, known forms included.
    """

    name: str
    path: Path
    is_family: bool
    digest: str
    core: str = ""
    kind: str = ""
    parameters: tuple[str, ...] = ()
    known: tuple[Stated, ...] = ()
    needs: frozenset[str] = frozenset()

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
    except (OSError, ValueError, KeyError, TypeError, AttributeError, RecursionError, MemoryError):
        return None


def _source(path: Path) -> Source:
    if path.stat().st_size > MAX_BYTES:
        raise ValueError("too long to be looked at")
    content = path.read_bytes()
    table = tomllib.loads(content.decode("utf-8"))
    whole = hashlib.sha256(content).hexdigest()
    if "document" in table:
        claims = [section["claim"] for section in table["section"] if "claim" in section]
        needs = {claim[side] for claim in claims for side in ("p", "q") if side in claim}
        return Source(path.stem, path, is_family=False, digest=whole, needs=frozenset(needs))
    family = table["family"]
    if not isinstance(family["name"], str):
        raise TypeError("a name is text")
    return Source(
        name=family["name"],
        path=path,
        is_family=True,
        digest=whole,
        # the order of the keys counts: it is the order of the parameters
        core=digest(str({key: value for key, value in table.items() if key != "known"})),
        kind=family.get("kind", "continuous"),
        parameters=tuple(family["parameters"]),
        known=tuple(_stated(f"known[{i}]", entry) for i, entry in enumerate(table.get("known", []), start=1)),
    )


def _stated(field: str, entry: dict[str, Any]) -> Stated:
    return Stated(
        field=field,
        quantity=entry["quantity"],
        other=entry.get("other"),
        of=None if "of" not in entry else str(entry["of"]),
        where=tuple((name, str(value)) for name, value in entry.get("where", {}).items()),
        formula=str(entry["formula"]),
        source=entry["source"],
        text=digest([field, str(entry)]),
    )
