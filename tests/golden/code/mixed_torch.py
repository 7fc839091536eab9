"""Mixed: a golden module of the tests.

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
    "kl_normal_gamma",
    "kl_normal_laplace",
]

#: a value and its derivatives, None for those that are not wanted
_Parts = tuple[Tensor, Sequence[Tensor | float | None]]
_Formula = Callable[[Sequence[Tensor], Sequence[bool], bool], _Parts]


def kl_normal_laplace(
    mu_1: Tensor | float,
    sigma_1: Tensor | float,
    mu_2: Tensor | float,
    b_2: Tensor | float,
    *,
    event_ndims: int = 0,
    validate: bool = True,
) -> Tensor:
    """KL divergence KL(Normal || Laplace), in nats.

    Formula:
        log(b_2/sigma_1) - log(pi/2)/2 + (sqrt(2)*sigma_1*exp(-(mu_1 - mu_2)**2/(2*sigma_1**2))/sqrt(pi) +
        (mu_1 - mu_2)*erf(sqrt(2)*(mu_1 - mu_2)/(2*sigma_1)))/b_2 - 1/2

    Arguments:
        mu_1: mean, real
        sigma_1: standard deviation, positive (the limit at 0 where there is one)
        mu_2: location, real
        b_2: scale, positive (the limit at 0 where there is one)
        event_ndims: so many of the last axes are summed over (independent dimensions)
        validate: False leaves out the check of the domains; outside them the value is then anything

    Returns an array of the shape that the arguments broadcast to, less the last `event_ndims` axes,
    in nats; nan where an argument lies outside its domain.

    The form is not a sum of non-negative terms: a result below 0 by rounding is set to 0.
    Verdict: proved (proved by symbolic algebra).
    Accuracy: 8 units in the last place in float64; more where an exponential amplifies the rounding of what
    it is taken of or terms of both signs nearly cancel.
    """
    return _evaluated(
        _kl_normal_laplace_formula,
        (mu_1, sigma_1, mu_2, b_2),
        event_ndims,
        validate,
    )


def _kl_normal_laplace_formula(
    arguments: Sequence[Tensor],
    wanted: Sequence[bool],
    validate: bool,
) -> _Parts:
    """The value and, in the arguments' order, those of its derivatives that are wanted."""
    mu_1, sigma_1, mu_2, b_2 = arguments
    validate = validate and _doubtful((mu_1, mu_2), (sigma_1, b_2))
    # -log(2)/2 + 1/2 + log(pi)/2
    constant_1 = 0.7257913526447274
    mu_difference = mu_1 - mu_2
    # sqrt(2)/2
    constant_2 = 0.7071067811865476
    t_1 = torch.special.erf(_over(constant_2, sigma_1) * mu_difference)
    # sqrt(2)/sqrt(pi)
    constant_3 = 0.7978845608028654
    mu_scaled = _over(mu_difference, sigma_1)
    t_2 = mu_scaled * mu_scaled
    t_3 = torch.exp(-0.5 * t_2)
    value = (
        _log_ratio(b_2, sigma_1, b_2 - sigma_1)
        + _over(constant_3, b_2) * t_3 * sigma_1
        + _over(mu_difference, b_2) * t_1
        - constant_1
    )
    value = value.clamp(min=0.0)  # rounding can leave a divergence of 0 slightly negative
    if validate:
        value = _checked(value, (mu_1, mu_2), (sigma_1, b_2))
    if not any(wanted):
        return value, ()
    t_4 = _over(constant_2, sigma_1) * (mu_1 - mu_2)
    t_5 = torch.special.erf(t_4)
    t_6 = _over(torch.exp(-0.25 * t_2), b_2)
    t_7 = t_6 * sigma_1
    t_8 = _over(t_5, b_2)
    slopes: list[Tensor | float | None] = [None] * 4
    if wanted[0]:
        slope_mu_1 = t_8
        slopes[0] = slope_mu_1
    if wanted[1]:
        slope_sigma_1 = _over(constant_3, b_2) * t_3 - 1.0 / sigma_1
        slopes[1] = slope_sigma_1
    if wanted[2]:
        slope_mu_2 = -t_8
        slopes[2] = slope_mu_2
    if wanted[3]:
        slope_b_2 = _over((1.0 - _over(mu_difference, b_2) * t_1), b_2) - constant_3 * t_6 * t_7
        slopes[3] = slope_b_2
    return value, slopes


