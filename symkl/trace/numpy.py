"""NumPy and SciPy functions to expressions: they are called with objects that answer for arrays."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from contextvars import ContextVar
from typing import Any, NoReturn

import numpy as np
import sympy as sp

from symkl.trace.meanings import LINEAR, meaning_of
from symkl.trace.refusal import called, refuse
from symkl.trace.swapping import swapped
from symkl.trace.value import Value, combined, lifted, reduced

__all__ = ["DECIDING", "Symbolic", "apply", "in_place_of_numbers", "named", "traced", "value_of", "where_symbolic"]

_SAME = "array asarray asanyarray ascontiguousarray atleast_1d copy squeeze nan_to_num"
#: what decides, if anything does, where the code asks whether a condition holds
DECIDING: ContextVar[Callable[[sp.Basic], bool] | None] = ContextVar("DECIDING", default=None)
_DECIDES = "it decides by a value (`if`, `while`, `bool`, `and`), which has none while it is traced"


def traced(function: Callable[..., Any], arguments: Sequence[sp.Expr], shape: tuple[int, ...] = ()) -> sp.Expr:
    """The expression that the function computes from arrays of these expressions, all of that shape.

    Raises Untraceable where the function does what an expression cannot say, with the line.
    """
    with swapped(function, {**in_place_of_numbers(), **_of_scipy()}):
        found = called(function, *(Symbolic(Value(a, shape)) for a in arguments))
    return value_of(found).expression


def named(head: Callable[..., sp.Expr]) -> Callable[..., Symbolic]:
    """A function of arrays that gives `head` of their elements."""
    return lambda *operands: Symbolic(combined(head, [value_of(x) for x in operands]))


def value_of(x: Any) -> Value:
    """The expression that an array or a number stands for."""
    if isinstance(x, Symbolic):
        return x.value
    if isinstance(x, np.ndarray) and x.ndim == 0:
        return lifted(x.item())
    if isinstance(x, (bool, int, float, np.number, np.bool_)):
        return lifted(x.item() if isinstance(x, np.generic) else x)
    raise refuse(f"a {type(x).__name__} takes part in it, which is neither a number nor an argument")


def apply(name: str, *operands: Any) -> Symbolic:
    """What the library's function of that name makes of arrays and numbers."""
    found = meaning_of(name)
    if found is None:
        raise refuse(f"it calls '{name}', which has no meaning as an expression here")
    own, meaning = found
    try:
        return Symbolic(combined(meaning, [value_of(x) for x in operands], own in LINEAR))
    except TypeError as error:
        raise refuse(f"it calls '{name}' in a way that is not followed") from error


class Symbolic(np.lib.mixins.NDArrayOperatorsMixin):
    """An array whose elements are an expression."""

    dtype = np.dtype(np.float64)

    def __init__(self, value: Value) -> None:
        self.value = value

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
        if keywords.pop("out", None) is not None:
            raise refuse("it writes into an array (in place, or `out=`)", "a function of symbols gives a new value")
        keywords.pop("dtype", None)
        if method != "__call__" or keywords:
            how = f"method '{method}'" if method != "__call__" else f"argument '{next(iter(keywords))}'"
            raise refuse(f"it calls '{ufunc.__name__}' with the {how}, which is not followed")
        return apply(ufunc.__name__, *inputs)

    def __array_function__(self, function: Any, types: Any, inputs: Any, keywords: Any) -> Any:
        handler = _FUNCTIONS.get(function.__name__)
        if handler is None:
            raise refuse(f"it calls 'numpy.{function.__name__}', which has no meaning as an expression here")
        return handler(*inputs, **keywords)

    def __array__(self, *_: Any, **__: Any) -> NoReturn:
        raise refuse("it makes a plain array of its argument, which holds only numbers", "leave the argument as it is")

    def __getitem__(self, key: Any) -> Symbolic:
        if key in ((), Ellipsis):
            return self
        raise refuse("it takes elements out of an array")

    def __setitem__(self, *_: Any) -> NoReturn:
        raise refuse("it writes into an array (in place, or `out=`)", "a function of symbols gives a new value")

    def __bool__(self) -> bool:
        if self.value.expression in (sp.true, sp.false):
            return bool(self.value.expression)
        decide = DECIDING.get()
        if decide is not None:
            return decide(self.value.expression)
        raise refuse(_DECIDES, "np.where says the same for arrays")

    def __float__(self) -> NoReturn:
        raise refuse("it turns a value into a plain number", "NumPy's functions take the place of `math` and `float`")

    __int__ = __index__ = __complex__ = __float__

    def __iter__(self) -> NoReturn:
        raise refuse("it goes through the elements of an array")

    def __len__(self) -> int:
        if not self.value.shape:
            raise refuse("it asks for the length of a number")
        return self.value.shape[0]

    def item(self) -> NoReturn:
        self.__float__()

    def astype(self, *_: Any, **__: Any) -> Symbolic:
        return self

    def copy(self, *_: Any) -> Symbolic:
        return self

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


def _clip(x: Any, low: Any = None, high: Any = None, **bounds: Any) -> Symbolic:
    low, high = bounds.get("min", low), bounds.get("max", high)
    x = x if low is None else apply("max", x, low)
    return x if high is None else apply("min", x, high)


def _broadcast_to(x: Any, shape: tuple[int, ...]) -> Symbolic:
    value = value_of(x)
    return Symbolic(combined(lambda e, _: e, [value, Value(sp.Integer(0), tuple(shape))], linear=True))


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
    "nan_to_num": lambda x, *_, **__: x,
    "copy": lambda x, *_, **__: x,
    "i0": lambda x: apply("i0", x),
}


def where_symbolic(own: Callable[..., Any], other: Callable[..., Any]) -> Callable[..., Any]:
    """`other` where a symbol is among the arguments, else the function itself."""
    return lambda *a, **k: (other if any(isinstance(x, Symbolic) for x in a) else own)(*a, **k)


def in_place_of_numbers() -> dict[Any, dict[str, Any]]:
    """What takes only numbers in NumPy and `math`, with what takes its place for symbols."""
    same = {name: where_symbolic(getattr(np, name), lambda x, *_, **__: x) for name in _SAME.split()}
    result = where_symbolic(np.result_type, lambda *_: np.dtype(np.float64))
    return {
        np: {**same, "result_type": result},
        math: {
            name: where_symbolic(getattr(math, name), lambda *a, name=name: apply(name, *a))
            for name in dir(math)
            if not name.startswith("_") and callable(getattr(math, name)) and meaning_of(name) is not None
        },
    }


def _of_scipy() -> dict[Any, dict[str, Any]]:
    from scipy import special

    return {
        special: {
            "polygamma": where_symbolic(special.polygamma, lambda n, x: apply("polygamma", n, x)),
            "zeta": where_symbolic(special.zeta, lambda s, a=1: apply("zeta", s, a)),
        }
    }
