"""On what, besides a definition, a result depends: the versions of symkl and of the libraries that compute it."""

from __future__ import annotations

import hashlib
from functools import cache
from importlib import metadata
from pathlib import Path

from symkl.resources import checkout, version

__all__ = ["engine", "file_digest"]

_LIBRARIES = ("sympy", "mpmath", "python-flint", "jinja2")


def file_digest(path: Path) -> str:
    """The SHA-256 of a file's bytes."""
    return hashlib.sha256(path.read_bytes()).hexdigest()


@cache
def engine() -> dict[str, str]:
    """The versions, read without importing anything; in a checkout a digest of symkl's own source as well."""
    found = {"symkl": version(), **{name: metadata.version(name) for name in _LIBRARIES}}
    if checkout() is not None:
        here = Path(__file__).resolve().parents[1]
        source = hashlib.sha256()
        for path in sorted(here.rglob("*.py")):
            if "cli" not in path.relative_to(here).parts:
                source.update(str(path.relative_to(here)).encode() + b"\0" + path.read_bytes() + b"\0")
        found["source"] = source.hexdigest()
    return found
