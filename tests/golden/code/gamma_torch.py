"""Gamma: a golden module of the tests.

The functions take tensors and numbers, which broadcast, on any one device. They compute in float64
(float32 on a device that has no float64) and round once to the dtype of the tensors (the default dtype
for integers and numbers). Gradients are closed forms themselves, unless the docstring says otherwise;
they can be differentiated in turn. torch.compile takes the functions whole. They stand alone: nothing
else needs to be installed but PyTorch.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextvars import ContextVar
from functools import lru_cache
from typing import Any

import torch
from torch import Tensor
from torch.autograd import forward_ad
from torch.utils._python_dispatch import is_in_torch_dispatch_mode

__all__ = [
    "kl_gamma_gamma",
]

#: a value and its derivatives, None for those that are not wanted
_Parts = tuple[Tensor, Sequence[Tensor | float | None]]
_Formula = Callable[[Sequence[Tensor], Sequence[bool], bool], _Parts]


def kl_gamma_gamma(
    alpha_1: Tensor | float,
    beta_1: Tensor | float,
    alpha_2: Tensor | float,
    beta_2: Tensor | float,
    *,
    event_ndims: int = 0,
    validate: bool = True,
) -> Tensor:
    """KL divergence KL(Gamma || Gamma), in nats.

    Formula:
        alpha_2*log(beta_1/beta_2) - alpha_1*(beta_1 - beta_2)/beta_1 + (alpha_1 - alpha_2)*digamma(alpha_1)
        - loggamma(alpha_1) + loggamma(alpha_2)

    Arguments:
        alpha_1: shape, positive (the limit at 0 where there is one)
        beta_1: rate, positive (the limit at 0 where there is one)
        alpha_2: shape, positive (the limit at 0 where there is one)
        beta_2: rate, positive (the limit at 0 where there is one)
        event_ndims: so many of the last axes are summed over (independent dimensions)
        validate: False leaves out the check of the domains; outside them the value is then anything

    Returns an array of the shape that the arguments broadcast to, less the last `event_ndims` axes,
    in nats; nan where an argument lies outside its domain.

    Verdict: proved (proved by symbolic algebra).
    Accuracy: 32 units in the last place in float64.
    """
    return _evaluated(
        _kl_gamma_gamma_formula,
        (alpha_1, beta_1, alpha_2, beta_2),
        event_ndims,
        validate,
    )


def _kl_gamma_gamma_formula(
    arguments: Sequence[Tensor],
    wanted: Sequence[bool],
    validate: bool,
) -> _Parts:
    """The value and, in the arguments' order, those of its derivatives that are wanted."""
    alpha_1, beta_1, alpha_2, beta_2 = arguments
    validate = validate and _doubtful((), (alpha_1, beta_1, alpha_2, beta_2))
    alpha_difference = alpha_1 - alpha_2
    value = _total(
        _binet_gap(alpha_2, alpha_1, -alpha_difference),
        _scaled_product_gap(alpha_1, beta_2, alpha_2, beta_1),
    )
    if validate:
        value = _checked(value, (), (alpha_1, beta_1, alpha_2, beta_2))
    if not any(wanted):
        return value, ()
    slopes: list[Tensor | float | None] = [None] * 4
    sums = _watched(alpha_1)
    if wanted[0]:
        part_1 = _trigamma_excess(alpha_1, -alpha_difference)
        part_2 = _product_excess(alpha_1, beta_2, alpha_2, beta_1, alpha_1, beta_1)
        slope_alpha_1 = part_2 - part_1
        slopes[0] = slope_alpha_1
        if sums is not None:
            sums.append((-part_1, part_2))
    if wanted[1]:
        slope_beta_1 = -_product_excess(alpha_1, beta_2, alpha_2, beta_1, beta_1, beta_1)
        slopes[1] = slope_beta_1
    if wanted[2]:
        part_3 = _product_log_ratio(alpha_1, beta_2, alpha_2, beta_1)
        part_4 = _binet_rise(alpha_2, alpha_1, -alpha_difference)
        slope_alpha_2 = part_4 - part_3
        slopes[2] = slope_alpha_2
        if sums is not None:
            sums.append((-part_3, part_4))
    if wanted[3]:
        slope_beta_2 = _product_excess(alpha_1, beta_2, alpha_2, beta_1, beta_1, beta_2)
        slopes[3] = slope_beta_2
    near = ((alpha_1, alpha_2), (beta_1, beta_2))
    return value, _refined(slopes, sums, near, arguments, _kl_gamma_gamma_twice)


def _kl_gamma_gamma_twice(
    alpha_1: _Twice,
    beta_1: _Twice,
    alpha_2: _Twice,
    beta_2: _Twice,
) -> tuple[_Twice | float, ...]:
    """The derivatives in closed form, with twice the digits."""
    x_1 = 1.0 / beta_1
    x_2 = beta_1 - beta_2
    x_3 = x_1 * alpha_1
    return (
        (alpha_1 - alpha_2) * _polygamma_twice(1, alpha_1) - x_1 * x_2,
        x_2 / beta_1 * alpha_1 / beta_1 + x_1 * alpha_2 - x_3,
        _log_twice(beta_1) + _polygamma_twice(0, alpha_2) - _log_twice(beta_2) - _polygamma_twice(0, alpha_1),
        x_3 - alpha_2 / beta_2,
    )


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
            for start in range(0, size, step):
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