def kl_normal_gamma(
    mu_1: Tensor | float,
    sigma_1: Tensor | float,
    alpha_2: Tensor | float,
    beta_2: Tensor | float,
    *,
    event_ndims: int = 0,
    validate: bool = True,
) -> Tensor:
    """KL divergence KL(Normal || Gamma), in nats.

    Formula:
        oo

    Arguments:
        mu_1: mean, real
        sigma_1: standard deviation, positive (the limit at 0 where there is one)
        alpha_2: shape, positive (the limit at 0 where there is one)
        beta_2: rate, positive (the limit at 0 where there is one)
        event_ndims: so many of the last axes are summed over (independent dimensions)
        validate: False leaves out the check of the domains; outside them the value is then anything

    Returns an array of the shape that the arguments broadcast to, less the last `event_ndims` axes,
    in nats; nan where an argument lies outside its domain.

    p gives positive probability to values below 0, where q has none.
    Verdict: proved (proved by symbolic algebra).
    """
    return _evaluated(
        _kl_normal_gamma_formula,
        (mu_1, sigma_1, alpha_2, beta_2),
        event_ndims,
        validate,
    )


def _kl_normal_gamma_formula(
    arguments: Sequence[Tensor],
    wanted: Sequence[bool],
    validate: bool,
) -> _Parts:
    """The value and, in the arguments' order, those of its derivatives that are wanted."""
    mu_1, sigma_1, alpha_2, beta_2 = arguments
    validate = validate and _doubtful((mu_1,), (sigma_1, alpha_2, beta_2))
    value = torch.inf
    if validate:
        value = _checked(value, (mu_1,), (sigma_1, alpha_2, beta_2))
    if not any(wanted):
        return value, ()
    slopes: list[Tensor | float | None] = [None] * 4
    if wanted[0]:
        slope_mu_1 = 0.0
        slopes[0] = slope_mu_1
    if wanted[1]:
        slope_sigma_1 = 0.0
        slopes[1] = slope_sigma_1
    if wanted[2]:
        slope_alpha_2 = 0.0
        slopes[2] = slope_alpha_2
    if wanted[3]:
        slope_beta_2 = 0.0
        slopes[3] = slope_beta_2
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


# 2**500, and twice its logarithm
_POWER = 2.0**500
_LOG_POWERS = 693.1471805599454


def _log_quotient(a: Tensor, b: Tensor) -> Tensor:
    """log(a/b), also where a/b is too small or too large for a number: powers of two bring it back."""
    tiny, vast = a * _POWER < b, b * _POWER < a
    above = torch.where(tiny, a * _POWER, torch.where(vast, a * (1.0 / _POWER), a))
    below = torch.where(tiny, b * (1.0 / _POWER), torch.where(vast, b * _POWER, b))
    log = torch.log(above / below)
    return torch.where(tiny, log - _LOG_POWERS, torch.where(vast, log + _LOG_POWERS, log))


def _log_ratio(a: Tensor | float, b: Tensor | float, d: Tensor) -> Tensor:
    """log(a/b), where d is a - b, formed exactly."""
    a, b, d = _tensors(a, b, d)
    near = (d / b).detach().abs() < 0.5
    # each branch gets arguments that are safe where it is not taken, so that no gradient is nan
    log_near = torch.log1p(torch.where(near, d, 0.0) / torch.where(near, b, 1.0))
    return torch.where(near, log_near, _log_quotient(torch.where(near, 1.0, a), torch.where(near, 1.0, b)))


def _over(a: Tensor | float, b: Tensor | float) -> Tensor | float:
    """a/b; where torch.compile traces for float32, by the reciprocal, which all that is divided by b shares."""
    return a * torch.reciprocal(b) if _TRACED.single and isinstance(b, Tensor) else a / b


def _tensors(*arguments: Tensor | float) -> list[Tensor]:
    """The arguments as tensors like the first tensor among them."""
    like = next(a for a in arguments if isinstance(a, Tensor))
    return [a if isinstance(a, Tensor) else like.new_tensor(a) for a in arguments]


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
def _kl_normal_laplace_each(mu_1, sigma_1, mu_2, b_2):
    """The value and, in the arguments' order, its derivatives, of numbers."""
    mu_1 = np.float64(mu_1)
    sigma_1 = np.float64(sigma_1)
    mu_2 = np.float64(mu_2)
    b_2 = np.float64(b_2)
    # -log(2)/2 + 1/2 + log(pi)/2
    constant_1 = 0.7257913526447274
    mu_difference = mu_1 - mu_2
    # sqrt(2)/2
    constant_2 = 0.7071067811865476
    t_1 = math.erf(constant_2 / sigma_1 * mu_difference)
    # sqrt(2)/sqrt(pi)
    constant_3 = 0.7978845608028654
    mu_scaled = mu_difference / sigma_1
    t_2 = mu_scaled * mu_scaled
    t_3 = math.exp(-0.5 * t_2)
    value = (
        _each_log_ratio(b_2, sigma_1, b_2 - sigma_1)
        + constant_3 / b_2 * t_3 * sigma_1
        + mu_difference / b_2 * t_1
        - constant_1
    )
    value = max(value, 0.0)  # rounding can leave a divergence of 0 slightly negative
    valid = ~math.isnan(mu_1) & (sigma_1 >= 0.0) & ~math.isnan(mu_2) & (b_2 >= 0.0)
    t_4 = constant_2 / sigma_1 * (mu_1 - mu_2)
    t_5 = math.erf(t_4)
    t_6 = math.exp(-0.25 * t_2) / b_2
    t_7 = t_6 * sigma_1
    t_8 = t_5 / b_2
    slope_mu_1 = t_8
    slope_sigma_1 = constant_3 / b_2 * t_3 - 1.0 / sigma_1
    slope_mu_2 = -t_8
    slope_b_2 = (1.0 - mu_difference / b_2 * t_1) / b_2 - constant_3 * t_6 * t_7
    return (value if valid else np.nan, slope_mu_1, slope_sigma_1, slope_mu_2, slope_b_2)


