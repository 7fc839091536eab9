"""`MODULE:NAME` and `FILE.py:NAME`: from the name of a function to the function. Runs the user's code.

`FILE.py:NAME[1]` and `FILE.py:NAME[kl]` mean one of several things that the function gives.
"""

from __future__ import annotations

import importlib
import importlib.util
import inspect
import os
import sys
from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache, partial
from pathlib import Path
from types import ModuleType
from typing import Any

from symkl.errors import BadInput, Location, nearest
from symkl.trace.refusal import in_words, line_of
from symkl.trace.user.absent import standing_in
from symkl.trace.user.methods import method_of
from symkl.trace.user.telling import Loader

__all__ = ["Target", "files", "is_own", "load", "plain", "source_of"]


_PYTHON = Path(os.__file__).parent
_Cached = type(lru_cache(lambda: None))


@dataclass(frozen=True)
class Target:
    """A function, the name under which it was asked for, and its file and line.

    `part` is which of several things that it gives is meant: a number of one, or a name; nothing where it gives one.
    """

    function: Callable[..., Any]
    name: str
    place: str
    part: str = ""


def load(text: str) -> Target:
    """The function that `text` names. Raises `BadInput`, with the line of the user's code where that is at fault."""
    home, name, part_of = _split(text)
    module = _imported(home, text)
    found: Any = module
    for number, part in enumerate(parts := name.split(".")):
        holder = found
        try:
            found = inspect.getattr_static(holder, part)
            found = getattr(holder, part)
        except AttributeError:
            known = [n for n, value in vars(holder).items() if callable(value)] if hasattr(holder, "__dict__") else []
            where = ".".join(parts[:number]) or Path(getattr(module, "__file__", None) or home).name
            raise BadInput(f"there is no '{part}' in {where}", _asked(text), nearest(part, known)) from None
        if inspect.isfunction(found) and inspect.isclass(holder) and not _is_static(holder, part):
            found = method_of(holder, part, is_own)
    if inspect.isclass(found):
        found = method_of(found, "forward" if hasattr(found, "forward") else "__call__", is_own)
    found = getattr(found, "py_func", getattr(found, "pyfunc", found))  # of Numba, of numpy.vectorize
    found = found.__wrapped__ if isinstance(found, _Cached) else found
    found = found if not hasattr(found, "forward") or inspect.isroutine(found) else found.forward
    if not callable(found):
        raise BadInput(f"'{name}' is a {type(found).__name__}, which cannot be called", _asked(text), "name a function")
    return Target(found, name, _place(found) or str(home), part_of)


def source_of(text: str) -> str:
    """The text of the file that is to be imported, as far as it can be found without importing anything."""
    home, *_ = _split(text)
    try:
        if isinstance(home, Path):
            return home.read_text("utf-8", errors="replace")
        found = importlib.util.find_spec(home.partition(".")[0])
        inner = Path(found.origin).parent.joinpath(*home.split(".")[1:]) if found and found.origin else None
        paths = [inner.with_suffix(".py"), inner / "__init__.py"] if inner else []
        own = [Path(found.origin)] if found and found.origin and "." not in home else []
        return "".join(p.read_text("utf-8", errors="replace") for p in [*own, *paths] if p.is_file())
    except (OSError, ImportError, ValueError):
        return ""


def is_own(module: Any) -> bool:
    """Whether a module is neither Python's, nor installed, nor symkl's."""
    file = getattr(module, "__file__", None)
    if not file or getattr(module, "__name__", "").partition(".")[0] == "symkl":
        return False
    path = Path(file)
    if not path.is_absolute() or not path.is_file():
        return False
    return "site-packages" not in path.parts and "dist-packages" not in path.parts and _PYTHON not in path.parents


def files() -> list[str]:
    """The user's files that have been imported by now."""
    found = [str(Path(m.__file__).resolve()) for m in list(sys.modules.values()) if is_own(m) and m.__file__]
    return sorted(set(found))


def plain(function: Callable[..., Any]) -> Any:
    """The function that was written, out of what decorators made of it."""
    function = getattr(function, "py_func", function)
    function = inspect.unwrap(function)
    return getattr(function, "__func__", function)


def _asked(text: str) -> Location:
    return Location(field=f"--function {text[:80]}")


def _split(text: str) -> tuple[Path | str, str, str]:
    home, colon, name = text.rpartition(":")
    name, bracket, part = name.partition("[")
    closed = not bracket or (part.endswith("]") and (part[:-1].isidentifier() or part[:-1].isdecimal()))
    if not colon or not home or not name or not closed or not all(part.isidentifier() for part in name.split(".")):
        raise BadInput("is not of the form MODULE:NAME or FILE.py:NAME", _asked(text), "such as losses.py:kl")
    part = part.rstrip("]")
    if home.endswith(".py") or "/" in home:
        path = Path(home)
        if not path.is_file():
            raise BadInput("there is no such file", Location(home, "--function"), "name a Python file, or a module")
        return path, name, part
    if not all(part.isidentifier() for part in home.split(".")):
        raise BadInput(f"'{home[:80]}' is not the name of a module", _asked(text), "such as losses.py:kl")
    return home, name, part


def _imported(home: Path | str, text: str) -> ModuleType:
    sys.argv = [str(home)]
    name = home if isinstance(home, str) else ""
    load = partial(importlib.import_module, home) if isinstance(home, str) else partial(_from_file, home.resolve())
    try:
        return standing_in(load, name.partition(".")[0])
    except (Exception, SystemExit, KeyboardInterrupt) as error:
        if isinstance(error, ModuleNotFoundError) and error.name in {name, name.partition(".")[0]} - {""}:
            todo = "name a module that can be imported from here, or a file, such as losses.py:kl"
            raise BadInput(f"there is no module '{error.name}'", _asked(text), todo) from None
        if isinstance(error, SyntaxError) and error.filename and error.filename != "<string>":
            line = f"{Path(error.filename).name}:{error.lineno}"
            raise BadInput(f"importing it fails: SyntaxError: {error.msg}", Location(line), _asked_for(text)) from error
        said = "it ends the program" if isinstance(error, SystemExit) else in_words(error)
        where = line_of(error) or str(home)
        raise BadInput(f"importing it fails: {said}", Location(where), _asked_for(text)) from error


def _asked_for(text: str) -> str:
    return f"--function {text[:80]} needs it"


def _from_file(path: Path) -> ModuleType:
    """The module in a file: under its name in its package where it is in one, so that its relative imports work."""
    root, parts = path.parent, [] if path.name == "__init__.py" else [path.stem]
    while (root / "__init__.py").is_file():
        parts.insert(0, root.name)
        root = root.parent
    sys.path.insert(0, str(root))
    if len(parts) > 1:
        return importlib.import_module(".".join(parts))
    name = path.stem if path.stem.isidentifier() and path.stem not in sys.modules else f"_file_{path.stem}"
    spec = importlib.util.spec_from_file_location(name, path, loader=Loader(name, str(path)))
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module
    spec.loader.exec_module(module)
    return module


def _is_static(holder: type, name: str) -> bool:
    return isinstance(inspect.getattr_static(holder, name), staticmethod | classmethod)


def _place(found: Any) -> str:
    try:
        written = plain(found)
        if inspect.isclass(written):
            return Path(inspect.getsourcefile(written) or "").name
        code = getattr(written, "__code__", None) or getattr(type(written).__call__, "__code__", None)
        return f"{Path(code.co_filename).name}:{code.co_firstlineno}" if code else ""
    except TypeError:
        return ""