def _between(x: Tensor, low: float, high: float) -> bool:
    """Whether all numbers in x are, and none is nan."""
    lowest, highest = torch.aminmax(x)
    return bool(lowest > low) and bool(highest < high)


def _binet(x: Tensor) -> tuple[Tensor, Tensor]:
    """loggamma(x) - (x - 1/2)*log(x) + x - log(2*pi)/2 > 0 and its derivative: eight shifts up, then the series."""
    value, slope = torch.zeros_like(x), torch.zeros_like(x)
    for shift in range(8):
        y = x + shift
        t = 1.0 / (2.0 * y + 1.0)
        z = t * t
        series = _polynomial(_ATANH, z.clamp(max=0.111))
        log = torch.log1p(1.0 / y)
        value = value + torch.where(z < 0.111, z * series, (y + 0.5) * log - 1.0)
        steep = log - (y + 0.5) / (y * (y + 1.0))
        slope = slope + torch.where(z < 0.111, 2.0 * t * z * (series - 1.0 / (1.0 - z)), steep)
    q = 1.0 / (x + 8.0)
    odd = tuple((2 * k + 1) * c for k, c in enumerate(_STIRLING))
    return value + q * _polynomial(_STIRLING, q * q), slope - q * q * _polynomial(odd, q * q)


def _binet_gap(b: Tensor | float, a: Tensor | float, d: Tensor) -> Tensor:
    """The Bregman divergence of loggamma(x) - x*log(x) + x at b from a, where d is b - a; at least 0."""
    b, a, d = _tensors(b, a, d)
    large = (a >= 8.0) & (b >= 8.0)
    close = (b < 2.0 * a) & (a < 2.0 * b) & ~large
    # each branch gets arguments that are safe where it is not taken, so that no gradient is nan
    start, step = torch.where(close, a, 1.0), torch.where(close, d, 0.0)
    value_close = torch.zeros_like(d)
    for node, weight in zip(_NODES, _WEIGHTS, strict=True):
        x = start + node * step
        value_close = value_close + weight * (step / x * (step / x)) * _trigamma_lift(x)
    above, below, step_far = torch.where(large, b, 8.0), torch.where(large, a, 8.0), torch.where(large, d, 0.0)
    value_large = 0.5 * _log_gap(above, below, step_far) + _stirling_gap(above, below, step_far)
    # where both are small, one step up: there nothing is large
    low = (a < 0.5) & (b < 0.5)
    b_low, a_low, d_low = torch.where(low, b, 0.25), torch.where(low, a, 0.25), torch.where(low, d, 0.0)
    rise = _entropy_gap(b_low + 1.0, a_low + 1.0, -d_low) - _entropy_gap(b_low, a_low, -d_low)
    step_low = torch.where(low, _log_gap(b_low, a_low, d_low) + rise, 0.0)
    up = torch.where(low, 1.0, torch.zeros_like(d))
    above, below = torch.where(large | close, 1.0, b + up), torch.where(large | close, 1.0, a + up)
    step_far = torch.where(large | close, 0.0, d)
    (binet_above, _), (binet_below, slope) = _binet(above), _binet(below)
    value_far = 0.5 * _log_gap(above, below, step_far) + (binet_above - binet_below - slope * step_far) + step_low
    return torch.where(large, value_large, torch.where(close, value_close, value_far))


def _digamma_lag(x: Tensor) -> Tensor:
    """log(x) - digamma(x) > 0 for x > 0: eight shifts up, each a positive term, then Stirling's series."""
    one = torch.ones_like(x)
    value = _log_gap(x + 1.0, x, one)
    for shift in range(1, 8):
        value = value + _log_gap(x + (shift + 1.0), x + shift, one)
    q = 1.0 / (x + 8.0)
    odd = tuple((2 * k + 1) * c for k, c in enumerate(_STIRLING))
    return value + q * (0.5 + q * _polynomial(odd, q * q))


def _binet_rise(b: Tensor | float, a: Tensor | float, d: Tensor) -> Tensor:
    """digamma(b) - digamma(a) - log(b/a), where d is b - a."""
    b, a, d = _tensors(b, a, d)
    large = (a >= 8.0) & (b >= 8.0)
    close = (b < 2.0 * a) & (a < 2.0 * b) & ~large
    # each branch gets arguments that are safe where it is not taken, so that no gradient is nan
    start, step = torch.where(close, a, 1.0), torch.where(close, d, 0.0)
    value_close = torch.zeros_like(d)
    for node, weight in zip(_EVEN_NODES, _EVEN_WEIGHTS, strict=True):
        value_close = value_close + weight * _trigamma_excess(start + node * step, step)
    above, below, far = torch.where(large, b, 8.0), torch.where(large, a, 8.0), torch.where(large, d, 0.0)
    value_large = 0.5 * far / below / above + _stirling_rise(above, below, far)
    value_far = _digamma_lag(torch.where(large | close, 1.0, a)) - _digamma_lag(torch.where(large | close, 1.0, b))
    return torch.where(large, value_large, torch.where(close, value_close, value_far))


