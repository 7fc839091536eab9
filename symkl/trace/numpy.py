"""NumPy and SciPy functions to expressions: they are called with objects that answer for arrays."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import partial, reduce
from typing import Any, NoReturn

import numpy as np
import sympy as sp

from symkl.trace.choices import decided
from symkl.trace.meanings import LINEAR, meaning_of
from symkl.trace.refusal import called, refuse
from symkl.trace.swapping import swapped
from symkl.trace.value import Value, combined, lifted, reduced

__all__ = [
    "Float",
    "Symbolic",
    "apply",
    "in_place_of_libraries",
    "in_place_of_numbers",
    "named",
    "traced",
    "traced_value",
    "value_of",
    "where_symbolic",
]

_SAME = "asarray asanyarray ascontiguousarray atleast_1d"
_COPIED = "array copy nan_to_num"


def traced(function: Callable[..., Any], arguments: Sequence[sp.Expr], shape: tuple[int, ...] = ()) -> sp.Expr:
    """The expression that the function computes from arrays of these expressions, all of that shape.

    Raises Untraceable where the function does what an expression cannot say, with the line.
    """
    return traced_value(function, arguments, shape).expression


def traced_value(function: Callable[..., Any], arguments: Sequence[sp.Expr], shape: tuple[int, ...] = ()) -> Value:
    """As `traced`, with the shape of what comes out."""
    with swapped(function, in_place_of_libraries()):
        return value_of(called(function, *(Symbolic(Value(a, shape)) for a in arguments)))


def named(head: Callable[..., sp.Expr]) -> Callable[..., Symbolic]:
    """A function of arrays that gives `head` of their elements."""
    return lambda *operands: Symbolic(combined(head, [value_of(x) for x in operands]))


def value_of(x: Any) -> Value:
    """The expression that an array or a number stands for."""
    if isinstance(x, Symbolic):
        return x.value
    if isinstance(x, np.ndarray) and len(alike := _different(x)) == 1:
        return Value(lifted(alike[0]).expression, x.shape)
    if isinstance(x, (bool, int, float, np.number, np.bool_)):
        return lifted(x.item() if isinstance(x, np.generic) else x)
    raise refuse(f"a {type(x).__name__} takes part in it, which is neither a number nor an argument")


def _different(array: Any) -> list[Any]:
    """The different elements of an array of numbers, at most two of them."""
    if array.dtype.kind not in "bif" or not array.size:
        return []
    others = array[array != array.flat[0]]
    return [array.flat[0].item(), *others[:1]]


def apply(name: str, *operands: Any) -> Symbolic:
    """What the library's function of that name makes of arrays and numbers."""
    found = meaning_of(name)
    if found is None:
        raise refuse(f"it calls '{name}', which has no meaning as an expression here")
    own, meaning = found
    if own in ("max", "min") and len(operands) > 2:
        return reduce(partial(apply, own), operands)
    try:
        return Symbolic(combined(meaning, [value_of(x) for x in operands], own in LINEAR))
    except TypeError as error:
        raise refuse(f"it calls '{name}' in a way that is not followed") from error


