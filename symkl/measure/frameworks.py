"""Arrays, values, slopes and timed calls in each framework, imported when it is first asked for."""

from __future__ import annotations

import importlib
from collections.abc import Callable, Sequence
from functools import cache
from typing import Any, Protocol

__all__ = ["ARRAYS_OF", "PACKAGES", "Framework", "framework"]

#: backend -> whose arrays its functions take
ARRAYS_OF = {"numpy": "numpy", "numba": "numpy", "torch": "torch", "jax": "jax"}
#: backend -> what must be installed
PACKAGES = {"numpy": ("numpy",), "numba": ("numba", "numpy"), "torch": ("torch",), "jax": ("jax",)}
Function = Callable[..., Any]


class Framework(Protocol):
    """`slopes` is None where it has no derivatives; `action` is one call, for the clock, on arrays that are there."""

    def arrays(self, columns: Sequence[Any], dtype: str) -> list[Any]: ...

    def values(self, function: Function, arrays: Sequence[Any]) -> list[float]: ...

    def slopes(self, function: Function, arrays: Sequence[Any]) -> list[list[float]] | None: ...

    def action(self, function: Function, arrays: Sequence[Any], *, backward: bool) -> Callable[[], object] | None: ...


@cache
def framework(name: str) -> Framework:
    """The framework of that name, ready for both dtypes and for one thread."""
    makers: dict[str, Callable[[], Framework]] = {"numpy": _NumPy, "torch": _Torch, "jax": _Jax}
    return makers[name]()


class _NumPy:
    def __init__(self) -> None:
        self._np = importlib.import_module("numpy")

    def arrays(self, columns: Sequence[Any], dtype: str) -> list[Any]:
        return [self._np.asarray(column, dtype=dtype) for column in columns]

    def values(self, function: Function, arrays: Sequence[Any]) -> list[float]:
        with self._np.errstate(all="ignore"):
            found: list[float] = self._np.asarray(function(*arrays)).tolist()
        return found

    def slopes(self, function: Function, arrays: Sequence[Any]) -> list[list[float]] | None:
        return None

    def action(self, function: Function, arrays: Sequence[Any], *, backward: bool) -> Callable[[], object] | None:
        return None if backward else lambda: function(*arrays)


class _Torch:
    def __init__(self) -> None:
        self._torch = importlib.import_module("torch")
        self._torch.set_num_threads(1)

    def arrays(self, columns: Sequence[Any], dtype: str) -> list[Any]:
        return [self._torch.as_tensor(column, dtype=getattr(self._torch, dtype)) for column in columns]

    def values(self, function: Function, arrays: Sequence[Any]) -> list[float]:
        with self._torch.no_grad():
            found: list[float] = function(*arrays).tolist()
        return found

    def slopes(self, function: Function, arrays: Sequence[Any]) -> list[list[float]] | None:
        leaves = [array.clone().requires_grad_() for array in arrays]
        found = self._torch.autograd.grad(function(*leaves).sum(), leaves, allow_unused=True)
        return [[0.0] * len(leaf) if g is None else g.tolist() for leaf, g in zip(leaves, found, strict=True)]

    def action(self, function: Function, arrays: Sequence[Any], *, backward: bool) -> Callable[[], object] | None:
        torch = self._torch
        if not backward:

            def forward() -> object:
                with torch.no_grad():
                    return function(*arrays)

            return forward
        leaves = [array.clone().requires_grad_() for array in arrays]

        def both() -> object:
            return torch.autograd.grad(function(*leaves).sum(), leaves, allow_unused=True)

        return both


class _Jax:
    def __init__(self) -> None:
        self._jax = importlib.import_module("jax")
        self._jax.config.update("jax_enable_x64", True)

    def arrays(self, columns: Sequence[Any], dtype: str) -> list[Any]:
        return [self._jax.numpy.asarray(column, dtype=dtype) for column in columns]

    def values(self, function: Function, arrays: Sequence[Any]) -> list[float]:
        found: list[float] = self._jax.jit(function)(*arrays).tolist()
        return found

    def slopes(self, function: Function, arrays: Sequence[Any]) -> list[list[float]] | None:
        return [slope.tolist() for slope in self._gradient(function, len(arrays))(*arrays)]

    def action(self, function: Function, arrays: Sequence[Any], *, backward: bool) -> Callable[[], object] | None:
        compiled = self._gradient(function, len(arrays), value=True) if backward else self._jax.jit(function)
        ready = self._jax.block_until_ready
        return lambda: ready(compiled(*arrays))

    def _gradient(self, function: Function, count: int, *, value: bool = False) -> Function:
        derive = self._jax.value_and_grad if value else self._jax.grad
        found: Function = self._jax.jit(derive(lambda *a: function(*a).sum(), argnums=tuple(range(count))))
        return found
