"""Which files may hold claims, and the claims that they hold."""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import replace
from pathlib import Path

from symkl.errors import BadInput, Location
from symkl.marks.mark import Mark
from symkl.marks.markdown import markdown_marks
from symkl.marks.python import python_marks
from symkl.marks.rst import rst_marks
from symkl.marks.tex import tex_marks
from symkl.places import Place

__all__ = ["READERS", "is_definition", "marks_of", "split_paths"]

READERS: Mapping[str, Callable[[Path, str], list[Mark]]] = {
    ".py": python_marks,
    ".md": markdown_marks,
    ".markdown": markdown_marks,
    ".rst": rst_marks,
    ".tex": tex_marks,
}
MAX_BYTES = 2_000_000
#: folders that hold what others wrote, or what was made
_SKIPPED = frozenset("node_modules __pycache__ site-packages build dist venv".split())


def marks_of(path: Path) -> list[Mark]:
    """The claims that a file holds, in its order."""
    reader = READERS[path.suffix]
    content = path.read_bytes()
    if b"symkl" not in content:
        return []
    if len(content) > MAX_BYTES:
        what = f"the file has {len(content)} bytes; at most {MAX_BYTES} are read"
        return [Mark(path.name, Place(path, 1), refusal=BadInput(what, Location(), "split it"))]
    return _numbered(reader(path, content.decode("utf-8", errors="replace").replace("\r\n", "\n")))


def _numbered(marks: list[Mark]) -> list[Mark]:
    """The claims under names that differ: the second of one name is its `(2)`."""
    seen: Counter[str] = Counter()
    found = []
    for mark in marks:
        seen[mark.name] += 1
        found.append(mark if seen[mark.name] == 1 else replace(mark, name=f"{mark.name} ({seen[mark.name]})"))
    return found


def is_definition(path: Path) -> bool:
    """Whether a TOML file looks like one of symkl's, well-formed or not; other tools have TOML files too."""
    content = path.read_bytes()
    return b"[family]" in content or b"[document]" in content


def split_paths(paths: Iterable[Path]) -> tuple[list[Path], list[Path]]:
    """The definition files and the files that may hold claims, of files and folders that the user named.

    A folder stands for what is in it and below it. Raises `BadInput` for what is not there, is of no use, or is a
    folder without any such file.
    """
    definitions: dict[Path, None] = {}
    others: dict[Path, None] = {}
    for path in paths:
        if path.is_dir():
            inside = list(_walk(path))
            if not inside:
                todo = f"name a folder with definitions (.toml) or claims ({', '.join(READERS)})"
                raise BadInput("this folder holds no file that could be verified", Location(str(path)), todo)
        elif path.is_file():
            inside = [path]
            if path.suffix not in (*READERS, ".toml"):
                todo = f"name definition files (.toml) or files with claims ({', '.join(READERS)})"
                raise BadInput(f"files that end in '{path.suffix}' are not read", Location(str(path)), todo)
        else:
            raise BadInput("there is no such file or folder", Location(str(path)), "check the path")
        definitions.update((file, None) for file in inside if file.suffix == ".toml")
        others.update((file, None) for file in inside if file.suffix != ".toml")
    return list(definitions), list(others)


def _walk(folder: Path) -> Iterator[Path]:
    """The definition files, and the files that may hold claims, in a folder and below, in a fixed order.

    Hidden folders, virtual environments and what tools put there (`build`, `node_modules`) are passed over.
    """
    for where, folders, files in os.walk(folder):
        here = Path(where)
        folders[:] = sorted(
            name
            for name in folders
            if not name.startswith(".") and name not in _SKIPPED and not (here / name / "pyvenv.cfg").exists()
        )
        for path in (here / name for name in sorted(files)):
            if path.suffix in READERS or (path.suffix == ".toml" and is_definition(path)):
                yield path
