"""Normal: a golden module of the tests.

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
    "cross_entropy_normal_normal",
    "entropy_normal",
    "kl_normal_normal",
    "kl_normal_normal__log_variance",
    "kl_normal_normal__variance",
]

#: a value and its derivatives, None for those that are not wanted
_Parts = tuple[Tensor, Sequence[Tensor | float | None]]
_Formula = Callable[[Sequence[Tensor], Sequence[bool], bool], _Parts]


def entropy_normal(
    mu: Tensor | float,
    sigma: Tensor | float,
    *,
    event_ndims: int = 0,
    validate: bool = True,
) -> Tensor:
    """Entropy of Normal, in nats.

    Formula:
        log(2*E*pi*sigma**2)/2

    Arguments:
        mu: mean, real
        sigma: standard deviation, positive (the limit at 0 where there is one)
        event_ndims: so many of the last axes are summed over (independent dimensions)
        validate: False leaves out the check of the domains; outside them the value is then anything

    Returns an array of the shape that the arguments broadcast to, less the last `event_ndims` axes,
    in nats; nan where an argument lies outside its domain.

    Verdict: proved (proved by symbolic algebra).
    Accuracy: 4 units in the last place in float64; more where terms of both signs nearly cancel.
    """
    return _evaluated(
        _entropy_normal_formula,
        (mu, sigma),
        event_ndims,
        validate,
    )


def _entropy_normal_formula(
    arguments: Sequence[Tensor],
    wanted: Sequence[bool],
    validate: bool,
) -> _Parts:
    """The value and, in the arguments' order, those of its derivatives that are wanted."""
    mu, sigma = arguments
    validate = validate and _doubtful((mu,), (sigma,))
    # log(2)/2 + 1/2 + log(pi)/2
    constant_1 = 1.4189385332046727
    value = constant_1 + torch.log(sigma)
    if validate:
        value = _checked(value, (mu,), (sigma,))
    if not any(wanted):
        return value, ()
    slopes: list[Tensor | float | None] = [None] * 2
    if wanted[0]:
        slope_mu = 0.0
        slopes[0] = slope_mu
    if wanted[1]:
        slope_sigma = 1.0 / sigma
        slopes[1] = slope_sigma
    return value, slopes


def cross_entropy_normal_normal(
    mu_1: Tensor | float,
    sigma_1: Tensor | float,
    mu_2: Tensor | float,
    sigma_2: Tensor | float,
    *,
    event_ndims: int = 0,
    validate: bool = True,
) -> Tensor:
    """Cross-entropy H(Normal, Normal), in nats.

    Formula:
        log(sigma_2) + log(2*pi)/2 + (sigma_1**2 + (mu_1 - mu_2)**2)/(2*sigma_2**2)

    Arguments:
        mu_1: mean, real
        sigma_1: standard deviation, positive (the limit at 0 where there is one)
        mu_2: mean, real
        sigma_2: standard deviation, positive (the limit at 0 where there is one)
        event_ndims: so many of the last axes are summed over (independent dimensions)
        validate: False leaves out the check of the domains; outside them the value is then anything

    Returns an array of the shape that the arguments broadcast to, less the last `event_ndims` axes,
    in nats; nan where an argument lies outside its domain.

    Verdict: proved (proved by symbolic algebra).
    Accuracy: 16 units in the last place in float64; more where terms of both signs nearly cancel.
    """
    return _evaluated(
        _cross_entropy_normal_normal_formula,
        (mu_1, sigma_1, mu_2, sigma_2),
        event_ndims,
        validate,
    )


