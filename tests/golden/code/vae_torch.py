"""Vae: a golden module of the tests.

The functions take tensors and numbers, which broadcast, on any one device. They compute in float64
(float32 on a device that has no float64) and round once to the dtype of the tensors (the default dtype
for integers and numbers). Gradients are closed forms themselves, unless the docstring says otherwise;
they can be differentiated in turn. torch.compile takes the functions whole. They stand alone: nothing
else needs to be installed but PyTorch. Where numba is installed as well, large tensors on the CPU are
worked out in one pass over memory; it is compiled when it is first wanted, the machine code is kept,
and NUMBA_DISABLE_JIT=1 leaves it out.
"""

from __future__ import annotations

import math
import sys
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from contextvars import ContextVar
from functools import lru_cache
from typing import Any

import torch
from torch import Tensor
from torch.autograd import forward_ad
from torch.utils._python_dispatch import is_in_torch_dispatch_mode

with suppress(ImportError):
    import numpy as np  # numba has it

__all__ = [
    "kl_normal_normal__log_variance",
]

#: a value and its derivatives, None for those that are not wanted
_Parts = tuple[Tensor, Sequence[Tensor | float | None]]
_Formula = Callable[[Sequence[Tensor], Sequence[bool], bool], _Parts]


def kl_normal_normal__log_variance(
    mu_1: Tensor | float,
    logvar_1: Tensor | float,
    *,
    event_ndims: int = 0,
    validate: bool = True,
) -> Tensor:
    """KL divergence KL(Normal || Normal) where mu_2 = 0, sigma_2 = 1, in nats.

    Formula:
        mu_1**2/2 - logvar_1/2 + exp(logvar_1)/2 - 1/2

    Arguments:
        mu_1: mean, real
        logvar_1: logarithm of the variance, real
        event_ndims: so many of the last axes are summed over (independent dimensions)
        validate: False leaves out the check of the domains; outside them the value is then anything

    Returns an array of the shape that the arguments broadcast to, less the last `event_ndims` axes,
    in nats; nan where an argument lies outside its domain.

    Verdict: proved (proved by symbolic algebra).
    Accuracy: 4 units in the last place in float64.
    """
    return _evaluated(
        _kl_normal_normal__log_variance_formula,
        (mu_1, logvar_1),
        event_ndims,
        validate,
    )


def _kl_normal_normal__log_variance_formula(
    arguments: Sequence[Tensor],
    wanted: Sequence[bool],
    validate: bool,
) -> _Parts:
    """The value and, in the arguments' order, those of its derivatives that are wanted."""
    mu_1, logvar_1 = arguments
    validate = validate and _doubtful((mu_1, logvar_1), ())
    value = _total(
        (0.5, mu_1),
        0.5 * _exp_gap(logvar_1),
    )
    if validate:
        value = _checked(value, (mu_1, logvar_1), ())
    if not any(wanted):
        return value, ()
    slopes: list[Tensor | float | None] = [None] * 2
    if wanted[0]:
        slope_mu_1 = mu_1
        slopes[0] = slope_mu_1
    if wanted[1]:
        slope_logvar_1 = 0.5 * torch.expm1(logvar_1)
        slopes[1] = slope_logvar_1
    return value, slopes


#: so many numbers at a time for each thread: what is worked out between stays in the processor's cache
_BLOCK = 32768

#: whether all that is worked out is rounded to float32 or less in the end, in this thread
_SINGLE = ContextVar("_SINGLE", default=False)


class _Traced:
    """What torch.compile traces, which takes no context variable; this changes in a trace alone."""

    #: whether all arguments are of float32 or less, and what is worked out in float64 is rounded to that
    single = False


_TRACED = _Traced()