class Symbolic(np.lib.mixins.NDArrayOperatorsMixin):
    """An array whose elements are an expression; without axes it is a number, of which nothing is ever written over.

    What writes into an array gives it another `value`, unless another array shows the same elements (`shared`).
    """

    dtype = np.dtype(np.float64)
    __hash__ = object.__hash__  # a cache of results asks for it

    def __init__(self, value: Value, shared: bool = False) -> None:
        self.value, self.shared = value, shared

    @property
    def shape(self) -> tuple[int, ...]:
        return self.value.shape

    @property
    def ndim(self) -> int:
        return len(self.value.shape)

    @property
    def size(self) -> int:
        return math.prod(self.value.shape)

    def __array_ufunc__(self, ufunc: Any, method: str, *inputs: Any, **keywords: Any) -> Any:
        target = keywords.pop("out", None)
        keywords.pop("dtype", None)
        if method != "__call__" or keywords:
            how = f"method '{method}'" if method != "__call__" else f"argument '{next(iter(keywords))}'"
            raise refuse(f"it calls '{ufunc.__name__}' with the {how}, which is not followed")
        found = _dot(*inputs) if ufunc.__name__ == "matmul" else apply(ufunc.__name__, *inputs)
        return found if target is None else _written(target[0], found)

    def __array_function__(self, function: Any, types: Any, inputs: Any, keywords: Any) -> Any:
        handler = _FUNCTIONS.get(function.__name__)
        if handler is None:
            raise refuse(f"it calls 'numpy.{function.__name__}', which has no meaning as an expression here")
        return handler(*inputs, **keywords)

    def __array__(self, *_: Any, **__: Any) -> NoReturn:
        raise refuse("it makes a plain array of its argument, which holds only numbers", "leave the argument as it is")

    def __getitem__(self, key: Any) -> Symbolic:
        if _keeps_all(key):
            return self._in_shape(np.empty(self.shape, np.bool_)[key].shape)
        raise refuse("it takes elements out of an array")

    def __setitem__(self, key: Any, value: Any) -> None:
        if isinstance(key, Symbolic) and not isinstance(key.value.expression, sp.Expr):
            _written(self, apply("where", key, _single(value), self))
        elif _keeps_all(key):
            _written(self, Symbolic(value_of(value)))
        else:
            raise refuse("it writes into some elements of an array", "np.where says the same for arrays")

    def _in_shape(self, shape: tuple[int, ...]) -> Symbolic:
        if shape == self.shape:
            return self
        self.shared = True
        return Symbolic(replace(self.value, shape=shape), shared=True)

    def __bool__(self) -> bool:
        return decided(self.value.expression, "np.where says the same for arrays")

    def __float__(self) -> NoReturn:
        raise refuse("it turns a value into a plain number", "NumPy's functions take the place of `math` and `float`")

    __int__ = __index__ = __complex__ = __float__

    def __iter__(self) -> NoReturn:
        raise refuse("it goes through the elements of an array")

    def __len__(self) -> int:
        if not self.value.shape:
            raise refuse("it asks for the length of a number")
        return self.value.shape[0]

    def item(self) -> Symbolic:
        return self if not self.value.shape else self.__float__()

    def astype(self, *_: Any, **__: Any) -> Symbolic:
        return Symbolic(self.value)

    def copy(self, *_: Any) -> Symbolic:
        return Symbolic(self.value)

    def reshape(self, *shape: Any) -> Symbolic:
        return self._in_shape(_bare(self).reshape(*shape).shape)

    def flatten(self) -> Symbolic:
        return Symbolic(replace(self.value, shape=_bare(self).reshape(-1).shape))

    def ravel(self) -> Symbolic:
        return self.reshape(-1)

    def squeeze(self, axis: Any = None) -> Symbolic:
        return self._in_shape(_bare(self).squeeze(axis).shape)

    def transpose(self, *axes: Any) -> Symbolic:
        return self._in_shape(_bare(self).transpose(*axes).shape)

    @property
    def T(self) -> Symbolic:
        return self.transpose()

    def dot(self, other: Any) -> Symbolic:
        return _dot(self, other)

    def sum(self, axis: Any = None, dtype: Any = None, out: None = None, keepdims: bool = False) -> Symbolic:
        return Symbolic(reduced(self.value, axis, keepdims, mean=False))

    def mean(self, axis: Any = None, dtype: Any = None, out: None = None, keepdims: bool = False) -> Symbolic:
        return Symbolic(reduced(self.value, axis, keepdims, mean=True))

    def clip(self, low: Any = None, high: Any = None) -> Symbolic:
        return _clip(self, low, high)

    def any(self) -> Symbolic:
        return self

    def all(self) -> Symbolic:
        return self


def _keeps_all(key: Any) -> bool:
    """Whether all elements are there still when an array is indexed so."""
    keys = key if isinstance(key, tuple) else (key,)
    return all(k is None or k is Ellipsis or (isinstance(k, slice) and k == slice(None)) for k in keys)


def _single(x: Any) -> Any:
    """The one value that is written into the elements where a condition holds."""
    if value_of(x).shape:
        raise refuse("it writes an array into some elements of another", "np.where says the same for arrays")
    return x


def _bare(x: Symbolic) -> Any:
    """An array of that shape, which takes no memory."""
    return np.broadcast_to(np.False_, x.shape)


def _written(target: Any, found: Symbolic) -> Symbolic:
    """What an operation in place gives, which from then on is the value of the array that it writes into."""
    if not isinstance(target, Symbolic):
        raise refuse("it writes its argument into a plain array, which holds only numbers")
    if not target.shape:
        return found
    value = combined(lambda e, _: e, [found.value, Value(sp.Integer(0), target.shape)], linear=True)
    if target.shared or value.shape != target.shape:
        raise refuse("it writes into an array of which there are two views", "`x = x + 1` gives a new array")
    target.value = value
    return target


def _dot(x: Any, y: Any) -> Symbolic:
    """The product of two vectors, or of rows with a vector."""
    one, two = value_of(x), value_of(y)
    if not one.shape or len(two.shape) != 1 or one.shape[-1] != two.shape[0]:
        raise refuse("it multiplies matrices")
    return Symbolic(reduced(combined(lambda a, b: a * b, [one, two], linear=True), -1, keep=False, mean=False))