def _entropy_gap(a: Tensor | float, b: Tensor | float, d: Tensor) -> Tensor:
    """a*log(a/b) - a + b >= 0, where d is b - a, formed exactly; b where a is 0."""
    # a*_log_gap(b, a, d), the difference not divided by a where nothing else needs that
    a, b, d = _tensors(a, b, d)
    if _settled(d) and _SINGLE.get() and bool((ratio := b / a).amax() < 1e100):
        return a * _short_log_gap(ratio, d, a)
    empty = a == 0.0
    # each branch gets arguments that are safe where it is not taken, so that no gradient is nan
    c = torch.where(empty, 1.0, a)
    near = ~empty & (d > -0.75 * c) & (d < 3.0 * c)
    low, high = near & (d < -0.4 * c), near & (d > 0.9 * c)
    own = torch.where(near, c, 1.0)
    middle = torch.where(low, 0.5 * own, torch.where(high, 2.0 * own, own))
    step = torch.where(low | high, b - middle, torch.where(near, d, 0.0))
    half = 0.5 * step
    s = half / (half + middle)
    z = s * s
    value_near = s * (step - middle * (2.0 * z * _polynomial(_ATANH, z)))
    from_low, from_high = 2.0 * value_near + (own * _SHIFT_LOW - step), 0.5 * value_near + (own * _SHIFT_HIGH + half)
    value_near = torch.where(low, from_low, torch.where(high, from_high, value_near))
    usual = empty | near
    value_far = b - c * (1.0 + _log_quotient(torch.where(usual, 1.0, b), torch.where(usual, 1.0, c)))
    return torch.where(empty, b, torch.where(near, value_near, value_far))


# Gauss-Legendre on [0, 1]
_EVEN_NODES = (
    0.009219682876640375,
    0.04794137181476257,
    0.11504866290284765,
    0.2063410228566913,
    0.3160842505009099,
    0.43738329574426554,
    0.5626167042557345,
    0.6839157494990901,
    0.7936589771433087,
    0.8849513370971523,
    0.9520586281852375,
    0.9907803171233597,
)
_EVEN_WEIGHTS = (
    0.023587668193255914,
    0.05346966299765921,
    0.08003916427167311,
    0.10158371336153296,
    0.1167462682691774,
    0.12457352290670139,
    0.12457352290670139,
    0.1167462682691774,
    0.10158371336153296,
    0.08003916427167311,
    0.05346966299765921,
    0.023587668193255914,
)


# (atanh(s)/s - 1)/s**2 in powers of s**2, for s**2 up to 1/9
_ATANH = (
    0.3333333333333333,
    0.20000000000007292,
    0.1428571428355438,
    0.11111111358713932,
    0.09090894718066429,
    0.07692785032479312,
    0.06657072104827468,
    0.06000536404795356,
    0.04400369243072337,
    0.08082022805971766,
)
_TWICE_ATANH = tuple(2.0 * c for c in _ATANH)
# what makes a ratio of 0.6, and of 0.95, a power of two
_LIFT_LOW, _LIFT_HIGH = 1.0 / 0.6, 1.0 / 0.95
_LOG_2 = 0.6931471805599453
# log(2) - 1/2 and 1 - log(2)
_SHIFT_LOW, _SHIFT_HIGH = 0.19314718055994531, 0.3068528194400547


def _log_gap(a: Tensor | float, b: Tensor | float, d: Tensor) -> Tensor:
    """d/b - log(a/b) >= 0, where d is a - b, formed exactly."""
    a, b, d = _tensors(a, b, d)
    if torch.compiler.is_compiling() and not _derived(a, b, d):
        return (_short_log_gap_of_bits if _TRACED.single else _log_gap_of_bits)(a, b, d)
    if _settled(d):
        if _SINGLE.get() and bool((ratio := a / b).amax() < 1e100):
            return _short_log_gap(ratio, d, b)
        if _between(b, 1e-150, 1e150) and _between(ratio := a / b, 1e-100, 1e100):
            return _plain_log_gap(a, b, d, ratio)
    x = d / b
    near = (x - 1.125).abs() < 1.875
    # at a ratio below 0.6 or above 1.9, first from half of b or twice of it: a less that is exact
    low, high = x < -0.4, x > 0.9
    middle = torch.where(low, 0.5 * b, torch.where(high, 2.0 * b, b))
    step = torch.where(low, a - middle, torch.where(high, a - middle, d))
    # nothing here is infinite or nan where it is not taken, so that no gradient is nan
    y, half = (step / middle).clamp(max=1.0), 0.5 * step
    s = half / (half + middle)
    z = s * s
    shift = torch.where(low, _SHIFT_LOW - 0.5 * y, torch.where(high, _SHIFT_HIGH + y, 0.0))
    value_near = s * (y - 2.0 * z * _polynomial(_ATANH, z)) + shift
    # infinite where x is, even if the logarithm is infinite too
    return torch.where(near, value_near, x - _log_quotient(a, b).clamp(max=1e4))


def _short_log_gap(ratio: Tensor, d: Tensor, b: Tensor) -> Tensor:
    """ratio - 1 - log(ratio) to 32 bits, for a ratio of 1 + d/b that is not vast; it is overwritten."""
    log = torch.log(ratio)
    step = ratio.sub_(1.0)
    value, size = torch.sub(step, log, out=log), step.abs_()
    if bool(size.amin() > 1e-6):
        return value
    x = d / b
    return torch.where(size < 1e-3, x * x * (0.5 - x * (1 / 3 - x * (0.25 - 0.2 * x))), value)