def _evaluated(
    formula: _Formula,
    arguments: Sequence[Tensor | float],
    event_ndims: int,
    validate: bool,
    *,
    closed_gradient: bool = True,
) -> Tensor:
    """The value of a formula in the shape that its arguments broadcast to, summed over the last `event_ndims` axes."""
    tensors = [a for a in arguments if isinstance(a, Tensor)]
    if any(t.is_complex() for t in tensors):
        raise TypeError("parameters must be real numbers, not complex ones")
    floating = [t for t in tensors if t.is_floating_point()]
    dtype = torch.get_default_dtype()
    if floating:
        # as in torch itself, a tensor without axes does not widen the dtype of one with axes
        leading = [t.dtype for t in floating if t.ndim] or [t.dtype for t in floating]
        dtype = leading[0]
        for other in leading[1:]:
            dtype = torch.promote_types(dtype, other)
    device = tensors[0].device if tensors else None
    given = [
        a.to(device) if isinstance(a, Tensor) else torch.as_tensor(a, dtype=_precision(device), device=device)
        for a in arguments
    ]
    ndim = len(_shape(given))
    if not 0 <= event_ndims <= ndim:
        raise ValueError(f"event_ndims must be between 0 and {ndim}, the number of axes, not {event_ndims}")
    wanted = tuple(a.requires_grad and torch.is_grad_enabled() for a in given)
    options = (formula, validate, event_ndims, dtype)
    compiling = torch.compiler.is_compiling()
    if compiling:
        short = dtype.itemsize <= 4 and all(_is_short(a) for a in arguments)
        _TRACED.single = short and _precision(device) == torch.float64
    try:
        if not closed_gradient or (compiling and not any(wanted)):
            return _at_once(options, given, wanted)[0]
        return _differentiable().apply(options, wanted, *given)[0]
    finally:
        if compiling:
            _TRACED.single = False


def _is_short(argument: Tensor | float) -> bool:
    """Whether the argument has the range of float32; a number, a wide one."""
    if isinstance(argument, Tensor):
        return argument.dtype.itemsize <= 4
    return argument == 0.0 or 1e-100 < abs(argument) < 1e100


class _ClosedForm(torch.autograd.Function):
    """A value with the closed form of its gradient, which is worked out together with it."""

    @staticmethod
    def forward(options: tuple[Any, ...], wanted: tuple[bool, ...], *arguments: Tensor) -> tuple[Tensor, ...]:
        """The value, and the derivatives that are wanted."""
        # a subclass of Tensor may hold no numbers
        plain = all(type(a) in (Tensor, torch.nn.Parameter) and a.device.type == "cpu" for a in arguments)
        in_blocks = plain and not torch.compiler.is_compiling() and not torch.jit.is_tracing()
        value, slopes = (_in_blocks if in_blocks else _at_once)(options, arguments, wanted)
        return value, *slopes

    @staticmethod
    def setup_context(ctx: Any, inputs: tuple[Any, ...], output: tuple[Tensor, ...]) -> None:
        """Keeps the derivatives, and the arguments in case second derivatives are wanted."""
        ctx.options, ctx.wanted, *arguments = inputs
        ctx.mark_non_differentiable(*output[1:])
        ctx.set_materialize_grads(False)
        ctx.save_for_backward(*arguments, *output[1:])

    @staticmethod
    def backward(ctx: Any, *gradients: Tensor | None) -> tuple[Tensor | None, ...]:
        """The gradient of what follows, times the derivatives; these as functions where they are derived again."""
        gradient, wanted = gradients[0], ctx.needs_input_grad[2:]
        if gradient is None:
            return None, None, *(None for _ in wanted)
        saved = ctx.saved_tensors  # once: a checkpoint gives them a single time
        arguments, slopes = saved[: len(wanted)], saved[len(wanted) :]
        again = not torch.compiler.is_compiling() and (torch.is_grad_enabled() or _moving(arguments))
        if again or tuple(wanted) != tuple(ctx.wanted):
            slopes = _at_once(ctx.options, arguments, wanted)[1]
        event_ndims, waiting = ctx.options[2], iter(slopes)
        gradient = gradient.reshape(gradient.shape + (1,) * event_ndims)
        alone = _is_one(gradient)
        found = [
            (next(waiting) if alone else gradient * next(waiting)).sum_to_size(a.shape).to(a.dtype) if needed else None
            for a, needed in zip(arguments, wanted, strict=True)
        ]
        return None, None, *found

    @staticmethod
    def vmap(
        info: Any, in_dims: tuple[Any, ...], options: tuple[Any, ...], wanted: tuple[bool, ...], *arguments: Tensor
    ) -> tuple[tuple[Tensor, ...], tuple[int, ...]]:
        """The same with the axis that is mapped over put before all others."""
        axes = in_dims[2:]
        ndim = max(a.ndim - (axis is not None) for a, axis in zip(arguments, axes, strict=True))
        moved = []
        for argument, axis in zip(arguments, axes, strict=True):
            if axis is not None:
                first = argument.movedim(axis, 0)
                argument = first.reshape(first.shape[:1] + (1,) * (ndim + 1 - first.ndim) + first.shape[1:])
            moved.append(argument)
        output = _differentiable().apply(options, tuple(a.requires_grad for a in moved), *moved)
        return output, (0,) * len(output)


