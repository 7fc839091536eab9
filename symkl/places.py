"""Places in files, and where a definition file says what."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

__all__ = ["Place", "field_place", "known_place"]

#: texts and comments are passed over whole, so that nothing within them is taken for what it looks like
_TOKEN = re.compile(
    r'"""(?:\\.|[^\\])*?"""|' + r"'''.*?'''" + r'|"(?:\\.|[^"\\\n])*"|' + r"'[^'\n]*'|#[^\n]*"
    r"|^[ \t]*(?P<header>\[\[\s*known\s*\]\])|^[ \t]*(?P<formula>formula\s*=\s*)",
    re.DOTALL | re.MULTILINE,
)
_FIELD = re.compile(r"known\[(\d+)\]")


@dataclass(frozen=True)
class Place:
    """A place in a file; lines and columns from 1."""

    path: Path
    line: int
    column: int = 1

    def __str__(self) -> str:
        return f"{self.path}:{self.line}:{self.column}"


def known_place(path: Path, field: str) -> Place:
    """The place of the formula of `known[i]`; the file's first line where it is written in another way."""
    found, places = _FIELD.match(field), _places(path.read_bytes())
    return Place(path, *places[int(found[1]) - 1]) if found and int(found[1]) <= len(places) else Place(path, 1)


@lru_cache(maxsize=8)
def _places(content: bytes) -> list[tuple[int, int]]:
    text = content.decode("utf-8", errors="replace")
    places: list[tuple[int, int]] = []
    for token in _TOKEN.finditer(text):
        index = token.end() if token["formula"] else token.start("header")
        place = text.count("\n", 0, index) + 1, index - text.rfind("\n", 0, index)
        if token["header"]:
            places.append(place)
        elif token["formula"] and places:
            places[-1] = place
    return places


def field_place(path: Path, field: str) -> Place:
    """The place of a dotted field, such as `family.density`, or `known[2]`; the first line if it is not found."""
    if _FIELD.match(field):
        return known_place(path, field)
    key = re.compile(rf"^[ \t]*{re.escape(field.rpartition('.')[2])}[ \t]*=[ \t]*", re.MULTILINE)
    try:
        text = path.read_bytes().decode("utf-8", errors="replace")
    except OSError:
        return Place(path, 1)
    found = key.search(text) if field else None
    if found is None:
        return Place(path, 1)
    return Place(path, text.count("\n", 0, found.end()) + 1, found.end() - text.rfind("\n", 0, found.end()))
