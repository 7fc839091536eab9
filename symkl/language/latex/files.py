r"""A formula in a file: in LaTeX, Markdown, reStructuredText or the docstrings of Python, by its label or its line.

What a formula is, `symkl.equations` says. Nothing in the file is run.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from symkl.equations import Equation, equations, legible
from symkl.errors import BadInput, Location, nearest
from symkl.language.latex.place import Source
from symkl.language.tables import MAX_BYTES, printable
from symkl.macros import Macro, macros_in

__all__ = ["Found", "find_formula"]


@dataclass(frozen=True)
class Found:
    """The formula, and the place in it at which the label or the line that was asked for stands (None: all of it).

    `macros` are the file's.
    """

    source: Source
    focus: int | None
    macros: tuple[Macro, ...] = ()


def find_formula(path: Path, label: str | None, line: int | None) -> Found:
    """The formula with that label or on that line; without either, the only one of the file. Raises `BadInput`."""
    where = Location(str(path))
    text = _text(path, where)
    spans = equations(text)
    if not spans:
        raise BadInput("there is no formula in this file", where, "put it between dollar signs, or in an equation")
    if label is not None:
        span, focus = _labelled(spans, label, where)
    elif line is not None:
        span, focus = _on_line(spans, text, line, where)
    else:
        span, focus = _only(spans, text, where), None
    before = text.rfind("\n", 0, span.start) + 1
    number = text.count("\n", 0, span.start) + 1
    source = Source(text[span.start : span.end], str(path), line=number, indent=span.start - before)
    return Found(source, None if focus is None else max(focus - span.start, 0), macros_in(text))


def _text(path: Path, where: Location) -> str:
    """What the file says, each character where it stands: comments of TeX are blanks, doubled backslashes of Python
    strings single ones.
    """
    try:
        if path.stat().st_size > MAX_BYTES:
            raise BadInput(f"the file has {path.stat().st_size} bytes; at most {MAX_BYTES} are read", where)
        text = path.read_bytes().decode("utf-8").replace("\r\n", " \n")
    except OSError as error:
        raise BadInput(f"the file cannot be read: {error.strerror}", where) from None
    except UnicodeDecodeError as error:
        raise BadInput(f"the file is not UTF-8 (byte {error.start + 1})", where) from None
    return legible(text, path.suffix)


def _labelled(spans: list[Equation], label: str, where: Location) -> tuple[Equation, int]:
    known = {name: (span, at) for span in spans for name, at in span.labels}
    if label not in known:
        names = sorted(known)
        todo = nearest(label, names) or (f"labels here: {', '.join(names[:8])}" if names else "give --line")
        raise BadInput(f"no formula has the label '{printable(label)}'", where, todo)
    return known[label]


def _on_line(spans: list[Equation], text: str, line: int, where: Location) -> tuple[Equation, int]:
    rows = text.split("\n")
    if not 1 <= line <= len(rows):
        raise BadInput(f"the file has no line {line}", where, f"it has {len(rows)}")
    start = sum(len(row) + 1 for row in rows[: line - 1])
    end = start + len(rows[line - 1])
    here = [span for span in spans if span.start <= end and span.end > start]
    here = [span for span in here if span.display] or here
    if not here:
        lines = ", ".join(str(text.count("\n", 0, span.start) + 1) for span in spans[:10])
        raise BadInput(f"there is no formula on line {line}", where, f"formulas begin on the lines {lines}")
    if len(here) > 1:
        raise BadInput(f"there are {len(here)} formulas on line {line}", where, "give the one that is meant as text")
    indent = len(rows[line - 1]) - len(rows[line - 1].lstrip())
    return here[0], start + indent


def _only(spans: list[Equation], text: str, where: Location) -> Equation:
    chosen = [span for span in spans if span.display] or spans
    if len(chosen) > 1:
        lines = ", ".join(str(text.count("\n", 0, span.start) + 1) for span in chosen[:10])
        raise BadInput(
            f"there are {len(chosen)} formulas in this file", where, f"give --line, one of {lines}, or --label"
        )
    return chosen[0]