class _InBothModes(_ClosedForm):
    """The same with derivatives in forward mode, which torch.compile takes no function with."""

    @staticmethod
    def setup_context(ctx: Any, inputs: tuple[Any, ...], output: tuple[Tensor, ...]) -> None:
        """Keeps the arguments for both modes."""
        _ClosedForm.setup_context(ctx, inputs, output)
        ctx.save_for_forward(*inputs[2:])

    @staticmethod
    def jvp(ctx: Any, _: None, __: None, *steps: Tensor | None) -> tuple[Tensor | None, ...]:
        """The derivatives times the steps of the arguments, added up; the derivatives have none of their own."""
        _, _, event_ndims, dtype = ctx.options
        # torch turns forward mode off here, also for an outer derivative, which is then 0
        with forward_ad._set_fwd_grad_enabled(True):
            arguments = [forward_ad.unpack_dual(a).primal for a in ctx.saved_tensors]
            slopes = _at_once(ctx.options, arguments, [step is not None for step in steps])[1]
            rise = sum(slope * step for slope, step in zip(slopes, (s for s in steps if s is not None), strict=True))
            if event_ndims:
                rise = rise.sum(dim=tuple(range(-event_ndims, 0)))
            return rise.to(dtype), *(None for wanted in ctx.wanted if wanted)


def _differentiable() -> type[_ClosedForm]:
    return _ClosedForm if torch.compiler.is_compiling() else _InBothModes


def _is_one(gradient: Tensor) -> bool:
    """Whether what is passed back is 1 throughout, as that of a sum is, seen at one number; no factor to derive by."""
    followed = torch.compiler.is_compiling() or torch.is_grad_enabled() or is_in_torch_dispatch_mode()
    if followed or type(gradient) is not Tensor or gradient.device.type != "cpu":
        return False
    if gradient.numel() == 0 or any(gradient.stride()):
        return False
    try:
        return float(gradient[(0,) * gradient.ndim]) == 1.0
    except RuntimeError:  # one that is mapped over has no number
        return False


def _moving(arguments: Sequence[Tensor]) -> bool:
    """Whether derivatives in forward mode are wanted of what is computed of them."""
    return any(forward_ad.unpack_dual(a).tangent is not None for a in arguments)


def _at_once(
    options: tuple[Any, ...], arguments: Sequence[Tensor], wanted: Sequence[bool]
) -> tuple[Tensor, list[Tensor]]:
    """The value and the derivatives that are wanted, all numbers at a time."""
    formula, validate, event_ndims, dtype = options
    shape = _shape(arguments)
    precise = [a.to(_precision(a.device)) for a in arguments]
    value, slopes = formula(precise, wanted, validate)
    value = _tensor(value).broadcast_to(shape)
    if event_ndims:
        value = value.sum(dim=tuple(range(-event_ndims, 0)))
    found = [
        torch.as_tensor(slope, dtype=_precision(a.device), device=a.device).to(a.dtype).broadcast_to(shape)
        for slope, a in zip(slopes, arguments, strict=False)
        if slope is not None
    ]
    return value.to(dtype), found