def _cross_entropy_normal_normal_formula(
    arguments: Sequence[Tensor],
    wanted: Sequence[bool],
    validate: bool,
) -> _Parts:
    """The value and, in the arguments' order, those of its derivatives that are wanted."""
    mu_1, sigma_1, mu_2, sigma_2 = arguments
    validate = validate and _doubtful((mu_1, mu_2), (sigma_1, sigma_2))
    # log(2)/2 + log(pi)/2
    constant_1 = 0.9189385332046728
    sigma_1_over_sigma_2 = _over(sigma_1, sigma_2)
    mu_difference = mu_1 - mu_2
    mu_scaled = _over(mu_difference, sigma_2)
    value = (
        constant_1
        + 0.5 * mu_scaled * mu_scaled
        + 0.5 * sigma_1_over_sigma_2 * sigma_1_over_sigma_2
        + torch.log(sigma_2)
    )
    if validate:
        value = _checked(value, (mu_1, mu_2), (sigma_1, sigma_2))
    if not any(wanted):
        return value, ()
    mu_scaled_2 = _over(mu_scaled, sigma_2)
    sigma_difference = sigma_1 - sigma_2
    t_1 = _over(sigma_difference, sigma_2)
    t_2 = _square_balance(mu_scaled, t_1, mu_scaled_2, mu_difference, sigma_difference, sigma_2)
    slopes: list[Tensor | float | None] = [None] * 4
    if wanted[0]:
        slope_mu_1 = mu_scaled_2
        slopes[0] = slope_mu_1
    if wanted[1]:
        slope_sigma_1 = _over(sigma_1_over_sigma_2, sigma_2)
        slopes[1] = slope_sigma_1
    if wanted[2]:
        slope_mu_2 = -mu_scaled_2
        slopes[2] = slope_mu_2
    if wanted[3]:
        slope_sigma_2 = -t_2
        slopes[3] = slope_sigma_2
    return value, slopes


def kl_normal_normal(
    mu_1: Tensor | float,
    sigma_1: Tensor | float,
    mu_2: Tensor | float,
    sigma_2: Tensor | float,
    *,
    event_ndims: int = 0,
    validate: bool = True,
) -> Tensor:
    """KL divergence KL(Normal || Normal), in nats.

    Formula:
        log(sigma_2/sigma_1) + (sigma_1**2 + (mu_1 - mu_2)**2)/(2*sigma_2**2) - 1/2

    Arguments:
        mu_1: mean, real
        sigma_1: standard deviation, positive (the limit at 0 where there is one)
        mu_2: mean, real
        sigma_2: standard deviation, positive (the limit at 0 where there is one)
        event_ndims: so many of the last axes are summed over (independent dimensions)
        validate: False leaves out the check of the domains; outside them the value is then anything

    Returns an array of the shape that the arguments broadcast to, less the last `event_ndims` axes,
    in nats; nan where an argument lies outside its domain.

    Verdict: proved (proved by symbolic algebra).
    Accuracy: 4 units in the last place in float64.
    """
    return _evaluated(
        _kl_normal_normal_formula,
        (mu_1, sigma_1, mu_2, sigma_2),
        event_ndims,
        validate,
    )


def _kl_normal_normal_formula(
    arguments: Sequence[Tensor],
    wanted: Sequence[bool],
    validate: bool,
) -> _Parts:
    """The value and, in the arguments' order, those of its derivatives that are wanted."""
    mu_1, sigma_1, mu_2, sigma_2 = arguments
    validate = validate and _doubtful((mu_1, mu_2), (sigma_1, sigma_2))
    mu_difference = mu_1 - mu_2
    mu_scaled = _over(mu_difference, sigma_2)
    sigma_difference = sigma_1 - sigma_2
    sigma_relative = _over(sigma_difference, sigma_2)
    value = _total(
        (0.5, mu_scaled),
        (0.5, sigma_relative),
        _log_gap(sigma_1, sigma_2, sigma_difference),
    )
    if validate:
        value = _checked(value, (mu_1, mu_2), (sigma_1, sigma_2))
    if not any(wanted):
        return value, ()
    mu_scaled_2 = _over(mu_scaled, sigma_2)
    t_1 = _square_balance(mu_scaled, sigma_relative, mu_scaled_2, mu_difference, sigma_difference, sigma_2)
    slopes: list[Tensor | float | None] = [None] * 4
    if wanted[0]:
        slope_mu_1 = mu_scaled_2
        slopes[0] = slope_mu_1
    if wanted[1]:
        slope_sigma_1 = _over(sigma_relative, sigma_2) + _over(sigma_relative, sigma_1)
        slopes[1] = slope_sigma_1
    if wanted[2]:
        slope_mu_2 = -mu_scaled_2
        slopes[2] = slope_mu_2
    if wanted[3]:
        slope_sigma_2 = -t_1
        slopes[3] = slope_sigma_2
    return value, slopes


