"""On what, besides a definition, a result depends: the versions of symkl and of the libraries that compute it."""

from __future__ import annotations

import hashlib
from functools import cache
from importlib import metadata
from pathlib import Path

from symkl.resources import checkout, version

__all__ = ["engine", "file_digest"]

_LIBRARIES = ("sympy", "mpmath", "python-flint", "jinja2")

#: the parts of symkl that each stage consists of; "" is all of it but the command line
_PARTS = {
    "derive": ("model", "algebra", "language", "derive", "store"),
    "verify": ("model", "algebra", "language", "derive", "store", "verify"),
}


def file_digest(path: Path) -> str:
    """The SHA-256 of a file's bytes."""
    return hashlib.sha256(path.read_bytes()).hexdigest()


@cache
def engine(stage: str = "") -> dict[str, str]:
    """The versions, read without importing anything; in a checkout a digest of the stage's own source as well."""
    found = {"symkl": version(), **{name: metadata.version(name) for name in _LIBRARIES}}
    if checkout() is not None:
        here = Path(__file__).resolve().parents[1]
        source = hashlib.sha256()
        for path in sorted(here.rglob("*.py")):
            part = path.relative_to(here).parts[0]
            if part in _PARTS[stage] if stage else part != "cli":
                source.update(str(path.relative_to(here)).encode() + b"\0" + path.read_bytes() + b"\0")
        found["source"] = source.hexdigest()
    return found
