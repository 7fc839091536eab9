"""JAX functions to expressions: the jaxpr is read, primitive by primitive."""

from __future__ import annotations

import importlib
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
import sympy as sp
from jax.extend.core import Literal, Primitive
from jax.scipy import special

from symkl.errors import Location
from symkl.trace.meanings import LINEAR, meaning_of, select
from symkl.trace.refusal import Untraceable, called, refuse
from symkl.trace.value import Value, combined, lifted, reduced

__all__ = ["in_float64", "in_place_of_series", "named", "traced", "traced_value"]

#: a function whose value appears under a name
_NAMED = Primitive("named")
#: functions of `jax.scipy.special` that are no primitives, and may not be read back from those that they call
_SERIES = "betaln beta gamma expi i0 i1 i0e i1e entr rel_entr kl_div xlogy xlog1py logit"
#: primitives that leave the elements as they are
_SAME = frozenset("convert_element_type copy stop_gradient device_put reduce_precision".split())
_RESHAPED = frozenset("broadcast_in_dim reshape squeeze expand_dims transpose".split())
#: primitives that call a jaxpr, and where it stands in their parameters
_CALLS = {
    "jit": "jaxpr",
    "pjit": "jaxpr",
    "closed_call": "call_jaxpr",
    "core_call": "call_jaxpr",
    "custom_jvp_call": "call_jaxpr",
    "custom_vjp_call": "call_jaxpr",
    "custom_vjp_call_jaxpr": "fun_jaxpr",
    "remat": "jaxpr",
    "checkpoint": "jaxpr",
}
_OWN = Path(jax.__file__).parent


def _shaped(*operands: Any, head: Any) -> Any:
    return jax.core.ShapedArray(jnp.broadcast_shapes(*(x.shape for x in operands)), jnp.float64)


_NAMED.def_abstract_eval(_shaped)


def in_float64() -> Any:
    """A context in which JAX computes in float64, under whichever name this version of JAX has it."""
    # a switch says no whether it is true
    module = jax if hasattr(jax, "enable_x64") else importlib.import_module("jax.experimental")
    return module.enable_x64(True)


def traced(function: Callable[..., Any], arguments: Sequence[sp.Expr], shape: tuple[int, ...] = ()) -> sp.Expr:
    """The expression that the function computes from float64 arrays of these expressions, all of that shape.

    Raises Untraceable where the function does what an expression cannot say.
    """
    return traced_value(function, arguments, shape).expression


def traced_value(function: Callable[..., Any], arguments: Sequence[sp.Expr], shape: tuple[int, ...] = ()) -> Value:
    """As `traced`, with the shape of what comes out."""
    with in_float64():
        closed = called(_jaxpr, function, [jax.ShapeDtypeStruct(shape, jnp.float64) for _ in arguments])
    outcomes = _evaluated(closed, [Value(a, shape) for a in arguments])
    if len(outcomes) != 1:
        raise refuse(f"it gives {len(outcomes)} arrays, not one")
    return outcomes[0]


def _jaxpr(function: Callable[..., Any], arguments: Sequence[Any]) -> Any:
    try:
        return jax.make_jaxpr(function)(*arguments)
    except (jax.errors.ConcretizationTypeError, jax.errors.TracerArrayConversionError) as error:
        raise refuse(
            "it decides by a value, or turns one into a plain number, while it is traced",
            "jnp.where and the functions of jax.numpy say the same for arrays",
        ) from error


def named(head: Callable[..., sp.Expr]) -> Callable[..., Any]:
    """A function of arrays that gives `head` of their elements."""
    return lambda *operands: _NAMED.bind(*(jnp.asarray(x) for x in operands), head=head)


def in_place_of_series() -> dict[Any, dict[str, Any]]:
    """JAX's functions that are series and approximations in a jaxpr, with what keeps their names there."""

    def kept(own: Callable[..., Any], meaning: Callable[..., sp.Basic]) -> Callable[..., Any]:
        bound = named(meaning)
        return lambda *given: (bound if any(isinstance(x, jax.core.Tracer) for x in given) else own)(*given)

    found = {name: meaning_of(name) for name in _SERIES.split()}
    return {special: {name: kept(getattr(special, name), row[1]) for name, row in found.items() if row is not None}}