def _plain_log_gap(a: Tensor, b: Tensor, d: Tensor, ratio: Tensor) -> Tensor:
    """The same of moderate numbers, in few passes over memory."""
    # a/b is a power of 2 times 1 + y: y is d/b where that is between -0.4 and 0.9, and of this size elsewhere
    power = (ratio * _LIFT_LOW).clamp_(max=1.0)
    torch.maximum(power, ratio.mul_(_LIFT_HIGH), out=power)
    bits = power.view(torch.int64)
    bits.bitwise_and_(0x7FF0000000000000)
    middle = torch.mul(power, b, out=ratio)
    # a choice by a mask would take longer
    step, inside = a - middle, torch.eq(power, 1.0, out=torch.empty_like(power))
    step.lerp_(d, inside)
    y = torch.div(step, middle, out=inside)
    s = step.div_(torch.add(step, middle, alpha=2.0, out=middle))
    z = torch.mul(s, s, out=middle)
    series = _polynomial(_TWICE_ATANH, z).mul_(z)
    near = torch.sub(y, series, out=series).mul_(s)
    # 2**52 + 1023
    exponent = (bits >> 52).bitwise_or_(0x4330000000000000).view(torch.float64).sub_(4503599627371519.0)
    near.addcmul_(power.sub_(1.0), y)
    return near.add_(power.sub_(exponent, alpha=_LOG_2))


def _derived(*arguments: Tensor) -> bool:
    """Whether what is computed of them may be differentiated step by step, or is not in float64."""
    if any(x.dtype != torch.float64 for x in arguments):
        return True
    return torch.is_grad_enabled() and any(x.requires_grad for x in arguments)


def _log_gap_of_bits(a: Tensor, b: Tensor, d: Tensor) -> Tensor:
    """d/b - log(a/b) from the bits of float64 numbers: without a call of a logarithm, and without a gradient."""
    power, scale, x, y = _ratio_parts(a, b)
    ratio = d / b
    near = (ratio - 0.25).abs() < 0.75
    # near, from the difference that was formed exactly; else that of x and y, which is exact too
    # halved or lifted by 2**54: exact, and nothing leaves the range
    small = b < 1e-290
    step = torch.where(near, torch.where(small, d * 18014398509481984.0, 0.5 * d), x - y)
    unit = torch.where(near, torch.where(small, b * 18014398509481984.0, 0.5 * b), y)
    t, half = step / unit, 0.5 * step
    s = half / (half + unit)
    z = s * s
    value = s * (t - 2.0 * z * _polynomial(_ATANH, z))
    # scale*(1 + t) - (1 + t) - power*log(2), log(2) in two parts: what the power of two adds
    rise = torch.where(power < -64.0, -1.0, scale - 1.0)
    far = ((rise - power * 0.6931471803691238) - power * 1.9082149292705877e-10) + rise * t
    far = torch.where(power > 64.0, ratio, value + far)
    return torch.where(near, value, torch.where(a == 0.0, torch.inf, far))


def _short_log_gap_of_bits(a: Tensor, b: Tensor, d: Tensor) -> Tensor:
    """The same to 32 bits, for a, b and their ratio between 1e-300 and 1e300, or a of 0."""
    x = _over(d, b)
    # bits less those of sqrt(1/2): a/b is 2**power times a number between that and sqrt(2)
    bits = _over(a, b).view(torch.int64)
    power = (bits - 0x3FE6A09E667F3BCD) >> 52
    y = torch.where(power == 0, x, (bits - (power << 52)).view(torch.float64) - 1.0)
    s = y / (y + 2.0)
    z = s * s
    value = s * (y - z * _polynomial(_TWICE_ATANH[:6], z)) + ((x - y) - power.to(torch.float64) * _LOG_2)
    return torch.where(a == 0.0, torch.inf, value)


def _ratio_parts(a: Tensor, b: Tensor) -> tuple[Tensor, Tensor, Tensor, Tensor]:
    """power, 2**power, x, y with a/b = 2**power * x/y and x/y within about 2/3 and 3/2, for positive a, b.

    The bits of a positive number, read as an integer, are nearly 2**52 times its logarithm to the base 2. What
    stands for 2**power is one of any value where that is no normal number.
    """
    small_a, small_b = a < 1e-290, b < 1e-290
    # 2**54: no subnormal number is left
    i = torch.where(small_a, a * 18014398509481984.0, a).view(torch.int64)
    j = torch.where(small_b, b * 18014398509481984.0, b).view(torch.int64)
    k = (((i >> 1) - (j >> 1) + 0x4004000000000000) >> 51) & 0xFFF  # biased by 2048
    exponent = j & 0x7FF0000000000000
    x = (i - exponent - (k << 52) - 0x4010000000000000).view(torch.float64)
    y = (j - exponent + 0x3FF0000000000000).view(torch.float64)
    k = k + torch.where(small_b, 54, 0) - torch.where(small_a, 54, 0) + 2048
    power = (k | 0x4330000000000000).view(torch.float64) - 4503599627374592.0  # 2**52 + 4096
    return power, ((k - 3073) << 52).view(torch.float64), x, y  # 4096 - 1023


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


