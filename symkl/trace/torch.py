"""PyTorch functions to expressions: they are called with tensors that hold an expression and no numbers."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import sympy as sp
import torch

from symkl.trace.meanings import LINEAR, MEANINGS, meaning_of
from symkl.trace.refusal import called, refuse
from symkl.trace.value import Value, combined, lifted, reduced

__all__ = ["Symbolic", "named", "traced"]

#: what a tensor tells of itself, and what leaves its values as they are
_ATTRIBUTES = frozenset("shape ndim dtype device requires_grad layout is_cuda is_sparse is_nested itemsize".split())
_QUESTIONS = frozenset(
    "is_complex is_floating_point is_inference dim size numel is_contiguous element_size stride".split()
)
_SAME = frozenset("to double float clone detach contiguous squeeze type as_tensor nan_to_num".split())
_NUMBERS = frozenset("item numpy tolist __float__ __int__ __index__ __array__".split())
_UPDATES = frozenset("__iadd__ __isub__ __imul__ __idiv__ __itruediv__ __ipow__ __iand__ __ior__ __ixor__".split())
#: names that mean something else in torch than in the table
_OTHERS = frozenset({"kl_div"})
_COPIES = frozenset({"aten._to_copy.default", "aten.alias.default", "aten.detach.default"})
_CONSTANTS = {"zeros_like": 0, "ones_like": 1, "new_zeros": 0, "new_ones": 1}


def traced(function: Callable[..., Any], arguments: Sequence[sp.Expr], shape: tuple[int, ...] = ()) -> sp.Expr:
    """The expression that the function computes from tensors of these expressions, all of that shape.

    Raises Untraceable where the function does what an expression cannot say, with the line.
    """
    return value_of(called(function, *(Symbolic(Value(a, shape)) for a in arguments))).expression


def named(head: Callable[..., sp.Expr]) -> Callable[..., Symbolic]:
    """A function of tensors that gives `head` of their elements."""
    return lambda *operands: Symbolic(combined(head, [value_of(x) for x in operands]))


def value_of(x: Any) -> Value:
    """The expression that a tensor or a number stands for."""
    if isinstance(x, Symbolic):
        return x.value
    if isinstance(x, torch.Tensor) and x.ndim == 0:
        return lifted(x.item())
    if isinstance(x, (bool, int, float)):
        return lifted(x)
    raise refuse(f"a {type(x).__name__} takes part in it, which is neither a number nor an argument")


class Symbolic(torch.Tensor):
    """A tensor whose elements are an expression; it has a shape, a dtype and a device, and no numbers."""

    value: Value

    @staticmethod
    def __new__(cls, value: Value) -> Symbolic:
        dtype = torch.float64 if isinstance(value.expression, sp.Expr) else torch.bool
        made: Symbolic = torch.Tensor._make_wrapper_subclass(cls, value.shape, dtype=dtype)
        made.value = value
        return made

    def __init__(self, value: Value) -> None:
        """All is done in `__new__`."""

    @classmethod
    def __torch_dispatch__(cls, function: Any, types: Any, inputs: Any = (), keywords: Any = None) -> Any:
        if str(function) in _COPIES:
            return inputs[0]
        raise refuse(f"it calls '{function}', which works on numbers")

    @classmethod
    def __torch_function__(cls, function: Any, types: Any, inputs: Any = (), keywords: Any = None) -> Any:
        name, keywords = function.__name__, dict(keywords or {})
        if name in ("__get__", *_QUESTIONS):
            asked = function.__self__.__name__ if name == "__get__" else name
            if asked in _ATTRIBUTES | _QUESTIONS:
                with torch._C.DisableTorchFunctionSubclass():
                    return function(*inputs, **keywords)
            raise refuse(f"it asks a tensor for '{asked}', which is not followed")
        if name == "__bool__":
            return _decided(value_of(inputs[0]).expression)
        if name == "__len__":
            return int(inputs[0].shape[0])
        if name == "__repr__":
            return f"Symbolic({inputs[0].value.expression})"
        if _in_place(name) or keywords.get("out") is not None:
            raise refuse("it writes into a tensor (in place, or `out=`)", "the name without `_` gives a new tensor")
        if name in _NUMBERS:
            raise refuse("it turns a value into a plain number", "torch's functions replace `math` and `float`")
        return _called(name, inputs, {k: v for k, v in keywords.items() if k not in ("out", "dtype", "device")})


def _in_place(name: str) -> bool:
    return name in ("__setitem__", *_UPDATES) or (name.endswith("_") and not name.startswith("__"))


def _decided(truth: sp.Basic) -> bool:
    if truth in (sp.true, sp.false):
        return bool(truth)
    raise refuse(
        "it decides by a value (`if`, `while`, `bool`, `and`), which has none while it is traced",
        "torch.where says the same for tensors",
    )


def _called(name: str, inputs: Sequence[Any], keywords: dict[str, Any]) -> Symbolic:
    if name in _SAME:
        return inputs[0]
    if name in _CONSTANTS or name in ("full_like", "new_full"):
        number = _CONSTANTS.get(name, inputs[-1])
        return Symbolic(Value(lifted(number).expression, tuple(inputs[0].shape)))
    if name == "__getitem__" and inputs[1] in ((), Ellipsis):
        return inputs[0]
    row = _SHAPED.get(name)
    if row is not None:
        return _followed(name, row, *inputs, **keywords)
    found = None if name in _OTHERS else meaning_of(name)
    if found is None:
        raise refuse(f"it calls '{name}' of a tensor, which has no meaning as an expression here")
    own, meaning = found

    def apply(*operands: Any, **more: Any) -> Symbolic:
        values = [value_of(x) for x in operands]
        bound = {key: value_of(x).expression for key, x in more.items() if x is not None}
        return Symbolic(combined(lambda *es: meaning(*es, **bound), values, own in LINEAR))

    return _followed(name, apply, *inputs, **_renamed(keywords))


def _followed(name: str, row: Callable[..., Symbolic], *inputs: Any, **keywords: Any) -> Symbolic:
    try:
        return row(*inputs, **keywords)
    except TypeError as error:
        raise refuse(f"it calls '{name}' of a tensor in a way that is not followed") from error


def _renamed(keywords: dict[str, Any]) -> dict[str, Any]:
    """What torch calls the arguments of `clamp`, `pow` and others, as ours."""
    names = {"min": "low", "max": "high", "exponent": "y", "other": "y"}
    return {names.get(key, key): value for key, value in keywords.items()}


def _sum(x: Symbolic, dim: Any = None, keepdim: bool = False, **others: Any) -> Symbolic:
    return Symbolic(reduced(x.value, others.get("axis", dim), keepdim or others.get("keepdims", False), mean=False))


def _mean(x: Symbolic, dim: Any = None, keepdim: bool = False, **others: Any) -> Symbolic:
    return Symbolic(reduced(x.value, others.get("axis", dim), keepdim or others.get("keepdims", False), mean=True))


def _broadcast(x: Any, *shape: Any) -> Symbolic:
    wanted = shape[0] if len(shape) == 1 and not isinstance(shape[0], int) else shape
    return Symbolic(combined(lambda e, _: e, [value_of(x), Value(sp.Integer(0), tuple(wanted))], linear=True))


def _scaled(name: str) -> Callable[..., Symbolic]:
    """`add` and `sub` with their keyword `alpha`."""

    def row(x: Any, y: Any = None, other: Any = None, alpha: Any = 1) -> Symbolic:
        second = y if other is None else other
        times = second if alpha == 1 else _called("mul", (second, alpha), {})
        return Symbolic(combined(MEANINGS[name], [value_of(x), value_of(times)], linear=True))

    return row


def _softplus(x: Symbolic, beta: Any = 1, threshold: Any = 20) -> Symbolic:
    return Symbolic(combined(MEANINGS["softplus"], [x.value, value_of(beta)]))


def _divided(x: Any, y: Any = None, other: Any = None, rounding_mode: Any = None) -> Symbolic:
    if rounding_mode is not None:
        raise TypeError("rounded")
    return Symbolic(combined(lambda a, b: a / b, [value_of(x), value_of(y if other is None else other)], linear=True))


_SHAPED: dict[str, Callable[..., Symbolic]] = {
    "sum": _sum,
    "mean": _mean,
    "broadcast_to": _broadcast,
    "expand": _broadcast,
    "add": _scaled("add"),
    "sub": _scaled("sub"),
    "div": _divided,
    "softplus": _softplus,
    "any": lambda x: x,
    "all": lambda x: x,
}
