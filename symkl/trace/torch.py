"""PyTorch functions to expressions: they are called with tensors that hold an expression and no numbers."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any

import sympy as sp
import torch

from symkl.trace import numpy
from symkl.trace.choices import decided
from symkl.trace.constants import single
from symkl.trace.meanings import LINEAR, MEANINGS, meaning_of
from symkl.trace.refusal import called, refuse
from symkl.trace.value import Value, combined, lifted, reduced

__all__ = ["Symbolic", "named", "traced", "traced_value"]

#: what a tensor tells of itself, and what leaves its values as they are
_ATTRIBUTES = frozenset("shape ndim dtype device requires_grad layout is_cuda is_sparse is_nested itemsize".split())
_QUESTIONS = frozenset(
    "is_complex is_floating_point is_inference dim size numel is_contiguous element_size stride".split()
)
_SAME = frozenset("detach contiguous requires_grad_ detach_ retain_grad".split())
_COPIED = frozenset("to double float cpu cuda clone type type_as as_tensor nan_to_num".split())
_NUMBERS = frozenset("tolist __float__ __int__ __index__ __array__".split())
#: what gives the same elements in an array of another shape
_RESHAPED = frozenset(
    "reshape view flatten ravel unflatten squeeze unsqueeze transpose swapaxes t permute movedim "
    "expand expand_as view_as reshape_as broadcast_to T mT".split()
)
#: operators that write into their first operand, and the function whose value they write
_UPDATES = {
    f"__i{name}__": row
    for name, row in {"add": "add", "sub": "sub", "mul": "mul", "div": "div", "truediv": "div", "pow": "pow"}.items()
}
_UNWRITTEN = frozenset("__iand__ __ior__ __ixor__ __ifloordiv__ __imod__".split())
_COPIES = frozenset({"aten._to_copy.default", "aten.alias.default", "aten.detach.default"})
_CONSTANTS = {"zeros_like": 0, "ones_like": 1, "new_zeros": 0, "new_ones": 1}
_FILLED = frozenset({"full_like", "new_full"})


def traced(function: Callable[..., Any], arguments: Sequence[sp.Expr], shape: tuple[int, ...] = ()) -> sp.Expr:
    """The expression that the function computes from tensors of these expressions, all of that shape.

    Raises Untraceable where the function does what an expression cannot say, with the line.
    """
    return traced_value(function, arguments, shape).expression


def traced_value(function: Callable[..., Any], arguments: Sequence[sp.Expr], shape: tuple[int, ...] = ()) -> Value:
    """As `traced`, with the shape of what comes out."""
    return value_of(called(function, *(Symbolic(Value(a, shape)) for a in arguments)))


def named(head: Callable[..., sp.Expr]) -> Callable[..., Symbolic]:
    """A function of tensors that gives `head` of their elements."""
    return lambda *operands: Symbolic(combined(head, [value_of(x) for x in operands]))


def value_of(x: Any) -> Value:
    """The expression that a tensor or a number stands for."""
    if isinstance(x, Symbolic):
        return x.value
    if isinstance(x, torch.Tensor) and x.numel() and bool((x == x.reshape(-1)[0]).all()):
        return Value(_element(x).expression, tuple(x.shape))
    if isinstance(x, numpy.Symbolic):
        return x.value
    if isinstance(x, (bool, int, float)):
        return lifted(x)
    raise refuse(f"a {type(x).__name__} takes part in it, which is neither a number nor an argument")


def _element(x: torch.Tensor) -> Value:
    """The first element: of less than double precision, the constant that it is rounded from."""
    number = x.reshape(-1)[0].item()
    return Value(single(number)) if x.dtype is torch.float32 else lifted(number)


class Symbolic(torch.Tensor):
    """A tensor whose elements are an expression; it has a shape, a dtype and a device, and no numbers.

    What writes into it gives it another `value`, unless another tensor shows the same elements in another shape.
    """

    value: Value
    shared: bool

    @staticmethod
    def __new__(cls, value: Value, shared: bool = False) -> Symbolic:
        dtype = torch.float64 if isinstance(value.expression, sp.Expr) else torch.bool
        made: Symbolic = torch.Tensor._make_wrapper_subclass(cls, value.shape, dtype=dtype)
        made.value, made.shared = value, shared
        return made

    def __init__(self, value: Value, shared: bool = False) -> None:
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
            if asked == "data":
                return inputs[0]
            if asked in _RESHAPED:
                return _reshaped(function, inputs, {})
            raise refuse(f"it asks a tensor for '{asked}', which is not followed")
        if name == "__bool__":
            return decided(value_of(inputs[0]).expression, "torch.where says the same for tensors")
        if name == "__len__":
            return int(inputs[0].shape[0])
        if name == "__repr__":
            return f"Symbolic({inputs[0].value.expression})"
        if keywords.get("out") is not None or name in _UNWRITTEN:
            raise refuse("it writes into a tensor (by `out=`)", "without it there is a new tensor")
        if name in _RESHAPED or (name == "__getitem__" and _keeps_all(inputs[1])):
            return _reshaped(function, inputs, keywords)
        if name in _UPDATES or name == "__setitem__" or (name.endswith("_") and name[:-1].strip("_") == name[:-1]):
            return _written(name, inputs, keywords)
        if name == "numpy":
            return numpy.Symbolic(inputs[0].value, shared=True)
        if name == "broadcast_tensors":
            return _broadcast(inputs[0] if isinstance(inputs[0], tuple | list) else inputs)
        if name in _NUMBERS or (name == "item" and inputs[0].numel() != 1):
            raise refuse("it turns a value into a plain number", "torch's functions replace `math` and `float`")
        return _called(name, inputs, {k: v for k, v in keywords.items() if k not in ("out", "dtype", "device")})


def _broadcast(tensors: Sequence[Any]) -> list[Symbolic]:
    """The tensors in the shape that they have together."""
    whole = combined(lambda *_: sp.Integer(0), [Value(sp.Integer(0), value_of(x).shape) for x in tensors])
    return [Symbolic(replace(value_of(x), shape=whole.shape), shared=True) for x in tensors]


def _keeps_all(key: Any) -> bool:
    """Whether all elements are there still when an array is indexed so."""
    keys = key if isinstance(key, tuple) else (key,)
    return all(k is None or k is Ellipsis or (isinstance(k, slice) and k == slice(None)) for k in keys)


def _reshaped(function: Callable[..., Any], inputs: Sequence[Any], keywords: dict[str, Any]) -> Symbolic:
    """The tensor in the shape that torch itself finds, of tensors without elements."""
    x = inputs[0] if isinstance(inputs[0], Symbolic) else Symbolic(value_of(inputs[0]))
    bare = [torch.empty(i.shape, device="meta") if isinstance(i, Symbolic) else i for i in inputs]
    with torch._C.DisableTorchFunctionSubclass():
        shape = tuple(function(*bare, **keywords).shape)
    if shape == x.value.shape:
        return x
    x.shared = True
    return Symbolic(replace(x.value, shape=shape), shared=True)


def _written(name: str, inputs: Sequence[Any], keywords: dict[str, Any]) -> Symbolic:
    """What an operation in place gives, which from then on is the value of its first operand."""
    if name in _SAME:
        return inputs[0]
    target = inputs[0]
    if name in ("__setitem__", "copy_", "fill_", "zero_"):
        found = value_of(0 if name == "zero_" else inputs[-1])
        if name == "__setitem__" and isinstance(inputs[1], Symbolic) and not found.shape:
            found = value_of(_called("where", (inputs[1], inputs[2], target), {}))
        elif name == "__setitem__" and not _keeps_all(inputs[1]):
            raise refuse("it writes into some elements of a tensor", "torch.where says the same for tensors")
    else:
        found = value_of(_called(_UPDATES.get(name, name.rstrip("_")), inputs, keywords))
    found = combined(lambda e, _: e, [found, Value(sp.Integer(0), target.value.shape)], linear=True)
    if target.shared or found.shape != target.value.shape:
        raise refuse("it writes into a tensor of which there are two views", "the name without `_` gives a new tensor")
    target.value = found
    return target


def _called(name: str, inputs: Sequence[Any], keywords: dict[str, Any]) -> Symbolic:
    if name in _SAME:
        return inputs[0]
    if name in _COPIED or name == "item":
        return Symbolic(value_of(inputs[0]))
    if name in _CONSTANTS or name in _FILLED:
        number = keywords.get("fill_value", inputs[-1]) if name in _FILLED else _CONSTANTS[name]
        shape = (
            tuple(inputs[0].shape) if name.endswith("_like") else _size(inputs[1:2] if name in _FILLED else inputs[1:])
        )
        return Symbolic(Value(value_of(number).expression, shape))
    if name == "new_tensor":
        return Symbolic(value_of(torch.as_tensor(inputs[1])))
    row = _SHAPED.get(name)
    if row is not None:
        return _followed(name, row, *inputs, **keywords)
    found = meaning_of(name)
    if found is None:
        raise refuse(f"it calls '{name}' of a tensor, which has no meaning as an expression here")
    own, meaning = found

    def apply(*operands: Any, **more: Any) -> Symbolic:
        values = [value_of(x) for x in operands]
        bound = {key: value_of(x).expression for key, x in more.items() if x is not None}
        return Symbolic(combined(lambda *es: meaning(*es, **bound), values, own in LINEAR))

    return _followed(name, apply, *inputs, **_renamed(keywords))


def _size(given: Sequence[Any]) -> tuple[int, ...]:
    return tuple(given) if not given or isinstance(given[0], int) else tuple(given[0])


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


def _dot(x: Symbolic, y: Symbolic) -> Symbolic:
    """The product of two vectors, or of rows with a vector."""
    one, two = value_of(x), value_of(y)
    if not one.shape or len(two.shape) != 1 or one.shape[-1] != two.shape[0]:
        raise TypeError("not a product with a vector")
    return Symbolic(reduced(combined(MEANINGS["mul"], [one, two], linear=True), -1, keep=False, mean=False))


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


def _whole(x: Any, reduction: str, over: str = "mean") -> Symbolic:
    """What `reduction` makes of the elements of a loss; "batchmean" is the sum over what the first axis has."""
    if reduction == "none":
        return Symbolic(value_of(x))
    total = Symbolic(reduced(value_of(x), None, keep=False, mean=reduction == "mean"))
    return _called("div", (total, x.shape[0]), {}) if reduction == "batchmean" and x.shape else total


def _squared(x: Any, y: Any, reduction: str = "mean", **_: Any) -> Symbolic:
    return _whole(_called("square", (_called("sub", (x, y), {}),), {}), reduction)


def _of_outcomes(meaning: Callable[[sp.Expr, sp.Expr], sp.Expr]) -> Callable[..., Symbolic]:
    """A `binary_cross_entropy`; that its logarithms are cut off at -100 is seen only where a probability is 0."""

    def row(x: Any, y: Any, weight: Any = None, reduction: str = "mean", **others: Any) -> Symbolic:
        if weight is not None or others.get("pos_weight") is not None:
            raise TypeError("weighted")
        return _whole(Symbolic(combined(meaning, [value_of(y), value_of(x)])), reduction)

    return row


def _pointwise(x: Any, y: Any, reduction: str = "mean", log_target: bool = False, **_: Any) -> Symbolic:
    """`kl_div`: of logarithms of q and of p, or of logarithms of both."""
    p, log_p = (_called("exp", (y,), {}), y) if log_target else (y, _called("log", (y,), {}))
    return _whole(_called("mul", (p, _called("sub", (log_p, x), {})), {}), reduction)


_SHAPED: dict[str, Callable[..., Symbolic]] = {
    "sum": _sum,
    "mean": _mean,
    **dict.fromkeys(("dot", "inner", "vdot", "matmul", "mv", "__matmul__"), _dot),
    "add": _scaled("add"),
    "sub": _scaled("sub"),
    "div": _divided,
    "softplus": _softplus,
    "mse_loss": _squared,
    "binary_cross_entropy": _of_outcomes(lambda p, q: -p * sp.log(q) - (1 - p) * sp.log(1 - q)),
    "binary_cross_entropy_with_logits": _of_outcomes(lambda p, x: MEANINGS["softplus"](x) - p * x),
    "kl_div": _pointwise,
    "_is_all_true": lambda x: x,
    "any": lambda x: x,
    "all": lambda x: x,
}