def kl_normal_normal__variance(
    mu_1: Tensor | float,
    var_1: Tensor | float,
    mu_2: Tensor | float,
    var_2: Tensor | float,
    *,
    event_ndims: int = 0,
    validate: bool = True,
) -> Tensor:
    """KL divergence KL(Normal || Normal), in nats.

    Formula:
        log(sqrt(var_2)/sqrt(var_1)) + (var_1 + (mu_1 - mu_2)**2)/(2*var_2) - 1/2

    Arguments:
        mu_1: mean, real
        var_1: variance, positive (the limit at 0 where there is one)
        mu_2: mean, real
        var_2: variance, positive (the limit at 0 where there is one)
        event_ndims: so many of the last axes are summed over (independent dimensions)
        validate: False leaves out the check of the domains; outside them the value is then anything

    Returns an array of the shape that the arguments broadcast to, less the last `event_ndims` axes,
    in nats; nan where an argument lies outside its domain.

    Verdict: proved (proved by symbolic algebra).
    Accuracy: 8 units in the last place in float64.
    """
    return _evaluated(
        _kl_normal_normal__variance_formula,
        (mu_1, var_1, mu_2, var_2),
        event_ndims,
        validate,
    )


def _kl_normal_normal__variance_formula(
    arguments: Sequence[Tensor],
    wanted: Sequence[bool],
    validate: bool,
) -> _Parts:
    """The value and, in the arguments' order, those of its derivatives that are wanted."""
    mu_1, var_1, mu_2, var_2 = arguments
    validate = validate and _doubtful((mu_1, mu_2), (var_1, var_2))
    var_difference = var_1 - var_2
    mu_difference = mu_1 - mu_2
    mu_scaled = _over(mu_difference, var_2)
    value = _total(
        0.5 * mu_difference * mu_scaled,
        0.5 * _log_gap(var_1, var_2, var_difference),
    )
    if validate:
        value = _checked(value, (mu_1, mu_2), (var_1, var_2))
    if not any(wanted):
        return value, ()
    slopes: list[Tensor | float | None] = [None] * 4
    sums = _watched(mu_1)
    if wanted[0]:
        slope_mu_1 = mu_scaled
        slopes[0] = slope_mu_1
    if wanted[1]:
        slope_var_1 = 0.5 * _reciprocal_step(var_1, var_2, var_difference)
        slopes[1] = slope_var_1
    if wanted[2]:
        slope_mu_2 = -mu_scaled
        slopes[2] = slope_mu_2
    if wanted[3]:
        slope_var_2 = -0.5 * mu_scaled * mu_scaled - _over(_over(0.5 * var_difference, var_2), var_2)
        slopes[3] = slope_var_2
        if sums is not None:
            sums.append((-0.5 * mu_scaled * mu_scaled, -_over(_over(0.5 * var_difference, var_2), var_2)))
    near = ((var_1, var_2),)
    return value, _refined(slopes, sums, near, arguments, _kl_normal_normal__variance_twice)


def _kl_normal_normal__variance_twice(
    mu_1: _Twice,
    var_1: _Twice,
    mu_2: _Twice,
    var_2: _Twice,
) -> tuple[_Twice | float, ...]:
    """The derivatives in closed form, with twice the digits."""
    x_1 = 2.0 * mu_1 - 2.0 * mu_2
    x_2 = 0.5 / var_2
    return (
        x_1 * x_2,
        x_2 - 0.5 / var_1,
        -x_1 * x_2,
        x_2 - 0.5 * (var_1 + (mu_1 - mu_2) * (mu_1 - mu_2)) / var_2 / var_2,
    )


def kl_normal_normal__log_variance(
    mu_1: Tensor | float,
    logvar_1: Tensor | float,
    mu_2: Tensor | float,
    logvar_2: Tensor | float,
    *,
    event_ndims: int = 0,
    validate: bool = True,
) -> Tensor:
    """KL divergence KL(Normal || Normal), in nats.

    Formula:
        ((mu_1 - mu_2)**2 + exp(logvar_1))*exp(-logvar_2)/2 + log(exp(-logvar_1/2)*exp(logvar_2/2)) - 1/2

    Arguments:
        mu_1: mean, real
        logvar_1: logarithm of the variance, real
        mu_2: mean, real
        logvar_2: logarithm of the variance, real
        event_ndims: so many of the last axes are summed over (independent dimensions)
        validate: False leaves out the check of the domains; outside them the value is then anything

    Returns an array of the shape that the arguments broadcast to, less the last `event_ndims` axes,
    in nats; nan where an argument lies outside its domain.

    Verdict: proved (proved by symbolic algebra).
    Accuracy: 32 units in the last place in float64; more where an exponential amplifies the rounding of
    what it is taken of.
    """
    return _evaluated(
        _kl_normal_normal__log_variance_formula,
        (mu_1, logvar_1, mu_2, logvar_2),
        event_ndims,
        validate,
    )


