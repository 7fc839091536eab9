"""How generated modules are run in each backend: loaded, traced back to expressions, and called with numbers."""

from __future__ import annotations

import importlib
import importlib.util
import sys
import tempfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from types import ModuleType
from typing import Any

import sympy as sp

from symkl.codegen.one_pass import EACH
from symkl.codegen.operations import OPERATIONS
from symkl.codegen.stable import kernels
from symkl.codegen.stable.kernels.kernel import parts_of
from symkl.codegen.stable.kernels.together import Together
from symkl.loading import load_module

__all__ = [
    "all_in_one_pass",
    "gradient",
    "loaded",
    "read_one_pass",
    "read_slopes",
    "read_value",
    "read_wide",
    "runs_here",
    "values",
]

Columns = Sequence[Sequence[float]]
Function = Callable[..., Any]

#: each operation by the name that its kernel has, less the underscores: `_log_gap` is LogGap; one gives two at once
_NAMED: dict[str, tuple[Any, ...]] = {
    **{head.__name__.lower(): (head,) for head in OPERATIONS},
    "binet": (kernels.Binet, kernels.BinetSlope),
    **{whole.__name__.lower(): parts_of(whole) for whole in Together.__subclasses__()},
}


@dataclass(frozen=True)
class _Way:
    """A backend's way: the libraries that it needs, its functions called with numbers, and where its formulas stand.

    `formula` gives, of a module and a function's name, what is read back: the function itself, if there is no other;
    `slope`, of these and the number of an argument, the function that computes the derivative by that argument;
    `gradient` calls a function and gives its derivatives by every argument.
    """

    libraries: tuple[str, ...]
    values: Callable[[Function, Columns], list[float]]
    formula: Callable[[ModuleType, str], Function] = getattr
    slope: Callable[[ModuleType, str, int], Function] | None = None
    gradient: Callable[[Function, Columns], list[list[float]]] | None = None


def runs_here(backend: str) -> bool:
    """Whether modules of that backend can be run and traced here: its libraries are installed."""
    way = _WAYS.get(backend)
    return way is not None and all(importlib.util.find_spec(name) is not None for name in way.libraries)


@contextmanager
def loaded(text: str) -> Iterator[ModuleType]:
    """The module of a text that symkl has just written, for as long as it is wanted."""
    with tempfile.TemporaryDirectory(prefix="symkl-") as folder:
        name = f"symkl_generated_{Path(folder).name.removeprefix('symkl-')}"
        module = load_module(text, Path(folder), name)
        try:
            yield module
        finally:
            del sys.modules[name]


def read_value(backend: str, module: ModuleType, name: str, arguments: Sequence[sp.Expr]) -> sp.Expr:
    """The expression that the function of that name computes, the kernels in it under their names.

    A kernel is tested on its own against its definition; all else is followed as it is written.
    """
    tracer = importlib.import_module(f"symkl.trace.{backend}")
    with _kernels_named(module, tracer.named):
        return tracer.traced(_WAYS[backend].formula(module, name), arguments)


def read_slopes(backend: str, module: ModuleType, name: str, arguments: Sequence[sp.Expr]) -> list[sp.Expr]:
    """The expressions of its derivatives, as the module writes them."""
    slope = _WAYS[backend].slope
    assert slope is not None
    tracer = importlib.import_module(f"symkl.trace.{backend}")
    with _kernels_named(module, tracer.named):
        return [tracer.traced(slope(module, name, i), arguments) for i in range(len(arguments))]


def read_one_pass(lender: str, module: ModuleType, name: str, arguments: Sequence[sp.Expr]) -> list[sp.Expr]:
    """The expressions of the value and the derivatives as the module writes them for numbers; none where it does not.

    `lender` is the backend that the formulas for numbers are spelled by.
    """
    function = getattr(module, f"_{name}_each", None)
    if function is None:
        return []
    tracer = importlib.import_module(f"symkl.trace.{lender}")
    with _kernels_named(module, tracer.named):
        return [tracer.traced(function, arguments, place) for place in range(len(arguments) + 1)]


def read_wide(backend: str, module: ModuleType, name: str, arguments: Sequence[sp.Expr], count: int) -> list[sp.Expr]:
    """The expressions of the value and then of derivatives, so many, as the module writes them for wide numbers.

    They are followed as they are for others; none where it does not write them.
    """
    function = getattr(module, f"_{name}_wide", None)
    if function is None:
        return []
    tracer = importlib.import_module(f"symkl.trace.{backend}")
    with _kernels_named(module, tracer.named):
        return [tracer.traced(lambda *a, i=i: function(*a)[i], arguments) for i in range(count)]


@contextmanager
def all_in_one_pass(module: ModuleType) -> Iterator[None]:
    """The module with one pass over memory for few numbers as for many."""
    before = module._MANY
    module._MANY = 0  # type: ignore[attr-defined]
    try:
        yield
    finally:
        module._MANY = before  # type: ignore[attr-defined]