# Gauss-Jacobi on [0, 1] for the weight 1 - t
_NODES = (
    0.008539054988427419,
    0.04444646315540772,
    0.10685449088347666,
    0.19215105452985404,
    0.29538088426258025,
    0.41054508120145766,
    0.5309508493128177,
    0.649600650277255,
    0.759598889525227,
    0.8545525437649358,
    0.928942101264411,
    0.9784379368341496,
)
_WEIGHTS = (
    0.021664860886871768,
    0.04742785198037747,
    0.06660675062667319,
    0.076896602680041,
    0.07769631681553103,
    0.0701093399976301,
    0.05661384371366763,
    0.040451653706913615,
    0.02487678040926543,
    0.012436009166422266,
    0.004444807795668462,
    0.0007751822209380283,
)


def _over(a: Tensor | float, b: Tensor | float) -> Tensor | float:
    """a/b; where torch.compile traces for float32, by the reciprocal, which all that is divided by b shares."""
    return a * torch.reciprocal(b) if _TRACED.single and isinstance(b, Tensor) else a / b


#: the coefficients of x**-1, x**-3, ... in Stirling's series, each in two parts
_STIRLING_TWICE = (
    (0.08333333333333333, 4.625929269271485e-18),
    (-0.002777777777777778, 1.0601087908747154e-19),
    (0.0007936507936507937, 6.883823317368282e-22),
    (-0.0005952380952380953, 5.36938218754726e-20),
    (0.0008417508417508417, 3.6870174889237694e-20),
    (-0.0019175269175269176, 1.0675702776872475e-19),
    (0.00641025641025641, 2.2240044563805217e-19),
    (-0.029550653594771242, 4.861760957508855e-19),
    (0.17964437236883057, -6.401600482710946e-19),
    (-1.3924322169059011, 1.5837056989230303e-17),
    (13.402864044168393, -6.154114101993966e-16),
    (-156.84828462600203, 9.391823141715389e-15),
)
#: log(2*pi)/2, in two parts
_ROOT_TWICE = (0.9189385332046728, -3.8782941580672414e-17)


def _polygamma_twice(order: int, x: _Twice) -> _Twice:
    """The logarithm of the gamma function (order -1) or a derivative of it: 32 shifts up, then Stirling's series."""
    shifts = torch.arange(32.0, dtype=torch.float64).reshape(-1, *(1 for _ in x.high.shape))
    # the product of many large numbers would overflow
    shifted = x.high < (1e6 if order == -1 else torch.inf)
    parts, y = x + _Twice(shifts), x + torch.where(shifted, 32.0, 0.0)
    q = 1.0 / y
    square, terms = q * q, enumerate(_STIRLING_TWICE, 1)
    if order == -1:
        # all by 32, a power of two, so that nothing here is large
        parts = _Twice(torch.where(shifted, parts.high * 0.03125, 1.0), torch.where(shifted, parts.low * 0.03125, 0.0))
        product = _gathered_twice(parts, _Twice.__mul__)
        rest = (x - 0.5) * (5.0 * _Twice(*_LOG_TWO_TWICE)) + _Twice(*_ROOT_TWICE)
        series = q * _polynomial_twice(_STIRLING_TWICE, square, 7)
        return (y - 0.5) * _log_twice(y * 0.03125) + rest + series - (_log_twice(product) + y)
    total = 1.0 / parts
    if order == 0:
        steep = [_twice_of(_Twice(*pair) * (2.0 * k - 1.0)) for k, pair in terms]
        series = square * _polynomial_twice(steep, square, 7)
        return _log_twice(y) - 0.5 * q - series - _gathered_twice(total, _Twice.__add__)
    steep = [_twice_of(_Twice(*pair) * (2.0 * k * (2.0 * k - 1.0))) for k, pair in terms]
    series = square * q * _polynomial_twice(steep, square, 7)
    return q + 0.5 * square + series + _gathered_twice(total * total, _Twice.__add__)


def _twice_of(x: _Twice) -> tuple[float, float]:
    return float(x.high), float(x.low)


def _gathered_twice(parts: _Twice, operation: Callable[[_Twice, _Twice], _Twice]) -> _Twice:
    """All along the first axis, whose length is a power of two, in one."""
    while (length := len(parts.high)) > 1:
        half = length // 2
        parts = operation(_Twice(parts.high[:half], parts.low[:half]), _Twice(parts.high[half:], parts.low[half:]))
    return _Twice(parts.high[0], parts.low[0])


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


def _product_difference(a: Tensor | float, b: Tensor | float, c: Tensor | float, d: Tensor | float) -> Tensor:
    """a*b - c*d, the products not rounded."""
    a, b, c, d = _tensors(a, b, c, d)
    above, below = a * b, c * d
    return (above - below) + (_product_error(a, b, above) - _product_error(c, d, below))


def _product_error(a: Tensor, b: Tensor, product: Tensor) -> Tensor:
    """a*b - product without rounding (Veltkamp's split and Dekker's product); a number, not a function of a and b."""
    a, b, product = a.detach(), b.detach(), product.detach()
    factor = 134217729.0 if a.dtype == torch.float64 else 4097.0
    high_a, high_b = factor * a, factor * b
    high_a, high_b = high_a - (high_a - a), high_b - (high_b - b)
    low_a, low_b = a - high_a, b - high_b
    error = ((high_a * high_b - product) + high_a * low_b + low_a * high_b) + low_a * low_b
    return torch.where(torch.isfinite(error), error, 0.0)


