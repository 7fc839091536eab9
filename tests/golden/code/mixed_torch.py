"""Mixed: a golden module of the tests.

The functions take tensors and numbers, which broadcast, on any one device. They compute in float64
(float32 on a device that has no float64) and round once to the dtype of the tensors (the default dtype
for integers and numbers). Gradients are closed forms themselves, unless the docstring says otherwise;
they can be differentiated in turn. torch.compile takes the functions whole. They stand alone: nothing
else needs to be installed but PyTorch.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextvars import ContextVar
from typing import Any

import torch
from torch import Tensor
from torch.autograd import forward_ad

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
        arguments, slopes = ctx.saved_tensors[: len(wanted)], ctx.saved_tensors[len(wanted) :]
        again = not torch.compiler.is_compiling() and (torch.is_grad_enabled() or _moving(arguments))
        if again or tuple(wanted) != tuple(ctx.wanted):
            slopes = _at_once(ctx.options, arguments, wanted)[1]
        event_ndims, waiting = ctx.options[2], iter(slopes)
        gradient = gradient.reshape(gradient.shape + (1,) * event_ndims)
        found = [
            (gradient * next(waiting)).sum_to_size(a.shape).to(a.dtype) if needed else None
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
