"""Where a known form stands in its definition file."""

from __future__ import annotations

import re
from functools import lru_cache
from pathlib import Path

from symkl.findings import Place

__all__ = ["known_place"]

#: texts and comments are passed over whole, so that nothing within them is taken for what it looks like
_TOKEN = re.compile(
    r'"""(?:\\.|[^\\])*?"""|' + r"'''.*?'''" + r'|"(?:\\.|[^"\\\n])*"|' + r"'[^'\n]*'|#[^\n]*"
    r"|^[ \t]*(?P<header>\[\[\s*known\s*\]\])|^[ \t]*(?P<formula>formula\s*=\s*)",
    re.DOTALL | re.MULTILINE,
)
_FIELD = re.compile(r"known\[(\d+)\]")


def known_place(path: Path, field: str) -> Place:
    """The place of the formula of `known[i]`; the file's first line where it is written in another way."""
    found, places = _FIELD.match(field), _places(path)
    return Place(path, *places[int(found[1]) - 1]) if found and int(found[1]) <= len(places) else Place(path, 1)


@lru_cache(maxsize=8)
def _places(path: Path) -> list[tuple[int, int]]:
    text = path.read_bytes().decode("utf-8", errors="replace")
    places: list[tuple[int, int]] = []
    for token in _TOKEN.finditer(text):
        index = token.end() if token["formula"] else token.start("header")
        place = text.count("\n", 0, index) + 1, index - text.rfind("\n", 0, index)
        if token["header"]:
            places.append(place)
        elif token["formula"] and places:
            places[-1] = place
    return places