def _clip(x: Any, low: Any = None, high: Any = None, **bounds: Any) -> Symbolic:
    low, high = bounds.get("min", low), bounds.get("max", high)
    x = x if low is None else apply("max", x, low)
    return x if high is None else apply("min", x, high)


def _broadcast_to(x: Any, shape: tuple[int, ...]) -> Symbolic:
    value = value_of(x)
    return Symbolic(combined(lambda e, _: e, [value, Value(sp.Integer(0), tuple(shape))], linear=True), shared=True)


def _like(number: float) -> Callable[..., Symbolic]:
    return lambda x, *_, **__: Symbolic(Value(lifted(number).expression, x.shape))


def _total(x: Any, axis: Any = None, **keywords: Any) -> Any:
    return x.sum(axis, keepdims=keywords.get("keepdims", False))


def _mean(x: Any, axis: Any = None, **keywords: Any) -> Any:
    return x.mean(axis, keepdims=keywords.get("keepdims", False))


_FUNCTIONS: dict[str, Callable[..., Any]] = {
    "where": lambda *operands: apply("where", *operands),
    "clip": _clip,
    "sum": _total,
    "mean": _mean,
    "any": lambda x, *_, **__: x.any(),
    "all": lambda x, *_, **__: x.all(),
    "broadcast_to": _broadcast_to,
    "zeros_like": _like(0),
    "ones_like": _like(1),
    "full_like": lambda x, number, *_, **__: Symbolic(Value(lifted(number).expression, x.shape)),
    "shape": lambda x: x.shape,
    "ndim": lambda x: x.ndim,
    "nan_to_num": lambda x, *_, **__: x.copy(),
    "copy": lambda x, *_, **__: x.copy(),
    "average": _mean,
    "nansum": _total,
    "reshape": lambda x, *shape, **__: x.reshape(*shape),
    "ravel": lambda x, *_: x.ravel(),
    "squeeze": lambda x, axis=None: x.squeeze(axis),
    "transpose": lambda x, axes=None: x.transpose(axes),
    "size": lambda x, axis=None: x.size if axis is None else x.shape[axis],
    "iscomplexobj": lambda x: False,
    **dict.fromkeys(("dot", "inner", "vdot"), _dot),
    "i0": lambda x: apply("i0", x),
}


def where_symbolic(own: Callable[..., Any], other: Callable[..., Any]) -> Callable[..., Any]:
    """`other` where a symbol is among the arguments, else the function itself."""
    return lambda *a, **k: (other if any(isinstance(x, Symbolic) for x in a) else own)(*a, **k)


class _OfFloats(type):
    def __instancecheck__(cls, instance: Any) -> bool:
        return isinstance(instance, float)

    def __call__(cls, *given: Any) -> Any:
        return given[0] if given and isinstance(given[0], Symbolic) else float(*given)


class Float(metaclass=_OfFloats):
    """`float`, which leaves a symbol as it is; it stands for the type where that is asked for, as a dtype too."""

    dtype = np.dtype(np.float64)


def in_place_of_numbers() -> dict[Any, dict[str, Any]]:
    """What takes only numbers in NumPy and `math`, with what takes its place for symbols."""
    same = {name: where_symbolic(getattr(np, name), lambda x, *_, **__: x) for name in _SAME.split()}
    same |= {name: where_symbolic(getattr(np, name), lambda x, *_, **__: x.copy()) for name in _COPIED.split()}
    result = where_symbolic(np.result_type, lambda *_: np.dtype(np.float64))
    return {
        np: {**same, "result_type": result},
        math: {
            name: where_symbolic(getattr(math, name), lambda *a, name=name: apply(name, *a))
            for name in dir(math)
            if not name.startswith("_") and callable(getattr(math, name)) and meaning_of(name) is not None
        },
    }


def in_place_of_libraries() -> dict[Any, dict[str, Any]]:
    """What takes only numbers in NumPy, `math` and SciPy, with what takes its place for symbols."""
    return {**in_place_of_numbers(), **_of_scipy()}


def _of_scipy() -> dict[Any, dict[str, Any]]:
    try:
        from scipy import special
    except ModuleNotFoundError:
        return {}  # a function can do without
    return {
        special: {
            "polygamma": where_symbolic(special.polygamma, lambda n, x: apply("polygamma", n, x)),
            "zeta": where_symbolic(special.zeta, lambda s, a=1: apply("zeta", s, a)),
        }
    }
