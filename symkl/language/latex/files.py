r"""A formula in a file: in LaTeX, Markdown, reStructuredText or the docstrings of Python, by its label or its line.

Formulas are display environments, `\[...\]`, `\(...\)`, `$$...$$`, `$...$`, blocks fenced as `math`, `.. math::` with
its indented lines, and :math:`...`. Nothing in the file is run.
"""

from __future__ import annotations

import io
import re
import tokenize
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from symkl.errors import BadInput, Location, nearest
from symkl.language.latex.place import Source
from symkl.language.tables import MAX_BYTES, printable

__all__ = ["Found", "find_formula"]

_ENVIRONMENTS = "equation|align|gather|multline|eqnarray|displaymath|flalign|alignat|math|dmath"
_OPENINGS = re.compile(
    rf"\\begin\{{(?P<name>(?:{_ENVIRONMENTS})\*?)\}}|\\(?P<bracket>[\[(])|(?P<dollars>\$\$?)"
    r"|^[ \t]*(?P<fence>`{3,}|~{3,})[ \t]*math[ \t]*$|^(?P<margin>[ \t]*)\.\.[ \t]+math::|(?P<role>:math:`)",
    re.MULTILINE,
)
_LABEL = re.compile(r"\\label\{([^{}\n]{1,200})\}|^[ \t]*:label:[ \t]*(\S{1,200})", re.MULTILINE)
_AFTER = re.compile(r"[ \t]*\{#([^\s{}]{1,200})\}|[ \t]*\(([\w:-]{1,200})\)[ \t]*$", re.MULTILINE)
_OPTION = re.compile(r"^[ \t]*:\w+:[^\n]*$", re.MULTILINE)
_VERBATIM = re.compile(r"\\begin\{(verbatim|lstlisting|minted|comment)(\*?)\}")
_BACKSLASHES = re.compile(r"\\{2,}")


@dataclass(frozen=True)
class Found:
    """The formula, and the place in it at which the label or the line that was asked for stands (None: all of it)."""

    source: Source
    focus: int | None


@dataclass(frozen=True)
class _Span:
    """A formula from `start` to `end` of a file's text; `labels` are its labels with their places."""

    start: int
    end: int
    labels: tuple[tuple[str, int], ...]
    display: bool


def find_formula(path: Path, label: str | None, line: int | None) -> Found:
    """The formula with that label or on that line; without either, the only one of the file. Raises `BadInput`."""
    where = Location(str(path))
    text = _text(path, where)
    spans = list(_spans(text))
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
    return Found(source, None if focus is None else max(focus - span.start, 0))


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
    if path.suffix in (".tex", ".ltx", ".latex", ".sty"):
        return _without_verbatim(_without_comments(text))
    return _unescaped(text) if path.suffix in (".py", ".pyi") else text


def _without_comments(text: str) -> str:
    made = []
    for row in text.split("\n"):
        at = row.find("%")
        while at > 0 and (at - len(row[:at].rstrip("\\"))) % 2:
            at = row.find("%", at + 1)
        made.append(row if at < 0 else row[:at] + " " * (len(row) - at))
    return "\n".join(made)


def _without_verbatim(text: str) -> str:
    at = 0
    while (found := _VERBATIM.search(text, at)) is not None:
        end = text.find(f"\\end{{{found[1]}{found[2]}}}", found.end())
        end = len(text) if end < 0 else end
        text = text[: found.start()] + _blank(text[found.start() : end]) + text[end:]
        at = end
    return text


def _blank(text: str) -> str:
    return re.sub(r"[^\n]", " ", text)


def _unescaped(text: str) -> str:
    """Python's text in which each doubled backslash of a string that is not raw is a blank and a single one."""
    rows = text.split("\n")
    starts = [0]
    for row in rows:
        starts.append(starts[-1] + len(row) + 1)
    made = text
    try:
        for token in tokenize.generate_tokens(io.StringIO(text).readline):
            prefix = token.string[: token.string.find(token.string[-1:])].lower()
            if token.type == tokenize.STRING and "r" not in prefix:
                start, end = (starts[line - 1] + column for line, column in (token.start, token.end))
                made = made[:start] + _BACKSLASHES.sub(_halved, made[start:end]) + made[end:]
    except (tokenize.TokenError, SyntaxError, IndexError):
        return made
    return made


