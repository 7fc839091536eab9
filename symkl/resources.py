"""Where symkl's data lie: the definition files and the templates that it comes with, and which symkl this is.

In a wheel they lie beside this module (`_derivations`, `_templates`); in a checkout, an sdist or an editable install at
the root of the repository. An editable install also leaves a copy in site-packages, which grows stale: so site-packages
is never looked at by name, only the folder that this module was imported from.
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterable
from functools import cache, lru_cache
from importlib import metadata
from pathlib import Path
from typing import TYPE_CHECKING

from symkl.errors import ToolMissing

if TYPE_CHECKING:
    from jinja2 import BaseLoader

__all__ = ["checkout", "derivations", "loader", "templates", "version"]

_HERE = Path(__file__).resolve().parent


@cache
def _pyproject() -> dict[str, object] | None:
    """The `[project]` table of the repository that this module lies in, if that is symkl's."""
    try:
        project = tomllib.loads((_HERE.parent / "pyproject.toml").read_text("utf-8")).get("project", {})
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError):
        return None
    return project if isinstance(project, dict) and project.get("name") == "symkl" else None


def checkout() -> Path | None:
    """The root of the repository, where symkl runs from one (a clone, an unpacked sdist, an editable install)."""
    return _HERE.parent if _pyproject() is not None else None


def _folder(name: str) -> Path:
    beside = _HERE / f"_{name}"
    if beside.is_dir():
        return beside
    root = checkout()
    if root is not None and (root / name).is_dir():
        return root / name
    where = f"looked in {beside} and in a checkout"
    raise ToolMissing(f"this installation of symkl lacks its {name} ({where}): reinstall it")


def derivations() -> Path:
    """The folder of the built-in definition files."""
    return _folder("derivations")


def templates() -> Path:
    """The folder of the built-in templates (`latex/`, `code/numpy/`, ...)."""
    return _folder("templates")


def loader(own: Iterable[Path] = ()) -> BaseLoader:
    """A Jinja loader over the built-in templates; a file in one of the folders `own` takes its namesake's place.

    Names are relative to `templates/`, such as `latex/document.tex.j2`. Includes go through the same chain. For the
    same folders it is the same loader, and what was read through it need not be read again.
    """
    return _loader((*own, templates()))


@lru_cache(maxsize=4)
def _loader(folders: tuple[Path, ...]) -> BaseLoader:
    from jinja2 import ChoiceLoader, FileSystemLoader

    return ChoiceLoader([FileSystemLoader(folder) for folder in folders])


def version() -> str:
    """The version of symkl: the checkout's where it runs from one, else the installed distribution's."""
    project = _pyproject()
    return str(project["version"]) if project and "version" in project else metadata.version("symkl")