def _in_blocks(
    options: tuple[Any, ...], arguments: Sequence[Tensor], wanted: Sequence[bool]
) -> tuple[Tensor, list[Tensor]]:
    """The same, a block at a time."""
    formula, validate, event_ndims, dtype = options
    shape = _shape(arguments)
    size, step = shape.numel(), _BLOCK * torch.get_num_threads()
    flat = [(a if a.numel() in (1, size) else a.expand(shape)).reshape(-1) for a in arguments]
    # what is summed afterwards is not rounded before
    value = torch.empty(size, dtype=torch.float64 if event_ndims else dtype)
    found = [torch.empty(size, dtype=a.dtype) if needed else None for a, needed in zip(arguments, wanted, strict=True)]
    kinds = (dtype, *(whole.dtype for whole in found if whole is not None))
    token = _SINGLE.set(all(kind.itemsize <= 4 for kind in kinds))
    try:
        with torch.inference_mode():
            done = _in_one_pass(formula, flat, value, found)
            for start in range(0, 0 if done else size, step):
                precise = [_part(a, start, step).to(torch.float64) for a in flat]
                results = formula(precise, wanted, validate)
                for whole, result in zip((value, *found), (results[0], *results[1]), strict=False):
                    if whole is not None:
                        _part(whole, start, step).copy_(_tensor(result))
    finally:
        _SINGLE.reset(token)
    if event_ndims:
        value = value.reshape(shape).sum(dim=tuple(range(-event_ndims, 0))).to(dtype)
    else:
        value = value.reshape(shape)
    return value, [slope.reshape(shape) for slope in found if slope is not None]


def _tensor(value: Tensor | float) -> Tensor:
    """A number as a tensor in float64; a tensor as it is."""
    return value if isinstance(value, Tensor) else torch.as_tensor(value, dtype=torch.float64)


def _shape(arguments: Sequence[Tensor]) -> torch.Size:
    """What the arguments broadcast to; it is quick to see that all have one shape."""
    shapes = {a.shape for a in arguments}
    return shapes.pop() if len(shapes) == 1 else torch.broadcast_shapes(*shapes)


def _part(x: Tensor, start: int, step: int) -> Tensor:
    """The numbers from the one called start on, so many as the step; all where there are no more than that."""
    return x if x.numel() <= step else x[start : start + step]


def _precision(device: torch.device | None) -> torch.dtype:
    """float64, but on Apple's device, which has none."""
    return torch.float32 if device is not None and device.type == "mps" else torch.float64


def _settled(x: Tensor) -> bool:
    """Whether what is computed may depend on the numbers in x: nobody traces or differentiates it."""
    return not torch.compiler.is_compiling() and torch.is_inference_mode_enabled() and x.device.type == "cpu"


def _doubtful(reals: Sequence[Tensor], bounded: Sequence[Tensor]) -> bool:
    """Whether one of `reals` may be nan or one of `bounded` below 0."""
    if not all(_settled(x) for x in (*reals, *bounded)):
        return True
    return any(bool(x.sum().isnan()) for x in reals) or not all(bool(x.amin() >= 0.0) for x in bounded)


def _checked(value: Tensor | float, reals: Sequence[Tensor], bounded: Sequence[Tensor]) -> Tensor | float:
    """The value, nan where one of `reals` is nan or one of `bounded` is below 0."""
    for x in reals:
        value = _where(x == x, value, torch.nan)
    for x in bounded:
        value = _where(x >= 0.0, value, torch.nan)
    return value