def values(backend: str, function: Function, columns: Columns) -> list[float]:
    """The function's values in float64, its arguments given column by column."""
    return _WAYS[backend].values(function, columns)


def gradient(backend: str, function: Function, columns: Columns) -> list[list[float]]:
    """Its derivatives by each argument in turn, at each point."""
    found = _WAYS[backend].gradient
    assert found is not None
    return found(function, columns)


@contextmanager
def _kernels_named(module: ModuleType, named: Callable[[Function], Function]) -> Iterator[None]:
    """The module with its kernels under their names, its domains checked, and derivatives as they are formed."""
    heads = {name: _NAMED[_plain(name)] for name in vars(module) if name[0] == "_" and _plain(name) in _NAMED}
    others: dict[str, Function] = {name: _together([named(head) for head in own]) for name, own in heads.items()}
    # `_plus_log_gap` adds a number times what `_log_gap` gives
    added = [name for name in vars(module) if name.startswith("_plus_")]
    others.update((name, partial(_added, others[name.removeprefix("_plus")])) for name in added)
    for again in ("_refined", "_reached"):
        if hasattr(module, again):
            others[again] = lambda found, *_: found
    if hasattr(module, "_selected_wide"):
        others["_selected_wide"] = partial(_each_selected, getattr(module, "_where", None) or module.np.where)
    if hasattr(module, "_doubtful"):
        others["_doubtful"] = lambda *_: True
    before = {name: getattr(module, name) for name in others}
    vars(module).update(others)
    try:
        yield
    finally:
        vars(module).update(before)


def _plain(name: str) -> str:
    return name.removeprefix(EACH).removesuffix("_wide").replace("_", "")


def _each_selected(where: Function, held: Any, values: Sequence[Any], others: Sequence[Any]) -> tuple[Any, ...]:
    return tuple(where(held, value, other) for value, other in zip(values, others, strict=True))


def _added(function: Function, total: Any, factor: Any, *arguments: Any) -> Any:
    return total + factor * function(*arguments)


def _together(functions: Sequence[Function]) -> Function:
    """One function that gives what each of them gives, where they are several."""
    if len(functions) == 1:
        return functions[0]
    return lambda *arguments: tuple(function(*arguments) for function in functions)


def _by_numpy(function: Function, columns: Columns) -> list[float]:
    import numpy as np

    return [float(v) for v in np.atleast_1d(function(*(np.array(c, dtype=np.float64) for c in columns)))]


def _element_of_numba(module: ModuleType, name: str) -> Function:
    return getattr(module, f"_{name}_element")


def _by_torch(function: Function, columns: Columns) -> list[float]:
    import torch

    return [float(v) for v in function(*(torch.tensor(c, dtype=torch.float64) for c in columns))]


def _gradient_by_torch(function: Function, columns: Columns) -> list[list[float]]:
    import torch

    leaves = [torch.tensor(c, dtype=torch.float64, requires_grad=True) for c in columns]
    found = torch.autograd.grad(function(*leaves).sum(), leaves, allow_unused=True)
    return [[0.0] * len(columns[0]) if g is None else g.tolist() for g in found]


def _slope_by_torch(module: ModuleType, name: str, position: int) -> Function:
    formula = getattr(module, f"_{name}_formula")
    return lambda *arguments: formula(arguments, [True] * len(arguments), True)[1][position]


def _by_jax(function: Function, columns: Columns) -> list[float]:
    import jax.numpy as jnp

    from symkl.trace.jax import in_float64

    with in_float64():
        return [float(v) for v in function(*(jnp.array(c, dtype=jnp.float64) for c in columns))]


def _gradient_by_jax(function: Function, columns: Columns) -> list[list[float]]:
    import jax
    import jax.numpy as jnp

    from symkl.trace.jax import in_float64

    with in_float64():
        arrays = [jnp.array(c, dtype=jnp.float64) for c in columns]
        found = jax.grad(lambda *a: function(*a).sum(), argnums=tuple(range(len(arrays))))(*arrays)
        return [[float(v) for v in g] for g in found]


def _slope_by_jax(module: ModuleType, name: str, position: int) -> Function:
    formula = getattr(module, f"_{name}")
    return lambda *arguments: formula(*arguments)[1]()[position]


_WAYS = {
    "numpy": _Way(("numpy", "scipy"), _by_numpy),
    "numba": _Way(("numba", "numpy"), _by_numpy, _element_of_numba),
    "torch": _Way(("torch",), _by_torch, slope=_slope_by_torch, gradient=_gradient_by_torch),
    "jax": _Way(("jax",), _by_jax, slope=_slope_by_jax, gradient=_gradient_by_jax),
}