def _product_excess(
    a: Tensor | float, b: Tensor | float, c: Tensor | float, d: Tensor | float, e: Tensor | float, f: Tensor | float
) -> Tensor:
    """(a*b - c*d)/(e*f), the products not rounded; nothing overflows but the quotient."""
    a, b, c, d, e, f = _tensors(a, b, c, d, e, f)
    # all between 1/2 and 1, and the powers of two apart
    given = (a, b, c, d, e, f)
    powers = [torch.frexp(x.detach()).exponent.clamp(min=-1000) for x in given]
    a, b, c, d, e, f = (x * torch.ldexp(torch.ones_like(x), -y) for x, y in zip(given, powers, strict=True))
    i, j, k, m, n, p = powers
    first = torch.where((a == 0.0) | (b == 0.0), -4000, i + j)
    second = torch.where((c == 0.0) | (d == 0.0), -4000, k + m)
    power = torch.maximum(first, second)
    one = torch.ones_like(a)
    a, c = (x * torch.ldexp(one, (own - power).clamp(min=-1000)) for x, own in ((a, first), (c, second)))
    value = _product_difference(a, b, c, d) / e / f
    # in three steps: a power of two that is no number may bring back what is one
    power = (power - (n + p)).clamp(-3060, 3060)
    third = torch.div(power, 3, rounding_mode="floor")
    step = torch.ldexp(one, third)
    return value * step * step * torch.ldexp(one, power - 2 * third)


def _product_log_ratio(a: Tensor | float, b: Tensor | float, c: Tensor | float, d: Tensor | float) -> Tensor:
    """log(a*b/(c*d)), the difference of the products formed without rounding."""
    a, b, c, d = _tensors(a, b, c, d)
    above, below, difference = _scaled_products(a, b, c, d)
    ratio = (above / below).detach()
    inside = (ratio > torch.finfo(ratio.dtype).tiny) & (ratio < torch.inf)
    # each branch gets arguments that are safe where it is not taken, so that no gradient is nan
    above, below = (torch.where(inside, x, 1.0) for x in (above, below))
    value = _log_ratio(above, below, torch.where(inside, difference, 0.0))
    return torch.where(inside, value, _log_apart(a, b, c, d, ~inside))


def _watched(x: Tensor) -> list[Sequence[Tensor]] | None:
    """Where the terms of sums go that may cancel; None where nobody asks for more than what they are added up to."""
    return [] if _settled(x) and not _SINGLE.get() else None


def _refined(
    slopes: Sequence[Tensor | float | None],
    sums: Sequence[Sequence[Tensor]] | None,
    near: Sequence[tuple[Tensor, Tensor]],
    arguments: Sequence[Tensor],
    again: Callable[..., Sequence[_Twice | float]],
    held: Tensor | bool = True,
) -> Sequence[Tensor | float | None]:
    """The derivatives, worked out again with twice the digits where one of the sums, of these terms, nearly cancels.

    Where what are equal at equality are not `near`, only where far less is left; and where the value is used (`held`).
    What comes out is taken only where it differs by no more than rounding can have done, and has lost less itself.
    """
    if not sums:
        return slopes
    kept = least = torch.ones((), dtype=torch.float64)
    for first, *others in sums:
        total, size = first, first.abs()
        for term in others:
            total, size = total + term, size + term.abs()
        share = torch.nan_to_num(total.abs() / size, nan=1.0)
        kept, least = kept * share, torch.minimum(least, share)
    low = kept < 0.3
    for x, y in near:
        low = low & ((x - y).abs() < 0.2 * y.abs())
    low = (low | (least < 0.08)) & held
    low, *whole = torch.broadcast_tensors(low, *arguments)
    places = low.nonzero(as_tuple=True)
    if not places[0].numel():
        return slopes
    allowed = 2.0**-48 / kept.expand_as(low)[places].clamp(min=2.0**-53)
    found: list[Tensor | float | None] = []
    for slope, exact in zip(slopes, again(*(_Twice(a[places]) for a in whole)), strict=True):
        if isinstance(slope, Tensor) and isinstance(exact, _Twice):
            slope = slope.expand_as(low).clone()
            plain, better = slope[places], exact.high
            sure = (better - plain).abs() <= allowed * torch.maximum(better.abs(), plain.abs())
            sure = sure & (exact.off <= 2.0**-46 * better.abs())
            slope[places] = torch.where(sure, better, plain)
        found.append(slope)
    return found


def _scaled_product_gap(a: Tensor | float, b: Tensor | float, c: Tensor | float, d: Tensor | float) -> Tensor:
    """c times a*b/(c*d) - 1 - log(a*b/(c*d)), at least 0: where the ratio leaves the range of numbers too."""
    a, b, c, d = _tensors(a, b, c, d)
    above, below, difference = _scaled_products(a, b, c, d)
    ratio = (above / below).detach()
    high, low = ratio >= 1e290, ratio <= 1e-290
    if _settled(ratio) and not bool((high | low).any()):
        return c * _log_gap(above, below, difference)
    # each branch gets arguments that are safe where it is not taken, so that no gradient is nan
    above, below = (torch.where(high | low, 1.0, x) for x in (above, below))
    value = c * _log_gap(above, below, torch.where(high | low, 0.0, difference))
    greater, less = torch.where(high, torch.maximum(a, b), 1.0), torch.where(high, torch.minimum(a, b), 1.0)
    scale, product = torch.where(high, d, 1.0), greater * less
    wide = torch.where(product < torch.inf, product / scale, greater / scale * less)
    value_high = torch.where(product < 1e-290, less / scale * greater, wide)
    value_low = c * (-_log_apart(a, b, c, d, low) - 1.0)
    return torch.where(high, value_high, torch.where(low, value_low, value))