def _where(condition: Tensor, value: Tensor | float, otherwise: Tensor | float) -> Tensor:
    """torch.where, also for two numbers."""
    if not isinstance(value, Tensor):
        value = torch.full(condition.shape, value, dtype=torch.float64, device=condition.device)
    return torch.where(condition, value, otherwise)


# (exp(x) - 1 - x)/x**2 in powers of x, for |x| up to 1
_EXP = (
    0.5,
    0.16666666666666666,
    0.04166666666666609,
    0.008333333333333299,
    0.0013888888888981404,
    0.00019841269841324198,
    2.4801587246096818e-05,
    2.7557319191381816e-06,
    2.755733506893373e-07,
    2.5052117695907823e-08,
    2.0874435575864273e-09,
    1.6057679623801638e-10,
    1.1639194124150522e-11,
    7.746178593018827e-13,
)


def _exp_gap(x: Tensor) -> Tensor:
    """exp(x) - 1 - x >= 0."""
    if _settled(x) and _SINGLE.get():
        return _short_exp_gap(x)
    near = x.abs() < 1.0
    # each branch gets arguments that are safe where it is not taken, so that no gradient is nan
    u, v = torch.where(near, x, 0.0), torch.where(near, 1.0, x)
    value_far = torch.expm1(v) - v.clamp(max=1e3)  # infinite from there on
    return torch.where(near, u * u * _polynomial(_EXP, u), value_far)


def _short_exp_gap(x: Tensor) -> Tensor:
    """The same to 32 bits."""
    value, size = torch.expm1(x) - x.clamp(max=1e3), x.abs()
    if bool(size.amin() > 1e-6):
        return value
    return torch.where(size < 1e-3, x * x * (0.5 + x * (1 / 6 + x / 24)), value)


def _polynomial(coefficients: tuple[float, ...], x: Tensor) -> Tensor:
    """The polynomial with these coefficients, lowest power first, by Horner's rule."""
    if _settled(x):
        first, *rest = _numbers(coefficients[-2::-1], x.dtype)
        value = torch.add(first, x, alpha=coefficients[-1])
        for coefficient in rest:
            torch.addcmul(coefficient, value, x, out=value)
        return value
    value = torch.full_like(x, coefficients[-1])
    for coefficient in coefficients[-2::-1]:
        value = value * x + coefficient
    return value


@lru_cache(maxsize=128)
def _numbers(coefficients: tuple[float, ...], dtype: torch.dtype) -> tuple[Tensor, ...]:
    """Each as a tensor: making them takes longer than a pass over a block."""
    with torch.inference_mode():
        return torch.tensor(coefficients, dtype=dtype).unbind()


def _total(*terms: Tensor | tuple[float, Tensor]) -> Tensor:
    """The sum of non-negative terms, (c, x) for c*x*x; infinite where one of them is, even where another is 0/0."""
    sums = [term for term in terms if isinstance(term, Tensor)]
    squares = [term for term in terms if not isinstance(term, Tensor)]
    if _settled(squares[0][1] if squares else sums[0]):
        value, own = (sums[0], False) if sums else (torch.zeros_like(squares[0][1]), True)
        for term in sums[1:]:
            value, own = value + term, True
        for factor, x in squares:
            if own and value.shape == x.shape:
                value.addcmul_(x, x, value=factor)
            else:
                value, own = torch.addcmul(value, x, x, value=factor), True
        if bool(torch.isfinite(value.sum())):
            return value
    terms = [term if isinstance(term, Tensor) else term[0] * term[1] * term[1] for term in terms]
    value = terms[0]
    for term in terms[1:]:
        value = value + term
    for term in terms:
        value = torch.where(term == torch.inf, torch.inf, value)
    return value


#: from so many numbers on what is known is worked out in one pass over memory, where numba is installed
_MANY = 1 << 16
#: functions of numbers, which are plain Python until they are first wanted, and what numba is told of each
_OF_NUMBERS: dict[str, tuple[Callable[..., Any], dict[str, Any]]] = {}


