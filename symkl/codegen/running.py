"""How generated text is run in each backend: loaded, called with numbers, and traced back to an expression."""

from __future__ import annotations

import importlib.util
import inspect
import sys
import tempfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from types import ModuleType
from typing import Any

import sympy as sp

from symkl.codegen.stable import kernels

__all__ = ["LIBRARIES", "called", "loaded", "runs_here", "traced_back"]

#: the library that a backend's modules import first
LIBRARIES = {"numpy": "numpy", "torch": "torch", "jax": "jax"}

#: each kernel by the name of its template's function, less the underscores: `_log_gap` is LogGap
_KERNELS: dict[str, Any] = {name.lower(): getattr(kernels, name) for name in kernels.__all__ if name[0].isupper()}


def runs_here(backend: str) -> bool:
    """Whether modules of that backend can be run and traced: it is one that is known here, and its library is there."""
    library = LIBRARIES.get(backend)
    return library is not None and importlib.util.find_spec(library) is not None


@contextmanager
def loaded(text: str) -> Iterator[ModuleType]:
    """The module of a text that symkl has just written, for as long as it is wanted."""
    with tempfile.TemporaryDirectory(prefix="symkl-") as folder:
        name = f"symkl_generated_{abs(hash(text)):x}"
        path = Path(folder) / f"{name}.py"
        path.write_text(text, encoding="utf-8")
        spec = importlib.util.spec_from_file_location(name, path)
        assert spec is not None
        assert spec.loader is not None
        module = importlib.util.module_from_spec(spec)
        sys.modules[name] = module
        try:
            spec.loader.exec_module(module)
            yield module
        finally:
            del sys.modules[name]


def called(backend: str, function: Callable[..., Any], columns: Sequence[Sequence[float]]) -> list[float]:
    """The function's values in float64, its arguments given column by column."""
    return _CALLS[backend](function, columns)


def _numpy(function: Callable[..., Any], columns: Sequence[Sequence[float]]) -> list[float]:
    import numpy as np

    return [float(v) for v in np.atleast_1d(function(*(np.array(c, dtype=np.float64) for c in columns)))]


def _torch(function: Callable[..., Any], columns: Sequence[Sequence[float]]) -> list[float]:
    import torch

    return [float(v) for v in function(*(torch.tensor(c, dtype=torch.float64) for c in columns))]


def _jax(function: Callable[..., Any], columns: Sequence[Sequence[float]]) -> list[float]:
    import jax
    import jax.numpy as jnp

    with jax.enable_x64(True):
        return [float(v) for v in function(*(jnp.array(c, dtype=jnp.float64) for c in columns))]


_CALLS: dict[str, Callable[[Callable[..., Any], Sequence[Sequence[float]]], list[float]]] = {
    "numpy": _numpy,
    "torch": _torch,
    "jax": _jax,
}


def traced_back(backend: str, module: ModuleType, name: str, arguments: Sequence[sp.Expr]) -> sp.Expr:
    """The expression that the function of that name in the module computes, its kernels under their names.

    A kernel is tested on its own against its definition; all else is followed as it is written.
    """
    tracer = importlib.import_module(f"symkl.trace.{backend}")
    with _kernels_named(module, tracer.named):
        return tracer.traced(getattr(module, name), arguments)


@contextmanager
def _kernels_named(module: ModuleType, named: Callable[..., Any]) -> Iterator[None]:
    own = {name: value for name, value in vars(module).items() if name.startswith("_") and inspect.isroutine(value)}
    heads = {name: _KERNELS.get(name.replace("_", "")) for name in own}
    before = {name: own[name] for name, head in heads.items() if head is not None}
    vars(module).update({name: named(heads[name]) for name in before})
    try:
        yield
    finally:
        vars(module).update(before)