def _scaled_products(a: Tensor, b: Tensor, c: Tensor, d: Tensor) -> tuple[Tensor, Tensor, Tensor]:
    """a*b, c*d and their difference formed without rounding the products, all times one power of two."""
    # all between 1/2 and 1, and the power of two that is left over between a and b: exact, and nothing overflows before
    # the ratio of the products does
    i, j, k, m = (torch.frexp(x.detach()).exponent.clamp(min=-1000) for x in (a, b, c, d))
    power = ((i + j) - (k + m)).clamp(-1900, 1900)
    one = torch.ones_like(a)
    a = a * torch.ldexp(one, -i) * torch.ldexp(one, power >> 1)
    b = b * torch.ldexp(one, -j) * torch.ldexp(one, power - (power >> 1))
    c, d = c * torch.ldexp(one, -k), d * torch.ldexp(one, -m)
    above, below = a * b, c * d
    return above, below, (above - below) + (_product_error(a, b, above) - _product_error(c, d, below))


def _log_apart(a: Tensor, b: Tensor, c: Tensor, d: Tensor, outside: Tensor) -> Tensor:
    """log(a*b/(c*d)) where the ratio is `outside` the range of numbers; 0 elsewhere, and so is its gradient."""
    first, second, third, fourth = (torch.log(torch.where(outside, x, 1.0)) for x in (a, c, b, d))
    return (first - second) + (third - fourth)


# loggamma(x) - (x - 1/2)*log(x) + x - log(2*pi)/2 in powers 1/x, 1/x**3, ...
_STIRLING = (
    0.08333333333333333,
    -0.002777777777777778,
    0.0007936507936507937,
    -0.0005952380952380953,
    0.0008417508417508417,
    -0.0019175269175269176,
    0.00641025641025641,
    -0.029550653594771242,
    0.17964437236883057,
    -1.3924322169059011,
)


def _stirling_gap(b: Tensor, a: Tensor, d: Tensor) -> Tensor:
    """The Bregman divergence of Stirling's series at b from a, where d is b - a and both are at least 8."""
    p, q = 1.0 / a, 1.0 / b
    # b**-n - a**-n + n*d*a**-(n+1) = (d*p)**2*q * sum(i * p**(i-1) * q**(n-i), i = 1..n), summed by recurrence on n
    power, total = 1.0, 1.0
    value = _STIRLING[0]
    for k, coefficient in enumerate(_STIRLING[1:], 1):
        for n in (2 * k, 2 * k + 1):
            power = power * p
            total = q * total + n * power
        value = value + coefficient * total
    return (d * p) * (d * q) * (p * value)


def _stirling_rise(b: Tensor, a: Tensor, d: Tensor) -> Tensor:
    """What the slope of Stirling's series gains from a to b, where d is b - a and both are at least 8."""
    p, q = 1.0 / a, 1.0 / b
    # a**-n - b**-n = d * sum(a**-i * b**-(n+1-i), i = 1..n), summed by recurrence on n
    power, total = p, p * q
    value = torch.zeros_like(d)
    for k, coefficient in enumerate(_STIRLING, 1):
        power, total = power * p, q * (total + power * p)
        value = value + (2 * k - 1) * coefficient * total
        power, total = power * p, q * (total + power * p)
    return d * value


def _tensors(*arguments: Tensor | float) -> list[Tensor]:
    """The arguments as tensors like the first tensor among them."""
    like = next(a for a in arguments if isinstance(a, Tensor))
    return [a if isinstance(a, Tensor) else like.new_tensor(a) for a in arguments]


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


def _trigamma_lift(x: Tensor) -> Tensor:
    """x*x*(trigamma(x) - 1/x), in [1/2, 1]: eight shifts up, each a positive term, then the asymptotic series."""
    value = 1.0 / (x + 1.0)
    for shift in range(1, 8):
        share = x / (x + shift)
        value = value + share * share / (x + (shift + 1.0))
    q = 1.0 / (x + 8.0)
    share = x * q
    return value + share * share * (0.5 + q * _polynomial(_TRIGAMMA, q * q))


def _trigamma_excess(x: Tensor, d: Tensor | float) -> Tensor:
    """d*(trigamma(x) - 1/x) for x > 0, where the second factor alone may overflow."""
    return d / x * _trigamma_lift(x) / x


# trigamma(y) - 1/y - 1/(2*y**2) in powers 1/y**3, 1/y**5, ...
_TRIGAMMA = (
    0.16666666666666666,
    -0.03333333333333333,
    0.023809523809523808,
    -0.03333333333333333,
    0.07575757575757576,
    -0.2531135531135531,
    1.1666666666666667,
    -7.092156862745098,
    54.971177944862156,
    -529.1242424242424,
)