@_loop
def _kl_normal_laplace_values(result, mu_1, sigma_1, mu_2, b_2):
    for i in range(result.size):
        result[i] = _kl_normal_laplace_each(mu_1[i], sigma_1[i], mu_2[i], b_2[i])[0]


@_loop
def _kl_normal_laplace_slopes(result, by_mu_1, by_sigma_1, by_mu_2, by_b_2, mu_1, sigma_1, mu_2, b_2):
    for i in range(result.size):
        result[i], by_mu_1[i], by_sigma_1[i], by_mu_2[i], by_b_2[i] = _kl_normal_laplace_each(
            mu_1[i],
            sigma_1[i],
            mu_2[i],
            b_2[i],
        )


@_inline
def _kl_normal_gamma_each(mu_1, sigma_1, alpha_2, beta_2):
    """The value and, in the arguments' order, its derivatives, of numbers."""
    mu_1 = np.float64(mu_1)
    sigma_1 = np.float64(sigma_1)
    alpha_2 = np.float64(alpha_2)
    beta_2 = np.float64(beta_2)
    value = np.inf
    valid = ~math.isnan(mu_1) & (sigma_1 >= 0.0) & (alpha_2 >= 0.0) & (beta_2 >= 0.0)
    slope_mu_1 = 0.0
    slope_sigma_1 = 0.0
    slope_alpha_2 = 0.0
    slope_beta_2 = 0.0
    return (value if valid else np.nan, slope_mu_1, slope_sigma_1, slope_alpha_2, slope_beta_2)


@_loop
def _kl_normal_gamma_values(result, mu_1, sigma_1, alpha_2, beta_2):
    for i in range(result.size):
        result[i] = _kl_normal_gamma_each(mu_1[i], sigma_1[i], alpha_2[i], beta_2[i])[0]


@_loop
def _kl_normal_gamma_slopes(result, by_mu_1, by_sigma_1, by_alpha_2, by_beta_2, mu_1, sigma_1, alpha_2, beta_2):
    for i in range(result.size):
        result[i], by_mu_1[i], by_sigma_1[i], by_alpha_2[i], by_beta_2[i] = _kl_normal_gamma_each(
            mu_1[i],
            sigma_1[i],
            alpha_2[i],
            beta_2[i],
        )


@_fused
def _each_log_parts(a, b, d):
    """near, k, t, s, w: a/b = 2**k*(1 + t), log(1 + t) = 2*s + s*w, k as 0 where near; d is a - b, formed exactly."""
    near = (d > -0.5 * b) & (d < b)
    k, x, y = _each_ratio_parts(a, b)
    lift = 18014398509481984.0 if b < 1e-290 else 0.5  # 2**54 and 2**-1: exact, and nothing leaves the range
    step, unit = d * lift if near else x - y, b * lift if near else y
    t, half = step / unit, 0.5 * step
    s = half / (half + unit)
    z = s * s
    # (atanh(s)/s - 1)/s**2 in powers of z, the even and the odd ones apart
    u = z * z
    even = 0.04400369243072337
    even = even * u + 0.06657072104827468
    even = even * u + 0.09090894718066429
    even = even * u + 0.1428571428355438
    even = even * u + 0.3333333333333333
    odd = 0.08082022805971766
    odd = odd * u + 0.06000536404795356
    odd = odd * u + 0.07692785032479312
    odd = odd * u + 0.11111111358713932
    odd = odd * u + 0.20000000000007292
    return near, k, t, s, 2.0 * z * (even + z * odd)


@_fused
def _each_power_rise(k, t):
    """What 2**k adds to t - log(1 + t) where that becomes 2**k*(1 + t) - 1 - log(2**k*(1 + t)), for k up to 64."""
    # 2**52 + 1023
    rise = -1.0 if k < -64.0 else _each_of_bits(_each_bits(k + 4503599627371519.0) << 52) - 1.0
    return rise - k * 0.6931471805599453 + rise * t


@_fused
def _each_log_ratio(a, b, d):
    """log(a/b), where d is a - b, formed exactly."""
    near, k, _, s, w = _each_log_parts(a, b, d)
    rest = 2.0 * s + s * w
    value = rest if near else k * 0.6931471803691238 + (k * 1.9082149292705877e-10 + rest)
    value = -np.inf if a == 0.0 else value
    return np.inf if (d / b == np.inf) | (a == np.inf) else value


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
