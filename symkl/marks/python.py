"""Claims in Python files, by `ast`: decorators beside functions, docstrings, comments. Nothing is imported."""

from __future__ import annotations

import ast
import re
import warnings
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

from symkl.errors import BadInput, Location
from symkl.marks.block import claims_among
from symkl.marks.mark import Mark
from symkl.marks.passage import Passage, lines_of
from symkl.marks.record import claim_of_function
from symkl.marks.strings import Shown, comments, docstrings
from symkl.places import Place

__all__ = ["formula_of", "python_marks"]

#: what a file with claims holds
_SAYS_SOMETHING = re.compile(r"\bsymkl:|\bclaims\b|\bmark\.symkl\b")
_Function = ast.FunctionDef | ast.AsyncFunctionDef
_Defined = ast.Module | ast.ClassDef | _Function


def python_marks(path: Path, text: str) -> list[Mark]:
    """The claims of a file, in their order. A file that is not Python is refused where it says anything of claims."""
    if not _SAYS_SOMETHING.search(text):
        return []
    try:
        tree = _tree(text)
    except (SyntaxError, ValueError, MemoryError, RecursionError) as error:
        place = Place(path, getattr(error, "lineno", None) or 1, getattr(error, "offset", None) or 1)
        refusal = BadInput("this is not Python that could be read", None, str(getattr(error, "msg", error)))
        return [Mark(path.name, place, refusal=refusal)]
    names = _names(tree)
    found = [mark for shown in (*docstrings(tree, lines_of(text)), *comments(text)) for mark in _told(path, shown)]
    found += _decorated(path, tree, names)
    return sorted(found, key=lambda mark: (mark.place.line, mark.place.column))


def _tree(text: str) -> ast.Module:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # such as that of an escape in a string that nobody knows
        return ast.parse(text)


def _names(tree: ast.Module) -> dict[str, str]:
    """What the file's own names for symkl and pytest stand for: `{"sk": "symkl", "claims": "symkl.claims"}`."""
    found: dict[str, str] = {}
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            found |= {alias.asname or alias.name: alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module is not None and not node.level:
            found |= {alias.asname or alias.name: f"{node.module}.{alias.name}" for alias in node.names}
    return found


def _decorated(path: Path, tree: ast.Module, names: dict[str, str]) -> Iterator[Mark]:
    for name, function, reachable in _functions(tree, ""):
        for decorator in function.decorator_list:
            called = decorator.func if isinstance(decorator, ast.Call) else decorator
            if _dotted(called, names) in ("symkl.claims", "pytest.mark.symkl"):
                mark = _claimed(path, name, function, decorator, reachable)
                yield replace(mark, beside=(str(path.absolute()), name))


def _claimed(path: Path, name: str, function: _Function, decorator: ast.expr, reachable: bool) -> Mark:
    place = Place(path, decorator.lineno, decorator.col_offset + 1)
    if not isinstance(decorator, ast.Call):
        todo = 'write: claims("kl", "Normal", "Normal", mu_1="mu")'
        return Mark(name, place, refusal=BadInput("this claims nothing", None, todo))
    if not reachable:
        todo = "move it out of there"
        return Mark(name, place, refusal=BadInput("this function is defined within another one", None, todo))
    try:
        given, keywords = _literal(decorator)
    except BadInput as error:
        place = replace(place, column=error.where.column or place.column)
        return Mark(name, place, refusal=BadInput(error.what, None, error.todo))
    target, arguments = f"{path.absolute()}:{name}", _arguments(function)
    mark = claim_of_function(given, keywords, target, arguments, name, Place(path, *_formula(function)))
    return mark if mark.refusal is None else replace(mark, place=place)


def _functions(node: _Defined, prefix: str, reachable: bool = True) -> Iterator[tuple[str, _Function, bool]]:
    for child in ast.iter_child_nodes(node):
        if isinstance(child, _Function):
            yield f"{prefix}{child.name}", child, reachable
            yield from _functions(child, f"{prefix}{child.name}.", reachable=False)
        elif isinstance(child, ast.ClassDef):
            yield from _functions(child, f"{prefix}{child.name}.", reachable)


def _formula(function: _Function) -> tuple[int, int]:
    """Where the function's formula stands: at its only `return`, else where it is defined."""
    returns = [node for node in _own_nodes(function) if isinstance(node, ast.Return) and node.value is not None]
    if len(returns) == 1 and returns[0].value is not None:
        return returns[0].value.lineno, returns[0].value.col_offset + 1
    return function.lineno, function.col_offset + 1


def formula_of(path: Path, qualified: str, line: int) -> tuple[int, int]:
    """The same of the function with that name that begins there; where it begins, if the file does not hold it."""
    try:
        functions = _functions(_tree(path.read_text("utf-8")), "")
        found = [f for name, f, _ in functions if name == qualified and _begin(f) <= line <= (f.end_lineno or line)]
    except (OSError, ValueError, SyntaxError, MemoryError, RecursionError):
        found = []
    return _formula(found[0]) if found else (line, 1)


def _begin(function: _Function) -> int:
    return min([function.lineno, *(decorator.lineno for decorator in function.decorator_list)])


def _own_nodes(function: _Function) -> Iterator[ast.AST]:
    """The nodes of a function, without those of functions and classes within it."""
    left: list[ast.AST] = list(function.body)
    while left:
        node = left.pop()
        yield node
        if not isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda, ast.ClassDef)):
            left.extend(ast.iter_child_nodes(node))


def _dotted(node: ast.expr, names: dict[str, str]) -> str:
    """What a name stands for, such as `symkl.claims`; empty where it is none."""
    parts: list[str] = []
    while isinstance(node, ast.Attribute):
        parts.append(node.attr)
        node = node.value
    return ".".join([names.get(node.id, node.id), *reversed(parts)]) if isinstance(node, ast.Name) else ""


def _literal(call: ast.Call) -> tuple[list[Any], dict[str, Any]]:
    """The values of a call's arguments, which must stand there themselves."""
    given = [_value(node) for node in call.args]
    keywords: dict[str, Any] = {}
    for keyword in call.keywords:
        if keyword.arg is None:
            where = Location(column=keyword.value.col_offset + 1)
            raise BadInput("this file is read without being run, and ** stands here", where, "write the keywords out")
        keywords[keyword.arg] = _value(keyword.value)
    return given, keywords


def _value(node: ast.expr) -> Any:
    try:
        return ast.literal_eval(node)
    except (ValueError, TypeError, MemoryError, RecursionError):
        what = f"this file is read without being run, and {_dotted(node, {}) or 'this'} is no value yet"
        raise BadInput(what, Location(column=node.col_offset + 1), "write the value itself") from None


def _arguments(function: _Function) -> tuple[str, ...]:
    own = function.args
    return tuple(argument.arg for argument in (*own.posonlyargs, *own.args, *own.kwonlyargs))


def _told(path: Path, shown: Shown) -> Iterator[Mark]:
    """The claims that a docstring, or a comment, makes."""
    for mark in claims_among(path, shown.rows, Passage.of(shown.rows)):
        lines = range(mark.place.line, mark.place.line + (mark.formula.text.count("\n") if mark.formula else 0) + 1)
        if shown.escaped.isdisjoint(lines):
            yield mark
        else:
            refusal = BadInput("a backslash in this docstring is an escape", None, 'put r before its quotes: r"""')
            yield Mark(mark.name, mark.place, refusal=refusal)