#: 1/k! for k from 1 on, each in two parts
_FACTORIALS_TWICE = (
    (1.0, 0.0),
    (0.5, 0.0),
    (0.16666666666666666, 9.25185853854297e-18),
    (0.041666666666666664, 2.3129646346357427e-18),
    (0.008333333333333333, 1.1564823173178714e-19),
    (0.001388888888888889, -5.300543954373577e-20),
    (0.0001984126984126984, 1.7209558293420705e-22),
    (2.48015873015873e-05, 2.1511947866775882e-23),
    (2.7557319223985893e-06, -1.858393274046472e-22),
    (2.755731922398589e-07, 2.3767714622250297e-23),
    (2.505210838544172e-08, -1.448814070935912e-24),
    (2.08767569878681e-09, -1.20734505911326e-25),
    (1.6059043836821613e-10, 1.2585294588752098e-26),
    (1.1470745597729725e-11, 2.0655512752830745e-28),
    (7.647163731819816e-13, 7.03872877733453e-30),
)
#: log(2), in two parts
_LOG_TWO_TWICE = (0.6931471805599453, 2.3190468138462996e-17)

#: what rounding takes away, as a share
_UNIT_TWICE = 2.0**-104


class _Twice:
    """A number with twice the digits: the sum of `high` and of `low`, which is what `high` is rounded by.

    `off` is what the two together may be wrong by, from what was added up and multiplied: about that.
    """

    def __init__(self, high: Tensor | float, low: Tensor | float = 0.0, off: Tensor | float = 0.0) -> None:
        self.high: Any = high
        self.low: Any = low
        self.off: Any = off

    def __add__(self, other: _Twice | float) -> _Twice:
        other = _twice(other)
        high, rest = _sum_twice(self.high, other.high)
        low, lost = _sum_twice(self.low, other.low)
        high, rest = _sum_twice(high, rest + low)
        return _Twice(*_sum_twice(high, rest + lost), self.off + other.off + abs(high) * _UNIT_TWICE)

    def __neg__(self) -> _Twice:
        return _Twice(-self.high, -self.low, self.off)

    def __sub__(self, other: _Twice | float) -> _Twice:
        return self + -_twice(other)

    def __rsub__(self, other: float) -> _Twice:
        return -self + other

    def __mul__(self, other: _Twice | float) -> _Twice:
        other = _twice(other)
        high, rest = _product_twice(self.high, other.high)
        off = abs(self.high) * other.off + self.off * abs(other.high) + abs(high) * _UNIT_TWICE
        return _Twice(*_sum_twice(high, rest + (self.high * other.low + self.low * other.high)), off)

    def __truediv__(self, other: _Twice | float) -> _Twice:
        other = _twice(other)
        first = _Twice(self.high / other.high)
        rest = self - other * first
        off = abs(rest.off / other.high) + abs(first.high) * _UNIT_TWICE
        second = _Twice(rest.high / other.high)
        rest = rest - other * second
        found = first + second + _Twice(rest.high / other.high)
        return _Twice(found.high, found.low, off)

    def __rtruediv__(self, other: float) -> _Twice:
        return _twice(other) / self

    __radd__, __rmul__ = __add__, __mul__


def _twice(x: _Twice | float) -> _Twice:
    return x if isinstance(x, _Twice) else _Twice(x)


def _sum_twice(a: Any, b: Any) -> tuple[Any, Any]:
    """a + b as it is rounded, and what is rounded off it (Knuth)."""
    total = a + b
    part = total - a
    return total, (a - (total - part)) + (b - part)


def _product_twice(a: Any, b: Any) -> tuple[Any, Any]:
    """a*b as it is rounded, and what is rounded off it (Veltkamp's split and Dekker's product)."""
    product = a * b
    big_a, big_b = 134217729.0 * a, 134217729.0 * b
    high_a, high_b = big_a - (big_a - a), big_b - (big_b - b)
    low_a, low_b = a - high_a, b - high_b
    return product, ((high_a * high_b - product) + high_a * low_b + low_a * high_b) + low_a * low_b


def _polynomial_twice(numbers: Sequence[tuple[float, float]], x: _Twice, precise: int) -> _Twice:
    """The polynomial with these coefficients, the lowest first; of those after `precise` one digit in two is enough."""
    value = torch.zeros_like(x.high)
    for high, _ in reversed(numbers[precise:]):
        value = value * x.high + high
    total = _Twice(value)
    for high, low in reversed(numbers[:precise]):
        total = total * x + _Twice(high, low)
    return total


def _exp_twice(x: _Twice) -> _Twice:
    """exp(x) by its series at x less a multiple of log(2), over 16, and four squares."""
    nothing = x.high < -1e3
    low, off = (torch.where(nothing, 0.0, part) for part in (x.low, x.off))
    x = _Twice(torch.where(nothing, -1e3, x.high), low, off)
    whole = torch.round(x.high / _LOG_TWO_TWICE[0])
    part = (x - _Twice(*_LOG_TWO_TWICE) * _Twice(whole)) * 0.0625
    rise = part * _polynomial_twice(_FACTORIALS_TWICE, part, 9)
    for _ in range(4):
        rise = rise * (rise + 2.0)
    return (rise + 1.0) * _Twice(torch.ldexp(torch.ones_like(whole), whole))


def _log_twice(x: _Twice) -> _Twice:
    """log(x): the rounded one, and a step of Newton."""
    rounded = torch.log(x.high)
    return x * _exp_twice(_Twice(-rounded)) - 1.0 + _Twice(rounded)


def _abs_twice(x: _Twice) -> _Twice:
    return x * _Twice(torch.sign(x.high))


def _sign_twice(x: _Twice) -> _Twice:
    return _Twice(torch.sign(x.high))