def _kl_normal_normal__log_variance_formula(
    arguments: Sequence[Tensor],
    wanted: Sequence[bool],
    validate: bool,
) -> _Parts:
    """The value and, in the arguments' order, those of its derivatives that are wanted."""
    mu_1, logvar_1, mu_2, logvar_2 = arguments
    validate = validate and _doubtful((mu_1, logvar_1, mu_2, logvar_2), ())
    logvar_difference = logvar_1 - logvar_2
    mu_difference = mu_1 - mu_2
    mu_scaled = mu_difference * torch.exp(-0.5 * logvar_2)
    t_1 = mu_scaled * mu_scaled
    value = _total(
        0.5 * t_1,
        0.5 * _exp_gap(logvar_difference),
    )
    if validate:
        value = _checked(value, (mu_1, logvar_1, mu_2, logvar_2), ())
    if not any(wanted):
        return value, ()
    t_2 = torch.exp(-logvar_2)
    t_3 = torch.expm1(logvar_difference)
    slopes: list[Tensor | float | None] = [None] * 4
    sums = _watched(mu_1)
    if wanted[0]:
        slope_mu_1 = mu_difference * t_2
        slopes[0] = slope_mu_1
    if wanted[1]:
        slope_logvar_1 = 0.5 * t_3
        slopes[1] = slope_logvar_1
    if wanted[2]:
        slope_mu_2 = -mu_difference * t_2
        slopes[2] = slope_mu_2
    if wanted[3]:
        slope_logvar_2 = -0.5 * t_1 - 0.5 * t_3
        slopes[3] = slope_logvar_2
        if sums is not None:
            sums.append((-0.5 * t_1, -0.5 * t_3))
    near = ()
    return value, _refined(slopes, sums, near, arguments, _kl_normal_normal__log_variance_twice)