def _halved(found: re.Match[str]) -> str:
    half = len(found[0]) // 2
    return " " * half + "\\" * (len(found[0]) - half)


def _spans(text: str) -> Iterator[_Span]:
    at = 0
    while (found := _OPENINGS.search(text, at)) is not None:
        end = _end(text, found)
        if end is None:
            at = found.end()
            continue
        start, display = found.start(), not (found["role"] or found["bracket"] == "(" or found["dollars"] == "$")
        labels = [(label[1] or label[2], label.start()) for label in _LABEL.finditer(text, start, end)]
        after = _AFTER.match(text, end)
        if after is not None:
            labels.append((after[1] or after[2], end))
        yield from _inner(text, found, end, tuple(labels), display)
        at = end


def _inner(
    text: str, found: re.Match[str], end: int, labels: tuple[tuple[str, int], ...], display: bool
) -> Iterator[_Span]:
    """The span without the marks around it that are not LaTeX."""
    if found["margin"] is not None:
        option = found.end()
        while (row := _OPTION.match(text, text.find("\n", option) + 1, end)) is not None:
            option = row.end()
        yield _Span(option, end, labels, display)
    elif found["fence"]:
        yield _Span(found.end(), text.rfind("\n", found.end(), end), labels, display)
    elif found["role"]:
        yield _Span(found.end(), end - 1, labels, display)
    else:
        yield _Span(found.start(), end, labels, display)


def _end(text: str, found: re.Match[str]) -> int | None:
    """Where the formula that begins there ends, its closing mark included; None where it never does."""
    start = found.end()
    if found["margin"] is not None:
        return _end_of_block(text, start, len(found["margin"].expandtabs()))
    if found["fence"]:
        closing = re.compile(rf"^[ \t]*{re.escape(found['fence'])}[ \t]*$", re.MULTILINE).search(text, start)
        return None if closing is None else closing.end()
    mark = f"\\end{{{found['name']}}}" if found["name"] else {"[": "\\]", "(": "\\)"}.get(found["bracket"] or "", "")
    mark = mark or found["dollars"] or "`"
    end = text.find(mark, start)
    while end > 0 and mark == "$" and text[end - 1] == "\\":
        end = text.find(mark, end + 1)
    inline = mark in ("$", "`", "\\)")
    if end < 0 or (found["dollars"] and text[found.start() - 1 : found.start()] == "\\"):
        return None
    return None if inline and "\n\n" in text[start:end] else end + len(mark)


def _end_of_block(text: str, start: int, margin: int) -> int:
    """The end of the lines after `start` that are blank or stand further in than `margin`."""
    end = text.find("\n", start)
    last = end = len(text) if end < 0 else end
    while end < len(text):
        following = text.find("\n", end + 1)
        following = len(text) if following < 0 else following
        row = text[end + 1 : following].expandtabs()
        if row.strip() and len(row) - len(row.lstrip()) <= margin:
            break
        last, end = (following if row.strip() else last), following
    return last


def _labelled(spans: list[_Span], label: str, where: Location) -> tuple[_Span, int]:
    known = {name: (span, at) for span in spans for name, at in span.labels}
    if label not in known:
        names = sorted(known)
        todo = nearest(label, names) or (f"labels here: {', '.join(names[:8])}" if names else "give --line")
        raise BadInput(f"no formula has the label '{printable(label)}'", where, todo)
    return known[label]


def _on_line(spans: list[_Span], text: str, line: int, where: Location) -> tuple[_Span, int]:
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


def _only(spans: list[_Span], text: str, where: Location) -> _Span:
    chosen = [span for span in spans if span.display] or spans
    if len(chosen) > 1:
        lines = ", ".join(str(text.count("\n", 0, span.start) + 1) for span in chosen[:10])
        raise BadInput(
            f"there are {len(chosen)} formulas in this file", where, f"give --line, one of {lines}, or --label"
        )
    return chosen[0]
