"""The backends, by name. A new one: a module like these, and a folder of templates."""

from __future__ import annotations

from symkl.codegen.backends import jax, numba, numpy, torch
from symkl.codegen.backends.base import Backend
from symkl.errors import BadInput, nearest

__all__ = ["BACKENDS", "Backend", "backend_of"]

BACKENDS: dict[str, Backend] = {module.NAME: module for module in (jax, numba, numpy, torch)}


def backend_of(name: str) -> Backend:
    """The backend of that name; BadInput names those that there are."""
    if name not in BACKENDS:
        todo = nearest(name, BACKENDS) or f"use one of {', '.join(sorted(BACKENDS))}"
        raise BadInput(f"there is no backend '{name}'", todo=todo)
    return BACKENDS[name]
