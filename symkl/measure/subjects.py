"""What is measured, as functions: of a generated module, or of a peer. In the process that imports frameworks."""

from __future__ import annotations

import importlib
import importlib.util
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from types import ModuleType
from typing import Any

from symkl.loading import load_module
from symkl.measure.frameworks import ARRAYS_OF, PACKAGES
from symkl.measure.peers import Peer, build_peer

__all__ = ["Subject", "absent", "build", "generated"]


@dataclass(frozen=True)
class Subject:
    """A function by what makes it: the `source` of a module and a `function` there, or a `peer`.

    `compiled`: by `torch.compile`, into one graph.
    """

    name: str
    framework: str
    packages: tuple[str, ...]
    source: str = ""
    function: str = ""
    peer: Peer | None = None
    compiled: bool = False


def generated(backend: str, source: str, function: str, *, compiled: bool = False) -> Subject:
    """What symkl generates for a backend."""
    name = f"symkl {backend}{', torch.compile' if compiled else ''}"
    framework = ARRAYS_OF.get(backend, "numpy")
    return Subject(name, framework, PACKAGES.get(backend, (backend,)), source, function, compiled=compiled)


def absent(subject: Subject) -> str:
    """The first package that the subject needs and that is not installed, or an empty string."""
    return next((p for p in subject.packages if not importlib.util.find_spec(p.partition(".")[0])), "")


def build(subject: Subject, folder: Path) -> Callable[..., Any]:
    """The function itself, its packages imported; `folder` is where its module may be written to."""
    if subject.peer is not None:
        modules = {name: importlib.import_module(name) for name in subject.packages}
        if subject.peer.classes:
            importlib.import_module(f"{subject.packages[-1]}.distributions")
        made: Callable[..., Any] = build_peer(subject.peer, modules)
    else:
        made = getattr(_imported(subject.source, folder), subject.function)
    if subject.compiled:
        made = importlib.import_module("torch").compile(made, fullgraph=True)
    return made


@cache
def _imported(source: str, folder: Path) -> ModuleType:
    return load_module(source, folder, f"symkl_measured_{len(list(folder.iterdir()))}")
