"""The texts that stand in Python code, docstrings and comments, as the file shows them, with their places."""

from __future__ import annotations

import ast
import io
import re
import tokenize
from dataclasses import dataclass

from symkl.equations import halved

__all__ = ["Shown", "comments", "docstrings"]

Rows = list[tuple[int, int, str]]

_OPENING = re.compile(r"([A-Za-z]*)(\"\"\"|'''|\"|')")
#: a backslash that means something else in a string that is not raw
_ESCAPE = re.compile(r"(?<!\\)(?:\\\\)*\\(?=[abfnrtvxuUN0-7'\"])")


@dataclass(frozen=True)
class Shown:
    """Rows of (line, column, text); `escaped` are the lines in which an escape stands for what it does not show."""

    rows: Rows
    escaped: frozenset[int] = frozenset()


def docstrings(tree: ast.Module, lines: Rows) -> list[Shown]:
    """The docstrings of a module, its classes and its functions."""
    found = []
    for node in ast.walk(tree):
        if isinstance(node, (ast.Module, ast.ClassDef, ast.FunctionDef, ast.AsyncFunctionDef)) and node.body:
            string = getattr(node.body[0], "value", None)
            if (
                isinstance(node.body[0], ast.Expr)
                and isinstance(string, ast.Constant)
                and isinstance(string.value, str)
            ):
                found.append(_shown(string, lines))
    return found


def _shown(string: ast.Constant, lines: Rows) -> Shown:
    rows = lines[string.lineno - 1 : string.end_lineno]
    begin = _characters(rows[0][2], string.col_offset)
    end = _characters(rows[-1][2], string.end_col_offset or 0)
    opening = _OPENING.match(rows[0][2], begin)
    assert opening is not None
    rows[-1] = (*rows[-1][:2], rows[-1][2][: end - len(opening[2])])
    rows[0] = (rows[0][0], opening.end() + 1, rows[0][2][opening.end() :])
    if "r" in opening[1].lower():
        return Shown(rows)
    escaped = frozenset(line for line, _, text in rows if _ESCAPE.search(text))
    return Shown([(line, column, halved(text)) for line, column, text in rows], escaped)


def _characters(line: str, column: int) -> int:
    """The index of a character whose place `ast` counts in bytes."""
    return len(line.encode()[:column].decode(errors="replace"))


def comments(text: str) -> list[Shown]:
    """The comments that have a line of their own, those of consecutive lines together."""
    found: list[Rows] = []
    try:
        for token in tokenize.generate_tokens(io.StringIO(text).readline):
            if token.type == tokenize.COMMENT and not token.line[: token.start[1]].strip():
                if not found or found[-1][-1][0] != token.start[0] - 1:
                    found.append([])
                bare = token.string.lstrip("#")
                found[-1].append((token.start[0], token.start[1] + len(token.string) - len(bare) + 1, bare))
    except (tokenize.TokenError, SyntaxError):
        pass  # `ast` has read the file: what is left is an odd end
    return [Shown(rows) for rows in found]