def _inline(function: Callable[..., Any]) -> Callable[..., Any]:
    _OF_NUMBERS[function.__name__] = (function, {"forceinline": True})
    return function


def _fused(function: Callable[..., Any]) -> Callable[..., Any]:
    """Multiplication and addition in one instruction, where the processor has it."""
    _OF_NUMBERS[function.__name__] = (function, {"forceinline": True, "fastmath": {"contract"}})
    return function


def _loop(function: Callable[..., Any]) -> Callable[..., Any]:
    """One that writes its first arguments; all are contiguous and of one length."""
    # the machine code that is kept finds its module by name: one file for each name it has
    function.__qualname__ = f"{__name__.replace('.', '_')}_{function.__name__}"
    _OF_NUMBERS[function.__name__] = (function, {"nogil": True})
    return function


@lru_cache(maxsize=1)
def _compiled() -> bool:
    """Whether numba is there, and not switched off; the functions of numbers are then its own."""
    try:
        import numba
    except ImportError:
        return False
    if numba.config.DISABLE_JIT:
        return False
    importable = getattr(sys.modules.get(__name__), "__dict__", None) is globals()
    for name, (function, options) in _OF_NUMBERS.items():
        cache = importable and "nogil" in options
        globals()[name] = numba.njit(error_model="numpy", cache=cache, **options)(function)
    return True


def _in_one_pass(
    formula: _Formula, arguments: Sequence[Tensor], value: Tensor, slopes: Sequence[Tensor | None]
) -> bool:
    """Writes the value and the derivatives that are wanted in one pass over memory; False where it cannot."""
    name = formula.__name__.removesuffix("_formula")
    # what watches or traces the operations would not see it
    if value.numel() < _MANY or f"{name}_each" not in _OF_NUMBERS or is_in_torch_dispatch_mode() or not _compiled():
        return False
    wanted = any(slope is not None for slope in slopes)
    results, loop = ((value, *slopes), f"{name}_slopes") if wanted else ((value,), f"{name}_values")
    short = all(s is None or s.dtype == torch.float32 for s in slopes) and all(map(_is_single, arguments))
    dtype = torch.float32 if short else torch.float64
    given = [a.detach().resolve_neg() for a in arguments]
    given = [a.to(dtype).expand(_BLOCK).contiguous() if a.numel() == 1 else a for a in given]

    def fill(start: int) -> None:
        count = min(_BLOCK, value.numel() - start)
        numbers = [(a[:count] if a.numel() == _BLOCK else a[start : start + count]).to(dtype) for a in given]
        places = [None if r is None else r[start : start + count] for r in results]
        written = [
            place if place is not None and place.dtype in (dtype, torch.float64) else torch.empty(count, dtype=dtype)
            for place in places
        ]
        globals()[loop](*(x.numpy() for x in written), *(x.contiguous().numpy() for x in numbers))
        for place, x in zip(places, written, strict=True):
            if place is not None and place is not x:
                place.copy_(x)

    starts = range(0, value.numel(), _BLOCK)
    threads = min(torch.get_num_threads(), len(starts))
    if threads == 1:
        for start in starts:
            fill(start)
    else:
        with ThreadPoolExecutor(threads) as pool:
            list(pool.map(fill, starts))
    return True


def _is_single(x: Tensor) -> bool:
    """Whether float32 holds what is in x: a tensor of that dtype, or one such number."""
    return x.dtype == torch.float32 or (x.numel() == 1 and bool(x.to(torch.float32) == x))


@_inline
def _kl_normal_normal__log_variance_each(mu_1, logvar_1):
    """The value and, in the arguments' order, its derivatives, of numbers."""
    mu_1 = np.float64(mu_1)
    logvar_1 = np.float64(logvar_1)
    value = _each_total(
        0.5 * mu_1 * mu_1,
        0.5 * _each_exp_gap(logvar_1),
    )
    valid = ~math.isnan(mu_1) & ~math.isnan(logvar_1)
    slope_mu_1 = mu_1
    slope_logvar_1 = 0.5 * math.expm1(logvar_1)
    return (value if valid else np.nan, slope_mu_1, slope_logvar_1)


