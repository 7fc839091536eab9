r"""Where the equations stand in a text: LaTeX, Markdown, reStructuredText, the docstrings of Python.

They are display environments, `\[...\]`, `\(...\)`, `$$...$$`, `$...$`, blocks fenced as `math`, `.. math::` with its
indented lines, and :math:`...`.
"""

from __future__ import annotations

import io
import re
import tokenize
from collections.abc import Iterator
from dataclasses import dataclass

__all__ = ["Equation", "equations", "halved", "legible", "without_verbatim"]

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
_COMMENT = re.compile(r"(?<!\\)((?:\\\\)*)%[^\n]*")
_BACKSLASHES = re.compile(r"\\{2,}")


@dataclass(frozen=True)
class Equation:
    """An equation from `start` to `end` of a file's text; `labels` are its labels with their places."""

    start: int
    end: int
    labels: tuple[tuple[str, int], ...]
    display: bool


def legible(text: str, suffix: str) -> str:
    """The text of a file with that ending, each character where it stands: comments of TeX are blanks, doubled
    backslashes of Python strings single ones.
    """
    if suffix in (".tex", ".ltx", ".latex", ".sty"):
        return without_verbatim(_without_comments(text))
    return _unescaped(text) if suffix in (".py", ".pyi") else text


def _without_comments(text: str) -> str:
    return _COMMENT.sub(lambda found: found[1] + " " * (len(found[0]) - len(found[1])), text)


def without_verbatim(text: str) -> str:
    """A LaTeX text with blanks in the place of what it only shows."""
    kept, at = list[str](), 0
    while (found := _VERBATIM.search(text, at)) is not None:
        end = text.find(f"\\end{{{found[1]}{found[2]}}}", found.end())
        end = len(text) if end < 0 else end
        kept += [text[at : found.start()], _blank(text[found.start() : end])]
        at = end
    return "".join([*kept, text[at:]])


def _blank(text: str) -> str:
    return re.sub(r"[^\n]", " ", text)


def _unescaped(text: str) -> str:
    """Python's text in which each doubled backslash of a string that is not raw is a blank and a single one."""
    rows = text.split("\n")
    starts = [0]
    for row in rows:
        starts.append(starts[-1] + len(row) + 1)
    kept, at = list[str](), 0
    try:
        for token in tokenize.generate_tokens(io.StringIO(text).readline):
            prefix = token.string[: token.string.find(token.string[-1:])].lower()
            if token.type == tokenize.STRING and "r" not in prefix:
                start, end = (starts[line - 1] + column for line, column in (token.start, token.end))
                kept += [text[at:start], halved(text[start:end])]
                at = end
    except (tokenize.TokenError, SyntaxError, IndexError):
        pass  # what is no Python stays as it is
    return "".join([*kept, text[at:]])


def halved(text: str) -> str:
    """Doubled backslashes as single ones, and blanks, so that the rest stands where it stood."""
    return _BACKSLASHES.sub(_half, text)


def _half(found: re.Match[str]) -> str:
    half = len(found[0]) // 2
    return " " * half + "\\" * (len(found[0]) - half)


def equations(text: str) -> list[Equation]:
    """The equations of a legible text, in their order."""
    return list(_spans(text))


def _spans(text: str) -> Iterator[Equation]:
    at, search = 0, _Search(text)
    while (found := _OPENINGS.search(text, at)) is not None:
        end = _end(text, found, search)
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
) -> Iterator[Equation]:
    """The span without the marks around it that are not LaTeX."""
    if found["margin"] is not None:
        option = found.end()
        while (row := _OPTION.match(text, text.find("\n", option) + 1, end)) is not None:
            option = row.end()
        yield Equation(option, end, labels, display)
    elif found["fence"]:
        yield Equation(found.end(), text.rfind("\n", found.end(), end), labels, display)
    elif found["role"]:
        yield Equation(found.end(), end - 1, labels, display)
    else:
        yield Equation(found.start(), end, labels, display)


class _Search:
    """Looks for marks in a text, further and further on; what is missing is not looked for again."""

    def __init__(self, text: str) -> None:
        self._text, self._paragraph = text, -1
        self._missing: dict[str, int] = {}

    def find(self, mark: str, start: int, limit: int) -> int:
        """The place of the mark after `start` and before `limit`, else -1."""
        if limit <= self._missing.get(mark, -1):
            return -1
        found = self._text.find(mark, start, limit)
        if found < 0:
            self._missing[mark] = limit
        return found

    def closing(self, fence: str, start: int) -> int:
        """The end of the line that closes a fenced block, else -1."""
        if fence in self._missing:
            return -1
        found = re.compile(rf"^[ \t]*{re.escape(fence)}[ \t]*$", re.MULTILINE).search(self._text, start)
        if found is None:
            self._missing[fence] = len(self._text)
        return -1 if found is None else found.end()

    def paragraph(self, start: int) -> int:
        """The end of the paragraph."""
        if self._paragraph < start:
            end = self._text.find("\n\n", start)
            self._paragraph = len(self._text) if end < 0 else end
        return self._paragraph


def _end(text: str, found: re.Match[str], search: _Search) -> int | None:
    """Where the formula that begins there ends, its closing mark included; None where it never does."""
    start = found.end()
    if found["margin"] is not None:
        return _end_of_block(text, start, len(found["margin"].expandtabs()))
    if found["fence"]:
        end = search.closing(found["fence"], start)
        return None if end < 0 else end
    if found["dollars"] and text[found.start() - 1 : found.start()] == "\\":
        return None
    mark = f"\\end{{{found['name']}}}" if found["name"] else {"[": "\\]", "(": "\\)"}.get(found["bracket"] or "", "")
    mark = mark or found["dollars"] or "`"
    limit = search.paragraph(start) if mark in ("$", "`", "\\)") else len(text)
    end = search.find(mark, start, limit)
    while end > 0 and mark == "$" and text[end - 1] == "\\":
        end = search.find(mark, end + 1, limit)
    return None if end < 0 else end + len(mark)


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