def _kl_normal_normal__log_variance_twice(
    mu_1: _Twice,
    logvar_1: _Twice,
    mu_2: _Twice,
    logvar_2: _Twice,
) -> tuple[_Twice | float, ...]:
    """The derivatives in closed form, with twice the digits."""
    x_1 = 2.0 * mu_1 - 2.0 * mu_2
    x_2 = -logvar_2
    x_3 = 0.5 * _exp_twice(x_2)
    return (
        x_1 * x_3,
        0.5 * _exp_twice(logvar_1 + x_2) - 0.5,
        -x_1 * x_3,
        0.5 - x_3 * ((mu_1 - mu_2) * (mu_1 - mu_2) + _exp_twice(logvar_1)),
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


def _between(x: Tensor, low: float, high: float) -> bool:
    """Whether all numbers in x are, and none is nan."""
    lowest, highest = torch.aminmax(x)
    return bool(lowest > low) and bool(highest < high)


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


def _over(a: Tensor | float, b: Tensor | float) -> Tensor | float:
    """a/b; where torch.compile traces for float32, by the reciprocal, which all that is divided by b shares."""
    return a * torch.reciprocal(b) if _TRACED.single and isinstance(b, Tensor) else a / b


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


def _product_error(a: Tensor, b: Tensor, product: Tensor) -> Tensor:
    """a*b - product without rounding (Veltkamp's split and Dekker's product); a number, not a function of a and b."""
    a, b, product = a.detach(), b.detach(), product.detach()
    factor = 134217729.0 if a.dtype == torch.float64 else 4097.0
    high_a, high_b = factor * a, factor * b
    high_a, high_b = high_a - (high_a - a), high_b - (high_b - b)
    low_a, low_b = a - high_a, b - high_b
    error = ((high_a * high_b - product) + high_a * low_b + low_a * high_b) + low_a * low_b
    return torch.where(torch.isfinite(error), error, 0.0)


def _reciprocal_step(a: Tensor | float, b: Tensor | float, d: Tensor) -> Tensor:
    """(a - b)/(a*b), where d is a - b, formed exactly; by the larger first, so that nothing overflows before it."""
    a, b, d = _tensors(a, b, d)
    return d / torch.maximum(a, b) / torch.minimum(a, b)


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


def _square_balance(r: Tensor, s: Tensor, part: Tensor, x: Tensor, d: Tensor, b: Tensor) -> Tensor:
    """(r*r + s*s + 2*s)/b, where r is x/b, s is d/b and part is r/b; no square overflows by itself.

    Where what is small nearly cancels, as if nothing was rounded before.
    """
    square, other = r * part, _over(s, b)
    value = torch.addcmul(square, s, other).add_(other, alpha=2.0)
    if torch.compiler.is_compiling():
        return value
    if _settled(value):
        if _SINGLE.get():
            return value
        places = ((value.abs() < 1.6 * square) & (r.abs() < 1.5)).nonzero(as_tuple=True)
        if places[0].numel():
            value[places] = _cancelled_balance(*(a.expand_as(value)[places] for a in _tensors(x, d, b)))
        return value
    low = ((value.abs() < 1.6 * square) & (r.abs() < 1.5)).detach()
    exact = _cancelled_balance(*(torch.where(low, a, 1.0) for a in _tensors(x, d, b)))
    return torch.where(low, value + (exact - value).detach(), value)


def _cancelled_balance(x: Tensor, d: Tensor, b: Tensor) -> Tensor:
    """(x*x + d*(d + 2*b))/b**3, nothing rounded that may cancel, for x and d not far larger than b."""
    given = b
    unit = torch.ldexp(torch.ones_like(b), -torch.frexp(b.detach()).exponent.clamp(min=-1000))
    x, d, b = (a * unit for a in (x, d, b))
    twice = 2.0 * b
    width = twice + d
    square, product = x * x, d * width
    rest = _product_error(x, x, square) + (_product_error(d, width, product) + d * (d - (width - twice)))
    return ((square + product) + rest) / b / b / given


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
def _entropy_normal_each(mu, sigma):
    """The value and, in the arguments' order, its derivatives, of numbers."""
    mu = np.float64(mu)
    sigma = np.float64(sigma)
    # log(2)/2 + 1/2 + log(pi)/2
    constant_1 = 1.4189385332046727
    value = constant_1 + math.log(sigma)
    valid = ~math.isnan(mu) & (sigma >= 0.0)
    slope_mu = 0.0
    slope_sigma = 1.0 / sigma
    return (value if valid else np.nan, slope_mu, slope_sigma)


@_loop
def _entropy_normal_values(result, mu, sigma):
    for i in range(result.size):
        result[i] = _entropy_normal_each(mu[i], sigma[i])[0]


@_loop
def _entropy_normal_slopes(result, by_mu, by_sigma, mu, sigma):
    for i in range(result.size):
        result[i], by_mu[i], by_sigma[i] = _entropy_normal_each(mu[i], sigma[i])


@_inline
def _cross_entropy_normal_normal_each(mu_1, sigma_1, mu_2, sigma_2):
    """The value and, in the arguments' order, its derivatives, of numbers."""
    mu_1 = np.float64(mu_1)
    sigma_1 = np.float64(sigma_1)
    mu_2 = np.float64(mu_2)
    sigma_2 = np.float64(sigma_2)
    # log(2)/2 + log(pi)/2
    constant_1 = 0.9189385332046728
    sigma_1_over_sigma_2 = sigma_1 / sigma_2
    mu_difference = mu_1 - mu_2
    mu_scaled = mu_difference / sigma_2
    value = (
        constant_1
        + 0.5 * mu_scaled * mu_scaled
        + 0.5 * sigma_1_over_sigma_2 * sigma_1_over_sigma_2
        + math.log(sigma_2)
    )
    valid = ~math.isnan(mu_1) & (sigma_1 >= 0.0) & ~math.isnan(mu_2) & (sigma_2 >= 0.0)
    mu_scaled_2 = mu_scaled / sigma_2
    sigma_difference = sigma_1 - sigma_2
    t_1 = sigma_difference / sigma_2
    t_2 = _each_square_balance(mu_scaled, t_1, mu_scaled_2, mu_difference, sigma_difference, sigma_2)
    slope_mu_1 = mu_scaled_2
    slope_sigma_1 = sigma_1_over_sigma_2 / sigma_2
    slope_mu_2 = -mu_scaled_2
    slope_sigma_2 = -t_2
    return (value if valid else np.nan, slope_mu_1, slope_sigma_1, slope_mu_2, slope_sigma_2)


@_loop
def _cross_entropy_normal_normal_values(result, mu_1, sigma_1, mu_2, sigma_2):
    for i in range(result.size):
        result[i] = _cross_entropy_normal_normal_each(mu_1[i], sigma_1[i], mu_2[i], sigma_2[i])[0]


@_loop
def _cross_entropy_normal_normal_slopes(result, by_mu_1, by_sigma_1, by_mu_2, by_sigma_2, mu_1, sigma_1, mu_2, sigma_2):
    for i in range(result.size):
        result[i], by_mu_1[i], by_sigma_1[i], by_mu_2[i], by_sigma_2[i] = _cross_entropy_normal_normal_each(
            mu_1[i],
            sigma_1[i],
            mu_2[i],
            sigma_2[i],
        )


@_inline
def _kl_normal_normal_each(mu_1, sigma_1, mu_2, sigma_2):
    """The value and, in the arguments' order, its derivatives, of numbers."""
    mu_1 = np.float64(mu_1)
    sigma_1 = np.float64(sigma_1)
    mu_2 = np.float64(mu_2)
    sigma_2 = np.float64(sigma_2)
    mu_difference = mu_1 - mu_2
    mu_scaled = mu_difference / sigma_2
    sigma_difference = sigma_1 - sigma_2
    sigma_relative = sigma_difference / sigma_2
    value = _each_total(
        0.5 * mu_scaled * mu_scaled,
        0.5 * sigma_relative * sigma_relative,
        _each_log_gap(sigma_1, sigma_2, sigma_difference),
    )
    valid = ~math.isnan(mu_1) & (sigma_1 >= 0.0) & ~math.isnan(mu_2) & (sigma_2 >= 0.0)
    mu_scaled_2 = mu_scaled / sigma_2
    t_1 = _each_square_balance(mu_scaled, sigma_relative, mu_scaled_2, mu_difference, sigma_difference, sigma_2)
    slope_mu_1 = mu_scaled_2
    slope_sigma_1 = sigma_relative / sigma_2 + sigma_relative / sigma_1
    slope_mu_2 = -mu_scaled_2
    slope_sigma_2 = -t_1
    return (value if valid else np.nan, slope_mu_1, slope_sigma_1, slope_mu_2, slope_sigma_2)


@_loop
def _kl_normal_normal_values(result, mu_1, sigma_1, mu_2, sigma_2):
    for i in range(result.size):
        result[i] = _kl_normal_normal_each(mu_1[i], sigma_1[i], mu_2[i], sigma_2[i])[0]


@_loop
def _kl_normal_normal_slopes(result, by_mu_1, by_sigma_1, by_mu_2, by_sigma_2, mu_1, sigma_1, mu_2, sigma_2):
    for i in range(result.size):
        result[i], by_mu_1[i], by_sigma_1[i], by_mu_2[i], by_sigma_2[i] = _kl_normal_normal_each(
            mu_1[i],
            sigma_1[i],
            mu_2[i],
            sigma_2[i],
        )


@_fused
def _each_log_gap(a, b, d):
    """d/b - log(a/b) >= 0, where d is a - b, formed exactly."""
    near, k, t, s, w = _each_log_parts(a, b, d)
    x, value = d / b, s * (t - w)
    # there the logarithm is nothing beside the ratio
    value = value if near else x if x > 1e19 else value + _each_power_rise(k, t)
    return np.inf if a == 0.0 else value


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


@_inline
def _each_product_error(a, b, product):
    """a*b - product without rounding (Veltkamp's split and Dekker's product)."""
    high_a, high_b = 134217729.0 * a, 134217729.0 * b
    high_a, high_b = high_a - (high_a - a), high_b - (high_b - b)
    low_a, low_b = a - high_a, b - high_b
    error = ((high_a * high_b - product) + high_a * low_b + low_a * high_b) + low_a * low_b
    return error if math.isfinite(error) else 0.0


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
def _each_square_balance(r, s, part, x, d, b):
    """(r*r + s*s + 2*s)/b, where r is x/b, s is d/b and part is r/b; no square overflows by itself.

    Where what is small nearly cancels, as if nothing was rounded before.
    """
    square = r * part
    value = square + s / b * (s + 2.0)
    low = (abs(value) < 1.6 * square) & (abs(r) < 1.5)
    # a power of two that brings b to 1 to 2, and subnormal ones near
    unit = _each_of_bits(max(2046 - ((_each_bits(b) >> 52) & 0x7FF), 1) << 52)
    x, d, u = x * unit, d * unit, b * unit
    twice = 2.0 * u
    width = twice + d
    squared, product = x * x, d * width
    rest = _each_product_error(x, x, squared) + (_each_product_error(d, width, product) + d * (d - (width - twice)))
    exact = ((squared + product) + rest) / (u * u) / b
    return exact if low else value


@_inline
def _each_total(*terms):
    """The sum of non-negative terms; infinite where one of them is, even where another is 0/0."""
    value, infinite = terms[0], terms[0] == np.inf
    for term in terms[1:]:
        value = value + term
        infinite = infinite | (term == np.inf)
    return np.inf if infinite else value