@_loop
def _kl_normal_normal__log_variance_values(result, mu_1, logvar_1):
    for i in range(result.size):
        result[i] = _kl_normal_normal__log_variance_each(mu_1[i], logvar_1[i])[0]


@_loop
def _kl_normal_normal__log_variance_slopes(result, by_mu_1, by_logvar_1, mu_1, logvar_1):
    for i in range(result.size):
        result[i], by_mu_1[i], by_logvar_1[i] = _kl_normal_normal__log_variance_each(mu_1[i], logvar_1[i])


@_fused
def _each_exp_gap(x):
    """exp(x) - 1 - x >= 0, without a branch."""
    near = abs(x) < 1.0
    u = max(min(x, 1e3), -1e3)  # beyond, it is infinite or -1 - x
    # u is k*log(2) + r; 3*2**51 rounds to an integer
    k = 0.0 if near else (u * 1.4426950408889634 + 6755399441055744.0) - 6755399441055744.0
    k = min(k, 1024.0)
    r = (u - k * 0.6931471803691238) - k * 1.9082149292705877e-10
    value = r * r * _each_exp_series(r)
    # 2**(k - 1), of which nothing is left far below 0
    half = _each_of_bits(_each_bits(max(k, -64.0) + 4503599627371518.0) << 52)  # 2**52 + 1022
    far = 2.0 * (half * (r + value) + (half - 0.5)) - min(x, 1e3)
    return value if near else far


@_fused
def _each_exp_series(x):
    """(exp(x) - 1 - x)/x**2 for |x| < 1, in powers of x."""
    value = 7.746178593018827e-13
    value = value * x + 1.1639194124150522e-11
    value = value * x + 1.6057679623801638e-10
    value = value * x + 2.0874435575864273e-09
    value = value * x + 2.5052117695907823e-08
    value = value * x + 2.755733506893373e-07
    value = value * x + 2.7557319191381816e-06
    value = value * x + 2.4801587246096818e-05
    value = value * x + 0.00019841269841324198
    value = value * x + 0.0013888888888981404
    value = value * x + 0.008333333333333299
    value = value * x + 0.04166666666666609
    value = value * x + 0.16666666666666666
    return value * x + 0.5


@_fused
def _each_bits(x):
    return np.float64(x).view(np.int64)


@_fused
def _each_of_bits(i):
    return np.int64(i).view(np.float64)


@_fused
def _each_ratio_parts(a, b):
    """k, x, y with a/b = 2**k * x/y and x/y within about 2/3 and 3/2, for positive a, b; without a branch.

    The bits of a positive number, read as an integer, are nearly 2**52 times its logarithm to the base 2.
    """
    small_a, small_b = a < 1e-290, b < 1e-290
    i = _each_bits(a * 18014398509481984.0 if small_a else a)  # 2**54: no subnormal number is left
    j = _each_bits(b * 18014398509481984.0 if small_b else b)
    k = (((i >> 1) - (j >> 1) + 0x4004000000000000) >> 51) & 0xFFF  # biased by 2048
    exponent = j & 0x7FF0000000000000
    x = _each_of_bits(i - exponent - (k << 52) - 0x4010000000000000)
    y = _each_of_bits(j - exponent + 0x3FF0000000000000)
    power = _each_of_bits(k | 0x4330000000000000) - 4503599627372544.0  # 2**52 + 2048
    return power + ((54.0 if small_b else 0.0) - (54.0 if small_a else 0.0)), x, y


@_inline
def _each_total(*terms):
    """The sum of non-negative terms; infinite where one of them is, even where another is 0/0."""
    value, infinite = terms[0], terms[0] == np.inf
    for term in terms[1:]:
        value = value + term
        infinite = infinite | (term == np.inf)
    return np.inf if infinite else value