def _evaluated(closed: Any, arguments: Sequence[Value]) -> list[Value]:
    jaxpr = closed.jaxpr if hasattr(closed, "jaxpr") else closed
    values: dict[Any, Value] = dict(zip(jaxpr.invars, arguments, strict=True))
    for variable, constant in zip(jaxpr.constvars, getattr(closed, "consts", ()), strict=True):
        values[variable] = _constant(constant)

    def read(atom: Any) -> Value:
        return _constant(atom.val) if isinstance(atom, Literal) else values[atom]

    for equation in jaxpr.eqns:
        try:
            outcomes = _outcomes(equation, [read(atom) for atom in equation.invars])
        except Untraceable as error:
            raise error if error.where.file.endswith(_place(equation)) else _placed(error, equation) from error
        values.update(zip(equation.outvars, outcomes, strict=True))
    return [read(atom) for atom in jaxpr.outvars]


def _constant(number: Any) -> Value:
    array = np.asarray(number)
    if array.size and np.array_equal(array, np.full_like(array, array.flat[0]), equal_nan=array.dtype.kind == "f"):
        return Value(lifted(array.flat[0].item()).expression, array.shape)
    raise refuse("it holds an array of different numbers")


def _outcomes(equation: Any, operands: list[Value]) -> list[Value]:
    name, parameters = equation.primitive.name, equation.params
    if name in _CALLS:
        whole = _library_function(parameters[_CALLS[name]])
        if whole is not None:
            return [combined(whole, operands)]
        return _evaluated(parameters[_CALLS[name]], operands)
    return [_outcome(name, parameters, operands, equation.outvars[0].aval.shape)]


def _library_function(closed: Any) -> Callable[..., sp.Basic] | None:
    """The meaning of a function of JAX's own that is called as a whole, such as `logaddexp`; None for any other."""
    jaxpr = closed.jaxpr if hasattr(closed, "jaxpr") else closed
    name, _, path = str(getattr(jaxpr.debug_info, "func_src_info", "")).partition(" at ")
    found = meaning_of(name) if path.startswith(str(_OWN)) else None
    return None if found is None or found[0] in ("where", "clamp", "heaviside") else found[1]


def _outcome(name: str, parameters: Mapping[str, Any], operands: list[Value], shape: tuple[int, ...]) -> Value:
    if name in _SAME:
        return operands[0]
    if name in _RESHAPED:
        return Value(operands[0].expression, shape, operands[0].reduced)
    if name == "reduce_sum":
        return reduced(operands[0], tuple(parameters["axes"]), keep=False, mean=False)
    if name == "select_n":
        return combined(lambda condition, no, yes: select(condition, yes, no), operands)
    if name == "integer_pow":
        return combined(lambda x: x ** int(parameters["y"]), operands)
    if name == "named":
        return combined(parameters["head"], operands)
    if name == "clamp":
        return combined(lambda low, x, high: sp.Min(sp.Max(x, low), high), operands)
    if name == "dot_general":
        return _dot(operands, parameters["dimension_numbers"])
    if name == "rem":
        return combined(_remainder, operands)
    if (found := meaning_of(name)) is None:
        raise refuse(f"it uses the primitive '{name}', which has no meaning as an expression here")
    own, meaning = found
    return combined(meaning, operands, own in LINEAR)


def _dot(operands: list[Value], axes: Any) -> Value:
    """The product of two vectors, or of rows with a vector."""
    one, two = operands
    (first, second), (batch, _) = axes
    if batch or len(two.shape) != 1 or tuple(first) != (len(one.shape) - 1,) or tuple(second) != (0,):
        raise refuse("it multiplies matrices")
    return reduced(combined(lambda a, b: a * b, operands, linear=True), -1, keep=False, mean=False)


def _remainder(x: sp.Expr, y: sp.Expr) -> sp.Expr:
    """The remainder with the sign of x: that of the floor where there is none or both are positive."""
    remainder = sp.Mod(x, y)
    if remainder == 0 or (x.is_nonnegative and y.is_positive):
        return remainder
    raise refuse("it takes the remainder of a number of either sign")


def _place(equation: Any) -> str:
    """File and line of what an equation came from, as far as JAX knows them."""
    for frame in getattr(equation.source_info.traceback, "frames", ()):
        path = Path(frame.file_name)
        if _OWN not in path.parents and path.parent != Path(__file__).parent:
            return f"{path.name}:{frame.line_num}"
    return ""


def _placed(error: Untraceable, equation: Any) -> Untraceable:
    return Untraceable(error.what, Location(_place(equation)), error.todo)
